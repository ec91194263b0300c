// Making a campaign, or changing its rules: by a form with the main fields, or by its file. Both are checked alike.
import { get, put, ask } from "./api.js";
import { h, show } from "./dom.js";
import { form, input, select } from "./form.js";
import { ruleSaid } from "./rule_said.js";
import { dropZone } from "./upload.js";
import { t } from "./words.js";

const address = (name) => `/campaigns?name=${encodeURIComponent(name)}`;
const at = (value, path) => path.split(/\./).reduce((inner, key) => inner?.[key], value);

function set(value, path, to) {
  const keys = path.split(/\./);
  const last = keys.pop();
  const inner = keys.reduce((whole, key) => (whole[key] ??= {}), value);
  if (to === undefined) delete inner[last];
  else inner[last] = to;
}

/** "10:00-13:00, 14:00-18:00" as the rules have it. */
const spans = (text) => text.split(/[,;]/).map((part) => part.trim().replace("–", "-")).filter(Boolean);

const PLAIN_KEYS = ["mon-fri", "sat", "sun", "sat-sun", "daily", "closed_dates"];

/** The form for `rules`; with `fixed` its name and team stay. */
function rulesForm(rules, teams, fixed) {
  const text = (name, properties = {}) => input({ value: at(rules, name) ?? "", ...properties });
  const numeric = (name, min, max) => text(name, { type: "number", min, max, inputmode: "numeric" });
  const flag = (name, otherwise, words) => ({
    name, label: t(words), hint: t(`${words}_hint`), read: (value) => value === "true",
    input: select([["false", t(`${words}_off`)], ["true", t(`${words}_on`)]], String(at(rules, name) ?? otherwise)),
  });
  const days = { "mon-fri": null, sat: null, sun: null };
  const hours = rules.hours ?? {};
  const weekday = ["mon", "tue", "wed", "thu", "fri"].map((day) => JSON.stringify(hours[day] ?? hours["mon-fri"] ?? hours.daily ?? []));
  // Hours that are written in another way are changed in the file.
  const isPlain = weekday.every((day) => day === weekday[0]) && Object.keys(hours).every((key) => PLAIN_KEYS.includes(key));
  const shown = { "mon-fri": JSON.parse(weekday[0]), sat: hours.sat ?? hours["sat-sun"] ?? hours.daily ?? [], sun: hours.sun ?? hours["sat-sun"] ?? hours.daily ?? [] };
  for (const day of Object.keys(days)) days[day] = input({ value: shown[day].join(", "), placeholder: "10:00-13:00, 14:00-18:00" });
  const fields = [
    { name: "name", label: t("campaigns.f_name"), hint: t("campaigns.f_name_hint"), input: text("name", { readonly: fixed, spellcheck: "false" }) },
    { name: "team", label: t("word.team"), input: select(teams.map((team) => [team.name, team.name]), rules.team, { disabled: fixed }) },
    { name: "country", label: t("campaigns.f_country"), hint: t("campaigns.f_country_hint"), input: text("country", { maxlength: 2, size: 4 }) },
    { name: "description", label: t("campaigns.f_description"), input: text("description") },
    { name: "hours.mon-fri", also: ["hours"], label: t("campaigns.f_mon_fri"), hint: t("campaigns.f_hours_hint"), input: days["mon-fri"] },
    { name: "hours.sat", label: t("campaigns.f_sat"), input: days.sat },
    { name: "hours.sun", label: t("campaigns.f_sun"), input: days.sun },
    { name: "priority", label: t("campaigns.f_priority"), hint: t("campaigns.f_priority_hint"), input: numeric("priority", 1, 100) },
    { name: "preview.seconds_max", label: t("campaigns.f_preview"), input: numeric("preview.seconds_max", 5, 3600) },
    { name: "attempts.contact_max", label: t("campaigns.f_contact_max"), input: numeric("attempts.contact_max", 1, 100) },
    { name: "attempts.number_max", label: t("campaigns.f_number_max"), input: numeric("attempts.number_max", 1, 100) },
    { name: "call.caller_id", label: t("campaigns.f_caller_id"), hint: t("campaigns.f_caller_id_hint"), input: text("call.caller_id", { type: "tel" }) },
    flag("detection.answering_machine", false, "campaigns.f_machine"),
    flag("detection.fax", false, "campaigns.f_fax"),
    flag("recording.calls_recorded", false, "campaigns.f_recording"),
    flag("recording.pause_allowed", true, "campaigns.f_pause"),
    { name: "wrap_up.seconds_max", label: t("campaigns.f_wrap_up"), input: numeric("wrap_up.seconds_max", 1, 3600) },
  ].filter((field) => isPlain || !field.name.startsWith("hours"));
  const read = () => {
    const made = structuredClone(rules);
    for (const field of fields.filter((one) => !one.name.startsWith("hours"))) {
      const value = field.input.value.trim();
      set(made, field.name, value === "" ? undefined : field.read ? field.read(value) : field.input.type === "number" ? Number(value) : value);
    }
    if (isPlain) {
      const typed = Object.fromEntries(Object.entries(days).map(([day, box]) => [day, spans(box.value)]).filter(([, list]) => list.length > 0));
      // Nothing typed: the careful hours of the country.
      const closed = hours.closed_dates;
      made.hours = Object.keys(typed).length === 0 ? undefined : { ...typed, ...(closed ? { closed_dates: closed } : {}) };
    }
    return made;
  };
  return { fields, read };
}

