// While a customer is written down, the answer whether it is free stands below; the latest question wins.
(() => {
  "use strict";
  if (window.registrationAnswer) return;
  window.registrationAnswer = true;
  const NAMES = ["customer", "country", "website", "customer_email", "tax_number"];
  const LEADS = { customer: "company", customer_email: "email" }; // what a lead's form calls them
  const WAIT = 500;
  document.querySelectorAll("[data-behaviour~='registration-answer']").forEach((place) => {
    const form = place.closest("form");
    const box = place.querySelector("[data-answer]");
    if (!form || !box) return;
    let waiting;
    let asking;
    let asked = "";
    const field = (name) => form.elements[name] ?? form.elements[LEADS[name]];
    const isAsked = (input) => NAMES.some((name) => field(name) === input);
    const question = () => {
      const data = new URLSearchParams();
      [...NAMES, "csrf_token"].forEach((name) => data.set(name, field(name)?.value ?? ""));
      return data;
    };
    const words = (data) => NAMES.map((name) => data.get(name).trim()).join("\n");
    const ask = async () => {
      const data = question();
      if (words(data) === asked || !(data.get("customer").trim().length > 2 || data.get("website").trim() || data.get("customer_email").includes("@") || data.get("tax_number").trim())) return;
      asked = words(data);
      asking?.abort();
      asking = new AbortController();
      place.classList.add("is-loading");
      try {
        const answer = await fetch(place.dataset.ask, { method: "POST", body: data, headers: { "HX-Request": "true" }, signal: asking.signal });
        const text = await answer.text();
        if (text.includes("data-told")) box.innerHTML = text;
      } catch (error) {
        if (error.name === "AbortError") return;
        asked = "";
      }
      place.classList.remove("is-loading");
    };
    const later = () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, WAIT);
    };
    form.addEventListener("input", (event) => {
      if (isAsked(event.target)) later();
    });
    form.addEventListener("change", (event) => {
      if (isAsked(event.target)) later();
    });
    place.querySelector("[data-check]")?.setAttribute("hidden", "");
    ask();
  });
})();
