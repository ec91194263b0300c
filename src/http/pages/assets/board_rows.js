// The rows of the board. Hundreds of agents change all day: each row is made once, and only what differs in it is touched.
import { h } from "./dom.js";
import { clock, instant, number } from "./format.js";
import { keep, kept } from "./kept.js";
import { language, t, textOr } from "./words.js";

const SHAPES = { ready: "●", reserved: "◐", talking: "▶", hold: "‖", wrap_up: "✎", not_ready: "■", logged_out: "○" };
const ORDER = ["talking", "hold", "reserved", "wrap_up", "ready", "not_ready", "logged_out"];
const COLUMNS = ["name", "state", "time", "work", "previews", "calls", "talk"];
const NUMBERS = ["time", "previews", "calls", "talk"];

const reasonOf = (line) => (line.reason ? textOr(`reason.${line.reason}`, line.reason) : "");
const callOf = (line) => [line.contact_name || (line.contact_id && t("word.contact_number", { id: line.contact_id })), line.works_for].filter(Boolean).join(" · ");
/** Whom somebody works for, else why they do not. */
const workOf = (line) => callOf(line) || reasonOf(line);

/** How the recording of a call does; nothing while it is about to change. */
const tapeOf = ({ recording }) => (recording ? textOr(`recording.board_${recording.state}`, "", { time: instant(recording.since_at, { timeStyle: "short" }) }) : "");

/** "Agent 2" before "Agent 10". */
const { compare } = new Intl.Collator(language, { numeric: true });

export class Rows {
  /** `limits` in minutes by state, `now` the server's clock, `act(what, line)` what a button does. */
  constructor({ limits, now, act }) {
    Object.assign(this, { limits, now, act, lines: new Map(), counts: new Map(), made: new Map(), words: [], absent: false, sort: kept("board-sort", { by: "name", down: false }) });
    this.body = h("tbody");
    this.empty = h("p", { class: "quiet", hidden: true }, t("board.nobody"));
    this.heads = new Map(COLUMNS.map((column) => [column, this.head(column)]));
    this.table = h("div", {}, h("table", { class: "agents" }, h("caption", { class: "hidden" }, t("board.agents")),
      h("thead", {}, h("tr", {}, [...this.heads.values()], h("th", { scope: "col" }, t("board.actions")))), this.body), this.empty);
    this.markSort();
  }

  head(column) {
    const by = () => {
      this.sort = { by: column, down: this.sort.by === column ? !this.sort.down : NUMBERS.includes(column) };
      keep("board-sort", this.sort);
      this.markSort();
      this.arrange();
    };
    return h("th", { scope: "col", class: NUMBERS.includes(column) ? "number" : "" }, h("button", { class: "plain sort", onclick: by }, t(`board.${column}`)));
  }

