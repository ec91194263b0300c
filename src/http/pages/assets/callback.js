// The callback form (T5): the customer's time beside the agent's, and what would become of the promise said while it is typed.
import { post, put, remove } from "./api.js";
import { ofDialog, whyNot } from "./buttons.js";
import { act, changed, desk, path } from "./desk.js";
import { h } from "./dom.js";
import { TIME, city, instant, phone, wall } from "./format.js";
import { panel } from "./panel.js";
import { refusal, say } from "./said.js";
import { clockAt } from "./ticking.js";
import { t } from "./words.js";
import { zoneField } from "./zones.js";

const PAUSE_MS = 150;
const LONG = { weekday: "long", day: "numeric", month: "long", ...TIME };

/** What is in the form; `look` is what the server makes of it, `wrong` what is wrong in which field. */
let form = null;

function begin(dialog) {
  const { callback } = dialog;
  // Another tab, or a colleague on the call, was faster: what stands here is not what was opened.
  const isGone = form?.id === dialog.dialog_id && form.callbackId !== null;
  form = { id: dialog.dialog_id, callbackId: callback?.callback_id ?? null, date: callback?.at.slice(0, 10) ?? "", time: callback?.at.slice(11, 16) ?? "",
    zone: callback?.zone_stated_by_agent ? callback.zone : "", number: "", fold: callback?.fold ?? null, owner: "", look: null, lookedAt: 0, wrong: null, message: isGone ? t("refusal.callback_gone") : form?.message ?? null, isGone,
    begun: (form?.begun ?? 0) + (isGone ? 1 : 0) };
  look();
}

/** What is sent: what was left as it is stays out. */
function body() {
  const { callbackId, date, time, zone, number, fold, owner } = form;
  const hasTime = date !== "" && time.trim() !== "";
  return { ...(callbackId && { callback_id: callbackId }), ...(hasTime && { date, time }), ...(zone && { zone }), ...(number.trim() && { number }), ...(fold && { fold }), ...(owner && { owner }) };
}

export function callbackPanel() {
  const dialog = desk.view.dialogs.find((it) => it.dialog_id === desk.panel.dialog);
  if (!dialog?.customer) return null;
  const { callback } = dialog;
  if (form?.id !== dialog.dialog_id || form.callbackId !== (callback?.callback_id ?? null)) begin(dialog);
  const no = whyNot("schedule_callback", ofDialog(dialog));
  return panel(t("callback.title"), { name: "callback" },
    h("form", { class: "callback", onsubmit: (event) => schedule(event, dialog, no) }, h("div", { class: "body", key: form.begun },
      callback && h("p", { class: "notice good", id: "callback-stands", key: "stands" }, t("callback.stands", { time: wall(callback.at, LONG), place: city(callback.zone) })),
      nowThere(dialog.customer),
      field("zone", zoneField({ value: form.zone, of: form.begun, first: dialog.customer.local_times.map((time) => time.zone), empty: t("callback.zone_of_number"), onchange: (zone) => edit({ zone }) })),
      picks(),
      h("div", { class: "row" },
        field("date", h("input", { type: "date", id: "callback-date", value: form.date, min: today(), oninput: (event) => edit({ date: event.target.value }), "aria-describedby": "wrong-date" })),
        field("time", h("input", { id: "callback-time", value: form.time, placeholder: "14:30 / 2:30 PM", autocomplete: "off", "data-focus": true, oninput: (event) => edit({ time: event.target.value }),
          "aria-describedby": "wrong-time hint-time", "aria-invalid": form.wrong ? "true" : null }), t("callback.time_hint"))),
      outcome(),
      h("div", { class: "row" }, field("number", h("input", { id: "callback-number", value: form.number, placeholder: phone(callback?.number ?? dialog.customer.number), inputmode: "tel", autocomplete: "off",
        oninput: (event) => edit({ number: event.target.value }), "aria-describedby": "wrong-number" })),
        field("owner", h("select", { id: "callback-owner", onchange: (event) => edit({ owner: event.target.value }) },
        ["", "own_agent", "any"].map((value) => h("option", { value, selected: form.owner === value }, t(`callback.owner_${value || "campaign"}`)))))),
      no && h("p", { class: "error" }, no)),
      h("div", { class: "row last" }, form.message && h("p", { class: `notice ${form.isGone ? "warn" : "good"}`, role: "status", id: "callback-message" }, form.message),
        h("button", { class: "main", id: "callback-save", "aria-disabled": no || desk.busy ? "true" : null }, desk.busy === "schedule" ? t("busy.schedule") : t(callback ? "callback.update" : "callback.schedule")),
        callback && h("button", { type: "button", id: "callback-cancel", "aria-disabled": desk.busy ? "true" : null, onclick: () => cancel(dialog) }, t("callback.cancel")))));
}

/** A field with its label, its hint, and what is wrong with it. */
const field = (name, input, hint) => h("div", { class: `field ${name}` }, h("label", { for: `callback-${name}` }, t(`callback.${name}`)), hint && h("p", { class: "hint", id: `hint-${name}` }, hint), input,
  h("p", { class: "error", id: `wrong-${name}`, "aria-live": "polite" }, form.wrong?.field === name ? form.wrong.message : ""));

