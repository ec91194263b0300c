// Wrap-up reasons: chips with a search, the chosen one marked for every agent on the call. Without reasons there is nothing.
import { put } from "./api.js";
import { ofDialog, whyNot } from "./buttons.js";
import { act, changed, desk, path } from "./desk.js";
import { h } from "./dom.js";
import { say } from "./said.js";
import { t } from "./words.js";

const SEARCHED_FROM = 7;
const searches = new Map();
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** The chips of a dialog. */
export function reasonChips(dialog) {
  const reasons = dialog.wrap_up_reasons;
  if (reasons.length === 0) return null;
  const id = dialog.dialog_id;
  const why = whyNot("apply_wrap_up_reason", ofDialog(dialog));
  const wanted = plain(searches.get(id) ?? "");
  const found = reasons.filter((reason) => plain(reason).includes(wanted));
  const hasSearch = reasons.length >= SEARCHED_FROM;
  return h("section", { class: "reasons", "aria-labelledby": `reasons-${id}`, key: "reasons" },
    h("h2", { id: `reasons-${id}` }, t("act.reason"), " ", h("kbd", { "aria-hidden": "true" }, t("key.reason")), why && h("span", { class: "hint", id: `why-reasons-${id}` }, why)),
    hasSearch && h("input", { type: "search", id: `search-${id}`, "aria-label": t("common.search"), placeholder: t("common.search"), autocomplete: "off",
      oninput: (event) => {
        searches.set(id, event.target.value);
        changed();
      } }),
    h("div", { class: "chips choices", role: "group", "aria-labelledby": `reasons-${id}` }, found.map((reason) => chip(dialog, reason, why))),
    found.length === 0 && h("p", { class: "quiet" }, t("desktop.nothing_found")),
    h("button", { class: "hidden", tabindex: -1, "aria-hidden": "true", "data-key": t("key.reason").toLowerCase(), onclick: () => first(id).focus() }));
}

const first = (id) => document.getElementById(`search-${id}`) ?? document.querySelector(`[aria-labelledby="reasons-${id}"] .chips button`);

const chip = (dialog, reason, why) => {
  const name = `reason ${reason}`;
  return h("button", { type: "button", class: "chip", key: reason, "data-reason": reason, "aria-pressed": String(dialog.wrap_up_reason === reason), "aria-disabled": why ? "true" : null, "aria-describedby": why ? `why-reasons-${dialog.dialog_id}` : null,
    "aria-busy": desk.busy === name ? "true" : null, onclick: () => (why ? say(why, true) : act(name, () => put(path(dialog, "wrap-up-reason"), { reason }))) }, reason);
};
