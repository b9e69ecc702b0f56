/* The ladder: scores appear when points are counted; days of grace when a grace is asked for. */
(() => {
  const form = document.querySelector('[data-behaviour="ladder-table"]');
  if (!form) return;
  const mode = form.querySelector('[name="mode"]');
  const downgrades = form.querySelector('[name="downgrades"]');
  const grace = form.querySelector('[name="grace_days"]')?.closest(".field");
  const show = () => {
    form.classList.toggle("counts-points", mode?.value === "points");
    if (grace) grace.hidden = downgrades?.value !== "after grace";
  };
  mode?.addEventListener("change", show);
  downgrades?.addEventListener("change", show);
  show();

  let isChanged = false;
  form.addEventListener("input", () => { isChanged = true; });
  form.addEventListener("submit", () => { isChanged = false; });
  window.addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
})();
