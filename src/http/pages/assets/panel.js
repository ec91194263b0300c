// A panel beside the call: it covers nothing that happens, closes with Escape, and gives the focus back.
import { close, desk } from "./desk.js";
import { h } from "./dom.js";
import { t } from "./words.js";

/** A panel with a title. What has `data-focus` gets the focus when it opens. */
export const panel = (title, { name, onclose = close, ...more }, ...inside) =>
  h("section", { class: `panel surface ${name}`, id: `panel-${name}`, key: `panel-${name}`, role: "dialog", "aria-labelledby": `panel-title-${name}`, ...more },
    h("header", {}, h("h2", { id: `panel-title-${name}`, tabindex: -1 }, title),
      h("button", { type: "button", class: "plain close", "aria-label": t("common.close"), onclick: () => onclose() }, "×")),
    inside);

let focused = null;

/** Gives a panel that just opened the focus. */
export function focusNew() {
  const open = document.querySelector(".panel");
  if (open?.id === focused) return;
  focused = open?.id ?? null;
  (open?.querySelector("[data-focus]") ?? open?.querySelector("h2"))?.focus();
}

/** What went wrong, where it was asked for. */
export const problem = () => h("p", { class: "error", role: "alert", key: "problem" }, desk.error ? desk.error.message : "");
