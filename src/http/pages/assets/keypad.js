// The keypad: tones by its on-screen keys alone. What is typed on the keyboard is never sent (T7.1).
import { post, Refused } from "./api.js";
import { ofDialog, whyNot } from "./buttons.js";
import { closeKeypad } from "./call.js";
import { desk, dialogs, path, refresh } from "./desk.js";
import { h } from "./dom.js";
import { panel, problem } from "./panel.js";
import { refusal, say } from "./said.js";
import { t } from "./words.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const LETTERS = { 2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ" };

/** The dialog whose keypad is open. */
export const keypadDialog = () => dialogs().find((dialog) => dialog.keypad);

/** Keys go one after the other: a fast hand keeps its order. */
let sending = Promise.resolve();

function send(dialog, digit) {
  sending = sending.then(() => post(path(dialog, "digits"), { digit })).catch((refused) => {
    if (!(refused instanceof Refused)) throw refused;
    say(refusal(refused.problem), true);
  }).finally(() => refresh().catch(() => {}));
}

export function keypadPanel() {
  const dialog = keypadDialog();
  const { keys, outstanding, outstanding_max: max } = dialog.keypad;
  const why = whyNot("send_digit", ofDialog(dialog));
  const press = (digit) => {
    if (why) say(why, true);
    else send(dialog, digit);
  };
  return panel(t("act.keypad"), { name: "keypad", onclose: () => closeKeypad(dialog) },
    h("label", { for: "keys-sent" }, t("keypad.sent")),
    h("input", { id: "keys-sent", readonly: true, value: keys, inputmode: "none", class: "keys-sent", tabindex: 0 }),
    h("div", { class: "pad-keys", role: "group", "aria-label": t("act.keypad") }, KEYS.map((digit) =>
      h("button", { type: "button", id: `digit-${KEYS.indexOf(digit)}`, "data-digit": digit, "aria-disabled": why ? "true" : null, "aria-describedby": why ? "keys-outstanding" : null, title: why, onclick: () => press(digit) },
        h("span", {}, digit), LETTERS[digit] && h("small", { "aria-hidden": "true" }, LETTERS[digit])))),
    h("p", { class: "quiet", id: "keys-outstanding" }, outstanding > 0 ? t("keypad.outstanding", { count: outstanding, max }) : t("keypad.all_sent")),
    h("p", { class: "hint" }, t("keypad.rests")), problem());
}

// A click outside closes it (T7.4); the Keypad button does so itself.
document.addEventListener("click", (event) => {
  const dialog = desk.view && keypadDialog();
  if (!dialog || !event.isTrusted) return;
  const inside = event.composedPath().some((element) => element.id === "panel-keypad" || element.id === "act-keypad");
  if (!inside) closeKeypad(dialog);
}, { capture: true });
