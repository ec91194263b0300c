// Reports: what happened, as tables and charts, to look at and to take along.
import { get } from "./api.js";
import { bars } from "./chart.js";
import { h, show } from "./dom.js";
import { clock, day, hour, number, percent } from "./format.js";
import { select } from "./form.js";
import { bar } from "./frame.js";
import { failed } from "./upload.js";
import { language, t, textOr } from "./words.js";

const KINDS = {
  attempts: { by: ["campaign", "list", "agent", "day", "hour", "outcome", "disposition"], usual: ["day"], parts: ["answered", "attempts"] },
  dispositions: { by: ["campaign", "list", "agent", "day", "hour"], usual: ["campaign"], parts: ["count"] },
  callbacks: { by: ["campaign", "list", "agent", "day", "hour"], usual: ["campaign"], parts: ["kept", "missed", "scheduled"] },
  agents: { by: ["campaign", "list", "agent", "day", "hour"], usual: ["agent"], parts: ["talking_seconds", "wrap_up_seconds", "not_ready_seconds", "ready_seconds"] },
};
const BARS_MAX = 60;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const asked = new URLSearchParams(location.search);
const kind = asked.get("kind") in KINDS ? asked.get("kind") : "attempts";
const by = asked.has("by") ? asked.get("by").split(",").filter((group) => KINDS[kind].by.includes(group)) : KINDS[kind].usual;
const filter = Object.fromEntries(["campaign", "list", "agent", "from", "until"].map((name) => [name, asked.get(name) ?? ""]));

const main = h("main", { class: "wide" }, h("p", { class: "quiet" }, t("common.loading")));
show(document.body, bar(), main);

/** A day that somebody chose begins at its midnight here; one is chosen "until" with all of its hours. */
function midnight(day, more = 0) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date + more).toISOString();
}

function query(format) {
  const wish = new URLSearchParams({ zone, group_by: by.join(",") });
  for (const name of ["campaign", "list", "agent"]) if (filter[name]) wish.set(name, filter[name]);
  if (filter.from) wish.set("from", midnight(filter.from));
  if (filter.until) wish.set("until", midnight(filter.until, 1));
  if (format) wish.set("format", format);
  return `/v1/reports/${kind}?${wish}`;
}

function address(change) {
  const wish = new URLSearchParams({ kind, by: by.join(","), ...Object.fromEntries(Object.entries(filter).filter(([, value]) => value)), ...change });
  return `/reports?${wish}`;
}

const heading = (name) => textOr(`reports.col_${name}`, name);

/** "agent2" before "agent10". */
const { compare } = new Intl.Collator(language, { numeric: true });

/** The rows by what they are grouped by; in a group they stay as they came. */
function sorted(report) {
  const groups = report.columns.filter(({ name }) => by.includes(name));
  const order = (one, other) => groups.reduce((so, { name }) => so || compare(one[name] ?? "", other[name] ?? ""), 0);
  return { ...report, rows: [...report.rows].sort(order) };
}

/** A word in a cell: names of people, lists and campaigns stay as they are. */
const word = (column, text) => (["outcome", "disposition", "about", "what", "detail"].includes(column.name)
  ? textOr(`reports.is_${text}`, textOr(`outcome.${text}`, textOr(`word.why_${text}`, text))) : text);

function cell(column, value) {
  if (value === null || value === undefined) return "";
  if (column.kind === "count") return number(value);
  if (column.kind === "seconds") return clock(value);
  if (column.kind === "share") return percent(value);
  if (column.name === "day") return day(value);
  if (column.name === "hour") return hour(value);
  return word(column, value);
}

function table(report) {
  const isNumber = (column) => column.kind !== "text";
  const row = (values, at) => h("tr", {}, report.columns.map((column, index) => (index === 0 && !isNumber(column)
    ? h("th", { scope: "row" }, at === "total" ? t("reports.total") : cell(column, values[column.name]))
    : h("td", { class: isNumber(column) ? "number" : "" }, cell(column, values[column.name])))));
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("reports.table") }, h("table", { class: "report surface" },
    h("caption", { class: "hidden" }, t(`reports.${kind}`)),
    h("thead", {}, h("tr", {}, report.columns.map((column) => h("th", { scope: "col", class: isNumber(column) ? "number" : "" }, heading(column.name))))),
    h("tbody", {}, report.rows.map((values) => row(values))),
    report.totals && h("tfoot", {}, row(report.totals, "total"))));
}

