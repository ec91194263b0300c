// What the desktop knows: the agent's view, whether it is true, what is being asked for. Everything shown follows from this.
import { get, Refused } from "./api.js";
import { follow } from "./stream.js";

export const desk = {
  /** The agent's view, as `GET /v1/me` gives it; null before it was read. */
  view: null,
  /** What was clicked and is not answered yet, by the name of its button. */
  busy: null,
  /** Since when the connection is lost. */
  lostAt: null,
  /** What went wrong last, for people. */
  error: null,
  /** The panel that is open: { name, ... }. */
  panel: null,
  /** Events that happened while the connection was lost. */
  meanwhile: [],
};

let render = () => {};
let receivedAt = 0;
let planned = false;

/** Says what shows the desk. */
export const shownBy = (show) => (render = show);

/** Something is to be shown: once, however much changed. */
export function changed() {
  if (planned) return;
  planned = true;
  queueMicrotask(() => {
    planned = false;
    render();
  });
}

/** The server's clock now, in ms: right on a computer whose own clock is wrong or is set meanwhile. */
export const now = () => Date.parse(desk.view.now) + performance.now() - receivedAt;

function take(view) {
  const known = desk.view;
  if (known && (view.last_event_seq < known.last_event_seq || (view.last_event_seq === known.last_event_seq && view.now < known.now))) return;
  desk.view = view;
  receivedAt = performance.now();
  changed();
}

let reading = null;
let readAgain = false;
let wanted = 0;

/** Reads the view. Asked for meanwhile, it is read once more; for an event only if the view does not know of it. */
export function refresh(seq = null) {
  if (reading) {
    if (seq === null) readAgain = true;
    else wanted = Math.max(wanted, seq);
    return reading;
  }
  reading = get("/v1/me").then(take).finally(() => {
    reading = null;
    const isMore = readAgain || wanted > (desk.view?.last_event_seq ?? 0);
    readAgain = false;
    wanted = 0;
    if (isMore) return refresh();
  });
  return reading;
}

/** Reads the view, and keeps it true from now on. */
export async function begin(heard) {
  await refresh();
  let backAt = null;
  follow("/v1/me/events", desk.view.last_event_seq, {
    event: (event) => {
      if (event.seq > desk.view.last_event_seq) refreshFor(event);
      else if (backAt !== null && event.seq <= backAt) {
        desk.meanwhile.push(event);
        changed();
      }
      heard(event);
    },
    lost: (at) => {
      desk.lostAt = at;
      desk.meanwhile = [];
      backAt = Infinity;
      changed();
    },
    back: async () => {
      // What comes on the stream up to the view that is read now has happened without us.
      await refresh().catch(() => {});
      backAt = desk.view.last_event_seq;
      desk.lostAt = null;
      changed();
    },
  });
}

/** The view changed: read it, show it, and measure how long that took. */
async function refreshFor(event) {
  if (desk.lostAt !== null) desk.meanwhile.push(event);
  const start = performance.now();
  await refresh(event.seq).catch(() => {});
  if (document.visibilityState === "visible") requestAnimationFrame(() => setTimeout(() => performance.measure("event_to_paint", { start })));
}

/**
 * Does what a button says. The button shows it at once, the new state comes when it is committed; another click meanwhile does
 * nothing. Gives the answer, or null where it was refused: the reason is then in `desk.error`.
 */
export async function act(name, request) {
  if (desk.busy || desk.lostAt !== null) return null;
  Object.assign(desk, { busy: name, error: null });
  changed();
  try {
    const answer = await request();
    take(answer.view ?? answer);
    return answer;
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    desk.error = refused;
    refresh().catch(() => {});
    return null;
  } finally {
    desk.busy = null;
    changed();
  }
}

/** Where an act of a dialog is asked for. */
export const path = (dialog, act) => `/v1/me/dialogs/${dialog.dialog_id}/${act}`;

const ORDER = ["talking", "ringing", "dialing", "connecting", "offered", "held", "wrapping_up"];

/** The dialogs, the one that the agent is in first. */
export const dialogs = () =>
  [...(desk.view?.dialogs ?? [])].sort((one, other) => ORDER.indexOf(one.phase) - ORDER.indexOf(other.phase));

/** The dialog in which an act works now; else the one that it would be about, which says why not. */
export function dialogFor(act) {
  const all = dialogs();
  const consulted = ["conference", "transfer"].includes(act) && all.find((dialog) => all.some((other) => other.about === dialog.dialog_id));
  return all.find((dialog) => dialog.allowed_acts.includes(act)) ?? (consulted || all[0]);
}

/** Opens a panel, or closes it if it is the one that is open. */
export function toggle(panel) {
  if (desk.panel?.name === panel.name) return close();
  desk.panel = { ...panel, opener: document.activeElement?.id };
  desk.error = null;
  changed();
}

/** Closes the panel; the focus goes back to the button that opened it. */
export function close() {
  const opener = desk.panel?.opener;
  desk.panel = null;
  changed();
  if (opener) queueMicrotask(() => document.getElementById(opener)?.focus());
}
