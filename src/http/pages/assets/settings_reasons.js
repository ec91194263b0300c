// Reasons that agents choose from: for wrap-up, and for Not ready; for all teams or for one.
import { get, post, remove } from "./api.js";
import { confirm } from "./asking.js";
import { h, show } from "./dom.js";
import { form, input, select } from "./form.js";
import { mayAs } from "./frame.js";
import { heading, notices, table } from "./settings_parts.js";
import { t } from "./words.js";

export async function reasons(host) {
  const notice = notices();
  const teams = await get("/v1/teams");
  const teamOf = (id) => (id == null ? t("settings.all_teams") : teams.find((team) => team.id === id)?.name ?? id);
  let list = [];

  const read = async () => {
    list = await get("/v1/reasons");
    draw();
  };
  const drop = async (reason) => {
    if (!(await confirm(t("settings.remove_reason_sure", { label: reason.label }), t("settings.remove"), true))) return;
    try {
      await remove(`/v1/reasons/${reason.id}`);
      notice.good(t("settings.removed", { name: reason.label }));
      await read();
    } catch (refused) {
      notice.bad(refused);
    }
  };
  const add = () => {
    const kind = select([["wrap_up", t("settings.kind_wrap_up")], ["not_ready", t("settings.kind_not_ready")]], "wrap_up");
    const code = input({ type: "number", min: 1, max: 65535, inputmode: "numeric" });
    const label = input({ maxlength: 40 });
    const team = select([["", t("settings.all_teams")], ...teams.map((one) => [one.name, one.name])], "");
    const fields = [
      { name: "kind", label: t("settings.kind"), input: kind }, { name: "label", label: t("settings.label"), hint: t("settings.label_hint"), input: label },
      { name: "code", label: t("settings.code"), hint: t("settings.code_hint"), input: code }, { name: "team", label: t("settings.for_whom"), input: team }];
    return form({ fields, yes: t("settings.create_reason"), send: async () => {
      const wish = { kind: kind.value, label: label.value.trim(), code: Number(code.value), ...(team.value ? { team: team.value } : {}) };
      const made = await post("/v1/reasons", wish);
      notice.good(t("settings.reason_made", { label: made.label }));
      await read();
    } });
  };
  const part = (kind) => [h("h3", {}, t(`settings.kind_${kind}`)), table(t(`settings.kind_${kind}`), [t("settings.label"), t("settings.code"), t("settings.for_whom"), t("settings.actions")],
    list.filter((reason) => reason.kind === kind).map((reason) => [reason.label, String(reason.code), teamOf(reason.team_id),
      mayAs("admin") && h("button", { class: "small", "aria-label": `${t("settings.remove")}: ${reason.label}`, onclick: () => drop(reason) }, t("settings.remove"))]), t(`settings.no_${kind}`))];
  const draw = () => {
    show(host, heading(t("settings.reasons")), notice.place, part("wrap_up"), part("not_ready"));
    if (mayAs("admin")) host.append(h("div", { class: "surface stack narrow" }, h("h3", {}, t("settings.new_reason")), add()));
  };
  await read();
}
