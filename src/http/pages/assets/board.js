// The live board of a team: its agents, its callers, its campaigns; and the same for a wall.
import { get, put, remove } from "./api.js";
import { Rows } from "./board_rows.js";
import { h, show } from "./dom.js";
import { clock, number } from "./format.js";
import { bar, mayAs } from "./frame.js";
import { keep, kept } from "./kept.js";
import { ask, confirm } from "./asking.js";
import "./said.js";
import { follow } from "./stream.js";
import { t } from "./words.js";

const REFRESH_MS = 1500; // the whole view, after something happened
const CAMPAIGNS_MS = 15_000;
const COUNTS_MS = 600_000; // in between they are counted from the events
const EVENTS_KEPT = 1000;
const STATES = ["ready", "reserved", "talking", "hold", "wrap_up", "not_ready", "logged_out"];
const LIMITS = { reserved: 2, talking: 15, hold: 2, wrap_up: 2, not_ready: 20 };

const isWall = new URLSearchParams(location.search).has("wall");
const limits = kept("board-limits", LIMITS);
const host = { notice: h("div", { role: "status" }), tiles: h("section", { class: "tiles", "aria-label": t("board.numbers") }), campaigns: h("section") };

let team = null;
let view = null;
let skew = 0; // the server's clock less ours
let recent = [];
let leave = () => {};
let counts = new Map();
let campaigns = [];
let waiting = null; // for the next refresh
let asked = null; // whose call we asked to be with, and on which phone

const now = () => Date.now() + skew;
const rows = new Rows({ limits, now, act });

// What happens

async function open(name) {
  leave();
  team = name;
  keep("board-team", name);
  recent = [];
  counts = new Map();
  rows.clear();
  const first = await get(`/v1/teams/${encodeURIComponent(name)}`);
  if (team !== name) return;
  take(first);
  leave = follow(`/v1/teams/${encodeURIComponent(name)}/events`, first.last_event_seq, {
    event: happened,
    lost: () => show(host.notice, h("p", { class: "notice warn" }, t("board.lost"))),
    back: () => {
      show(host.notice);
      refresh();
    },
  });
  readCounts(name);
  readCampaigns();
}

/** A view is older than the events that came since it was asked for: those are taken again. */
function take(fresh) {
  skew = new Date(fresh.now) - Date.now();
  view = fresh;
  recent = recent.filter((event) => event.seq > fresh.last_event_seq);
  const lines = new Map(fresh.agents.map((line) => [line.agent.id, line]));
  for (const event of recent) change(lines, event);
  rows.take(lines, counts);
  showTiles();
}

function happened(event) {
  skew = new Date(event.at) - Date.now();
  recent.push(event);
  if (recent.length > EVENTS_KEPT) recent.shift();
  count(event);
  const line = change(rows.lines, event);
  if (line) rows.changed(line.agent.id);
  if (event.type === "supervision_ended" && event.supervised_id === asked?.agentId) ended(event.why);
  refresh();
}

/** What we asked to be with an agent's call is over. If our phone is not where we said, it is asked for anew. */
function ended(why) {
  const { extension } = asked;
  asked = null;
  if (why !== "not_answered") return;
  keep("board-extension", "");
  show(host.notice, h("p", { class: "notice bad" }, t("board.not_answered", { extension })));
}

/** What an event says of an agent. */
function change(lines, event) {
  const line = lines.get(event.agent_id);
  if (!line || event.type !== "agent_state_changed") return null;
  Object.assign(line, {
    state: event.state, since_at: event.state === "logged_out" ? null : event.at, reason: event.reason, pending: event.pending,
    wrap_up_pending: event.wrap_up_pending,
  });
  if (["ready", "not_ready", "logged_out"].includes(event.state)) Object.assign(line, { contact_id: null, contact_name: null, works_for: null });
  return line;
}

function count(event) {
  const today = counts.get(event.agent_id) ?? { previews: 0, calls: 0, talk: 0 };
  if (event.type === "preview_offered") today.previews += 1;
  else if (event.type === "attempt_opened") today.calls += 1;
  else if (event.type === "agent_state_changed" && event.was === "talking") today.talk += (new Date(event.at) - new Date(event.was_since_at)) / 1000;
  else return;
  counts.set(event.agent_id, today);
  rows.changed(event.agent_id);
}

