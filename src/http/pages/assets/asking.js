// Questions over the page: is it sure, and what is it?
import { h } from "./dom.js";
import { t } from "./words.js";

/** Shows a dialog until one of its buttons ends it; gives what that button says, null for "cancel". */
function panel(text, content, yes, isDangerous, answer) {
  return new Promise((resolve) => {
    const error = h("p", { class: "error", role: "alert" });
    const submit = (event) => {
      event.preventDefault();
      const value = answer(error);
      if (value !== undefined) end(value);
    };
    const dialog = h("dialog", { class: "panel", "aria-labelledby": "panel-text", oncancel: () => end(null) },
      h("form", { class: "stack", onsubmit: submit },
        h("p", { id: "panel-text" }, text), content, error,
        h("div", { class: "buttons" },
          h("button", { class: isDangerous ? "danger" : "main" }, yes),
          h("button", { type: "button", onclick: () => end(null) }, t("common.cancel")))));
    const end = (value) => {
      dialog.remove();
      resolve(value);
    };
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Shows a form over the page: `build(end, cancel)` makes it, `end()` closes it, and so does the button `cancel`. */
export function over(title, build) {
  const dialog = h("dialog", { class: "panel stack", "aria-labelledby": "panel-title", onclose: () => end() });
  const end = () => dialog.remove();
  dialog.append(h("h2", { id: "panel-title" }, title), build(end, h("button", { type: "button", onclick: end }, t("common.cancel"))));
  document.body.append(dialog);
  dialog.showModal();
}

/** Says something that somebody has to have read. */
export const tell = (text) => over(text, (end) => h("div", { class: "buttons" }, h("button", { type: "button", class: "main", onclick: end }, t("common.close"))));

/** "Is it sure?" */
export const confirm = (text, yes, isDangerous = false) => panel(text, null, yes, isDangerous, () => true);

/** Asks for a line of text. */
export function ask(text, hint, yes) {
  const field = h("input", { id: "panel-field", required: true, "aria-labelledby": "panel-text", "aria-describedby": "panel-hint", autocomplete: "off" });
  return panel(text, [h("p", { id: "panel-hint", class: "hint" }, hint), field], yes, false, () => field.value.trim() || undefined);
}

/** As `confirm`, where a person types `name` to show that they mean it. */
export function confirmByName(text, name, yes) {
  const field = h("input", { id: "panel-field", "aria-labelledby": "panel-text", autocomplete: "off", spellcheck: "false" });
  return panel(text, field, yes, true, (error) => {
    if (field.value.trim() === name) return true;
    error.textContent = t("common.type_name", { name });
    field.focus();
    return undefined;
  });
}
