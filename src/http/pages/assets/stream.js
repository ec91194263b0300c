// The event stream: events in order, each once. A browser has six connections to a server and no more, so of all tabs that follow
// a stream one is connected, and passes on what comes. When it closes, or says nothing any more, the next takes its place.
import { connect } from "./connection.js";

/** As long is a connected tab silent that is gone: it passes on every sign of life of the server, one each 4 seconds. */
const SILENCE_MS = 15_000;
/** A tab that cannot ask anybody to sign in leaves the stream to the others for so long. */
const SHUT_MS = 5000;
/** What a new tab may have missed since it read the state that it begins with. */
const KEPT_MAX = 100;

/**
 * Follows a stream of events after number `after`.
 * `on.event(event)` gets each event, `on.lost(since)` and `on.back()` what becomes of the connection. After `back` the page
 * asks for the state again. Gives a function that ends it.
 */
export function follow(path, after, on) {
  let last = after;
  let isLost = false;
  const hear = (news) => {
    if (news.what === "event" && news.seq > last) {
      last = news.seq;
      on.event(news.event);
    } else if (news.what === "lost" && !isLost) {
      isLost = true;
      on.lost(news.at);
    } else if (news.what === "back" && isLost) {
      isLost = false;
      on.back();
    }
  };
  // Without locks, which browsers give to pages with https alone, each tab is for itself.
  if (!navigator.locks) return connect(path, after, hear);
  return share(`rappel ${path}`, (tell) => connect(path, last, tell), hear);
}

/** Follows what one tab of all connects to: `connectTo(tell)` gives a function that ends the connection. */
function share(name, connectTo, hear) {
  const channel = new BroadcastChannel(name);
  const kept = [];
  let waiting = null;
  let leave = null;
  let isOver = false;
  let lostAt = null;
  let silence = null;

  const listen = () => {
    clearTimeout(silence);
    if (!leave && !isOver) silence = setTimeout(() => take(true), SILENCE_MS);
  };

  /** What comes from the server, for this tab and the others. */
  const tell = (news) => {
    if (news.what === "shut") return shut();
    if (news.what === "event") kept.splice(0, kept.push(news) - KEPT_MAX);
    if (news.what === "lost") lostAt = news.at;
    if (news.what === "back") lostAt = null;
    channel.postMessage(news);
    hear(news);
  };

  /** Somebody is new: they get what they may have missed. */
  const welcome = () => {
    for (const news of kept) channel.postMessage(news);
    channel.postMessage(lostAt === null ? { what: "back" } : { what: "lost", at: lostAt });
  };

  channel.onmessage = ({ data }) => {
    if (data.what === "new") return leave && welcome();
    if (leave) return;
    listen();
    hear(data);
  };

  /** Waits for its turn, or takes it from one who is silent; then connects, until another takes it. */
  function take(fromOther = false) {
    waiting?.abort();
    const mine = new AbortController();
    waiting = mine;
    listen();
    navigator.locks.request(name, fromOther ? { steal: true } : { signal: mine.signal }, () => waiting === mine && lead()).catch(() => {
      if (waiting !== mine || isOver) return;
      leave?.();
      take();
    });
  }

  /** Is the one that is connected; the lock is held as long. */
  const lead = () => new Promise((done) => {
    clearTimeout(silence);
    const end = connectTo(tell);
    leave = () => {
      leave = null;
      end();
      done();
    };
  });

  function shut() {
    leave?.();
    setTimeout(() => !isOver && take(), SHUT_MS);
  }

  take();
  channel.postMessage({ what: "new" });
  return () => {
    isOver = true;
    waiting.abort();
    leave?.();
    clearTimeout(silence);
    channel.close();
  };
}
