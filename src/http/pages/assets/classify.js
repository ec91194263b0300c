// Reclassify: who answered. Any number of times, the last one counts; the button shows it.
import { put } from "./api.js";
import { ofDialog, whyNot } from "./buttons.js";
import { act, close, desk, dialogs, path } from "./desk.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { panel, problem } from "./panel.js";
import { classificationName } from "./said.js";
import { t } from "./words.js";

const VALUES = ["voice", "answering_machine", "busy", "fax", "invalid_number", "do_not_call"];

/** The choices, by number key too. */
export function classifyPanel() {
  const dialog = dialogs().find((it) => it.classification !== null);
  if (!dialog || whyNot("reclassify", ofDialog(dialog))) return null;
  const choose = async (value) => (await act(`classify ${value}`, () => put(path(dialog, "classification"), { classification: value }))) && close();
  return panel(t("act.reclassify"), { name: "reclassify" },
    h("div", { class: "choices column", role: "group", "aria-labelledby": "panel-title-reclassify" }, VALUES.map((value, index) =>
      h("button", { type: "button", id: `classify-${value}`, "data-key": String(index + 1), "data-focus": dialog.classification === value, "aria-pressed": String(dialog.classification === value),
        "aria-busy": desk.busy === `classify ${value}` ? "true" : null, onclick: () => choose(value) },
        icon(value), h("span", {}, classificationName(value)), h("kbd", { "aria-hidden": "true" }, index + 1)))),
    problem());
}
