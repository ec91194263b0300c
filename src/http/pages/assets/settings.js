// Settings: what managers and administrators keep. Each section is a module of its own.
import { h, show } from "./dom.js";
import { bar, mayAs } from "./frame.js";
import { books } from "./settings_books.js";
import { hours } from "./settings_hours.js";
import { queues } from "./settings_queues.js";
import { reasons } from "./settings_reasons.js";
import { suppressions } from "./settings_suppressions.js";
import { teams } from "./settings_teams.js";
import { users } from "./settings_users.js";
import { failed } from "./upload.js";
import { t } from "./words.js";

/** Each shows itself in the element that it is given. */
const SECTIONS = { teams, ...(mayAs("admin") && { users }), reasons, books, suppressions, queues, hours };

const asked = new URLSearchParams(location.search).get("section");
const here = asked in SECTIONS ? asked : "teams";
const host = h("section", { "aria-labelledby": "section-title", class: "stack" });
const link = (name) => h("a", { href: `/settings?section=${name}`, "aria-current": name === here ? "page" : null }, t(`settings.${name}`));

show(document.body, bar(), h("main", { class: "wide" }, h("h1", {}, t("settings.title")),
  h("nav", { class: "kinds", "aria-label": t("settings.title") }, Object.keys(SECTIONS).map(link)), host));
try {
  await SECTIONS[here](host);
} catch (refused) {
  show(host, failed(refused));
}
