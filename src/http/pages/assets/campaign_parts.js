// Parts of the pages of campaigns.
import { h } from "./dom.js";
import { city, instant, number } from "./format.js";
import { t, textOr } from "./words.js";

const SHAPES = { draft: "✎", running: "▶", paused: "❚❚", ended: "■" };

/** The state of a campaign: word, shape, colour. */
export const badge = (state) => h("span", { class: `badge ${state}` }, h("span", { "aria-hidden": "true" }, SHAPES[state]), ` ${t(`word.${state}`)}`);

const why = (code) => textOr(`word.why_${code}`, code);

/** The four numbers; each opens its reasons, with an example and when the next one can be called. */
export function fourNumbers(outlook, { open, toggle, example = true, id = "reasons" }) {
  const tile = (part) => h("button", { key: part, class: `tile ${part}`, "aria-expanded": String(open === part), "aria-controls": id, onclick: () => toggle(part) },
    h("span", { class: "value" }, number(outlook[part].contacts)), h("span", { class: "name" }, t(`word.${part}`)));
  const reason = (one) => h("tr", { key: one.code }, h("th", { scope: "row" }, why(one.code)), h("td", { class: "number" }, number(one.contacts)),
    h("td", {}, one.next_at && one.code !== "callable" ? instant(one.next_at) : ""),
    example && h("td", {}, h("a", { href: `/contacts?id=${one.example}` }, t("word.contact_number", { id: one.example }))));
  const part = open && outlook[open];
  return [
    h("div", { class: "four" }, ["now", "later_today", "later", "never"].map(tile)),
    h("div", { id }, part && (part.reasons.length === 0 ? h("p", { class: "quiet" }, t("campaigns.no_contact_here"))
      : h("table", {}, h("caption", {}, t("campaigns.reasons", { part: t(`word.${open}`) })),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("campaigns.why")), h("th", { scope: "col", class: "number" }, t("campaigns.how_many")),
          h("th", { scope: "col" }, t("campaigns.next_at")), example && h("th", { scope: "col" }, t("campaigns.example")))),
        h("tbody", {}, part.reasons.map(reason))))),
  ];
}

/** A day from now on, for each zone: when calls may start. */
export function strip(outlook) {
  if (outlook.zones.length === 0) return h("p", { class: "quiet" }, t("campaigns.nobody_waits"));
  const from = new Date(outlook.counted_at).getTime();
  const day = 24 * 3600 * 1000;
  const x = (at) => ((new Date(at) - from) / day) * 960;
  const there = (at, zone) => new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZone: zone }).format(new Date(at));
  const hours = Array.from({ length: 25 }, (_, hour) => Math.ceil(from / 3600000) * 3600000 + hour * 3600000).filter((at) => at < from + day);
  const line = ({ zones, contacts, open }) => {
    const first = zones[0];
    const spans = open.length === 0 ? t("campaigns.closed_all_day") : open.map((span) => `${there(span.from_at, first)}–${new Date(span.until_at) < from + day ? there(span.until_at, first) : "…"}`).join(", ");
    return h("tr", {}, h("th", { scope: "row" }, zones.map(city).join(", ")), h("td", { class: "number" }, number(contacts)),
      h("td", { class: "bar-cell" },
        h("svg:svg", { viewBox: "0 0 960 24", class: "strip", "aria-hidden": "true", preserveAspectRatio: "none" },
          h("svg:rect", { class: "shut", x: 0, y: 4, width: 960, height: 16 }),
          open.map((span) => h("svg:rect", { class: "open", x: x(span.from_at), y: 4, width: Math.max(2, x(span.until_at) - x(span.from_at)), height: 16 })),
          hours.map((at) => h("svg:line", { class: "hour", x1: x(at), x2: x(at), y1: 0, y2: new Date(at).getHours() % 6 === 0 ? 24 : 4 })))),
      h("td", {}, spans));
  };
  return h("div", { class: "scroll" }, h("table", { class: "strips" }, h("caption", { class: "hidden" }, t("campaigns.strip")),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("campaigns.zone")), h("th", { scope: "col", class: "number" }, t("campaigns.wait")),
      h("th", { scope: "col" }, t("campaigns.next_day")), h("th", { scope: "col" }, t("campaigns.open_there")))),
    h("tbody", {}, outlook.zones.map(line))));
}
