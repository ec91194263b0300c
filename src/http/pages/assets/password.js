// One's own password, changed over the page where one is.
import { get, put, reveal } from "./api.js";
import { over, tell } from "./asking.js";
import { h } from "./dom.js";
import { form, input } from "./form.js";
import { t } from "./words.js";

/** The button that asks for a new password. */
export const passwordButton = () => h("button", { type: "button", class: "plain", id: "act-password", onclick: change }, t("common.password"));

async function change() {
  const who = await get("/v1/session");
  if (!who.has_password) return tell(t("password.none"));
  const typed = (name, completes) => input({ type: "password", required: true, id: name, autocomplete: completes });
  const old = typed("old_password", "current-password");
  const fresh = typed("fresh_password", "new-password");
  // Whatever keeps passwords for people is told whose these are.
  const whose = input({ class: "hidden", autocomplete: "username", readonly: true, tabindex: -1, "aria-label": t("sign_in.login"), value: who.label });
  over(t("password.change"), (end, cancel) => form({
    fields: [{ name: "old", label: t("password.old"), input: old }, { name: "new", label: t("password.new"), hint: t("sign_in.new_password_hint"), input: fresh }],
    yes: t("password.change"), extra: [cancel, whose, reveal(old, fresh)],
    send: async () => {
      await put("/v1/session/password", { old: old.value, new: fresh.value });
      end();
      tell(t("password.changed"));
    },
  }));
}
