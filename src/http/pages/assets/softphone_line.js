// A line of the telephone in this browser: it registers at one exchange, and takes the calls that come for the agent's work. The
// only module that knows the telephone's library, JsSIP, which the administrator put in place.
import { Refused } from "./api.js";

/** Longer than a page in the background may sleep (a minute); whoever goes without a word is missed by the switch itself. */
const REGISTERED_SECONDS = 300;
const AGAIN_MS = 3000;
/** A switch that started again gets its accounts again, in a while: as often is asked. */
const PATIENT_TIMES = 10;
/** The first way to the switch is nearly always the one; servers far away are not waited for. */
const WAYS_MS = 500;

/** The library, once the browser has it. */
async function library() {
  if (!globalThis.JsSIP) {
    const script = document.getElementById("softphone-library");
    if (script) await new Promise((done) => ["load", "error"].forEach((how) => script.addEventListener(how, done)));
  }
  if (!globalThis.JsSIP) throw new Refused(0, { code: "softphone_library" });
  return globalThis.JsSIP;
}

/**
 * Registers at one of the servers of an account; the sound goes to `ear`, an audio element, and comes from `mouth()`, a stream.
 * `on` is told: `registered()`, `lost()`, `refused()` (the account is good for nothing here any more), `comes()` (before a call is
 * taken), `call(isThere)`, `silent(isSo)`.
 */
export async function lineOf(account, server, mouth, ear, on) {
  const JsSIP = await library();
  const ua = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(server.websocket_url)], uri: server.sip_uri, authorization_user: account.user, password: account.password,
    register_expires: REGISTERED_SECONDS, session_timers: false, connection_recovery_min_interval: 1, connection_recovery_max_interval: 5,
  });
  let call = null;
  let again = null;
  let over = false;
  let patience = 0;
  let isRefused = false;

  ua.on("registered", () => {
    patience = 0;
    isRefused = false;
    on.registered();
  });
  ua.on("disconnected", () => {
    patience = PATIENT_TIMES;
    if (!over) on.lost();
  });
  ua.on("registrationFailed", ({ response }) => {
    if (over) return;
    if ([401, 403, 404].includes(response?.status_code) && patience-- <= 0) {
      isRefused = true;
      return on.refused();
    }
    on.lost();
    clearTimeout(again);
    again = setTimeout(() => ua.isConnected() && ua.register(), AGAIN_MS);
  });
  ua.on("newRTCSession", ({ originator, session, request }) => {
    if (originator !== "remote") return;
    // Whom the agent talks with is for the server to say: it calls with the wish to be answered at once, and nobody else does.
    if (call || !request.getHeader("Call-Info")?.includes("answer-after=0")) return session.terminate({ status_code: call ? 486 : 480 });
    take(session);
  });

  function take(session) {
    on.comes();
    call = session;
    const gone = () => {
      if (call !== session) return;
      call = null;
      ear.srcObject = null;
      on.call(false);
    };
    session.on("ended", gone);
    session.on("failed", gone);
    session.on("accepted", () => on.call(true));
    session.on("peerconnection", ({ peerconnection }) => listen(peerconnection, session));
    let ways = null;
    session.on("icecandidate", ({ ready }) => (ways ??= setTimeout(ready, WAYS_MS)));
    const stream = mouth();
    for (const track of stream.getAudioTracks()) track.enabled = true;
    session.answer({ mediaStream: stream, mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: account.ice_servers } });
  }

  function listen(connection, session) {
    connection.addEventListener("track", ({ track }) => {
      ear.srcObject = new MediaStream([track]);
      ear.play().catch(() => {});
    });
    connection.addEventListener("connectionstatechange", () => {
      if (call !== session) return;
      on.silent(["disconnected", "failed"].includes(connection.connectionState));
      // Neither sound nor a word from the exchange: it is gone, and the call with it.
      if (connection.connectionState === "failed" && !ua.isConnected()) hangUp();
    });
  }

  function hangUp() {
    if (call && !call.isEnded()) call.terminate();
  }

  ua.start();
  return {
    /** Is somebody on it? */
    isInCall: () => call !== null,
    mute: (isMuted) => (isMuted ? call?.mute({ audio: true }) : call?.unmute({ audio: true })),
    hangUp,
    /** Asks the exchange whether this is the agent's telephone still: `refused` follows where it is not. */
    confirm: () => ua.isConnected() && !isRefused && ua.register(),
    /** The next registration is with this password; where the one before was refused, it is now. */
    renew: (password) => {
      ua.set("password", password);
      if (!isRefused) return;
      isRefused = false;
      patience = PATIENT_TIMES;
      if (ua.isConnected()) ua.register();
    },
    /** Another microphone, in a call too. */
    speakWith: (stream) => Promise.all((call?.connection?.getSenders() ?? []).map((sender) => sender.replaceTrack(stream.getAudioTracks()[0]))),
    /** Hangs up, and leaves the switch. */
    close: () => {
      over = true;
      clearTimeout(again);
      ua.stop();
    },
  };
}
