// Top left: the agent's state, how long, what follows, and why nothing comes. Top right: the rest.
import { get, remove } from "./api.js";
import { alertsButton } from "./alerts.js";
import { button, ofAgent, whyNot } from "./buttons.js";
import { desk, toggle } from "./desk.js";
import { h } from "./dom.js";
import { city, clock, instant, number, wall } from "./format.js";
import { languageButton } from "./frame.js";
import { icon } from "./icons.js";
import { passwordButton } from "./password.js";
import { leavePhone } from "./phone.js";
import { reasonName, stateName } from "./said.js";
import { softphone } from "./softphone.js";
import { phoneButton, phoneTrouble } from "./softphone_parts.js";
import { since, until } from "./ticking.js";
import { t } from "./words.js";

/** The bar at the top. */
export const header = () => {
  const { view } = desk;
  const isOutbound = view.preview !== null;
  const wrapUp = view.dialogs.find((dialog) => dialog.wrap_up_ends_at !== null);
  return h("header", { class: "top" },
    h("div", { class: `state ${view.state}`, role: "group", "aria-label": t("desktop.your_state") },
      h("p", { class: "now" }, icon(view.state), h("strong", { id: "state" }, stateName(view.state, isOutbound)),
        view.reason && h("span", { class: "quiet" }, `(${reasonName(view.reason)})`),
        view.since_at && since(view.since_at, { "aria-label": t("desktop.in_state_since") })),
      h("p", { class: "then", id: "then" }, follows(view), view.state === "wrap_up" && wrapUp &&
        h("span", {}, t("desktop.wrap_up_left"), " ", until(wrapUp.wrap_up_ends_at, { id: "wrap-up-left" }, 10)), waits(view), listened(view))),
    h("div", { class: "notice-place", role: "status" }, desk.lostAt !== null ? lost() : phoneTrouble()),
    h("div", { class: "end" }, h("span", { class: "agent", title: view.agent.name }, view.agent.name, team && h("span", { class: "quiet" }, ` · ${t("desktop.team", { team })}`), view.extension && softphone.state === "off" && h("span", { class: "quiet" }, ` · ${t("desktop.at_phone", { extension: view.extension })}`)),
      phoneButton(), alertsButton(), languageButton(), passwordButton(),
      h("button", { type: "button", class: "plain", id: "act-help", "aria-label": t("common.help"), onclick: () => toggle({ name: "help" }) }, "?"),
      signOut()));
};

/** A supervisor with the call: nobody is listened to unknowingly. */
const listened = ({ supervision }) => supervision?.state === "active" && h("span", { class: "pending", id: "supervision" }, t(`supervision.${supervision.mode}`));

let team = null;
get("/v1/session").then((who) => (team = who.team), () => {});

/** The way out: first from the phone, which cannot be left in a call, then from the browser. */
const signOut = () => button("sign_out", { kind: "plain", shortcut: false, why: desk.view.state === "logged_out" ? null : whyNot("sign_out", ofAgent()),
  onclick: async () => {
    await leavePhone();
    await remove("/v1/session");
    location.replace("/sign-in");
  } });

/** "→ Not ready (Lunch), pending". */
function follows({ pending, wrap_up_pending: wrapUp }) {
  const next = [];
  if (wrapUp) next.push(stateName("wrap_up"));
  if (pending) next.push(stateName(pending.state) + (pending.reason ? ` (${reasonName(pending.reason)})` : ""));
  return next.length > 0 && h("span", { class: "pending" }, t("desktop.pending", { state: next.join(" → ") }));
}

let told = null;
let toldFor = null;

/** Why a waiting agent gets nothing; how many contacts it is about is asked for once for each reason. */
function waits({ waiting }) {
  if (!waiting) {
    toldFor = null;
    return null;
  }
  const about = JSON.stringify(waiting);
  if (toldFor !== about) {
    toldFor = about;
    told = null;
    if (waiting.because === "hours_closed" && desk.lostAt === null) askHowMany(about);
  }
  return h("span", { class: "waiting", id: "waiting" }, why(waiting));
}

async function askHowMany(about) {
  const answer = await get("/v1/me/waiting").catch(() => null);
  if (!answer || toldFor !== about) return;
  told = answer;
  const place = document.getElementById("waiting");
  if (place && desk.view.waiting) place.textContent = why(desk.view.waiting);
}

function why(waiting) {
  const names = (list) => list.join(", ");
  switch (waiting.because) {
    case "hours_closed": {
      const day = waiting.opens_at_local.slice(0, 10) === today(waiting) ? { timeStyle: "short" } : undefined;
      const values = { time: day ? wall(waiting.opens_at_local, day) : wall(waiting.opens_at_local), place: city(waiting.zone), campaign: waiting.campaign };
      if (!told?.contacts) return t("waiting.hours_closed", values);
      const contacts = number(told.contacts) + (told.contacts_are_more ? "+" : "");
      return t(told.contacts === 1 ? "waiting.one_opens" : "waiting.contacts_open", { ...values, contacts });
    }
    case "phone_rings": return t("waiting.phone_rings");
    case "contacts_rest": return t("waiting.contacts_rest", { campaign: waiting.campaign, time: instant(waiting.until_at) });
    case "callback_promised": return t("waiting.callback_promised", { time: instant(waiting.due_at) });
    case "callers": return t("waiting.callers", { queues: names(waiting.queues) });
    case "nobody_left": return t("waiting.nobody_left", { campaigns: names(waiting.campaigns) });
    case "paused": return t("waiting.paused", { campaigns: names(waiting.campaigns) });
    case "no_campaign": return t("waiting.no_campaign");
    default: return t("waiting.looking");
  }
}

/** The date there now. */
function today({ opens_at: opensAt, opens_at_local: local }) {
  const left = Date.parse(opensAt) - Date.parse(desk.view.now);
  return new Date(Date.parse(`${local.slice(0, 19)}Z`) - left).toISOString().slice(0, 10);
}

/** The calm bar. */
const lost = () => {
  const [before, after] = t("common.lost").split("{ago}");
  return h("p", { class: "notice warn", id: "lost" }, before, h("span", { role: "timer", "data-own": true, "data-lost": desk.lostAt }, clock((Date.now() - desk.lostAt) / 1000)), after);
};

setInterval(() => {
  const place = document.querySelector("[data-lost]");
  if (place && desk.lostAt !== null) place.textContent = clock((Date.now() - desk.lostAt) / 1000);
}, 1000);
