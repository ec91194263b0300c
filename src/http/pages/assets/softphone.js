// This browser as the agent's telephone: which page is it, with which account, and in which state. It begins with the agent's
// work and ends with it; of several pages one is the telephone, and when that closes the next takes its place.
import { post, Refused, remove } from "./api.js";
import { changed, desk, now } from "./desk.js";
import { keep, kept } from "./kept.js";
import { current, ear, open, shut, whenUnplugged } from "./microphone.js";
import { linesOf } from "./softphone_lines.js";

/** Said in the word list under `softphone.`: off, starting, registered, lost, other_tab, elsewhere, failed. */
export const softphone = { state: "off", isInCall: false, isMuted: false, isSilent: false, why: null };

const MINE = "softphone";
const CUT = "rappel.cut";
const LOCK = "rappel_softphone";
const AGAIN_MS = 5000;
const REGISTERS_MS = 10_000;
/** Of the life of an account, after which the next one is asked for. */
const RENEWED_AFTER = 0.5;

let wasAtWork = null;
let confirmedFor = null;
let line = null;
let letGo = null;
let waiting = null;
let timer = null;

/** Is somebody talked with, or called? A telephone that stays connected is so in a call, and between calls it is not. */
export const hasCall = () => desk.view.dialogs.some(({ phase }) => phase !== "offered" && phase !== "wrapping_up");

function becomes(change) {
  Object.assign(softphone, change);
  changed();
}

/** The telephone begins, as somebody asked; gives its extension, to sign in at. */
export async function begin() {
  becomes({ state: "starting", why: null });
  try {
    if (!(await locked({ ifAvailable: true }))) throw new Refused(0, { code: "softphone_other_tab" });
    return await registered();
  } catch (refused) {
    end();
    throw refused;
  }
}

/** Goes with the agent: this browser goes on as their telephone after the page was loaded anew, and ends with their work. */
export function followAgent(view) {
  const isAtWork = view.state !== "logged_out";
  if (!isAtWork && wasAtWork !== false) end();
  wasAtWork = isAtWork;
  if (isMine() && softphone.state === "off") goOn();
  // Muted is one call, and not the next.
  if (softphone.isMuted && !hasCall()) mute(false);
  // Before a customer is called: is the telephone there still?
  const about = view.preview?.reservation_id ?? null;
  if (about && about !== confirmedFor) line?.confirm();
  confirmedFor = about;
}

/** Is the agent's telephone this browser, whichever of its pages? */
export const isMine = () => desk.view.state !== "logged_out" && desk.view.extension !== null && desk.view.extension === kept(MINE, null);

async function goOn() {
  becomes({ state: "other_tab" });
  waiting = new AbortController();
  if (!(await locked({ signal: waiting.signal }).catch(() => false))) return;
  // What was said with the page that went is not heard in this one.
  if (desk.view.dialogs.some((dialog) => dialog.phase === "talking")) sessionStorage.setItem(CUT, "1");
  again();
}

/** Tries to be the telephone until it is, or until somebody has to help. */
export async function again() {
  becomes({ state: "starting", why: null });
  try {
    if (!line?.isInCall()) return await registered();
    // The call is there, only the microphone was not.
    await line.speakWith(await open());
    becomes({ state: "registered" });
  } catch (refused) {
    if (["off", "elsewhere"].includes(softphone.state)) return;
    const passes = refused.status === 0 ? refused.code === "network" || refused.code === "softphone_unreachable" : refused.status >= 429;
    becomes(passes ? { state: "lost" } : { state: "failed", why: refused.message });
    if (passes) later(again, AGAIN_MS);
  }
}

/** This page alone is the telephone until it lets go, or is gone. */
function locked(how) {
  if (!navigator.locks) throw new Refused(0, { code: "microphone_insecure" });
  return new Promise((resolve, reject) => {
    navigator.locks.request(LOCK, how, (lock) => {
      resolve(lock !== null);
      return lock && new Promise((done) => (letGo = done));
    }).catch(reject);
  });
}

/** An account, and registered with it. */
async function registered() {
  await open();
  whenUnplugged(() => open().then((stream) => line?.speakWith(stream)).catch((refused) => becomes({ state: "failed", why: refused.message })));
  const account = await post("/v1/me/softphone");
  keep(MINE, account.extension);
  line?.close();
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Refused(0, { code: "softphone_unreachable" })), REGISTERS_MS);
    linesOf(account, current, ear, {
      registered: () => {
        clearTimeout(late);
        becomes({ state: "registered", why: null });
        resolve();
      },
      lost: () => softphone.state === "registered" && becomes({ state: "lost" }),
      // Another browser of the agent's is the telephone now; two would take it from each other for ever.
      refused: () => {
        clearTimeout(late);
        becomes({ state: "elsewhere" });
        reject(new Refused(0, { code: "softphone_refused" }));
      },
      // An exchange that is there again has no account for us, and nobody took it from us: the next is made at each.
      missing: renew,
      call: (isInCall) => becomes({ isInCall, isMuted: false, isSilent: false }),
      silent: (isSilent) => becomes({ isSilent }),
    }).then((made) => (line = made), reject);
  });
  renewInTime(account);
  return account.extension;
}

const renewInTime = ({ expires_at: end }) => later(renew, Math.max((Date.parse(end) - now()) * RENEWED_AFTER, AGAIN_MS));

/** An account ends in its time: the next one comes before, with another password. */
export async function renew() {
  if (softphone.state === "elsewhere") return;
  try {
    const account = await post("/v1/me/softphone");
    line?.renew(account.password);
    renewInTime(account);
  } catch {
    later(renew, AGAIN_MS);
  }
}

function later(what, ms) {
  clearTimeout(timer);
  timer = setTimeout(what, ms);
}

/** The telephone is over; what the agent has at the switch ends with their work. */
export function end() {
  clearTimeout(timer);
  waiting?.abort();
  line?.close();
  line = null;
  shut();
  letGo?.();
  letGo = null;
  keep(MINE, null);
  becomes({ state: "off", isInCall: false, isMuted: false, isSilent: false, why: null });
}

/** Gives the account back, where the agent did not get to work with it. */
export function giveBack() {
  end();
  return remove("/v1/me/softphone").catch(() => {});
}

/** The customer does not hear the agent, or does again. */
export function mute(isMuted) {
  line?.mute(isMuted);
  becomes({ isMuted });
}

/** Speaks with the microphone that was chosen meanwhile. */
export const speakWith = (stream) => line?.speakWith(stream);

/** Was the page left during a call? */
export const wasCut = () => sessionStorage.getItem(CUT) !== null;

export function forgetCut() {
  sessionStorage.removeItem(CUT);
  changed();
}

// A call ends with its page: nobody leaves it by accident, and the customer does not wait for somebody who is gone.
addEventListener("beforeunload", (event) => line?.isInCall() && hasCall() && event.preventDefault());
addEventListener("pagehide", () => {
  if (line?.isInCall() && hasCall()) sessionStorage.setItem(CUT, "1");
  line?.close();
});