/** The file as text, with its problems at their lines. */
function fileForm(taken) {
  const text = h("textarea", { id: "toml", rows: 16, spellcheck: "false", "aria-describedby": "toml-problems", wrap: "off" });
  const problems = h("div", { id: "toml-problems", role: "alert", class: "stack" });
  const check = async () => {
    problems.replaceChildren();
    try {
      const checked = await ask("POST", "/v1/campaigns/check", new Blob([text.value], { type: "application/toml" }));
      return await taken(text.value, checked, problems);
    } catch (refused) {
      const errors = refused.problem?.errors ?? [];
      const list = errors.length ? errors : [{ problem: refused.message }];
      problems.replaceChildren(h("h3", {}, t("common.there_is_a_problem")), h("ul", { class: "error" }, list.map((error) => h("li", {},
        error.line ? h("button", { class: "link", type: "button", onclick: () => select_line(text, error.line) }, t("campaigns.line", { line: error.line })) : null,
        " ", error.field ? t("common.said_of", { name: error.field, text: ruleSaid(error) }) : ruleSaid(error)))));
    }
    return undefined;
  };
  const drop = dropZone({ id: "toml-file", label: t("campaigns.file_drop"), hint: t("campaigns.file_drop_hint"), accept: ".toml", taken: async (file) => {
    text.value = await file.text();
    check();
  } });
  return h("div", { class: "stack" }, drop, h("label", { for: "toml" }, t("campaigns.file_text")), text, problems,
    h("div", { class: "buttons" }, h("button", { type: "button", class: "main", onclick: check }, t("campaigns.file_check"))));
}

function select_line(area, line) {
  const lines = area.value.split("\n");
  const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  area.focus();
  area.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
}

export async function newCampaign(main) {
  const teams = await get("/v1/teams");
  if (teams.length === 0) {
    show(main, h("h1", {}, t("campaigns.new")), h("p", {}, t("campaigns.no_team"), " ", h("a", { href: "/settings" }, t("common.settings"))));
    return;
  }
  const { fields, read } = rulesForm({ team: teams[0].name }, teams, false);
  const send = async () => {
    const rules = read();
    // Without a name there is no address; the check says so at the field.
    await ask("POST", "/v1/campaigns/check", rules);
    await put(`/v1/campaigns/${encodeURIComponent(rules.name)}`, rules);
    location.assign(address(rules.name));
  };
  const taken = async (text, { rules, warnings }, problems) => {
    const make = async () => {
      await ask("PUT", `/v1/campaigns/${encodeURIComponent(rules.name)}`, new Blob([text], { type: "application/toml" }));
      location.assign(address(rules.name));
    };
    problems.replaceChildren(
      h("p", { class: "notice good" }, t("campaigns.file_good", { name: rules.name })),
      warnings.length > 0 && h("ul", { class: "warn" }, warnings.map((warning) => h("li", {}, `${warning.line ? `${t("campaigns.line", { line: warning.line })}: ` : ""}${t("common.said_of", { name: warning.field, text: ruleSaid(warning) })}`))),
      h("button", { type: "button", class: "main", onclick: () => make().catch((refused) => problems.prepend(h("p", { class: "error" }, refused.message))) }, t("campaigns.create")));
  };
  show(main, h("p", {}, h("a", { href: "/campaigns" }, t("campaigns.all"))), h("h1", {}, t("campaigns.new")),
    h("div", { class: "two" },
      h("section", { class: "surface" }, h("h2", {}, t("campaigns.by_form")), form({ fields, yes: t("campaigns.create"), says: ruleSaid, send })),
      h("section", { class: "surface" }, h("h2", {}, t("campaigns.by_file")), fileForm(taken))));
}

export async function editCampaign(main, name) {
  const [teams, { campaign }] = await Promise.all([get("/v1/teams"), get(`/v1/campaigns/${encodeURIComponent(name)}/summary`)]);
  const { fields, read } = rulesForm(campaign.rules, teams, true);
  const send = async () => {
    await put(`/v1/campaigns/${encodeURIComponent(name)}`, read());
    location.assign(address(name));
  };
  const taken = async (text) => {
    await ask("PUT", `/v1/campaigns/${encodeURIComponent(name)}`, new Blob([text], { type: "application/toml" }));
    location.assign(address(name));
  };
  show(main, h("p", {}, h("a", { href: address(name) }, `← ${name}`)), h("h1", {}, t("campaigns.change_rules")),
    h("div", { class: "two" },
      h("section", { class: "surface" }, h("h2", {}, t("campaigns.by_form")), form({ fields, yes: t("common.save"), says: ruleSaid, send })),
      h("section", { class: "surface" }, h("h2", {}, t("campaigns.by_file")), fileForm(taken))));
}
