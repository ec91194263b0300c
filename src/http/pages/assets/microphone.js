// The microphone and the loudspeaker of the telephone in this browser: which, whether they work, how loud it is.
import { Refused } from "./api.js";
import { keep, kept } from "./kept.js";

const CODES = { NotAllowedError: "microphone_denied", NotFoundError: "microphone_missing", NotReadableError: "microphone_busy" };

/** What was chosen on this computer: ids of devices, none is the one that the system prefers. */
export const chosen = { microphone: kept("microphone", ""), speaker: kept("speaker", "") };

/** Where the other side is heard. */
export const ear = new Audio();
ear.id = "ear";

let stream = null;
let opening = null;
let meter = null;
let unplugged = () => {};

/** What is done when the microphone is pulled out. */
export const whenUnplugged = (what) => (unplugged = what);

export const isOpen = () => stream !== null;
export const current = () => stream;

/** Opens it, or says why it cannot be. */
export function open() {
  if (stream) return Promise.resolve(stream);
  opening ??= take(chosen.microphone).finally(() => (opening = null));
  return opening;
}

async function take(deviceId) {
  // Browsers give it to pages alone that nobody could have changed on their way.
  if (!isSecureContext || !navigator.mediaDevices) throw new Refused(0, { code: "microphone_insecure" });
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: deviceId ? { deviceId: { exact: deviceId } } : true });
  } catch (error) {
    // The one that was chosen is not there today.
    if (deviceId && ["OverconstrainedError", "NotFoundError"].includes(error.name)) return take("");
    throw new Refused(0, { code: CODES[error.name] ?? "microphone_failed", detail: error.message });
  }
  const own = stream;
  own.getAudioTracks()[0].onended = () => {
    if (stream !== own) return;
    shut();
    unplugged();
  };
  document.body.append(ear);
  if (chosen.speaker) await ear.setSinkId?.(chosen.speaker).catch(() => {});
  return own;
}

/** Lets go of it. */
export function shut() {
  for (const track of stream?.getTracks() ?? []) {
    track.onended = null;
    track.stop();
  }
  stream = null;
  meter?.context.close();
  meter = null;
}

/** Chooses a device of a kind; gives the microphone's stream. */
export async function choose(kind, deviceId) {
  chosen[kind] = deviceId;
  keep(kind, deviceId);
  if (kind === "microphone") shut();
  else await ear.setSinkId?.(deviceId).catch(() => {});
  return open();
}

/** What there is to choose from. */
export async function devices() {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const of = (kind) => all.filter((device) => device.kind === kind && device.deviceId !== "default" && device.deviceId !== "communications");
  return { microphone: of("audioinput"), speaker: "setSinkId" in ear ? of("audiooutput") : [] };
}

/** How loud it is now, from 0 to 1. */
export function level() {
  if (!stream) return 0;
  if (!meter) {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    context.createMediaStreamSource(stream).connect(analyser);
    meter = { context, analyser, samples: new Float32Array(1024) };
  }
  meter.analyser.getFloatTimeDomainData(meter.samples);
  const power = meter.samples.reduce((sum, sample) => sum + sample * sample, 0) / meter.samples.length;
  // A voice is seldom louder than a third of what fits.
  return Math.min(1, 3 * Math.sqrt(power));
}
