// After a lost connection: what happened meanwhile, from the same events that would have been seen.
import { changed, desk } from "./desk.js";
import { h } from "./dom.js";
import { instant } from "./format.js";
import { reasonName, stateName } from "./said.js";
import { t, textOr } from "./words.js";

const LINES_MAX = 8;

/** The list, until it is put away. */
export function meanwhile() {
  if (desk.lostAt !== null) return null;
  const lines = desk.meanwhile.map(line).filter(Boolean);
  if (desk.meanwhile.length === 0) return null;
  return h("section", { class: "notice good meanwhile", id: "meanwhile", role: "status", key: "meanwhile" },
    h("div", {}, h("p", {}, h("strong", {}, t("common.back"))), lines.length > 0 && [h("p", {}, t("desktop.meanwhile")), h("ul", {}, lines.slice(-LINES_MAX).map((text) => h("li", {}, text)))]),
    h("button", { type: "button", class: "plain", onclick: putAway }, t("common.close")));
}

function putAway() {
  desk.meanwhile = [];
  changed();
}

function line(event) {
  const said = what(event);
  return said && `${instant(event.at, { timeStyle: "medium" })} ${said}`;
}

function what(event) {
  switch (event.type) {
    case "agent_state_changed":
      if (event.was === event.state) return null;
      return t("event.agent_state_changed", { state: stateName(event.state) + (event.reason ? ` (${reasonName(event.reason)})` : "") });
    case "reservation_ended": return textOr(`event.reservation_${event.how}`, null);
    default: return textOr(`event.${event.type}`, null);
  }
}
