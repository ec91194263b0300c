// Small charts, each with its table: what the eye sees at a glance, everybody can read.
import { h } from "./dom.js";
import { number } from "./format.js";
import { t } from "./words.js";

const WIDTH = 640;
const HEIGHT = 160;
const FOOT = 22;
const SIDE = 40;

/** A round number that is not below `most`. */
function roof(most) {
  const unit = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  return [1, 2, 5, 10].map((times) => times * unit).find((top) => top >= most) ?? most;
}

/**
 * Bars that stand on each other. `bars` are `{ label, values: [numbers] }`, `parts` what the values are called,
 * `shown(value)` how one is written.
 */
export function bars({ title, bars: data, parts, shown = number }) {
  const sum = (bar) => bar.values.reduce((all, value) => all + (value ?? 0), 0);
  const top = roof(Math.max(1, ...data.map(sum)));
  const step = (WIDTH - SIDE) / Math.max(data.length, 1);
  // As many labels as there is room for.
  const longest = Math.max(1, ...data.map((bar) => bar.label.length));
  const every = Math.max(1, Math.ceil((longest * 6.5) / step));
  const high = (value) => (value / top) * (HEIGHT - FOOT - 8);
  const stack = (bar, at) => {
    let under = HEIGHT - FOOT;
    return bar.values.map((value, part) => {
      under -= high(value ?? 0);
      return h("svg:rect", { class: `part-${part}`, x: SIDE + at * step + step * 0.1, width: step * 0.8, y: under, height: high(value ?? 0) });
    });
  };
  const drawn = h("svg:svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart", "aria-hidden": "true", focusable: "false" },
    [0, 0.5, 1].map((share) => [
      h("svg:line", { class: "rule", x1: SIDE, x2: WIDTH, y1: HEIGHT - FOOT - high(top * share), y2: HEIGHT - FOOT - high(top * share) }),
      h("svg:text", { x: SIDE - 6, y: HEIGHT - FOOT - high(top * share) + 4, "text-anchor": "end" }, shown(top * share))]),
    data.map(stack),
    data.map((bar, at) => at % every === 0 && h("svg:text", { x: SIDE + at * step + step / 2, y: HEIGHT - 6, "text-anchor": "middle" }, bar.label)));
  const legend = parts.length > 1 && h("p", { class: "legend" }, parts.map((part, at) => h("span", {}, h("span", { class: `swatch part-${at}` }), ` ${part} `)));
  return h("figure", { class: "figure" }, h("figcaption", {}, title), legend, drawn,
    h("details", { key: title }, h("summary", {}, t("common.as_table")),
      h("table", {}, h("caption", { class: "hidden" }, title),
        h("thead", {}, h("tr", {}, h("td"), parts.map((part) => h("th", { scope: "col", class: "number" }, part)))),
        h("tbody", {}, data.map((bar) => h("tr", {}, h("th", { scope: "row" }, bar.label),
          bar.values.map((value) => h("td", { class: "number" }, value == null ? "" : shown(value)))))))));
}
