// A filter applies itself when it is changed, a search while it is typed; htmx then swaps the list in place.
(() => {
  "use strict";
  let waiting;
  const form = (event) => event.target.closest?.("form[data-behaviour~='auto-submit']");

  document.addEventListener("change", (event) => {
    if (event.target.type !== "search") form(event)?.requestSubmit();
  });
  document.addEventListener("input", (event) => {
    const list = form(event);
    if (!list || event.target.type !== "search" || !list.hasAttribute("hx-get") || !window.htmx) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => list.requestSubmit(), 300);
  });
  // What is not filtered stays out of the address.
  document.addEventListener(
    "formdata",
    (event) => {
      if (!form(event)) return;
      [...event.formData.entries()].forEach(([name, value]) => {
        if (value === "") event.formData.delete(name);
      });
    },
    true,
  );
  // On a narrow screen the filters stand behind a button; those that are set stay in view.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-act='filters']");
    if (!button) return;
    const isOpen = button.closest(".listing-bar").classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(isOpen));
  });
  document.addEventListener("htmx:before:request", (event) => {
    event.target.closest?.(".listing")?.classList.add("is-loading");
  });
  document.addEventListener("htmx:finally:request", (event) => {
    event.target.closest?.(".listing")?.classList.remove("is-loading");
  });
  // Signed out meanwhile, or refused: show that page instead of an empty list.
  document.addEventListener("htmx:before:swap", (event) => {
    const answer = event.detail.ctx;
    if (answer?.select === "#listing" && !answer.text.includes('id="listing"')) {
      event.preventDefault();
      window.location.reload();
    }
  });
})();
