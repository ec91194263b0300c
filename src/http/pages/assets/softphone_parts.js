// What is seen of the telephone in this browser: the choice at the beginning of work, its state in the bar, mute, its panel.
import { get } from "./api.js";
import { button } from "./buttons.js";
import { changed, desk, toggle } from "./desk.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { chosen, choose, devices, isOpen, level, open } from "./microphone.js";
import { panel } from "./panel.js";
import { again, forgetCut, hasCall, isMine, mute, softphone, speakWith, wasCut } from "./softphone.js";
import { t } from "./words.js";

let offered = false;
get("/v1/me/softphone").then(({ is_offered: isOffered }) => {
  offered = isOffered;
  changed();
}, () => {});

/** Can this browser be the telephone? */
export const isOffered = () => offered;

let found = { microphone: [], speaker: [] };
let problem = null;

async function lookAtDevices() {
  found = await devices();
  changed();
}
navigator.mediaDevices?.addEventListener("devicechange", lookAtDevices);

/** Opens the microphone, so that one sees whether it hears. */
async function check(opens = open) {
  problem = null;
  try {
    await speakWith(await opens());
    await lookAtDevices();
  } catch (refused) {
    problem = refused.message;
  }
  changed();
}

/** The microphone: does it hear, and which is it? */
export const microphoneParts = () => [
  problem && h("p", { class: "error", role: "alert", id: "microphone-problem" }, problem),
  isOpen()
    ? [h("label", { for: "level" }, t("softphone.level")), h("meter", { id: "level", min: 0, max: 1, low: 0.05, value: level().toFixed(3) }),
        h("p", { class: "hint" }, t("softphone.level_hint")), device("microphone"), device("speaker")]
    : h("button", { type: "button", id: "microphone-check", onclick: () => check() }, t("softphone.check"))];

const device = (kind) => found[kind].length > 1 && [h("label", { for: `device-${kind}` }, t(`softphone.${kind}`)),
  h("select", { id: `device-${kind}`, onchange: (event) => check(() => choose(kind, event.target.value)) },
    h("option", { value: "", selected: chosen[kind] === "" }, t("softphone.system")),
    found[kind].map(({ deviceId, label }) => h("option", { value: deviceId, selected: deviceId === chosen[kind] }, label || deviceId)))];

setInterval(() => {
  const meter = document.getElementById("level");
  if (meter) meter.value = level();
}, 100);

const stateWord = () => t(`softphone.${softphone.isInCall && hasCall() ? (softphone.isMuted ? "muted" : "in_call") : softphone.state}`);

/** In the bar: the state of the telephone, which opens its panel. */
export const phoneButton = () => softphone.state !== "off" && h("button", { type: "button", class: "plain", id: "act-softphone", "data-state": softphone.state,
  "data-call": String(softphone.isInCall), "aria-expanded": String(desk.panel?.name === "softphone"), onclick: () => {
    toggle({ name: "softphone" });
    lookAtDevices();
  } }, icon(softphone.state === "registered" ? (softphone.isMuted ? "silent" : "talking") : "busy"), h("span", {}, t("desktop.at_phone", { extension: desk.view.extension ?? "" }), ": ", stateWord()));

/** What keeps calls from being heard, and what can be done. */
export function phoneTrouble() {
  if (softphone.state === "off" || softphone.state === "starting") return null;
  if (softphone.state === "registered") return softphone.isSilent && notice("silent", t("softphone.silent_why"));
  const why = softphone.why ?? t(`softphone.${softphone.state}_why`);
  const wish = { elsewhere: "softphone.take", failed: "softphone.again" }[softphone.state];
  return notice(softphone.state, why, wish && h("button", { type: "button", id: "softphone-again", onclick: again }, t(wish)));
}

const notice = (name, ...inside) => h("p", { class: `notice ${name === "other_tab" ? "" : "warn"}`, id: "softphone-trouble", key: "softphone-trouble", "data-why": name }, inside.map((part) => [part, " "]));

/** After the page was left during a call: what became of it. */
export function cutNotice() {
  if (!wasCut()) return null;
  const lives = desk.view.dialogs.some((dialog) => dialog.phase === "talking" || dialog.phase === "held") && isMine();
  return h("section", { class: "notice warn meanwhile", id: "softphone-cut", role: "status", key: "softphone-cut" }, h("p", {}, t(lives ? "softphone.cut_ends" : "softphone.cut_ended")),
    !lives && h("button", { type: "button", class: "plain", onclick: forgetCut }, t("common.close")));
}

/** The customer hears nothing of what is said here, until it is pressed again. */
export const muteButton = () => softphone.isInCall && button("mute", { symbol: softphone.isMuted ? "silent" : "voice", "aria-pressed": String(softphone.isMuted), onclick: () => mute(!softphone.isMuted) });

/** Its panel. */
export const softphonePanel = () => panel(t("softphone.title"), { name: "softphone" },
  h("p", { "data-focus": true, tabindex: -1, id: "softphone-state" }, stateWord()), softphone.why && h("p", { class: "error" }, softphone.why), microphoneParts());
