// Draws each chart from the figure beside it, in the colours of the page; the switch shows the same figures as a table.
(() => {
  "use strict";
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const merge = (mine, given) => {
    const result = { ...mine };
    Object.entries(given ?? {}).forEach(([name, value]) => {
      const both = value && mine[name] && typeof value === "object" && !Array.isArray(value);
      result[name] = both ? merge(mine[name], value) : value;
    });
    return result;
  };

  const look = () => {
    const axis = { automargin: true, gridcolor: token("--line"), linecolor: token("--line-strong"), tickcolor: token("--line-strong"), zerolinecolor: token("--line-strong"), fixedrange: true };
    return {
      colorway: [1, 2, 3, 4, 5, 6].map((number) => token(`--chart-${number}`)),
      font: { family: token("--font"), size: 12, color: token("--ink-2") },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      margin: { t: 6, r: 10, b: 36, l: 52 },
      xaxis: { ...axis, showgrid: false, title: { font: { size: 12 } } },
      yaxis: { ...axis, showline: false, rangemode: "tozero", title: { font: { size: 12 } } },
      legend: { orientation: "h", y: 1.12, x: 0, font: { color: token("--ink-2") } },
      hoverlabel: { bgcolor: token("--surface"), bordercolor: token("--line-strong"), font: { color: token("--ink"), family: token("--font") } },
      bargap: 0.35,
      barcornerradius: 3,
      hovermode: "x unified",
      dragmode: false,
    };
  };

  const draw = (chart) => {
    const plot = chart.querySelector(".chart-plot");
    const figure = JSON.parse(chart.querySelector(".chart-figure").textContent);
    // Where there is no room for every month, every third one has its name.
    const axis = figure.layout.xaxis;
    if (plot.clientWidth < 460 && axis?.tickvals?.length > 6) {
      axis.ticktext = axis.ticktext.filter((_, place) => place % 3 === 0);
      axis.tickvals = axis.tickvals.filter((_, place) => place % 3 === 0);
    }
    const motion = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    window.Plotly.react(plot, figure.data, merge(look(), figure.layout), { displayModeBar: false, responsive: true, staticPlot: false, scrollZoom: false, doubleClick: motion ? "reset" : false });
  };

  const all = () => document.querySelectorAll("[data-behaviour~='chart']");
  const drawAll = () => window.Plotly && all().forEach((chart) => !chart.classList.contains("as-table") && draw(chart));

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act='show-as-table']");
    if (!button) return;
    const chart = button.closest(".chart");
    const asTable = chart.classList.toggle("as-table");
    button.setAttribute("aria-pressed", String(asTable));
    button.querySelector("span").textContent = asTable ? "Show as chart" : "Show as table";
    if (!asTable) draw(chart);
  });
  document.addEventListener("accord:theme", drawAll);
  drawAll();
})();
