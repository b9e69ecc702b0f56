// Ctrl+K: go to a page by a few letters of its name. The pages are those of the menu.
(() => {
  "use strict";
  const dialog = document.querySelector("dialog[data-behaviour~='go-to']");
  if (!dialog) return;
  const word = dialog.querySelector("input");
  const list = dialog.querySelector("ul");
  let shown = [];
  let at = 0;

  const pages = () => {
    const search = document.querySelector(".side-search");
    const links = [...document.querySelectorAll(".side-menu a, .portal-menu a")].map((link) => ({
      label: link.textContent.trim(),
      note: link.closest(".side-section")?.querySelector(".side-title")?.textContent ?? "",
      href: link.href,
    }));
    const asked = word.value.trim();
    const found = links.filter((page) => `${page.note} ${page.label}`.toLowerCase().includes(asked.toLowerCase()));
    if (asked && search) {
      found.push({ label: `Partners matching “${asked}”`, note: "Search", href: `${search.action}?q=${encodeURIComponent(asked)}` });
    }
    return found;
  };

  const mark = (to) => {
    at = (to + shown.length) % Math.max(shown.length, 1);
    [...list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === at)));
    list.children[at]?.scrollIntoView({ block: "nearest" });
    word.setAttribute("aria-activedescendant", list.children[at]?.id ?? "");
  };

  const show = () => {
    shown = pages();
    list.replaceChildren(
      ...shown.map((page, place) => {
        const row = document.createElement("li");
        row.id = `go-to-${place}`;
        row.setAttribute("role", "option");
        row.append(page.label);
        const note = document.createElement("small");
        note.textContent = page.note;
        row.append(note);
        row.addEventListener("click", () => window.location.assign(page.href));
        return row;
      }),
    );
    mark(0);
  };

  const open = () => {
    word.value = "";
    show();
    dialog.showModal();
    word.focus();
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-act='go-to']")) open();
    else if (event.target === dialog) dialog.close();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  });
  word.addEventListener("input", show);
  word.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") mark(at + 1);
    else if (event.key === "ArrowUp") mark(at - 1);
    else if (event.key === "Enter" && shown[at]) window.location.assign(shown[at].href);
    else return;
    event.preventDefault();
  });
})();