/** T5.1 and T5.2: the time there, read-only, and that the zone is to be confirmed. */
function nowThere(customer) {
  const zone = form.look?.zone;
  const clocks = form.look ? (zone ? [{ zone, at: form.look.now_there }] : []) : customer.local_times;
  return h("div", { class: "two" },
    h("div", {}, h("h3", {}, t("callback.now_there")), h("p", { id: "callback-now", class: "clock" }, clocks.length === 0 ? t("callback.zone_open") : clocks.flatMap((it, index) => [index > 0 && h("span", {}, t("customer.or")), clockAt(it.at)])),
      h("p", { class: "quiet" }, clocks.map((it) => city(it.zone)).join(", "))),
    h("div", {}, h("h3", {}, t("callback.now_here")), h("p", { class: "clock" }, clockAt(here())), h("p", { class: "quiet" }, city(Intl.DateTimeFormat().resolvedOptions().timeZone))),
    h("p", { class: "hint confirm", id: "confirm-zone" }, t("callback.confirm_zone")));
}

/** The agent's wall clock at the instant of the view. */
function here() {
  const at = new Date(desk.view.now);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString();
}

const today = () => (form.look?.now_there ?? desk.view.now).slice(0, 10);

const wallOf = (at) => ({ date: at.slice(0, 10), time: at.slice(11, 16) });

const isPicked = ({ at }) => form.date === wallOf(at).date && form.time === wallOf(at).time;

/** Times that work, by a click; what comes of one is brought into view. */
const picks = () => h("div", { class: "chips", role: "group", "aria-label": t("callback.picks") }, (form.look?.picks ?? []).map((pick) =>
  h("button", { type: "button", class: "chip", key: pick.pick, "data-pick": pick.pick, "aria-pressed": String(isPicked(pick)), onclick: () => edit({ ...wallOf(pick.at), fold: null, showsOutcome: true }) },
    t(`callback.${pick.pick}`), h("span", { class: "quiet" }, ` ${wall(pick.at, TIME)}`))));

/** The customer's time and the agent's, side by side, and what is special about it. */
function outcome() {
  const promised = form.look?.promised;
  const zone = form.look?.zone;
  return h("div", { class: "outcome", id: "callback-outcome", "aria-live": "polite" }, promised && [
    h("div", { class: "two" },
      h("p", {}, h("span", { class: "quiet" }, t("callback.for_customer")), h("strong", { id: "callback-theirs" }, wall(promised.promised_at_local, LONG)), h("span", { class: "quiet" }, city(zone))),
      h("p", {}, h("span", { class: "quiet" }, t("callback.for_you")), h("strong", { id: "callback-yours" }, instant(promised.promised_at, LONG)), h("span", { class: "quiet" }, t("callback.your_time")))),
    promised.clock === "never" && h("p", { class: "notice warn" }, t("callback.never", { time: wall(promised.at, TIME), moved: wall(promised.promised_at_local, TIME) })),
    promised.clock === "twice" && twice(promised),
    promised.due_at !== promised.promised_at && h("p", { class: "notice warn" }, t("callback.closed_then", { time: wall(promised.due_at_local, LONG) }))]);
}

/** The clock goes back: which of the two. */
const twice = (promised) => h("div", { class: "notice warn", role: "group", "aria-label": t("callback.twice") }, h("p", {}, t("callback.twice")),
  h("div", { class: "chips" }, ["earlier", "later"].map((fold) => h("button", { type: "button", class: "chip", "aria-pressed": String(promised.fold === fold), onclick: () => edit({ fold }) }, t(`callback.${fold}`)))));

function edit(change) {
  Object.assign(form, change, { message: null });
  for (const [name, value] of Object.entries(change)) {
    const input = document.getElementById(`callback-${name}`);
    if (input && input !== document.activeElement) input.value = value;
  }
  changed();
  clearTimeout(form.timer);
  form.timer = setTimeout(look, PAUSE_MS);
}

/** Asks what would become of it. */
async function look() {
  const asked = form;
  const sent = JSON.stringify(body());
  const { answer, refused } = await post(`/v1/me/dialogs/${form.id}/callback/look`, body()).then((answer) => ({ answer }), (refused) => ({ refused }));
  if (form !== asked || sent !== JSON.stringify(body())) return;
  form.look = answer ?? { ...form.look, promised: null };
  form.wrong = refused ? wrongOf(refused) : answer.refused ? { field: fieldOf(answer.refused.code), message: refusal(answer.refused) } : null;
  changed();
  if (!form.showsOutcome) return;
  form.showsOutcome = false;
  queueMicrotask(() => document.getElementById("callback-outcome")?.scrollIntoView({ block: "nearest" }));
}

const ZONE_CODES = ["callback_zone_unknown", "callback_zone_ambiguous"];
const fieldOf = (code) => (ZONE_CODES.includes(code) ? "zone" : "time");

function wrongOf(refused) {
  const first = refused.problem?.errors?.[0];
  if (!first) return { field: fieldOf(refused.code), message: refused.message };
  const field = first.field === "at" ? "time" : first.field.split(".")[0];
  return { field, message: t(`callback.wrong_${field}`) };
}

async function schedule(event, dialog, no) {
  event.preventDefault();
  if (no) return;
  const isNew = !dialog.callback;
  if (await act("schedule", () => put(path(dialog, "callback"), body()))) return done(isNew ? "callback.scheduled_message" : "callback.updated_message");
  form.wrong = wrongOf(desk.error);
  say(form.wrong.message, true);
  document.getElementById(`callback-${form.wrong.field}`)?.focus();
  changed();
}

async function cancel(dialog) {
  // The promise that is shown, and none that another tab made instead.
  const shown = `callback?callback_id=${dialog.callback.callback_id}`;
  if (await act("cancel_callback", () => remove(path(dialog, shown)))) done("callback.cancelled_message");
}

function done(key) {
  form = { message: t(key) };
  say(t(key));
  changed();
}
