// Teams and their agents; a new agent is invited to choose a password. Programs get a token.
import { get, post } from "./api.js";
import { h, show } from "./dom.js";
import { form, input } from "./form.js";
import { mayAs } from "./frame.js";
import { all, heading, notices, secret, table } from "./settings_parts.js";
import { inviteAgent, link, people } from "./settings_users.js";
import { t } from "./words.js";

export async function teams(host) {
  const notice = notices();
  let list = [];
  let open = null;
  let agents = [];
  let known = [];

  const read = async () => {
    list = await get("/v1/teams");
    open = list.find((team) => team.name === open?.name) ?? list[0] ?? null;
    agents = open ? await all(get, `/v1/teams/${encodeURIComponent(open.name)}/agents`, (agent) => agent.id) : [];
    known = mayAs("admin") ? await people() : [];
    draw();
  };
  const invite = async (agent) => {
    try {
      notice.good(link(await inviteAgent(agent, known.find((user) => user.agent_id === agent.id))));
      known = await people();
    } catch (refused) {
      notice.bad(refused);
    }
  };
  const choose = async (event) => {
    open = list.find((team) => team.name === event.target.value);
    await read();
  };
  const token = async (agent) => {
    try {
      const made = await post("/v1/tokens", { role: "agent", agent_id: agent.id, label: agent.login });
      notice.good(secret(t("settings.token_once", { name: agent.name || agent.login }), made.token));
    } catch (refused) {
      notice.bad(refused);
    }
  };
  const newTeam = () => {
    const name = input({ spellcheck: "false" });
    return form({ yes: t("settings.create_team"), fields: [{ name: "name", label: t("settings.team_name"), hint: t("settings.team_hint"), input: name }], send: async () => {
      const made = await post("/v1/teams", { name: name.value.trim() });
      open = made;
      notice.good(t("settings.team_made", { name: made.name }));
      await read();
    } });
  };
  const newAgent = () => {
    const login = input({ spellcheck: "false" });
    const name = input({});
    const fields = [{ name: "login", label: t("settings.login"), hint: t("settings.login_hint"), input: login }, { name: "name", label: t("settings.agent_name"), input: name }];
    return form({ yes: t("settings.create_agent"), fields, send: async () => {
      const agent = await post(`/v1/teams/${encodeURIComponent(open.name)}/agents`, { login: login.value.trim(), name: name.value.trim() });
      notice.good(t("settings.agent_made", { name: agent.name || agent.login }));
      await read();
      if (mayAs("admin")) await invite(agent);
    } });
  };
  const act = (name, agent, onclick) => h("button", { class: "small", "aria-label": `${t(`settings.${name}`)}: ${agent.name}`, onclick: () => onclick(agent) }, t(`settings.${name}`));
  const draw = () => {
    show(host, heading(t("settings.teams")), notice.place,
      list.length === 0 ? h("p", { class: "surface" }, t("settings.no_team"))
        : h("div", { class: "field" }, h("label", { for: "team" }, t("word.team")), h("select", { id: "team", onchange: choose }, list.map((team) => h("option", { value: team.name, selected: team === open }, team.name)))),
      open && table(t("settings.agents_of", { team: open.name }), [t("settings.agent_name"), t("settings.login"), t("settings.actions")],
        agents.map((agent) => [agent.name, agent.login, mayAs("admin") && h("div", { class: "buttons" }, act("invite", agent, invite), act("new_token", agent, token))]), t("settings.no_agent")));
    // Forms are made anew: what was typed in the one before is done.
    host.append(h("div", { class: "two" }, open && h("div", { class: "surface stack" }, h("h3", {}, t("settings.new_agent", { team: open.name })), newAgent()),
      mayAs("admin") && h("div", { class: "surface stack" }, h("h3", {}, t("settings.new_team")), newTeam())));
  };
  await read();
}
