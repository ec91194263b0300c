// The calling hours in force for each campaign, and where they come from.
import { get } from "./api.js";
import { h, show } from "./dom.js";
import { day } from "./format.js";
import { heading, table } from "./settings_parts.js";
import { language, t } from "./words.js";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** "mon-fri" → "Mon–Fri", in the language of the page. */
function days(name) {
  if (name === "daily") return t("settings.daily");
  const shown = (one) => new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" }).format(new Date(Date.UTC(2024, 0, 1 + DAYS.indexOf(one))));
  return name.split("-").map(shown).join("–");
}

const written = (hours) => h("ul", { class: "bare" }, Object.entries(hours).filter(([name]) => name !== "closed_dates")
  .map(([name, spans]) => h("li", {}, `${days(name)} ${spans.length ? spans.join(", ") : t("settings.closed")}`)),
(hours.closed_dates ?? []).length > 0 && h("li", {}, t("settings.closed_dates", { dates: hours.closed_dates.map(day).join(", ") })));

export async function hours(host) {
  const campaigns = (await get("/v1/campaigns")).filter((campaign) => campaign.state !== "ended");
  const rows = await Promise.all(campaigns.map(async ({ rules }) => {
    const told = await get(`/v1/campaigns/${encodeURIComponent(rules.name)}/hours`);
    return [h("a", { href: `/campaigns?name=${encodeURIComponent(rules.name)}` }, rules.name), rules.country, written(told.hours),
      told.are_cautious ? t("settings.from_country") : t("settings.from_campaign"),
      h("details", {}, h("summary", {}, t("settings.cautious")), written(told.cautious_hours), h("p", { class: "hint", lang: "en" }, told.citation))];
  }));
  show(host, heading(t("settings.hours")), h("p", { class: "hint" }, t("settings.hours_hint")),
    table(t("settings.hours"), [t("word.campaign"), t("settings.country"), t("settings.in_force"), t("settings.from_where"), t("settings.beside")], rows, t("settings.no_campaign")));
}
