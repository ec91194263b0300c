// Sounds and notifications for a preview and for a call: different ones, off by choice, the volume kept on this computer.
import { desk, toggle } from "./desk.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { panel } from "./panel.js";
import { t } from "./words.js";
import { changed } from "./desk.js";

const stored = (() => {
  try {
    return JSON.parse(localStorage.getItem("rappel_alerts"));
  } catch {
    return null;
  }
})();

/** What this person chose on this computer. */
const chosen = { volume: 0.5, sound: true, notify: false, ...stored };

function choose(change) {
  Object.assign(chosen, change);
  localStorage.setItem("rappel_alerts", JSON.stringify(chosen));
  changed();
}

// Hertz and seconds: a preview is two calm steps up, a call rings twice.
const TUNES = {
  preview: [[660, 0, 0.14], [880, 0.16, 0.22]],
  call: [[520, 0, 0.18], [650, 0.2, 0.18], [520, 0.5, 0.18], [650, 0.7, 0.18]],
};

let context = null;

/** Plays one of the two. Browsers allow it after the first click or key on the page. */
function play(kind) {
  if (!chosen.sound || chosen.volume === 0) return;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
  performance.mark(`sound_${kind}`);
  for (const [hertz, from, seconds] of TUNES[kind]) {
    const tone = new OscillatorNode(context, { frequency: hertz, type: "sine" });
    const loud = new GainNode(context, { gain: 0 });
    const at = context.currentTime + from;
    loud.gain.setValueAtTime(0, at);
    loud.gain.linearRampToValueAtTime(chosen.volume * 0.4, at + 0.02);
    loud.gain.setTargetAtTime(0, at + seconds, 0.03);
    tone.connect(loud).connect(context.destination);
    tone.start(at);
    tone.stop(at + seconds + 0.3);
  }
}

let alertedFor = null;
let notification = null;
const title = document.title;

/** Looks whether something new is here, and says so. Of several tabs, one does. */
export function alertNew() {
  const { preview, dialogs } = desk.view;
  const offered = dialogs.find((dialog) => dialog.phase === "offered");
  const id = preview?.reservation_id ?? offered?.dialog_id ?? null;
  if (id === alertedFor) return;
  alertedFor = id;
  notification?.close();
  notification = null;
  document.title = id === null ? title : `● ${preview ? t("desktop.new_preview") : t("desktop.new_call")} · ${title}`;
  if (id === null || localStorage.getItem("rappel_alerted") === id) return;
  localStorage.setItem("rappel_alerted", id);
  play(preview ? "preview" : "call");
  notify(preview ? t("desktop.new_preview") : t("desktop.new_call"), preview ? preview.customer.campaign : offered.caller?.queue ?? "", id);
}

function notify(what, body, tag) {
  if (!chosen.notify || document.visibilityState === "visible" || !("Notification" in window) || Notification.permission !== "granted") return;
  // No name and no number: it is shown where anybody may look.
  notification = new Notification(what, { body, tag, icon: "/assets/icon.svg" });
  notification.onclick = () => window.focus();
}

/** The button in the bar. */
export const alertsButton = () => h("button", { type: "button", class: "plain", id: "act-alerts", "aria-label": t("alerts.title"),
  "aria-expanded": String(desk.panel?.name === "alerts"), onclick: () => toggle({ name: "alerts" }) }, icon(chosen.sound && chosen.volume > 0 ? "sound" : "silent"));

/** What can be chosen. */
export const alertsPanel = () => panel(t("alerts.title"), { name: "alerts" },
  h("label", { class: "check" }, h("input", { type: "checkbox", "data-focus": true, checked: chosen.sound, onchange: (event) => choose({ sound: event.target.checked }) }), t("alerts.sound")),
  h("label", { for: "volume" }, t("alerts.volume")),
  h("input", { id: "volume", type: "range", min: 0, max: 100, value: Math.round(chosen.volume * 100), onchange: (event) => choose({ volume: event.target.value / 100 }) }),
  h("div", { class: "row" }, h("button", { type: "button", onclick: () => play("preview") }, t("alerts.try_preview")),
    h("button", { type: "button", onclick: () => play("call") }, t("alerts.try_call"))),
  h("label", { class: "check" }, h("input", { type: "checkbox", checked: chosen.notify, onchange: askToNotify }), t("alerts.notify")),
  h("p", { class: "hint" }, t("alerts.hint")));

async function askToNotify(event) {
  const { target } = event;
  const allowed = target.checked && "Notification" in window && (await Notification.requestPermission()) === "granted";
  target.checked = allowed;
  choose({ notify: allowed });
}