/** The whole view soon, but not more often than every so many seconds, and not while nobody looks. */
function refresh() {
  if (waiting !== null || document.hidden) return;
  waiting = setTimeout(async () => {
    const name = team;
    try {
      const fresh = await get(`/v1/teams/${encodeURIComponent(name)}`);
      if (team === name) take(fresh);
    } catch {
      // The stream says that the connection is lost, and asks again when it is back.
    } finally {
      waiting = null;
    }
  }, REFRESH_MS);
}

async function readCounts(name) {
  const midnight = new Date(now());
  midnight.setHours(0, 0, 0, 0);
  const report = await get(`/v1/reports/agents?group_by=agent&from=${midnight.toISOString()}`);
  if (team !== name) return;
  const ids = new Map(view.agents.map((line) => [line.agent.login, line.agent.id]));
  for (const row of report.rows) {
    const id = ids.get(row.agent);
    if (id !== undefined) counts.set(id, { previews: row.previews, calls: row.attempts, talk: row.talking_seconds });
  }
  rows.take(rows.lines, counts);
}

async function readCampaigns() {
  if (document.hidden) return;
  const all = await get("/v1/campaigns");
  const ours = all.filter((campaign) => campaign.team_id === teamId() && (campaign.state === "running" || campaign.state === "paused"));
  campaigns = await Promise.all(ours.map(async (campaign) => ({ campaign, ...(await get(`/v1/campaigns/${encodeURIComponent(campaign.rules.name)}/outlook`)) })));
  showCampaigns();
}

const teamId = () => teams.find((one) => one.name === team)?.id;

// What a supervisor does

async function act(what, line) {
  const path = `/v1/teams/${encodeURIComponent(team)}/agents/${line.agent.id}`;
  const name = line.agent.name;
  try {
    if (what === "logged_out") {
      if (!(await confirm(t("board.log_out_sure", { name }), t("board.log_out"), true))) return;
      await put(`${path}/state`, { state: what });
    } else if (what === "ready" || what === "not_ready") {
      await put(`${path}/state`, { state: what });
    } else if (what === "leave") {
      await remove(`${path}/supervision`);
    } else {
      const extension = kept("board-extension", "") || (await ask(t("board.extension"), t("board.extension_hint"), t(`board.${what}`)));
      if (!extension) return;
      keep("board-extension", extension);
      const mine = asked = { agentId: line.agent.id, extension };
      await put(`${path}/supervision`, { mode: what, extension });
      // Its end may be known before the answer is, and has been told.
      if (asked !== mine) return refresh();
    }
    show(host.notice, h("p", { class: "notice good" }, t("board.done", { name })));
    refresh();
  } catch (refused) {
    if (["bad_extension", "extension_in_use"].includes(refused.code)) {
      asked = null;
      keep("board-extension", "");
    }
    show(host.notice, h("p", { class: "notice bad" }, t("common.said_of", { name, text: refused.message })));
  }
}

// What is shown

function tile(name, value, extra = {}) {
  return h("div", { class: `tile ${extra.class ?? ""}` }, h("span", { class: "value" }, value), h("span", { class: "name" }, name));
}

function showTiles() {
  if (!view) return;
  const since = view.callers_waiting_since_at;
  const wait = since ? clock((now() - new Date(since)) / 1000) : "–";
  show(host.tiles,
    tile(t("board.callers_waiting"), number(view.callers_waiting), { class: view.callers_waiting > 0 ? "asks" : "" }),
    tile(t("board.longest_wait"), wait, { class: since ? "asks time" : "time" }),
    tile(t("board.callbacks_due"), number(view.callbacks_due)),
    STATES.map((state) => tile(t(`state.${state}`), number(rows.in(state)), { class: `state-${state}` })));
}

