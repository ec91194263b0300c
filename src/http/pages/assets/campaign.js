// One campaign: its four numbers, its hours, how it goes today; start, pause, end; its lists; its forecast; its rules.
import { get, post } from "./api.js";
import { bars } from "./chart.js";
import { forecaster } from "./campaign_forecast.js";
import { loader } from "./campaign_load.js";
import { badge, fourNumbers, strip } from "./campaign_parts.js";
import { h, show } from "./dom.js";
import { clock, hour, instant, number, percent } from "./format.js";
import { mayAs } from "./frame.js";
import { confirm, confirmByName } from "./asking.js";
import { failed } from "./upload.js";
import { t, textOr } from "./words.js";

const AGAIN_MS = 10_000;
const TODAY_MS = 60_000;

export async function campaignPage(main, name) {
  const path = `/v1/campaigns/${encodeURIComponent(name)}`;
  let { campaign } = await get(`${path}/summary`);
  let numbers = { outlook: null, counting: null };
  let today = null;
  let open = null;
  let notice = null;
  const forecast = campaign.state !== "ended" && forecaster(path);
  const load = mayAs("manager") && loader(path, () => read());

  const read = async () => {
    numbers = await get(`${path}/outlook`);
    draw();
    if (!numbers.outlook) setTimeout(read, 1000);
  };
  const readToday = async () => {
    today = await readDay(name, new Date(numbers.outlook?.counted_at ?? Date.now()));
    draw();
  };
  const become = async (what) => {
    const sure = what === "end"
      ? await confirmByName(t("campaigns.end_sure", { name }), name, t("campaigns.end"))
      : what === "pause" || (await confirm(t("campaigns.start_sure", { name }), t("campaigns.start")));
    if (!sure) return;
    try {
      campaign = await post(`${path}/${what}`);
      notice = h("p", { class: "notice good" }, t(`campaigns.is_${campaign.state}`, { name }));
    } catch (refused) {
      notice = failed(refused);
    }
    draw();
  };

  const actions = () => mayAs("manager") && h("div", { class: "buttons" },
    ["draft", "paused"].includes(campaign.state) && h("button", { class: "main", key: "start", onclick: () => become("start") }, t(campaign.state === "paused" ? "campaigns.go_on" : "campaigns.start")),
    campaign.state === "running" && h("button", { key: "pause", onclick: () => become("pause") }, t("campaigns.pause")),
    campaign.state !== "ended" && h("button", { key: "end", class: "quiet-danger", onclick: () => become("end") }, t("campaigns.end")));

  const draw = () => {
    const { outlook, counting } = numbers;
    show(main,
      h("p", { key: "back" }, h("a", { href: "/campaigns" }, t("campaigns.all"))),
      h("div", { key: "head", class: "head" }, h("h1", {}, name), badge(campaign.state), h("span", { class: "quiet" }, campaign.rules.team), actions()),
      h("p", { key: "about", class: "quiet" }, campaign.rules.description),
      h("div", { key: "notice", role: "status" }, notice),
      h("section", { key: "numbers", "aria-labelledby": "numbers" },
        h("h2", { id: "numbers" }, t("campaigns.numbers")),
        campaign.state === "draft" && h("p", { class: "notice warn" }, t("campaigns.draft_hint")),
        campaign.state === "paused" && h("p", { class: "notice warn" }, t("campaigns.paused_hint")),
        outlook ? fourNumbers(outlook, { open, toggle: (part) => {
          open = open === part ? null : part;
          draw();
        } }) : h("p", { class: "quiet" }, t("campaigns.counting", { count: number(counting ?? 0) })),
        outlook && h("p", { class: "quiet" }, t("campaigns.counted", { count: number(outlook.contacts), at: instant(outlook.counted_at, { timeStyle: "medium" }) }),
          counting !== null ? ` ${t("campaigns.counting", { count: number(counting) })}` : "")),
      outlook && h("section", { key: "strip", "aria-labelledby": "hours" }, h("h2", { id: "hours" }, t("campaigns.strip")), strip(outlook)),
      outlook && h("section", { key: "progress", "aria-labelledby": "progress" }, h("h2", { id: "progress" }, t("campaigns.progress")), progress(outlook)),
      today && h("section", { key: "today", "aria-labelledby": "today" }, h("h2", { id: "today" }, t("campaigns.today")), shownDay(today)),
      forecast && campaign.state !== "ended" && h("section", { key: "forecast", "aria-labelledby": "forecast" }, h("h2", { id: "forecast" }, t("forecast.title")), keepElement(forecast)),
      load && campaign.state !== "ended" && h("section", { key: "load", "aria-labelledby": "load" }, h("h2", { id: "load" }, t("campaigns.load")), keepElement(load)),
      mayAs("manager") && campaign.state !== "ended" && h("section", { key: "rules", "aria-labelledby": "rules" }, h("h2", { id: "rules" }, t("campaigns.rules")),
        h("p", {}, h("a", { class: "button", href: `/campaigns?name=${encodeURIComponent(name)}&edit` }, t("campaigns.change_rules")))));
  };
  draw();
  await read();
  await readToday();
  setInterval(() => document.hidden || read(), AGAIN_MS);
  setInterval(() => document.hidden || readToday(), TODAY_MS);
}

