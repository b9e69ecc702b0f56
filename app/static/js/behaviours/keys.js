// "/" goes to the search of the page: the list's own, else the one in the side bar.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const fields = [...document.querySelectorAll("[data-behaviour~='slash-focus']")];
    const field = fields.find((one) => one.closest("main")) ?? fields[0];
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
})();