function chart(report) {
  const groups = report.columns.filter((column) => column.kind === "text");
  if (kind === "dispositions") return outcomes(report);
  const parts = KINDS[kind].parts;
  if (groups.length === 0 || report.rows.length < 2 || report.rows.length > BARS_MAX) return null;
  const isTime = parts[0].endsWith("_seconds");
  const values = (row) => (kind === "attempts" ? [row.answered, row.attempts - row.answered] : parts.map((part) => row[part]));
  const names = kind === "attempts" ? [t("reports.col_answered"), t("reports.not_answered")] : parts.map(heading);
  const label = (row) => groups.map((column) => cell(column, row[column.name])).filter(Boolean).join(" ");
  return bars({ title: t(`reports.${kind}`), parts: names, areSeconds: isTime, bars: report.rows.map((row) => ({ label: label(row), values: values(row) })) });
}

/** How the attempts of a report on dispositions ended, all groups together. */
function outcomes(report) {
  const sums = new Map();
  for (const row of report.rows.filter((one) => one.about === "attempts")) sums.set(row.what, (sums.get(row.what) ?? 0) + row.count);
  const all = [...sums].sort(([, one], [, other]) => other - one);
  return all.length > 1 && bars({ title: t("reports.how_attempts_ended"), parts: [t("reports.col_attempts")], bars: all.map(([what, count]) => ({ label: word({ name: "what" }, what).toString(), values: [count] })) });
}

async function choices() {
  const campaigns = await get("/v1/campaigns");
  const lists = filter.campaign && campaigns.some((one) => one.rules.name === filter.campaign)
    ? await get(`/v1/campaigns/${encodeURIComponent(filter.campaign)}/lists`) : [];
  const agents = [];
  for (const team of await get("/v1/teams")) agents.push(...(await get(`/v1/teams/${encodeURIComponent(team.name)}/agents`)));
  return { campaigns, lists, agents };
}

function filters({ campaigns, lists, agents }) {
  const any = [["", t("reports.all")]];
  const field = (name, input) => {
    input.id = `filter-${name}`;
    return h("div", { class: "field" }, h("label", { for: input.id }, t(`reports.${name}`)), input);
  };
  const pick = (name, options) => field(name, select([...any, ...options], filter[name], { name, onchange: (event) => location.assign(address({ [name]: event.target.value, ...(name === "campaign" ? { list: "" } : {}) })) }));
  const date = (name) => field(name, h("input", { type: "date", name, value: filter[name], onchange: (event) => location.assign(address({ [name]: event.target.value })) }));
  const tick = (group) => {
    const change = (event) => location.assign(address({ by: event.target.checked ? [...by, group].join(",") : by.filter((one) => one !== group).join(",") }));
    return h("span", { class: "tick" }, h("input", { id: `by-${group}`, type: "checkbox", checked: by.includes(group), onchange: change }), h("label", { for: `by-${group}` }, heading(group)));
  };
  return [
    h("div", { class: "fields" }, pick("campaign", campaigns.map((one) => [one.rules.name, one.rules.name])),
      lists.length > 0 && pick("list", lists.map((one) => [one.name, one.name])),
      pick("agent", agents.map((one) => [one.login, one.name || one.login])), date("from"), date("until")),
    h("fieldset", {}, h("legend", {}, t("reports.a_row_for_each")), KINDS[kind].by.map(tick)),
  ];
}

const head = () => [h("h1", {}, t("reports.title")),
  h("nav", { class: "kinds", "aria-label": t("reports.title") }, Object.keys(KINDS).map((name) => h("a", { href: `/reports?kind=${name}`, "aria-current": name === kind ? "page" : null }, t(`reports.${name}`))))];

try {
  const [all, report] = await Promise.all([choices(), get(query()).then(sorted)]);
  show(main, head(), filters(all),
    report.rows.length === 0
      ? h("div", { class: "surface empty" }, h("p", {}, t("reports.nothing")))
      : [chart(report), table(report)],
    h("div", { class: "buttons" },
      h("a", { class: "button", href: query("csv"), download: `${kind}.csv` }, t("reports.csv")),
      h("a", { class: "button", href: query("parquet"), download: `${kind}.parquet` }, t("reports.parquet"))),
    h("p", { class: "quiet" }, t("reports.zone", { zone })));
} catch (refused) {
  show(main, head(), failed(refused), h("p", {}, h("a", { href: `/reports?kind=${kind}` }, t("reports.again"))));
}
