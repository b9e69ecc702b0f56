// A question that opened in place closes by Escape and by a click beside it; errors take the focus.
(() => {
  "use strict";
  const open = () => document.querySelectorAll("details[data-behaviour~='asks'][open]");

  document.addEventListener("click", (event) => {
    open().forEach((question) => {
      if (!question.contains(event.target)) question.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    open().forEach((question) => {
      question.open = false;
      question.querySelector("summary").focus();
    });
  });
  document.querySelector("[data-behaviour~='focus-first']")?.focus();
  // A second press while the first is on its way does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
})();
