// The keyboard: one letter for each button, shown on it. Never while somebody types, and never a tone of the keypad.
import { close, desk, toggle } from "./desk.js";
import { h } from "./dom.js";
import { panel } from "./panel.js";
import { t } from "./words.js";

const types = (element) => element?.matches?.("input, select, textarea, [contenteditable]");

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && desk.panel) {
    event.preventDefault();
    return close();
  }
  if (event.key === "Escape") return document.getElementById("act-back")?.click();
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing || types(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    return toggle({ name: "help" });
  }
  if (event.key.startsWith("Arrow")) return step(event);
  const wanted = [...document.querySelectorAll("[data-key]")].filter((button) => button.dataset.key === event.key.toLowerCase());
  // An open panel comes first: it was opened last.
  const found = wanted.find((button) => button.closest(".panel")) ?? wanted[0];
  if (found) {
    event.preventDefault();
    found.focus();
    found.click();
  }
});

/** The arrows go through the choices of a list. */
function step(event) {
  const list = event.target.closest?.(".choices");
  if (!list) return;
  const buttons = [...list.querySelectorAll("button")];
  const way = event.key === "ArrowDown" || event.key === "ArrowRight" ? 1 : -1;
  event.preventDefault();
  buttons[(buttons.indexOf(event.target) + way + buttons.length) % buttons.length]?.focus();
}

const NAMES = ["accept", "decline", "reject", "close_contact", "answer", "decline_call", "ready", "not_ready", "place", "end", "mute", "hold",
  "retrieve", "consult", "conference", "transfer", "direct_transfer", "keypad", "reclassify", "callback", "recording", "wrap_up", "reason"];

/** The list of all keys. */
export const help = () => panel(t("common.help"), { name: "help" },
  h("dl", { class: "keys" }, NAMES.map((name) => h("div", {}, h("dt", {}, h("kbd", {}, t(`key.${name}`))), h("dd", {}, t(`act.${name}`)))),
    h("div", {}, h("dt", {}, h("kbd", {}, "?")), h("dd", {}, t("common.help"))),
    h("div", {}, h("dt", {}, h("kbd", {}, t("key.escape"))), h("dd", {}, t("desktop.close_panel")))),
  h("p", { class: "hint" }, t("desktop.keys_hint")));
