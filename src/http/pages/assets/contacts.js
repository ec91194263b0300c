// Why is somebody called or not: find them, and read every rule.
import { get, post, put } from "./api.js";
import { fourNumbers } from "./campaign_parts.js";
import { h, show } from "./dom.js";
import { TIME, city, clock, instant, phone, wall } from "./format.js";
import { bar } from "./frame.js";
import { failed } from "./upload.js";
import { t, textOr } from "./words.js";

const main = h("main", { class: "wide" });
const found = h("section", { class: "stack" });
const grouped = h("section", { class: "stack" });
show(document.body, bar(), main);

const field = h("input", { id: "text", type: "search", autocomplete: "off", maxlength: 200, "aria-describedby": "text-hint" });
const submit = async (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (!text) return;
  history.replaceState(null, "", "/contacts");
  show(found, h("p", { class: "quiet" }, t("common.loading")));
  try {
    const all = await post("/v1/contacts/search", { text });
    if (all.length === 1) await one(all[0].contact.id);
    else several(all, text);
  } catch (refused) {
    show(found, failed(refused));
  }
};

show(main, h("h1", {}, t("contacts.title")),
  h("form", { class: "search", onsubmit: submit }, h("div", { class: "field" }, h("label", { for: "text" }, t("contacts.search")),
    h("p", { id: "text-hint", class: "hint" }, t("contacts.search_hint")), field), h("button", { class: "main" }, t("common.search"))),
  h("div", { role: "status", "aria-live": "polite" }, found), grouped);

/** "2026-11-24 17:30 in America/Chicago and 16:30 in America/Denver", in the words and the clock of the page. */
const there = (text) => text.split(" and ").map((part) => {
  const [, date, time, zone] = part.match(/^(?:(\S+) )?(\d\d:\d\d) in (\S+)$/) ?? [];
  return zone ? wall(`${date ?? "2000-01-01"}T${time}`, date ? undefined : TIME) + t("contacts.in_zone") + city(zone) : part;
}).join(t("contacts.and"));

const name = (contact) => `${contact.first_name} ${contact.last_name}`.trim() || t("word.contact_number", { id: contact.id });

function several(all, text) {
  if (all.length === 0) return show(found, h("p", { class: "notice warn" }, t("contacts.nobody", { text })));
  const line = ({ contact, campaign }) => h("tr", {},
    h("th", { scope: "row" }, h("a", { href: `/contacts?id=${contact.id}` }, name(contact))), h("td", {}, contact.account_number),
    h("td", {}, contact.numbers.map((one) => phone(one.number)).join(", ")), h("td", {}, campaign), h("td", {}, stateOf(contact)));
  return show(found, h("p", {}, t("contacts.found", { count: all.length })), h("div", { class: "scroll" }, h("table", {}, h("caption", { class: "hidden" }, t("contacts.title")),
    h("thead", {}, h("tr", {}, ["name", "account", "numbers", "campaign", "state"].map((key) => h("th", { scope: "col" }, t(`contacts.${key}`))))),
    h("tbody", {}, all.map(line)))));
}

/** The state is `"waiting"`-like inside an object: its name is what its only certain field says. */
const stateOf = (contact) => t(`word.${contact.state.state}`);

/** Answers hide the middle of a number; whoever sees the contact sees it. */
function whole(hidden, { numbers }) {
  const [begins, ends] = hidden.split("***");
  const fits = numbers.filter(({ number }) => number.startsWith(begins) && number.endsWith(ends ?? ""));
  return fits.length === 1 ? phone(fits[0].number) : hidden;
}

const verdict = (why, contact) => {
  const at = why.called_at && instant(why.called_at);
  const reason = why.reason && textOr(`word.why_${why.reason}`, why.reason);
  return t(`contacts.is_${why.standing}`, { at, number: why.number && whole(why.number, contact), reason });
};

/** What a rule found, in words. */
function says({ rule, allows, facts }) {
  const values = { ...facts, state: textOr(`word.${typeof facts.state === "object" ? facts.state?.state : facts.state}`, ""), zones: (facts.zones ?? []).map(city).join(", "), at: facts.not_before_at && instant(facts.not_before_at), source: facts.source };
  return t(`contacts.rule_${rule}_${allows ? "yes" : "no"}`, values);
}

async function one(id) {
  const path = `/v1/contacts/${id}`;
  const [contact, why, attempts, callbacks] = await Promise.all([get(path), get(`${path}/explain`), get(`${path}/attempts`), get(`${path}/callbacks`)]);
  const row = (label, value) => value && h("div", {}, h("dt", {}, label), h("dd", {}, value));
  let about = null;
  const rules = why.answers.flatMap((answer) => {
    const head = answer.number && answer.number !== about && h("tr", {}, h("th", { scope: "rowgroup", colspan: 3 }, whole(answer.number, contact)));
    about = answer.number;
    return [head, h("tr", {}, h("td", { class: `answer ${answer.allows ? "yes" : "no"}` }, answer.allows ? `✓ ${t("contacts.yes")}` : `✗ ${t("contacts.no")}`),
      h("td", {}, says(answer)), h("td", {}, answer.changes_at ? t("contacts.until", { at: instant(answer.changes_at), there: there(answer.changes_at_local ?? "") }) : ""))];
  });
  const zoneless = why.answers.some((answer) => answer.rule === "zone_known" && !answer.allows);
  show(found,
    h("div", { class: "head" }, h("h2", {}, name(contact)), h("span", { class: "quiet" }, why.campaign)),
    h("p", { class: `verdict ${why.callable ? "yes" : ""}` }, verdict(why, contact)),
    h("dl", { class: "figures" }, row(t("contacts.account"), contact.account_number), row(t("contacts.numbers"), contact.numbers.map((number) => `${phone(number.number)} (${number.label})`).join(", ")),
      row(t("contacts.state"), stateOf(contact)), row(t("contacts.attempts"), String(contact.progress.attempts))),
    zoneless && zoneForm(id),
    h("h3", {}, t("contacts.rules")),
    h("table", {}, h("caption", { class: "hidden" }, t("contacts.rules")), h("thead", {}, h("tr", {}, ["allows", "found_rule", "changes"].map((key) => h("th", { scope: "col" }, t(`contacts.${key}`))))), h("tbody", {}, rules)),
    h("h3", {}, t("contacts.attempts")), attempts.length === 0 ? h("p", { class: "quiet" }, t("contacts.no_attempt")) : attemptTable(attempts),
    h("h3", {}, t("contacts.callbacks")), callbacks.length === 0 ? h("p", { class: "quiet" }, t("contacts.no_callback")) : callbackTable(callbacks));
}

