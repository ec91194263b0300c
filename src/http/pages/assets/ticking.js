// Times that go on by themselves: elements that know their instant. Nothing else on the page moves by itself.
import { clock, instant } from "./format.js";
import { h } from "./dom.js";
import { desk, now } from "./desk.js";
import { say } from "./said.js";
import { t } from "./words.js";

/** How long something lasts: "3:12". */
export const since = (at, properties = {}) => h("time", { ...properties, role: "timer", "data-own": true, "data-since": at });

/** How long something lasts yet; read out once when `warn` seconds are left. */
export const until = (at, properties = {}, warn = null) =>
  h("time", { ...properties, role: "timer", "data-own": true, "data-until": at, "data-warn": warn });

/** A bar that gets shorter from `from` to `to`. */
export const bar = (from, to) =>
  h("div", { class: "time-left", "aria-hidden": "true" }, h("div", { "data-own": true, "data-bar-from": from, "data-bar-to": to }));

/** The clock of a place that shows `at` at the instant of the view. */
export const clockAt = (at, properties = {}) => h("time", { ...properties, "data-own": true, "data-clock": at, "data-clock-now": desk.view.now });

const warned = new Set();

/** Brings every time up to date. */
export function tick() {
  if (!desk.view) return;
  const at = now();
  for (const element of document.querySelectorAll("[data-since], [data-until], [data-clock], [data-bar-to]")) put(element, element.dataset, at);
}

function put(element, { since: from, until: to, warn, clock: wall, clockNow, barFrom, barTo }, at) {
  let text;
  if (from) text = clock((at - Date.parse(from)) / 1000);
  else if (to) {
    const left = Math.max(0, Math.ceil((Date.parse(to) - at) / 1000));
    text = clock(left);
    if (warn && left > 0 && left <= Number(warn) && !warned.has(to)) {
      warned.add(to);
      say(t("desktop.seconds_left", { seconds: left }));
    }
  } else if (wall) text = wallNow(wall, clockNow, at);
  else {
    const share = (Date.parse(barTo) - at) / (Date.parse(barTo) - Date.parse(barFrom));
    element.style.transform = `scaleX(${Math.max(0, Math.min(1, share))})`;
    return;
  }
  if (element.textContent !== text) element.textContent = text;
}

/** "14:05": a wall clock as it goes on. Counted as if it were UTC, which has no clock changes. */
function wallNow(wall, viewNow, at) {
  const then = Date.parse(`${wall.slice(0, 19)}Z`) + at - Date.parse(viewNow);
  return instant(then, { timeStyle: "short", timeZone: "UTC" });
}

setInterval(tick, 250);
