// Sign in at a phone: one on the desk, or this browser. Which, and the extension of the one on the desk, is remembered on this
// computer: it is the computer's phone, whoever sits there.
import { post, remove } from "./api.js";
import { act, changed, desk } from "./desk.js";
import { h } from "./dom.js";
import { keep, kept } from "./kept.js";
import { problem } from "./panel.js";
import { begin, end, giveBack } from "./softphone.js";
import { isOffered, microphoneParts } from "./softphone_parts.js";
import { t } from "./words.js";

const KEPT = "rappel_extension";
const KIND = "phone_kind";

let kind = kept(KIND, localStorage.getItem(KEPT) ? "desk" : "browser");
const isBrowser = () => isOffered() && kind === "browser";

function choose(wanted) {
  kind = wanted;
  keep(KIND, kind);
  desk.error = null;
  changed();
}

/** Works with the telephone in this browser: first it is registered, so that nothing is offered that cannot be called. */
async function withBrowser() {
  const extension = await begin();
  try {
    return await post("/v1/me/session", { extension });
  } catch (refused) {
    await giveBack();
    throw refused;
  }
}

async function submit(event) {
  event.preventDefault();
  if (isBrowser()) return act("sign_in", withBrowser);
  const extension = document.getElementById("extension").value.trim();
  if (!extension) return;
  if (await act("sign_in", () => post("/v1/me/session", { extension }))) localStorage.setItem(KEPT, extension);
}

/** The form of somebody who is not at work yet. */
export const phoneForm = () => h("form", { class: "surface phone", onsubmit: submit, key: "phone" }, h("h1", { id: "card-title", tabindex: -1 }, t("phone.title", { name: desk.view.agent.name })),
  isOffered() && h("fieldset", { class: "kinds", key: "kinds" }, h("legend", { class: "hidden" }, t("phone.kind")), choice("browser"), choice("desk")),
  isBrowser() ? h("div", { class: "stack", key: "browser" }, h("p", { class: "hint" }, t("phone.browser_hint")), microphoneParts()) : extensionField(),
  problem(), h("button", { class: "main", id: "act-sign_in", "aria-disabled": desk.busy || desk.lostAt !== null ? "true" : null }, desk.busy === "sign_in" ? t("busy.sign_in") : t("phone.enter")));

const choice = (name) => h("label", { class: "check" }, h("input", { type: "radio", name: "kind", id: `kind-${name}`, checked: kind === name, onchange: () => choose(name) }), t(`phone.${name}`));

const extensionField = () => h("div", { class: "field", key: "desk" }, h("label", { for: "extension" }, t("phone.extension")), h("p", { class: "hint", id: "extension-hint" }, t("phone.hint")),
  h("input", { id: "extension", value: localStorage.getItem(KEPT) ?? "", autocomplete: "off", inputmode: "tel", maxlength: 32, required: true, autofocus: true, "aria-describedby": "extension-hint problem" }));

/** Leaves the phone; its account ends with the agent's work. */
export async function leavePhone() {
  if (desk.view.state !== "logged_out") await remove("/v1/me/session").catch(() => {});
  end();
}