  markSort() {
    for (const [column, head] of this.heads) {
      if (column === this.sort.by) head.setAttribute("aria-sort", this.sort.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }

  clear() {
    this.lines = new Map();
    this.made.clear();
    this.body.replaceChildren();
  }

  /** The lines as they are now; those of agents who are gone are taken away. */
  take(lines, counts) {
    const began = performance.now();
    this.lines = lines;
    this.counts = counts;
    for (const [id, row] of this.made) {
      if (!lines.has(id)) {
        row.element.remove();
        this.made.delete(id);
      }
    }
    for (const id of lines.keys()) this.fill(id);
    this.arrange();
    performance.measure("board-take", { start: began });
  }

  /** Something about one agent changed. */
  changed(id) {
    if (!this.lines.has(id)) return;
    const began = performance.now();
    this.fill(id);
    this.soon ??= requestAnimationFrame(() => {
      this.soon = null;
      this.arrange();
    });
    performance.measure("board-change", { start: began });
  }

  /** How many are in a state. */
  in(state) {
    let count = 0;
    for (const line of this.lines.values()) if (line.state === state) count += 1;
    return count;
  }

  filter(text) {
    this.words = text.toLowerCase().split(/\s+/).filter(Boolean);
    this.arrange();
  }

  showAbsent(absent) {
    this.absent = absent;
    this.arrange();
  }

  /** The clocks go on. */
  tick() {
    const began = performance.now();
    for (const [id, line] of this.lines) this.time(this.made.get(id), line);
    if (this.sort.by === "time") this.arrange();
    performance.measure("board-tick", { start: began });
  }

  make(line) {
    const cells = Object.fromEntries(COLUMNS.map((column) => [column, h(column === "name" ? "th" : "td",
      { scope: column === "name" ? "row" : null, class: NUMBERS.includes(column) ? "number" : column })]));
    const actions = h("td", { class: "actions" });
    const row = { element: h("tr", {}, Object.values(cells), actions), cells, actions, shown: {} };
    this.made.set(line.agent.id, row);
    return row;
  }

  fill(id) {
    const line = this.lines.get(id);
    const row = this.made.get(id) ?? this.make(line);
    const today = this.counts.get(id) ?? { previews: 0, calls: 0, talk: 0 };
    const pending = line.pending ? t("board.then", { state: t(`state.${line.pending.state}`) }) : line.wrap_up_pending ? t("board.then", { state: t("state.wrap_up") }) : "";
    const set = (column, value, fill) => {
      if (row.shown[column] === value) return;
      row.shown[column] = value;
      fill ? fill(row.cells[column]) : row.cells[column].textContent = value;
    };
    set("name", line.agent.name || line.agent.login);
    const tape = tapeOf(line);
    set("state", `${line.state}${pending}${tape}`, (cell) => {
      cell.title = [t(`state.${line.state}`), pending, tape].filter(Boolean).join(" ");
      cell.replaceChildren(
      h("span", { class: `state state-${line.state}` }, h("span", { class: "shape", "aria-hidden": "true" }, SHAPES[line.state]), " ", t(`state.${line.state}`)),
      pending && h("span", { class: "quiet" }, ` ${pending}`), tape && h("span", { class: line.recording.state === "recording" ? "quiet" : "warn" }, ` ${tape}`));
    });
    set("work", workOf(line), (cell) => {
      cell.title = workOf(line);
      cell.replaceChildren(line.contact_id ? h("a", { href: `/contacts?id=${line.contact_id}` }, workOf(line)) : workOf(line));
    });
    set("previews", number(today.previews));
    set("calls", number(today.calls));
    set("talk", clock(today.talk));
    row.element.dataset.state = line.state;
    this.time(row, line);
    this.buttons(row, line);
    row.text = `${line.agent.name} ${line.agent.login} ${t(`state.${line.state}`)} ${reasonOf(line)} ${callOf(line)}`.toLowerCase();
  }

  time(row, line) {
    const seconds = line.since_at ? (this.now() - new Date(line.since_at)) / 1000 : null;
    const over = seconds !== null && seconds > (this.limits[line.state] ?? Infinity) * 60;
    const text = seconds === null ? "" : clock(seconds);
    row.seconds = seconds ?? -1;
    if (row.shown.time === text && row.shown.over === over) return;
    if (row.shown.over !== over) row.element.classList.toggle("over", over);
    Object.assign(row.shown, { time: text, over });
    row.cells.time.textContent = over ? `▲ ${text}` : text;
    if (over) row.cells.time.title = t("board.over");
    else row.cells.time.removeAttribute("title");
  }

  /** What can be done about this agent now. */
  buttons(row, line) {
    const next = line.pending?.state ?? line.state;
    const offered = line.state === "logged_out" ? [] : ["ready", "not_ready", "logged_out"].filter((state) => state !== next);
    if ("supervision" in line) {
      if (line.supervision) offered.push(...["listen", "whisper", "join"].filter((mode) => mode !== line.supervision.mode), "leave");
      else if (["talking", "hold"].includes(line.state)) offered.push("listen", "whisper", "join");
    }
    const key = offered.join(" ");
    if (row.shown.offered === key) return;
    row.shown.offered = key;
    const had = row.actions.contains(document.activeElement) ? document.activeElement.dataset.act : null;
    row.actions.replaceChildren(...offered.map((what) => h("button", {
      class: "small", "data-act": what, "aria-label": `${t(`board.act_${what}`)}: ${line.agent.name}`,
      onclick: () => this.act(what, this.lines.get(line.agent.id)),
    }, t(`board.act_${what}`))));
    if (had) (row.actions.querySelector(`[data-act="${had}"]`) ?? row.actions.firstChild)?.focus();
  }

  /** Which rows are shown, and in which order. Elements move only where the order changed. */
  arrange() {
    const isWanted = ([id, line]) => (this.absent || line.state !== "logged_out") && this.words.every((word) => this.made.get(id).text.includes(word));
    const wanted = [...this.lines].filter(isWanted).map(([id, line]) => ({ line, row: this.made.get(id), today: this.counts.get(id) }));
    const by = this.key(this.sort.by);
    const way = this.sort.down ? -1 : 1;
    const order = (a, b) => (typeof a === "string" ? compare(a, b) : a - b);
    wanted.sort((a, b) => way * order(by(a), by(b)) || compare(a.line.agent.name, b.line.agent.name));
    let at = this.body.firstChild;
    const kept = new Set(wanted.map(({ row }) => row.element));
    for (const { row } of wanted) {
      while (at && !kept.has(at)) {
        const gone = at;
        at = at.nextSibling;
        gone.remove();
      }
      if (at === row.element) at = at.nextSibling;
      else this.body.insertBefore(row.element, at);
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
    this.empty.hidden = wanted.length > 0;
  }

  key(column) {
    switch (column) {
      case "state": return ({ line }) => ORDER.indexOf(line.state);
      case "time": return ({ row }) => row.seconds;
      case "work": return ({ line }) => workOf(line);
      case "previews": case "calls": case "talk": return ({ today }) => today?.[column] ?? 0;
      default: return ({ line }) => line.agent.name;
    }
  }
}
