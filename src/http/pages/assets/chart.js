// Small charts, each with its table: what the eye sees at a glance, everybody can read.
import { h } from "./dom.js";
import { clock, number } from "./format.js";
import { t } from "./words.js";

const WIDTH = 640;
const HEIGHT = 160;
const FOOT = 22;
const LABEL = 14; // the height of one
const LETTER = 6.5; // the width of one, on average

/** A round number that is not below `most`, and whose half is round too. */
function roof(most) {
  const wanted = Math.max(most, 2);
  const unit = 10 ** Math.floor(Math.log10(wanted));
  return [1, 2, 4, 6, 8, 10].map((times) => times * unit).find((top) => top >= wanted);
}

/** The same for seconds, which are counted in minutes or hours where there are many. */
const roofOfSeconds = (most) => (most > 3600 ? 3600 * roof(most / 3600) : most > 60 ? 60 * roof(most / 60) : roof(most));

/**
 * Bars that stand on each other. `bars` are `{ label, values: [numbers] }`, `parts` what the values are called,
 * `areSeconds` says that they are times.
 */
export function bars({ title, bars: data, parts, areSeconds = false }) {
  const shown = areSeconds ? clock : number;
  const sum = (bar) => bar.values.reduce((all, value) => all + (value ?? 0), 0);
  const top = (areSeconds ? roofOfSeconds : roof)(Math.max(...data.map(sum)));
  const side = Math.max(40, shown(top).length * LETTER + 12);
  const step = (WIDTH - side) / Math.max(data.length, 1);
  // As many labels as there is room for, in two lines where one is not enough.
  const longest = Math.max(1, ...data.map((bar) => bar.label.length)) * LETTER;
  const lines = longest > step ? 2 : 1;
  const every = Math.max(1, Math.ceil(longest / step / lines));
  const foot = FOOT + (lines - 1) * LABEL;
  const high = (value) => (value / top) * (HEIGHT - FOOT - 8);
  const ground = HEIGHT - FOOT;
  const stack = (bar, at) => {
    let under = ground;
    return bar.values.map((value, part) => {
      under -= high(value ?? 0);
      return h("svg:rect", { class: `part-${part}`, x: side + at * step + step * 0.1, width: step * 0.8, y: under, height: high(value ?? 0) });
    });
  };
  const label = (bar, at) => {
    if (at % every !== 0) return null;
    const middle = Math.min(side + at * step + step / 2, WIDTH - (bar.label.length * LETTER) / 2);
    return h("svg:text", { x: middle, y: ground + FOOT - 6 + ((at / every) % lines) * LABEL, "text-anchor": "middle" }, bar.label);
  };
  const drawn = h("svg:svg", { viewBox: `0 0 ${WIDTH} ${ground + foot}`, class: "chart", "aria-hidden": "true", focusable: "false" },
    [0, 0.5, 1].map((share) => [
      h("svg:line", { class: "rule", x1: side, x2: WIDTH, y1: ground - high(top * share), y2: ground - high(top * share) }),
      h("svg:text", { x: side - 6, y: ground - high(top * share) + 4, "text-anchor": "end" }, shown(top * share))]),
    data.map(stack), data.map(label));
  const legend = parts.length > 1 && h("p", { class: "legend" }, parts.map((part, at) => h("span", {}, h("span", { class: `swatch part-${at}` }), ` ${part} `)));
  return h("figure", { class: "figure" }, h("figcaption", {}, title), legend, drawn,
    h("details", { key: title }, h("summary", {}, t("common.as_table")),
      h("table", {}, h("caption", { class: "hidden" }, title),
        h("thead", {}, h("tr", {}, h("td"), parts.map((part) => h("th", { scope: "col", class: "number" }, part)))),
        h("tbody", {}, data.map((bar) => h("tr", {}, h("th", { scope: "row" }, bar.label),
          bar.values.map((value) => h("td", { class: "number" }, value == null ? "" : shown(value)))))))));
}
