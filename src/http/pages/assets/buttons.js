// Buttons that say what they do, by which key, and why they cannot do it now.
import { desk } from "./desk.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { refusal, say } from "./said.js";
import { t, textOr } from "./words.js";

/** Why an act of a dialog, or a command, cannot be done now; null where it can. */
export function whyNot(name, { allowed, refused }) {
  if (desk.lostAt !== null) return t("desktop.why_lost");
  if (allowed.includes(name)) return null;
  return refused[name] ? refusal(refused[name]) : t("desktop.why_unknown");
}

export const ofDialog = (dialog) => ({ allowed: dialog.allowed_acts, refused: dialog.refused_acts });
export const ofAgent = () => ({ allowed: desk.view.allowed_commands, refused: desk.view.refused_commands });

/**
 * A button. `name` is what it does (its id, its key in the word list, its busy text); `why` disables it and is said on hover,
 * focus and click. It stays in the tab order, so that the reason can be found.
 */
export function button(name, { label, why = null, onclick, kind = "", symbol = null, shortcut = true, ...more }) {
  const key = shortcut ? textOr(`key.${name}`, "") : "";
  const isBusy = desk.busy === name;
  // What a double click's second half would hit may be another button by then, in the same place.
  const click = ({ detail }) => detail < 2 && (why ? say(why, true) : onclick());
  const text = isBusy ? textOr(`busy.${name}`, t("busy.any")) : label ?? t(`act.${name}`);
  return h("span", { class: `act ${kind}`, key: name },
    h("button", {
      id: `act-${name}`, type: "button", class: kind, onclick: click, "data-key": key.toLowerCase() || null, "aria-keyshortcuts": key || null,
      "aria-disabled": why || isBusy ? "true" : null, "aria-busy": isBusy ? "true" : null, "aria-describedby": why ? `why-${name}` : null, ...more,
    }, symbol && icon(symbol), h("span", {}, text), key && h("kbd", { "aria-hidden": "true" }, key)),
    why && h("span", { id: `why-${name}`, role: "tooltip", class: "why" }, why));
}
