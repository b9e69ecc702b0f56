/* A category: only the questions that belong to what is counted are asked. */
(() => {
  const form = document.querySelector('[data-behaviour="measure-form"]');
  if (!form) return;
  const value = (name) => form.querySelector(`[name="${name}"]`)?.value ?? "";
  const kindOf = (counted) => {
    if (counted === "") return [];
    if (counted === "artefact" || counted === "written") return [counted];
    return counted.startsWith("value ") ? ["days"] : ["days", "records"];
  };
  const show = () => {
    const kinds = kindOf(value("counted"));
    form.querySelectorAll("[data-when-counted]").forEach((part) => { part.hidden = !kinds.includes(part.dataset.whenCounted); });
    form.querySelectorAll("[data-when-window]").forEach((part) => { part.hidden = part.dataset.whenWindow !== value("over"); });
    form.querySelectorAll("[data-when-values]").forEach((part) => { part.hidden = part.dataset.whenValues !== value("value_type"); });
  };
  form.addEventListener("change", show);
  show();
})();
