// The event stream: events in order, each once; a lost connection is said, and made again by itself.
import { get } from "./api.js";

const SILENCE_MS = 12_000; // the server says that it lives every 4 seconds
const AGAIN_MS = [500, 1000, 2000, 4000, 5000];

/**
 * Follows a stream of events after number `after`.
 * `on.event(event)` gets each event, `on.lost(since)` and `on.back()` what becomes of the connection. After `back` the page
 * asks for the state again. Gives a function that ends it.
 */
export function follow(path, after, on) {
  let source = null;
  let last = after;
  let lostAt = null;
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
    if (lostAt === null) {
      lostAt = Date.now();
      on.lost(lostAt);
    }
    watch = setTimeout(again, AGAIN_MS[Math.min(tries++, AGAIN_MS.length - 1)]);
  };
  const again = async () => {
    clearTimeout(watch);
    // The stream itself does not say why it cannot be opened; this does, and asks to sign in where that is why.
    try {
      await get("/v1/session");
    } catch {
      return broken();
    }
    if (!over && source === null) connect();
  };
  const connect = () => {
    source = new EventSource(`${path}?for_page=true&after=${last}`);
    lives();
    source.onopen = () => {
      tries = 0;
      lives();
      if (lostAt !== null) {
        lostAt = null;
        on.back();
      }
    };
    source.onerror = broken;
    source.addEventListener("here", lives);
    source.onmessage = (message) => {
      lives();
      last = Number(message.lastEventId);
      on.event(JSON.parse(message.data));
    };
  };
  // The computer knows first when its own network goes, and comes back.
  addEventListener("offline", broken);
  addEventListener("online", again);
  connect();
  return () => {
    over = true;
    removeEventListener("offline", broken);
    removeEventListener("online", again);
    source?.close();
    clearTimeout(watch);
  };
}