/** An element whose children somebody else keeps. */
const keepElement = (element) => {
  element.key = "kept";
  return element;
};

function progress(outlook) {
  const share = (count) => (outlook.contacts ? count / outlook.contacts : 0);
  const states = ["waiting", "promised", "in_progress", "closed"].map((state) => [state, outlook.by_state[state] ?? 0]);
  let at = 0;
  const drawn = h("svg:svg", { viewBox: "0 0 1000 16", class: "strip", preserveAspectRatio: "none", "aria-hidden": "true" }, states.map(([, count], part) => {
    const rect = h("svg:rect", { class: `part-${part}`, x: at * 1000, y: 0, width: share(count) * 1000, height: 16 });
    at += share(count);
    return rect;
  }));
  return [drawn, h("dl", { class: "figures" }, states.map(([state, count], part) => h("div", {},
    h("dt", {}, h("span", { class: `swatch part-${part}` }), ` ${t(`word.${state}`)}`), h("dd", {}, number(count), h("span", { class: "quiet" }, ` ${percent(share(count))}`)))))];
}

/** Reports on a campaign since midnight, where this person is. */
async function readDay(name, now) {
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const asked = `campaign=${encodeURIComponent(name)}&from=${midnight.toISOString()}&zone=${encodeURIComponent(zone)}`;
  const [hours, outcomes, callbacks] = await Promise.all([
    get(`/v1/reports/attempts?group_by=hour&${asked}`), get(`/v1/reports/attempts?group_by=outcome&${asked}`),
    get(`/v1/reports/callbacks?group_by=&${asked}`)]);
  return { hours: hours.rows, outcomes: outcomes.rows, all: hours.totals, callbacks: callbacks.rows[0] };
}

function shownDay({ hours, outcomes, all, callbacks }) {
  const figure = (name, value) => h("div", {}, h("dt", {}, t(`campaigns.${name}`)), h("dd", {}, value));
  return [
    h("dl", { class: "figures" },
      figure("attempts", number(all?.attempts ?? 0)), figure("answered", number(all?.answered ?? 0)),
      figure("hit_rate", all?.answered_share == null ? "–" : percent(all.answered_share)), figure("talk", clock(all?.talk_seconds ?? 0)),
      figure("callbacks_due", number(callbacks?.due ?? 0)), figure("callbacks_kept", number(callbacks?.kept ?? 0)), figure("callbacks_missed", number(callbacks?.missed ?? 0))),
    hours.length === 0 ? h("p", { class: "quiet" }, t("campaigns.no_attempt"))
      : h("div", { class: "charts" },
        bars({ title: t("campaigns.by_hour"), parts: [t("campaigns.answered"), t("campaigns.not_answered")],
          bars: hours.map((row) => ({ label: hour(row.hour), values: [row.answered, row.attempts - row.answered] })) }),
        bars({ title: t("campaigns.by_outcome"), parts: [t("campaigns.attempts")],
          bars: outcomes.map((row) => ({ label: row.outcome === "open" ? t("word.going_on") : textOr(`outcome.${row.outcome}`, row.outcome), values: [row.attempts] })) })),
  ];
}
