// A call: the dialogs that the agent has, and what can be done in them now.
import { post, put, remove } from "./api.js";
import { button, ofDialog, whyNot } from "./buttons.js";
import { act, desk, dialogFor, dialogs, path, toggle } from "./desk.js";
import { h } from "./dom.js";
import { keeps, name, soFar, there, variables, who } from "./customer.js";
import { city, phone, wall } from "./format.js";
import { icon } from "./icons.js";
import { classificationName } from "./said.js";
import { muteButton } from "./softphone_parts.js";
import { since } from "./ticking.js";
import { t } from "./words.js";
import { reasonChips } from "./wrap_up.js";

const PHASE_ICONS = { talking: "talking", held: "hold", wrapping_up: "wrap_up" };

/** The list at the left. */
export const dialogList = () => {
  const all = desk.view.dialogs;
  return h("section", { class: "dialogs", "aria-labelledby": "dialogs" }, h("h2", { id: "dialogs" }, t("desktop.dialogs")),
    all.length === 0 ? h("p", { class: "quiet" }, t("desktop.no_dialogs")) : h("ol", {}, all.map(line)));
};

const line = (dialog) => h("li", { class: `dialog ${dialog.phase}`, key: dialog.dialog_id, "aria-current": dialog === dialogs()[0] ? "true" : null },
  h("p", {}, icon(PHASE_ICONS[dialog.phase] ?? "reserved"), h("strong", {}, title(dialog)), since(dialog.answered_at ?? dialog.opened_at)),
  h("p", { class: "quiet" }, t(`phase.${dialog.phase}`)),
  h("ul", { class: "parties" }, dialog.participants.filter((party) => party.agent_id !== desk.view.agent.id).map((party) =>
    h("li", {}, partyName(party, dialog), " ", h("span", { class: "quiet" }, t(`party.${party.state}`))))));

/** What a dialog is, by whom one talks with. */
const title = (dialog) => (dialog.customer ? name(dialog.customer) : t(`kind.${dialog.kind}`));

const partyName = (party, dialog) =>
  party.who === "customer" ? (dialog.customer && name(dialog.customer)) || (dialog.caller?.number && phone(dialog.caller.number)) || t("party.customer") : party.name || t(`party.${party.who}`);

/** The cards, that of the call one is in first. */
export const cards = () => dialogs().map((dialog) => h("article", { class: "card surface", key: dialog.dialog_id, "aria-label": title(dialog) },
  dialog.customer ? aboutCustomer(dialog) : aboutOthers(dialog), said(dialog), reasonChips(dialog)));

const aboutCustomer = (dialog) => [who(dialog.customer, `title-${dialog.dialog_id}`), there(dialog.customer), soFar(dialog.customer),
  variables(dialog.customer.fields, { id: dialog.dialog_id, unfolded: dialog.is_unfolded })];

const aboutOthers = (dialog) => [
  h("div", { class: "who" }, h("div", {}, h("h1", { id: `title-${dialog.dialog_id}`, tabindex: -1 }, othersNames(dialog)), h("p", { class: "quiet" }, t(`kind.${dialog.kind}`))),
    dialog.caller && h("p", { class: "campaign quiet" }, dialog.caller.queue)),
  dialog.caller && variables(dialog.caller.fields, { id: dialog.dialog_id, unfolded: dialog.is_unfolded })];

const othersNames = (dialog) => dialog.participants.filter((party) => party.agent_id !== desk.view.agent.id).map((party) => partyName(party, dialog)).join(", ") || t(`kind.${dialog.kind}`);

/** What was said of the call: who answered, a promise. */
const said = (dialog) => [
  dialog.recording && h("p", { class: `notice recording ${["starting", "recording", "stored"].includes(dialog.recording.state) ? "" : "warn"}`, role: "status", key: "recording", "data-state": dialog.recording.state }, icon(dialog.recording.state === "recording" ? "recording" : "recording_off"), " ", t(`recording.${dialog.recording.state}`),
    dialog.recording.state === "paused" && [" ", since(dialog.recording.since_at)]),
  dialog.callback && h("p", { class: "notice good callback-note", key: "callback" }, icon("callback"), " ", t("callback.stands", { time: wall(dialog.callback.at), place: city(dialog.callback.zone) }))];

