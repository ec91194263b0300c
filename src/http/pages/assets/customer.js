// Who it is about: the customer's name, numbers, the time there and how sure that is, and what the campaign shows of them.
import { changed, desk } from "./desk.js";
import { h } from "./dom.js";
import { city, phone, wall } from "./format.js";
import { outcomeName } from "./said.js";
import { clockAt } from "./ticking.js";
import { t } from "./words.js";

/** The head of a card. */
export const who = (customer, id) => h("div", { class: "who" },
  h("div", {}, h("h1", { id, tabindex: -1 }, name(customer)), h("p", { class: "number" }, phone(customer.number), h("span", { class: "quiet" }, ` ${numberInfo(customer)}`)), otherNumbers(customer)),
  h("p", { class: "campaign quiet" }, customer.campaign, customer.account_number && h("span", {}, ` · ${customer.account_number}`)));

export const name = (customer) => [customer.first_name, customer.last_name].filter(Boolean).join(" ") || phone(customer.number);

function numberInfo({ number, numbers, number_label: label }) {
  const parts = label ? [label] : [];
  if (numbers.length > 1 && numbers.includes(number)) parts.push(t("customer.number_of", { index: numbers.indexOf(number) + 1, count: numbers.length }));
  return parts.length ? `(${parts.join(", ")})` : "";
}

function otherNumbers({ number, numbers }) {
  const others = numbers.filter((one) => one !== number);
  return others.length > 0 && h("p", { class: "quiet" }, t("customer.other_numbers", { numbers: others.map(phone).join(", ") }));
}

/** The clock there, big, and how sure. */
export function there({ local_times: times, zone_source: source, number }) {
  if (times.length === 0) return h("p", { class: "there" }, h("strong", {}, t("customer.zone_unknown")));
  // Zones whose clocks show the same are one time.
  const shown = Map.groupBy(times, (time) => time.at.slice(0, 16));
  const clocks = [...shown.values()].map(([first]) => clockAt(first.at, { class: "clock" }));
  const between = clocks.flatMap((clock, index) => (index ? [h("span", { class: "or" }, t("customer.or")), clock] : [clock]));
  return h("p", { class: "there" }, between, h("span", { class: "zone" },
    h("span", {}, t("customer.there_now"), " · ", places(times)), h("span", { class: "quiet" }, sureness(times, shown.size, source, number))));
}

const PLACES_MAX = 3;

function places(times) {
  const names = times.slice(0, PLACES_MAX).map((time) => city(time.zone));
  return names.join(", ") + (times.length > PLACES_MAX ? ` +${times.length - PLACES_MAX}` : "");
}

function sureness(times, clocks, source, number) {
  if (source !== "number") return t(`customer.from_${source}`);
  const area = number.match(/^\+1(\d{3})/)?.[1];
  const from = area ? t("customer.from_area_code", { code: area }) : t("customer.from_number");
  return clocks > 1 ? t("customer.confirm_which", { from, count: times.length }) : t("customer.confirm", { from });
}

/** What the campaign or the queue shows, in its order; can be folded. */
export function variables(fields, { id, unfolded }) {
  if (fields.length === 0) return null;
  const isOpen = isUnfolded(id, unfolded);
  return h("div", { class: "variables" },
    h("button", { type: "button", class: "plain fold", id: `fold-${id}`, "aria-expanded": String(isOpen), "aria-controls": `fields-${id}`, onclick: () => fold(id, unfolded, !isOpen) },
      t(isOpen ? "customer.fold" : "customer.unfold")),
    h("dl", { id: `fields-${id}`, hidden: !isOpen }, fields.map((field) => h("div", {}, h("dt", {}, field.name), h("dd", {}, field.value || "–")))));
}

const folds = new Map();

/** As the person left it, until the server says otherwise: a second call folds the first (T2.3). */
function isUnfolded(id, unfolded) {
  const kept = folds.get(id);
  if (kept?.unfolded === unfolded) return kept.isOpen;
  folds.set(id, { unfolded, isOpen: unfolded });
  return unfolded;
}

function fold(id, unfolded, isOpen) {
  folds.set(id, { unfolded, isOpen });
  changed();
}

/** The promise that a call keeps. */
export const keeps = (callback) => callback && h("p", { class: "notice good" }, t("customer.keeps_callback", { time: wall(callback.at), place: city(callback.zone) }));

/** "3 attempts, the last one: busy". */
export const soFar = ({ attempts, last_outcome: last }) => attempts > 0 && last && h("p", { class: "quiet" }, t("customer.attempts", { count: attempts, outcome: outcomeName(last) }));
