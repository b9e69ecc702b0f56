/* Says beside a budget what the fund pays of it, and what stays available: only what the page knows already. */
(() => {
  const words = document.querySelector("[data-behaviour='what-stays']");
  const fund = document.getElementById("fund_id");
  const budget = document.getElementById("budget");
  const percent = document.getElementById("vendor_percent");
  if (!words || !fund || !budget || !percent) return;

  const said = (amount, currency) => {
    const places = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
    const format = new Intl.NumberFormat("en", { minimumFractionDigits: places, maximumFractionDigits: places });
    return `${format.format(amount)} ${currency}`;
  };

  const tell = () => {
    const known = document.querySelector(`[data-fund="${CSS.escape(fund.value)}"]`);
    const asked = Number(budget.value), share = Number(percent.value);
    words.hidden = !known || !budget.value || !Number.isFinite(asked) || !(asked > 0) || !(share > 0);
    if (words.hidden) return;
    const currency = known.dataset.currency;
    const part = (asked * share) / 100;
    const stays = Number(known.dataset.available) - part;
    words.classList.toggle("is-short", stays < 0);
    words.textContent = stays < 0
      ? `The fund would pay ${said(part, currency)}: ${said(-stays, currency)} more than it has available.`
      : `The fund pays ${said(part, currency)}; ${said(stays, currency)} stay available.`;
  };

  for (const field of [fund, budget, percent]) field.addEventListener("input", tell);
  tell();
})();
