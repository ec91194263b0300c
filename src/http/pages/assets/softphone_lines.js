// The lines of the telephone in this browser, one to each exchange: to the agent one telephone, whichever exchange calls.
import { lineOf } from "./softphone_line.js";

/** So long the other exchanges have to say that the account is another browser's. */
const DOUBT_MS = 3000;

/**
 * Registers with an account at all of its servers, and is used as one line is (softphone_line.js). `on` is told: `registered()`
 * while it is anywhere, `lost()` where it is nowhere, `refused()` where nobody lets it in any more, `missing()` where one does not
 * while another does, `call(isThere)`, `silent(isSo)`.
 */
export async function linesOf(account, mouth, ear, on) {
  const states = account.servers.map(() => "starting");
  const lines = [];
  let doubt = null;
  const others = (nth) => lines.filter((_, other) => other !== nth);

  function becomes(nth, state) {
    states[nth] = state;
    on[["registered", "starting", "refused", "lost"].find((some) => states.includes(some))]?.();
  }

  const listener = (nth) => ({
    registered: () => becomes(nth, "registered"),
    lost: () => becomes(nth, "lost"),
    refused: () => {
      becomes(nth, "refused");
      // Did another browser take the account, or has this exchange none? The others know.
      for (const line of others(nth)) line.confirm();
      clearTimeout(doubt);
      doubt = setTimeout(() => ["refused", "registered"].every((state) => states.includes(state)) && on.missing(), DOUBT_MS);
    },
    // An agent has one call at a time, and the exchange that calls last knows which: one that went down could not end its own.
    comes: () => others(nth).forEach((line) => line.hangUp()),
    call: () => on.call(lines.some((line) => line.isInCall())),
    silent: on.silent,
  });

  lines.push(...(await Promise.all(account.servers.map((server, nth) => lineOf(account, server, mouth, ear, listener(nth))))));
  const each = (name) => (...what) => Promise.all(lines.map((line) => line[name](...what)));
  return {
    isInCall: () => lines.some((line) => line.isInCall()),
    mute: each("mute"),
    confirm: each("confirm"),
    /** Whoever was refused tries again with it. */
    renew: (password) => {
      states.forEach((state, nth) => state === "refused" && (states[nth] = "lost"));
      for (const line of lines) line.renew(password);
    },
    speakWith: each("speakWith"),
    close: () => {
      clearTimeout(doubt);
      for (const line of lines) line.close();
    },
  };
}