function attemptTable(attempts) {
  const talked = (attempt) => attempt.answered_at && attempt.hung_up_at ? clock((new Date(attempt.hung_up_at) - new Date(attempt.answered_at)) / 1000) : "";
  const line = (attempt) => h("tr", {}, h("td", {}, instant(attempt.opened_at)), h("td", {}, phone(attempt.number)),
    h("td", {}, attempt.outcome ? textOr(`outcome.${attempt.outcome.kind}`, attempt.outcome.kind) : t("word.going_on")), h("td", { class: "number" }, talked(attempt)), h("td", {}, attempt.wrap_up_reason ?? ""), h("td", {}, recording(attempt)));
  return h("div", { class: "scroll" }, h("table", {}, h("caption", { class: "hidden" }, t("contacts.attempts")),
    h("thead", {}, h("tr", {}, ["when", "number", "outcome", "talk", "label", "recording"].map((key) => h("th", { scope: "col" }, t(`contacts.${key}`))))), h("tbody", {}, attempts.map((attempt) => line({ ...attempt, ...attempt.phase })))));
}

/** Where there is a recording, it can be listened to. */
function recording(attempt) {
  if (!attempt.recording) return "";
  if (attempt.recording.state === "failed") return h("span", { class: "error" }, t("recording.board_failed"));
  return h("a", { href: `/v1/attempts/${attempt.id}/recording`, title: attempt.recording.path }, t("recording.listen"));
}

function callbackTable(callbacks) {
  const line = (callback) => h("tr", {}, h("td", {}, `${wall(callback.wall_time.at)} ${city(callback.wall_time.zone)}`), h("td", {}, instant(callback.due_at)),
    h("td", {}, phone(callback.number.number)), h("td", {}, textOr(`contacts.callback_${callback.state}`, callback.state)));
  return h("div", { class: "scroll" }, h("table", {}, h("caption", { class: "hidden" }, t("contacts.callbacks")),
    h("thead", {}, h("tr", {}, ["promised", "due", "number", "state"].map((key) => h("th", { scope: "col" }, t(`contacts.${key}`))))), h("tbody", {}, callbacks.map(line))));
}

/** Somebody knows where the customer is. */
function zoneForm(id) {
  const error = h("p", { class: "error", role: "alert", id: "zone-error" });
  const zone = h("input", { id: "zone", list: "zones", autocomplete: "off", "aria-describedby": "zone-error" });
  const state = async (event) => {
    event.preventDefault();
    error.textContent = "";
    try {
      await put(`/v1/contacts/${id}/zones`, { zones: [zone.value.trim()] });
      await one(id);
    } catch (refused) {
      error.textContent = refused.problem?.errors?.[0]?.problem ?? refused.message;
    }
  };
  return h("form", { class: "search", key: `zone-${id}`, onsubmit: state }, h("div", { class: "field" }, h("label", { for: "zone" }, t("contacts.zone")), error, zone,
    h("datalist", { id: "zones" }, Intl.supportedValuesOf("timeZone").map((value) => h("option", { value })))), h("button", {}, t("common.save")));
}

async function reasons() {
  const campaigns = (await get("/v1/campaigns")).filter((campaign) => campaign.state !== "ended");
  if (campaigns.length === 0) return;
  let chosen = campaigns.find((campaign) => campaign.state === "running") ?? campaigns[0];
  let open = "never";
  let outlook = null;
  const read = async () => {
    ({ outlook } = await get(`/v1/campaigns/${encodeURIComponent(chosen.rules.name)}/outlook`));
    draw();
  };
  const choose = (event) => {
    chosen = campaigns.find((campaign) => campaign.rules.name === event.target.value);
    read();
  };
  const draw = () => show(grouped, h("h2", {}, t("contacts.grouped")),
    h("div", { class: "field" }, h("label", { for: "campaign" }, t("word.campaign")),
      h("select", { id: "campaign", onchange: choose }, campaigns.map((campaign) => h("option", { value: campaign.rules.name, selected: campaign === chosen }, campaign.rules.name)))),
    outlook ? fourNumbers(outlook, { open, toggle: (part) => {
      open = open === part ? null : part;
      draw();
    } }) : h("p", { class: "quiet" }, t("common.loading")));
  await read();
}

const id = new URLSearchParams(location.search).get("id");
if (/^[0-9]+$/.test(id ?? "")) await one(id).catch((refused) => show(found, failed(refused)));
else field.focus();
await reasons();