/** The buttons of the call, each for the dialog it works in. */
export function callActions() {
  const all = dialogs();
  const offered = all.find((dialog) => dialog.phase === "offered");
  const answer = offered && [
    simple("answer", "answer", { kind: "main" }, offered), simple("decline_call", "decline", {}, offered)];
  if (all.every((dialog) => dialog.phase === "offered")) return answer ?? [];
  const isOver = all.every((dialog) => ["offered", "wrapping_up"].includes(dialog.phase));
  const customers = all.find((dialog) => dialog.classification !== null);
  return [answer, !isOver && controls(all), customers && outbound(customers), wrapUp()];
}

/** A button that just asks. */
function simple(name, wanted, more = {}, dialog = dialogFor(wanted)) {
  return button(name, { why: whyNot(wanted, ofDialog(dialog)), onclick: () => act(name, () => post(path(dialog, wanted.replace("_", "-")))), ...more });
}

function controls(all) {
  const held = all.find((dialog) => dialog.allowed_acts.includes("retrieve"));
  const retrieve = held && all.length > 1 ? t(held.kind === "consult" ? "act.retrieve_consult" : "act.retrieve_customer") : t("act.retrieve");
  const pad = (name) => {
    const dialog = dialogFor(name);
    return button(name, { why: whyNot(name, ofDialog(dialog)), onclick: () => toggle({ name: "pad", purpose: name }),
      "aria-expanded": String(desk.panel?.name === "pad" && desk.panel.purpose === name) });
  };
  return [simple("end", "end", { kind: "danger" }), muteButton(), simple("hold", "hold", { symbol: "hold" }), simple("retrieve", "retrieve", { label: retrieve }),
    pad("consult"), simple("conference", "conference"), simple("transfer", "transfer"), pad("direct_transfer"), keypadButton()];
}

/** Opens and closes the keypad: it is the server that knows whether it is open, in every tab. */
function keypadButton() {
  const open = dialogs().find((dialog) => dialog.keypad);
  if (open) {
    return button("keypad", { why: whyNot("close_keypad", ofDialog(open)), "aria-expanded": "true", onclick: () => closeKeypad(open) });
  }
  const dialog = dialogFor("open_keypad");
  return button("keypad", { why: whyNot("open_keypad", ofDialog(dialog)), "aria-expanded": "false", onclick: () => act("keypad", () => put(path(dialog, "keypad"))) });
}

export const closeKeypad = (dialog) => act("keypad", () => remove(path(dialog, "keypad")));

/** The switch has a guess who answered: one click takes it. */
const guess = (dialog) => dialog.suggested && button("guess", { why: whyNot("reclassify", ofDialog(dialog)), symbol: dialog.suggested,
  label: t(`desktop.guess_${dialog.suggested}`), onclick: () => act("guess", () => put(path(dialog, "classification"), { classification: dialog.suggested })) });

/** What belongs to a campaign's call. */
const outbound = (dialog) => [
  guess(dialog),
  button("reclassify", { why: whyNot("reclassify", ofDialog(dialog)), symbol: dialog.classification, "aria-expanded": String(desk.panel?.name === "reclassify"),
    label: [t("act.reclassify"), h("span", { class: "hidden" }, `: ${classificationName(dialog.classification)}`)], onclick: () => toggle({ name: "reclassify" }) }),
  button("callback", { why: callbackWhy(dialog), symbol: "callback", "aria-expanded": String(desk.panel?.name === "callback"), onclick: () => toggle({ name: "callback", dialog: dialog.dialog_id }) }),
  recordingButton(dialog)];

/** One button for a call that is recorded: keep what is said off the tape, or record it again. */
function recordingButton(dialog) {
  if (!dialog.recording || dialog.recording.state === "stored") return null;
  const isPaused = dialog.allowed_acts.includes("resume_recording");
  const wanted = isPaused ? "resume_recording" : "pause_recording";
  return button("recording", { why: whyNot(wanted, ofDialog(dialog)), label: t(`act.${wanted}`), symbol: isPaused ? "recording" : "hold", "aria-pressed": String(isPaused),
    onclick: () => act("recording", () => (isPaused ? remove : put)(path(dialog, "recording-pause"))) });
}

/** The form is for looking, changing and cancelling too. */
const callbackWhy = (dialog) => (dialog.allowed_acts.includes("cancel_callback") && desk.lostAt === null ? null : whyNot("schedule_callback", ofDialog(dialog)));

/** Wrap-up is asked for only where it is left to the agent (T8.5). */
function wrapUp() {
  const dialog = dialogFor("wrap_up");
  const isNone = dialog.refused_acts.wrap_up?.code === "wrap_up_not_allowed" || dialog.phase === "wrapping_up";
  return !isNone && simple("wrap_up", "wrap_up", { symbol: "wrap_up", "aria-pressed": String(desk.view.wrap_up_pending) }, dialog);
}
