// Typing @ and a few letters in a comment offers who may see the record; without JavaScript “@Name” is matched as typed.
(() => {
  "use strict";
  let list;
  let field;
  let names = [];
  let at = 0;
  let asked = 0;

  const begun = () => {
    const before = field.value.slice(0, field.selectionStart);
    const found = /(^|[\s(])@([^\s@][^@\n]{0,40}|)$/u.exec(before);
    return found ? found[2] : null;
  };

  const close = () => {
    list?.remove();
    list = undefined;
    names = [];
    field?.removeAttribute("aria-activedescendant");
  };

  const mark = (to) => {
    at = (to + names.length) % names.length;
    [...list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === at)));
    field.setAttribute("aria-activedescendant", list.children[at].id);
  };

  const take = (name) => {
    const end = field.selectionStart;
    const start = end - begun().length;
    field.setRangeText(`${name} `, start, end, "end");
    close();
    field.focus();
  };

  const show = (found) => {
    close();
    if (!found.length) return;
    names = found;
    list = document.createElement("ul");
    list.className = "namer";
    list.id = "namer";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "People");
    names.forEach((name, place) => {
      const row = document.createElement("li");
      row.id = `namer-${place}`;
      row.setAttribute("role", "option");
      row.textContent = name;
      row.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(name);
      });
      list.append(row);
    });
    field.after(list);
    field.setAttribute("aria-controls", "namer");
    mark(0);
  };

  document.addEventListener("input", async (event) => {
    if (!event.target.matches?.("textarea[data-behaviour~='mention']")) return;
    field = event.target;
    const letters = begun();
    const mine = ++asked;
    if (letters === null) {
      close();
      return;
    }
    const answer = await fetch(`${field.dataset.people}?q=${encodeURIComponent(letters)}`, {
      headers: { Accept: "application/json" },
    }).catch(() => null);
    if (mine !== asked) return;
    const isList = answer?.ok && answer.headers.get("Content-Type")?.startsWith("application/json");
    show(isList ? await answer.json() : []);
  });

  document.addEventListener("keydown", (event) => {
    if (event.target !== field) return;
    if (list) {
      if (event.key === "ArrowDown") mark(at + 1);
      else if (event.key === "ArrowUp") mark(at - 1);
      else if ((event.key === "Enter" || event.key === "Tab") && begun() !== null) take(names[at]);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    }
  });
  // Ctrl+Enter sends the comment.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.("textarea[data-behaviour~='mention']")) {
      event.target.form.requestSubmit();
    }
  });
  document.addEventListener("focusout", (event) => {
    if (event.target === field) setTimeout(close, 100);
  });
})();
