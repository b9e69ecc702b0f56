// Light or dark before the first paint: the reader's choice, else the system's. Runs in the head, so nothing flashes.
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const words = { system: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
  const order = ["system", "light", "dark"];

  const chosen = () => {
    try {
      return localStorage.getItem("accord-theme") || "system";
    } catch {
      return "system";
    }
  };

  const show = () => {
    const choice = chosen();
    root.dataset.bsTheme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
    document.querySelectorAll("[data-theme-word]").forEach((word) => {
      word.textContent = words[choice];
    });
    document.dispatchEvent(new CustomEvent("accord:theme"));
  };

  root.classList.add("js");
  show();
  dark.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-behaviour~='theme']")) return;
    const next = order[(order.indexOf(chosen()) + 1) % order.length];
    try {
      localStorage.setItem("accord-theme", next);
    } catch {
      // A browser that keeps nothing follows the system.
    }
    show();
  });
})();
