// People who sign in by name and password. Whoever is invited chooses it by a link, which is shown this once.
import { get, post, put, remove } from "./api.js";
import { confirm, over } from "./asking.js";
import { h, show } from "./dom.js";
import { form, input, select } from "./form.js";
import { instant } from "./format.js";
import { all, heading, notices, secret, table } from "./settings_parts.js";
import { t } from "./words.js";

const ROLES = ["agent", "supervisor", "manager", "admin"];

/** All of them. */
export const people = () => all(get, "/v1/users");

/** The link by which somebody who was invited chooses a password. */
export const link = ({ login, invitation_path: path }) => secret(t("settings.link_once", { name: login }), new URL(path, location.href).href);

/** Invites an agent, whether they signed in before or not. */
export const inviteAgent = (agent, user) => (user ? post(`/v1/users/${user.id}/invitation`) : post("/v1/users", { login: agent.login, role: "agent", agent_id: agent.id }));

/** What somebody may do, to be chosen; `is` is what they may do until now. */
function rights(teams, agents, is) {
  const role = select(ROLES.map((name) => [name, t(`settings.role_${name}`)]), is?.role ?? "supervisor");
  const team = select([["", t("settings.all_teams")], ...teams.map((one) => [one.name, one.name])], teams.find((one) => one.id === is?.team_id)?.name ?? "");
  const agent = select([["", t("settings.choose")], ...agents.map((one) => [one.id, `${one.name} (${one.login})`])], is?.agent_id ?? "");
  const suit = () => {
    for (const [field, isRight] of [[agent, role.value === "agent"], [team, role.value !== "agent"]]) field.closest(".field").hidden = !isRight;
  };
  role.onchange = suit;
  return {
    fields: [{ name: "role", label: t("settings.role"), input: role }, { name: "agent_id", label: t("word.agent"), input: agent }, { name: "team", label: t("settings.for_whom"), input: team }],
    agent, suit,
    wish: () => (role.value === "agent" ? { role: "agent", agent_id: agent.value ? Number(agent.value) : null } : { role: role.value, team: team.value || null }),
  };
}

export async function users(host) {
  const notice = notices();
  const teams = await get("/v1/teams");
  const agents = (await Promise.all(teams.map((team) => all(get, `/v1/teams/${encodeURIComponent(team.name)}/agents`)))).flat();
  const ofTeam = (id) => (id == null ? t("settings.all_teams") : teams.find((team) => team.id === id)?.name ?? id);
  let list = [];

  const read = async () => {
    list = await people();
    list.sort((one, other) => Boolean(one.disabled_at) - Boolean(other.disabled_at) || one.login.localeCompare(other.login));
    draw();
  };
  /** Does something, says what came of it, and looks again. */
  const does = async (act, said) => {
    try {
      notice.good(said(await act()));
      await read();
    } catch (refused) {
      notice.bad(refused);
    }
  };
  const invite = (user) => does(() => post(`/v1/users/${user.id}/invitation`), link);
  const disable = async (user) => {
    if (!(await confirm(t("settings.disable_sure", { name: user.login }), t("settings.disable"), true))) return;
    await does(() => remove(`/v1/users/${user.id}`), () => t("settings.disabled_done", { name: user.login }));
  };
  const change = (user) => {
    const chosen = rights(teams, free(user), user);
    over(t("settings.rights_of", { name: user.login }), (end, cancel) => form({ fields: chosen.fields, yes: t("common.save"), extra: cancel, send: async () => {
      await put(`/v1/users/${user.id}`, chosen.wish());
      end();
      await does(async () => {}, () => t("settings.rights_changed", { name: user.login }));
    } }));
    chosen.suit();
  };
  /** Agents whom nobody signs in as yet, but for this user. */
  const free = (user) => agents.filter((agent) => !list.some((one) => one.agent_id === agent.id && one.id !== user?.id));

  const add = () => {
    const login = input({ spellcheck: "false", autocapitalize: "none" });
    const chosen = rights(teams, free());
    chosen.agent.onchange = () => (login.value ||= agents.find((agent) => String(agent.id) === chosen.agent.value)?.login ?? "");
    const own = form({ fields: [...chosen.fields, { name: "login", label: t("sign_in.login"), hint: t("settings.login_hint"), input: login }], yes: t("settings.invite"),
      send: async () => {
        const made = await post("/v1/users", { login: login.value.trim(), ...chosen.wish() });
        await does(async () => made, link);
      } });
    chosen.suit();
    return own;
  };
  const act = (user, name, onclick) => h("button", { class: "small", "aria-label": `${t(`settings.${name}`)}: ${user.login}`, "data-act": name, onclick: () => onclick(user) }, t(`settings.${name}`));
  const acts = (user) => h("div", { class: "buttons" }, !user.disabled_at && act(user, "rights", change), act(user, "invite_again", invite), !user.disabled_at && act(user, "disable", disable));
  const draw = () => {
    show(host, heading(t("settings.users")), notice.place, table(t("settings.users"), [t("sign_in.login"), t("settings.role"), t("settings.for_whom"), t("word.state"), t("settings.actions")],
      list.map((user) => [user.login, t(`settings.role_${user.role}`), ofTeam(user.team_id), t(`settings.user_${user.state}`, { time: user.invitation_ends_at && instant(user.invitation_ends_at) }), acts(user)]), t("settings.no_user")));
    // The form is made anew: what was typed in the one before is done.
    host.append(h("div", { class: "surface stack narrow" }, h("h3", {}, t("settings.new_user")), add()));
  };
  await read();
}
