// What happened before with the contact in hand: attempts and callbacks, the latest first.
import { get } from "./api.js";
import { changed, desk, dialogs } from "./desk.js";
import { h } from "./dom.js";
import { TIME, city, instant, wall } from "./format.js";
import { outcomeName } from "./said.js";
import { t } from "./words.js";

let known = { about: null, attempts: [], callbacks: [] };

/** The customer of the preview, or of the call that the agent is in. */
export const inHand = () => desk.view.preview?.customer ?? dialogs().find((dialog) => dialog.customer)?.customer ?? null;

/** The list; read once for each contact, and again when it changed. */
export function earlier() {
  const customer = inHand();
  if (!customer) return null;
  const promised = dialogs().map((dialog) => dialog.callback?.promised_at).join();
  const about = `${customer.contact_id} ${customer.attempts} ${promised}`;
  if (known.about !== about) {
    const same = known.about?.split(" ")[0] === String(customer.contact_id);
    known = { ...(same ? known : { attempts: [], callbacks: [] }), about };
    read(customer.contact_id, about);
  }
  const lines = [...known.attempts.map(attempt), ...known.callbacks.map(callback)].sort((one, other) => (one.at < other.at ? 1 : -1));
  return h("section", { class: "earlier", "aria-labelledby": "earlier" }, h("h2", { id: "earlier" }, t("desktop.earlier")),
    lines.length === 0 ? h("p", { class: "quiet" }, t("desktop.nothing_earlier")) : h("ul", {}, lines.map((line) => h("li", {}, line.what))));
}

async function read(contact, about) {
  const history = await get(`/v1/me/contacts/${contact}/history`).catch(() => null);
  if (!history || known.about !== about) return;
  known = { ...history, about };
  changed();
}

const SHAPE = { weekday: "short", day: "numeric", month: "short", ...TIME };

const attempt = (it) => ({ at: it.opened_at, what: [h("span", { class: "when" }, instant(it.opened_at, SHAPE)), " ", outcomeName(it.outcome),
  it.wrap_up_reason && h("span", { class: "quiet" }, ` · ${it.wrap_up_reason}`), it.is_recorded && h("span", { class: "quiet" }, ` · ${t("recording.recorded_before")}`)] });

const callback = (it) => ({ at: it.promised_at, what: [h("span", { class: "when" }, wall(it.wall_time.at)), " ",
  t(`callback.${it.state}`), h("span", { class: "quiet" }, ` · ${city(it.wall_time.zone)}`)] });
