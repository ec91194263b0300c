// One connection to a stream of events: a lost one is said, and made again by itself.
import { get } from "./api.js";

const SILENCE_MS = 12_000; // the server says that it lives every 4 seconds
const AGAIN_MS = [500, 1000, 2000, 4000, 5000];

/**
 * Connects to a stream of events after number `after`. `tell` gets what comes: `{ what: "event", seq, event }`, `{ what: "here" }`,
 * `{ what: "lost", at }`, `{ what: "back" }` (also the first time); and `{ what: "shut" }` where somebody has to sign in and this page is not seen.
 * Gives a function that ends it.
 */
export function connect(path, after, tell) {
  let source = null;
  let last = after;
  let isLost = false;
  let tries = 0;
  let watch = null;
  let over = false;

  const lives = () => {
    clearTimeout(watch);
    watch = setTimeout(broken, SILENCE_MS);
  };
  const broken = () => {
    source?.close();
    source = null;
    clearTimeout(watch);
    if (over) return;
    if (!isLost) tell({ what: "lost", at: Date.now() });
    isLost = true;
    watch = setTimeout(again, AGAIN_MS[Math.min(tries++, AGAIN_MS.length - 1)]);
  };
  const again = async () => {
    clearTimeout(watch);
    // The stream itself does not say why it cannot be opened; this does, and asks to sign in where that is why.
    try {
      if (document.hidden && (await fetch("/v1/session")).status === 401) return tell({ what: "shut" });
      await get("/v1/session");
    } catch {
      return broken();
    }
    if (!over && source === null) open();
  };
  const open = () => {
    source = new EventSource(`${path}?for_page=true&after=${last}`);
    lives();
    source.onopen = () => {
      tries = 0;
      lives();
      isLost = false;
      tell({ what: "back" });
    };
    source.onerror = broken;
    source.addEventListener("here", () => {
      lives();
      tell({ what: "here" });
    });
    source.onmessage = (message) => {
      lives();
      last = Number(message.lastEventId);
      tell({ what: "event", seq: last, event: JSON.parse(message.data) });
    };
  };
  // The computer knows first when its own network goes, and comes back.
  addEventListener("offline", broken);
  addEventListener("online", again);
  open();
  return () => {
    over = true;
    removeEventListener("offline", broken);
    removeEventListener("online", again);
    source?.close();
    clearTimeout(watch);
  };
}
