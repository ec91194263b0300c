// The agent's desktop: what is on it, where. Each part is a function of the view; only what differs is touched.
import { alertNew, alertsPanel } from "./alerts.js";
import { callActions, cards, dialogList } from "./call.js";
import { callbackPanel } from "./callback.js";
import { classifyPanel } from "./classify.js";
import { begin, close, desk, refresh, shownBy } from "./desk.js";
import { h, show } from "./dom.js";
import { earlier } from "./history.js";
import { help } from "./keys.js";
import { keypadDialog, keypadPanel } from "./keypad.js";
import { meanwhile } from "./meanwhile.js";
import { padPanel } from "./pad.js";
import { focusNew } from "./panel.js";
import { phoneForm } from "./phone.js";
import { previewActions, previewCard } from "./preview.js";
import { name } from "./customer.js";
import { regions, say, stateName } from "./said.js";
import { followAgent } from "./softphone.js";
import { cutNotice, softphonePanel } from "./softphone_parts.js";
import { notReadyPanel, stateButtons } from "./states.js";
import { header } from "./status.js";
import { tick } from "./ticking.js";
import { t } from "./words.js";

const page = h("div", { class: "page" });
document.body.replaceChildren(page, ...regions(h));

const PANELS = { alerts: alertsPanel, callback: callbackPanel, help, not_ready: notReadyPanel, pad: padPanel, reclassify: classifyPanel, softphone: softphonePanel };
const panel = () => (keypadDialog() ? keypadPanel() : desk.panel && PANELS[desk.panel.name]());

/** What is in the middle. */
function middle(view) {
  if (view.state === "logged_out") return [phoneForm()];
  if (view.preview) return [previewCard()];
  if (view.dialogs.length > 0) return cards();
  return [h("div", { class: "idle", key: "idle" }, h("h1", { id: "card-title", tabindex: -1 }, t(view.state === "ready" ? "desktop.idle_ready" : "desktop.idle_not_ready")), h("p", { class: "quiet" }, t("desktop.idle_hint")))];
}

/** What can be done now, the likely thing first. */
function actions(view) {
  if (view.state === "logged_out") return null;
  if (view.preview) return previewActions();
  if (view.dialogs.length > 0) return callActions();
  return null;
}

/** A panel that makes no sense any more closes by itself. */
function closeStale(view) {
  const { panel: open } = desk;
  if (!open) return;
  const inCall = ["callback", "reclassify"].includes(open.name) || (open.name === "pad" && open.purpose !== "place");
  const gone = inCall ? view.dialogs.length === 0 : open.name === "pad" && view.dialogs.length > 0;
  if (gone || view.state === "logged_out" && open.name !== "help" && open.name !== "alerts") close();
}

function render() {
  const { view } = desk;
  if (!view) return;
  followAgent(view);
  closeStale(view);
  const focused = document.activeElement;
  const open = panel();
  show(page, header(), h("main", { class: open ? "with-panel" : "" },
    view.state !== "logged_out" && h("div", { class: "left-side", key: "left-side" }, dialogList(), earlier()),
    h("div", { class: "middle", key: "middle" }, cutNotice(), meanwhile(), middle(view)), open),
  h("footer", { class: "actions", "aria-label": t("desktop.actions") }, !open && errorLine(), h("div", { class: "buttons" }, actions(view), view.state !== "logged_out" && stateButtons())));
  tick();
  focusNew();
  // Whatever had the focus is gone: whoever uses the keyboard is led to what is new; not to End, which a second Enter would press.
  if (focused && focused !== document.body && !focused.isConnected && document.activeElement === document.body) {
    (document.querySelector("footer .main button:not([aria-disabled]), footer .choice button") ?? document.querySelector("h1"))?.focus();
  }
  alertNew();
  tellState(view);
  lookAgain(view);
}

const errorLine = () => h("p", { class: "error", role: "alert", id: "problem", key: "error" }, desk.error ? desk.error.message : "");

let toldState = null;

/** Reads a new state out, with whom it is about. */
function tellState(view) {
  const about = view.preview?.reservation_id ?? view.dialogs.find((dialog) => dialog.phase === "offered")?.dialog_id ?? "";
  const state = `${view.state} ${about}`;
  if (toldState !== null && toldState !== state) {
    const customer = view.preview?.customer;
    say(customer ? t("desktop.preview_of", { name: name(customer), campaign: customer.campaign }) : about ? t("desktop.new_call") : stateName(view.state));
  }
  toldState = state;
}

/** Why nothing comes changes without an event of this agent: a waiting agent looks again now and then, at once while it is looked for. */
let again = null;
function lookAgain(view) {
  clearTimeout(again);
  if (view.waiting && desk.lostAt === null) again = setTimeout(() => refresh().catch(() => {}), view.waiting.because === "looking" ? 1000 : 30_000);
}

shownBy(render);
await begin(() => {});
