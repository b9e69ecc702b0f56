// On a narrow screen a table inside a page becomes cards, as lists do: each cell learns the name of its column.
// Tables that are edited in place stay tables and scroll.
(() => {
  "use strict";
  document.querySelectorAll(".table-frame > .data-table").forEach((table) => {
    if (table.querySelector("tbody input:not([type='hidden']), tbody select, tbody textarea, [colspan], [rowspan]")) return;
    const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
    if (heads.length < 3) return;
    table.querySelectorAll("tbody tr, tfoot tr").forEach((row) => {
      [...row.children].forEach((cell, place) => {
        cell.dataset.label = heads[place] ?? "";
        if (cell.childNodes.length < 2) return;
        const whole = document.createElement("span");
        whole.append(...cell.childNodes);
        cell.append(whole);
      });
    });
    table.closest(".table-frame").classList.add("has-cards");
  });
})();
