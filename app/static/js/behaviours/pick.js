// Ticked rows: one box ticks all that are shown, Shift ticks a range, and the number is said beside the acts.
(() => {
  "use strict";
  let last;
  const boxes = () => [...document.querySelectorAll("input.pick")];

  const tell = () => {
    const form = document.getElementById("bulk");
    if (!form) return;
    const ticked = boxes().filter((box) => box.checked).length;
    const isIdle = ticked === 0 && !form.querySelector("#bulk-all:checked");
    form.classList.toggle("is-idle", isIdle);
    form.querySelector(".bulk-count").textContent = ticked ? ` ${ticked}` : "";
    const all = document.querySelector("input.pick-all");
    if (!all) return;
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
  };

  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches?.("input.pick-all")) boxes().forEach((one) => (one.checked = box.checked));
    if (box.matches?.("input.pick, input.pick-all, #bulk-all")) tell();
  });
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.("input.pick")) return;
    if (event.shiftKey && last?.isConnected && last !== box) {
      const all = boxes();
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((one) => (one.checked = box.checked));
    }
    last = box;
    tell();
  });
  document.addEventListener("htmx:after:swap", tell);
  document.addEventListener("htmx:after:settle", tell);
  window.addEventListener("pageshow", tell);
  tell();
})();