function showCampaigns() {
  const cell = (part) => h("td", { class: "number" }, part ? number(part.contacts) : "…");
  const heads = ["now", "later_today", "later", "never"].map((name) => h("th", { scope: "col", class: "number" }, t(`word.${name}`)));
  const line = ({ campaign, outlook }) => h("tr", { key: `c${campaign.id}` },
    h("th", { scope: "row" }, h("a", { href: `/campaigns?name=${encodeURIComponent(campaign.rules.name)}` }, campaign.rules.name)),
    h("td", {}, t(`word.${campaign.state}`)), cell(outlook?.now), cell(outlook?.later_today), cell(outlook?.later), cell(outlook?.never));
  show(host.campaigns, campaigns.length === 0
    ? h("p", { class: "quiet" }, t("board.no_campaign"))
    : h("table", { class: "counts" }, h("caption", { class: "hidden" }, t("board.campaigns")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("word.campaign")), h("th", { scope: "col" }, t("word.state")), heads)),
      h("tbody", {}, campaigns.map(line))));
}

function chooser() {
  const choose = (event) => open(event.target.value);
  return teams.length < 2 ? h("strong", {}, team) : [
    h("label", { for: "team" }, t("word.team")),
    h("select", { id: "team", onchange: choose }, teams.map((one) => h("option", { value: one.name, selected: one.name === team }, one.name)))];
}

function limitsPanel() {
  const field = (state) => h("div", { class: "field" },
    h("label", { for: `limit-${state}` }, t(`state.${state}`)),
    h("input", { id: `limit-${state}`, type: "number", min: 1, max: 600, value: limits[state], oninput: (event) => {
      const minutes = Number(event.target.value);
      if (!(minutes >= 1 && minutes <= 600)) return;
      limits[state] = minutes;
      keep("board-limits", limits);
      rows.tick();
    } }));
  return h("details", { class: "limits" }, h("summary", {}, t("board.limits")),
    h("div", { class: "fields" }, Object.keys(LIMITS).map(field)));
}

function tools() {
  const filter = h("input", { id: "filter", type: "search", placeholder: t("board.filter_hint"), oninput: (event) => rows.filter(event.target.value) });
  const absent = h("input", { id: "absent", type: "checkbox", checked: kept("board-absent", false), onchange: (event) => {
    keep("board-absent", event.target.checked);
    rows.showAbsent(event.target.checked);
  } });
  rows.showAbsent(absent.checked);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, select, textarea, dialog")) {
      event.preventDefault();
      filter.focus();
    }
  });
  return h("div", { class: "tools" },
    h("label", { for: "filter", class: "hidden" }, t("board.filter")), filter, h("kbd", { "aria-hidden": "true" }, "/"),
    h("span", { class: "tick" }, absent, h("label", { for: "absent" }, t("board.absent"))),
    limitsPanel(), h("a", { class: "button", href: "/board?wall" }, t("board.wall")));
}

function page() {
  if (isWall) {
    document.body.classList.add("wall");
    const whole = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
    show(document.body, h("main", {}, h("div", { class: "wall-top" }, h("h1", {}, team), h("span", { id: "time" }),
      h("button", { class: "plain", onclick: whole }, t("board.whole_screen")), h("a", { href: "/board" }, t("common.board"))),
    host.notice, host.tiles, host.campaigns));
    return;
  }
  show(document.body, bar(chooser()), h("main", {}, h("h1", { class: "hidden" }, t("board.title")), host.notice, host.tiles, host.campaigns,
    tools(), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("board.agents") }, rows.table)));
}

const teams = await get("/v1/teams");
if (teams.length === 0) {
  show(document.body, bar(), h("main", {}, h("h1", {}, t("board.title")),
    h("p", {}, t("board.no_team"), " ", mayAs("manager") && h("a", { href: "/settings" }, t("common.settings")))));
} else {
  const wanted = kept("board-team", "");
  team = teams.find((one) => one.name === wanted)?.name ?? teams[0].name;
  page();
  await open(team);
  setInterval(() => {
    rows.tick();
    showTiles();
    const time = document.getElementById("time");
    if (time) time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" }).format(now());
  }, 1000);
  setInterval(readCampaigns, CAMPAIGNS_MS);
  setInterval(() => readCounts(team), COUNTS_MS);
  document.addEventListener("visibilitychange", () => {
    refresh();
    readCampaigns();
  });
}
