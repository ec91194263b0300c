// Sign in at a phone. The extension is remembered on this computer: it is the computer's phone, whoever sits there.
// The phone itself is another's matter: whatever rings there, its number comes from here (`POST /v1/me/session`).
import { post, remove } from "./api.js";
import { act, desk } from "./desk.js";
import { h } from "./dom.js";
import { problem } from "./panel.js";
import { t } from "./words.js";

const KEPT = "rappel_extension";

/** The form of somebody who is not at work yet. */
export function phoneForm() {
  const submit = async (event) => {
    event.preventDefault();
    const extension = document.getElementById("extension").value.trim();
    if (!extension) return;
    if (await act("sign_in", () => post("/v1/me/session", { extension }))) localStorage.setItem(KEPT, extension);
  };
  return h("form", { class: "surface phone", onsubmit: submit, key: "phone" }, h("h1", { id: "card-title", tabindex: -1 }, t("phone.title", { name: desk.view.agent.name })),
    h("label", { for: "extension" }, t("phone.extension")), h("p", { class: "hint", id: "extension-hint" }, t("phone.hint")),
    h("input", { id: "extension", value: localStorage.getItem(KEPT) ?? "", autocomplete: "off", inputmode: "tel", maxlength: 32, required: true, autofocus: true, "aria-describedby": "extension-hint problem" }),
    problem(), h("button", { class: "main", id: "act-sign_in", "aria-disabled": desk.busy || desk.lostAt !== null ? "true" : null }, desk.busy === "sign_in" ? t("busy.sign_in") : t("phone.enter")));
}

/** Leaves the phone. */
export const leavePhone = () => (desk.view.state === "logged_out" ? null : remove("/v1/me/session").catch(() => {}));
