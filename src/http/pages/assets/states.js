// Ready, Not ready with its reasons: now, or after what keeps the agent busy.
import { get, put } from "./api.js";
import { button, ofAgent, whyNot } from "./buttons.js";
import { act, changed, close, desk, toggle } from "./desk.js";
import { h } from "./dom.js";
import { panel, problem } from "./panel.js";
import { reasonName } from "./said.js";
import { t } from "./words.js";

let reasons = null;
let reason = "";

/** The buttons at the end of the bar, always in the same place. */
export function stateButtons() {
  const { state, pending } = desk.view;
  const isIdle = ["ready", "not_ready", "wrap_up"].includes(state);
  const ready = button("ready", { kind: state === "not_ready" || state === "wrap_up" ? "main" : "", symbol: "ready", "aria-pressed": String(state === "ready" || pending?.state === "ready"),
    why: state === "ready" ? t("desktop.why_ready") : whyNot("ready", ofAgent()), onclick: () => act("ready", () => put("/v1/me/state", { state: "ready" })) });
  const notReady = button("not_ready", { symbol: "not_ready", "aria-expanded": String(desk.panel?.name === "not_ready"), "aria-pressed": String(state === "not_ready" || pending?.state === "not_ready"),
    why: whyNot("not_ready", ofAgent()), onclick: choose });
  const place = button("place", { why: whyNot("place_call", ofAgent()), onclick: () => toggle({ name: "pad", purpose: "place" }),
    "aria-expanded": String(desk.panel?.name === "pad" && desk.panel.purpose === "place") });
  return h("div", { class: "states", role: "group", "aria-label": t(isIdle ? "desktop.state_now" : "desktop.state_after"), key: "states" }, place, ready, notReady);
}

async function choose() {
  toggle({ name: "not_ready" });
  reasons = await get("/v1/me/reasons").then((all) => all.not_ready, () => reasons);
  changed();
  queueMicrotask(() => document.querySelector("#panel-not_ready [data-focus]")?.focus());
}

/** The reasons to choose from; where none are assigned, one's own words. */
export function notReadyPanel() {
  const take = async (text) => (await act(`because ${text}`, () => put("/v1/me/state", { state: "not_ready", reason: text }))) && close();
  const own = h("form", { class: "row", onsubmit: (event) => {
    event.preventDefault();
    if (reason.trim()) take(reason);
  } }, h("label", { for: "own-reason" }, t("desktop.own_reason")),
    h("input", { id: "own-reason", "data-focus": true, maxlength: 40, required: true, oninput: (event) => (reason = event.target.value) }), h("button", { class: "main" }, t("act.not_ready")));
  const list = reasons && h("div", { class: "choices column", role: "group", "aria-labelledby": "panel-title-not_ready" }, reasons.map(({ label }, index) =>
    h("button", { type: "button", key: label, "data-focus": index === 0, "data-key": index < 9 ? String(index + 1) : null, "data-reason": label, "aria-busy": desk.busy === `because ${label}` ? "true" : null,
      onclick: () => take(label) }, h("span", {}, reasonName(label)), index < 9 && h("kbd", { "aria-hidden": "true" }, index + 1))));
  return panel(t("desktop.not_ready_why"), { name: "not_ready" }, reasons === null ? h("p", { class: "quiet" }, t("common.loading")) : reasons.length > 0 ? list : own, problem());
}
