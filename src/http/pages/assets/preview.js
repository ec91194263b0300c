// A preview: read, then accept or decline; decline asks whether to reject or to close.
import { post } from "./api.js";
import { button, ofAgent, whyNot } from "./buttons.js";
import { act, changed, desk } from "./desk.js";
import { h } from "./dom.js";
import { keeps, soFar, there, variables, who } from "./customer.js";
import { t } from "./words.js";
import { bar, until } from "./ticking.js";

let declining = null;
let begins = { id: null, at: null };

/** The card. */
export function previewCard() {
  const { preview } = desk.view;
  const { customer } = preview;
  return h("article", { class: "card surface", key: preview.reservation_id, "aria-labelledby": "card-title" },
    who(customer, "card-title"), there(customer), keeps(preview.callback), soFar(customer),
    variables(customer.fields, { id: preview.reservation_id, unfolded: true }));
}

/** What can be done, with the time that is left. */
export function previewActions() {
  const { preview } = desk.view;
  const id = preview.reservation_id;
  if (begins.id !== id) begins = { id, at: desk.view.since_at };
  const left = h("div", { class: "left", key: "left" }, bar(begins.at, preview.expires_at),
    h("span", { class: "hidden" }, t("desktop.preview_left")), until(preview.expires_at, { id: "preview-left" }, 10));
  const ask = (name, command, verb, more = {}) => button(name, { ...more, why: whyNot(command, ofAgent()),
    onclick: () => act(name, () => post(`/v1/me/preview/${id}/${verb}`)).then(() => (declining = null)) });
  if (declining !== id) {
    return [left, ask("accept", "accept_preview", "accept", { kind: "main" }),
      button("decline", { why: declineWhy(), onclick: () => decline(id), "aria-haspopup": "true" })];
  }
  return [left, h("div", { class: "choice row", role: "group", "aria-label": t("act.decline"), key: "decline" },
    ask("reject", "reject_preview", "reject"), ask("close_contact", "close_preview", "close"),
    button("back", { shortcut: false, onclick: () => decline(null) }),
    h("span", { class: "hint" }, t("desktop.decline_hint")))];
}

/** Declining makes no sense where neither of its choices works. */
function declineWhy() {
  const [reject, close] = ["reject_preview", "close_preview"].map((command) => whyNot(command, ofAgent()));
  return reject && close;
}

function decline(id) {
  declining = id;
  changed();
  queueMicrotask(() => document.getElementById(id ? "act-reject" : "act-decline")?.focus());
}
