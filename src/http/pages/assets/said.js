// How codes of the server are said in words.
import { sayProblems } from "./api.js";
import { t, textOr } from "./words.js";

const slug = (text) => text.toLowerCase().replace(/[^a-z]+/g, "_").replace(/^_|_$/g, "");

/** A refusal: `code` with its values, and `message` where there is no word for it. */
export function refusal(it) {
  if (it.code === "not_in_this_call") return textOr(`why.${slug(it.why)}`, it.message ?? it.detail ?? null);
  const state = it.state && stateName(it.state);
  const says = textOr(`${it.code}.${it.rule ?? it.why}`, it.says);
  return textOr(`refusal.${it.code}`, it.message ?? it.detail ?? null, { ...it, state, says });
}

sayProblems((problem) => refusal({ ...problem, message: null, detail: null }));

/** The name of a state. */
export const stateName = (state, outbound = false) => t(`state.${state}${outbound ? "_outbound" : ""}`);

/** Why somebody is not ready: the reasons of the system have words, those of people are words. */
export const reasonName = (reason) => textOr(`reason.${reason}`, reason);

/** How an attempt ended. */
export const outcomeName = (outcome) => t(`outcome.${outcome.kind}`);

/** Who answered. */
export const classificationName = (value) => t(`outcome.${value}`);

let polite, urgent;

/** Gives the two regions that are read out. */
export function regions(h) {
  polite = h("div", { id: "said", class: "hidden", role: "status", "aria-live": "polite", "data-own": true, key: "said" });
  urgent = h("div", { id: "urgent", class: "hidden", role: "alert", "data-own": true, key: "urgent" });
  return [polite, urgent];
}

const READING_MS = 800;
const waiting = [];
let reading = false;

/** Has a text read out, one after the other; at once where it is urgent. */
export function say(text, isUrgent = false) {
  if (isUrgent) return put(urgent, text);
  waiting.push(text);
  if (!reading) next();
}

function next() {
  reading = waiting.length > 0;
  if (!reading) return;
  put(polite, waiting.shift());
  setTimeout(next, READING_MS);
}

function put(region, text) {
  region.textContent = "";
  // Another task: a region that is filled as it is emptied says nothing.
  setTimeout(() => (region.textContent = text), 50);
}
