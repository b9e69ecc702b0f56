/* Says while an amount is typed what would be available after it; the ledger reckons for itself when it is posted. */
(() => {
  const place = document.querySelector("[data-behaviour='balance-after']");
  const amount = document.getElementById("amount");
  const value = document.querySelector(".figure-box:last-child .figure-value");
  const note = document.querySelector(".figure-box:last-child .figure-note");
  if (!place || !amount || !value || !note) return;

  const { available, sign, currency, places } = place.dataset;
  const one = 10n ** BigInt(places);
  const format = new Intl.NumberFormat(document.documentElement.lang || "en", { minimumFractionDigits: Number(places) });

  // Minor units are whole numbers, so nothing is rounded on the way.
  const units = (text) => {
    const parts = /^([0-9]{1,15})(?:\.([0-9]+))?$/.exec(text.trim());
    const cents = (parts?.[2] ?? "").replace(/0+$/, "");
    if (!parts || cents.length > Number(places)) return null;
    return BigInt(parts[1]) * one + BigInt(cents.padEnd(Number(places), "0") || "0");
  };

  const written = (total) => {
    const whole = total < 0n ? -total : total;
    const cents = String(whole % one).padStart(Number(places), "0");
    const point = format.formatToParts(0.5).find((part) => part.type === "decimal")?.value ?? ".";
    const digits = new Intl.NumberFormat(document.documentElement.lang || "en").format(whole / one);
    return `${total < 0n ? "−" : ""}${digits}${Number(places) ? point + cents : ""} ${currency}`;
  };

  const tell = () => {
    const typed = units(amount.value);
    if (typed === null) {
      value.textContent = "–";
      note.textContent = amount.value ? place.dataset.wrong : place.dataset.empty;
      return;
    }
    value.textContent = written(BigInt(available) + BigInt(sign) * typed);
    note.textContent = place.dataset.told;
  };

  place.querySelector("button[name='look']")?.remove();
  amount.addEventListener("input", tell);
  tell();
})();
