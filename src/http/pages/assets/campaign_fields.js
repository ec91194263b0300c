// The main rules of a campaign as fields of a form; each says what holds where it is left empty.
import { ask } from "./api.js";
import { h } from "./dom.js";
import { input, select } from "./form.js";
import { countryName, weekSaid } from "./rule_said.js";
import { t } from "./words.js";

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

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** The hours of one day, in rules as the server writes them: "daily", "mon-fri" or "mon". */
function hoursOf(hours, day) {
  const isOf = ([key]) => {
    if (key === "daily") return true;
    const [first, last = first] = key.split(/-/).map((name) => DAYS.indexOf(name));
    return first <= DAYS.indexOf(day) && DAYS.indexOf(day) <= last;
  };
  return Object.entries(hours).find(isOf)?.[1] ?? [];
}

/** Asks the check what holds in `country` where nothing is said; null where that is no country. */
async function defaultsIn(country) {
  const asked = await ask("POST", "/v1/campaigns/check", { name: "defaults", team: "defaults", country }).catch((refused) => {
    if (refused.code !== "bad_rules") throw refused;
    return null;
  });
  return asked?.rules ?? null;
}

// Only the hours depend on the country.
const ANY_COUNTRY = "US";

/** The fields for `rules`, and `read()` for what is in them; with `fixed` name and team stay. */
export async function rulesFields(rules, teams, fixed) {
  let defaults = await defaultsIn(rules.country ?? ANY_COUNTRY);
  let careful = rules.country ? defaults : null;
  const text = (name, properties = {}) => input({ value: at(rules, name) ?? "", ...properties });
  const numeric = (name, words, min, max, hint) => ({
    name, label: t(words), hint: [hint && [t(hint), " "], t("campaigns.if_empty", { value: at(defaults, name) })],
    input: text(name, { type: "number", min, max, inputmode: "numeric" }),
  });
  const flag = (name, words) => ({
    name, label: t(words), hint: t(`${words}_hint`), read: (value) => value === "true",
    input: select([["false", t(`${words}_off`)], ["true", t(`${words}_on`)]], String(at(rules, name) ?? at(defaults, name))),
  });
  const hours = hoursFields(rules.hours ?? {});
  const tellCareful = () => {
    hours.careful.textContent = careful
      ? t("campaigns.f_hours_careful", { country: countryName(careful.country), week: weekSaid(careful.hours) })
      : t("campaigns.f_hours_country");
  };
  const country = text("country", { maxlength: 2, size: 4, autocapitalize: "characters", spellcheck: "false", oninput: async () => {
    const typed = country.value.trim().toUpperCase();
    const found = typed.length === 2 ? await defaultsIn(typed) : null;
    // Somebody may have typed on meanwhile.
    if (typed !== country.value.trim().toUpperCase()) return;
    careful = found;
    defaults = found ?? defaults;
    tellCareful();
  } });
  tellCareful();
  const fields = [
    { name: "name", label: t("campaigns.f_name"), hint: t("campaigns.f_name_hint"), input: text("name", { readonly: fixed, spellcheck: "false" }) },
    { name: "team", label: t("word.team"), input: select(teams.map((team) => [team.name, team.name]), rules.team, { disabled: fixed }) },
    { name: "country", label: t("campaigns.f_country"), hint: t("campaigns.f_country_hint"), read: (value) => value.toUpperCase(), input: country },
    { name: "description", label: t("campaigns.f_description"), input: text("description") },
    ...hours.fields,
    numeric("priority", "campaigns.f_priority", 1, 100, "campaigns.f_priority_hint"),
    numeric("preview.seconds_max", "campaigns.f_preview", 5, 3600),
    numeric("attempts.contact_max", "campaigns.f_contact_max", 1, 100),
    numeric("attempts.number_max", "campaigns.f_number_max", 1, 100),
    { name: "call.caller_id", label: t("campaigns.f_caller_id"), hint: [t("campaigns.f_caller_id_hint"), " ", t("campaigns.f_caller_id_empty")], input: text("call.caller_id", { type: "tel" }) },
    flag("detection.answering_machine", "campaigns.f_machine"),
    flag("detection.fax", "campaigns.f_fax"),
    flag("recording.calls_recorded", "campaigns.f_recording"),
    flag("recording.pause_allowed", "campaigns.f_pause"),
    numeric("wrap_up.seconds_max", "campaigns.f_wrap_up", 1, 3600),
  ];
  const read = () => {
    const made = structuredClone(rules);
    for (const field of fields.filter((one) => !hours.fields.includes(one))) {
      const value = field.input.value.trim();
      set(made, field.name, value === "" ? undefined : field.read ? field.read(value) : field.input.type === "number" ? Number(value) : value);
    }
    made.hours = hours.read(defaults.hours);
    return made;
  };
  return { fields, read };
}

/** The hours: of Monday to Friday, of Saturday and of Sunday. Hours that are written in another way are changed in the file. */
function hoursFields(hours) {
  const careful = h("span", {});
  const monday = hoursOf(hours, "mon").join(", ");
  const isPlain = DAYS.slice(0, 5).every((day) => hoursOf(hours, day).join(", ") === monday);
  if (!isPlain) {
    const shown = input({ value: weekSaid(hours), readonly: true });
    return { careful, read: () => hours, fields: [{ name: "hours", label: t("campaigns.f_hours"), hint: t("campaigns.f_hours_by_file"), input: shown }] };
  }
  const day = (name, label, hint, written) => ({ name: `hours.${name}`, label: t(label), hint, input: input({ value: written, spellcheck: "false" }) });
  const fields = [
    { ...day("mon-fri", "campaigns.f_mon_fri", [t("campaigns.f_hours_hint"), " ", careful], monday), also: ["hours"] },
    day("sat", "campaigns.f_sat", t("campaigns.f_day_empty"), hoursOf(hours, "sat").join(", ")),
    day("sun", "campaigns.f_sun", t("campaigns.f_day_empty"), hoursOf(hours, "sun").join(", ")),
  ];
  const read = (otherwise) => {
    const typed = Object.fromEntries(["mon-fri", "sat", "sun"].map((key, at) => [key, spans(fields[at].input.value)]).filter(([, list]) => list.length > 0));
    const closed = hours.closed_dates;
    // Nothing typed: the careful hours of the country. Where dates are closed, hours have to stand beside them.
    if (!closed) return Object.keys(typed).length === 0 ? undefined : typed;
    return { ...(Object.keys(typed).length === 0 ? otherwise : typed), closed_dates: closed };
  };
  return { careful, read, fields };
}
