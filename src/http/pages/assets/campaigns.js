// Campaigns: all of them, or one.
import { get } from "./api.js";
import { campaignPage } from "./campaign.js";
import { editCampaign, newCampaign } from "./campaign_form.js";
import { h, show } from "./dom.js";
import { instant, number } from "./format.js";
import { bar, mayAs } from "./frame.js";
import { badge } from "./campaign_parts.js";
import { t } from "./words.js";

const parameters = new URLSearchParams(location.search);
const main = h("main", { class: "wide" }, h("p", { class: "quiet" }, t("common.loading")));
show(document.body, bar(), main);

const address = (name) => `/campaigns?name=${encodeURIComponent(name)}`;

async function list() {
  const campaigns = await get("/v1/campaigns");
  const outlooks = new Map();
  const cell = (campaign, part) => {
    const outlook = outlooks.get(campaign.id);
    return h("td", { class: "number" }, outlook ? number(outlook[part].contacts) : "…");
  };
  const line = (campaign) => h("tr", { key: campaign.id },
    h("th", { scope: "row" }, h("a", { href: address(campaign.rules.name) }, campaign.rules.name), h("p", { class: "quiet" }, campaign.rules.description)),
    h("td", {}, badge(campaign.state)), h("td", {}, campaign.rules.team),
    ["now", "later_today", "later", "never"].map((part) => cell(campaign, part)),
    h("td", {}, instant(campaign.changed_at)));
  const ORDER = ["running", "paused", "draft", "ended"];
  campaigns.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.rules.name.localeCompare(b.rules.name));
  const draw = () => show(main,
    h("div", { class: "head" }, h("h1", {}, t("campaigns.title")),
      mayAs("manager") && h("a", { class: "button main", href: "/campaigns?new" }, t("campaigns.new"))),
    campaigns.length === 0
      ? h("div", { class: "surface empty" }, h("p", {}, t("campaigns.none")), mayAs("manager") && h("p", {}, h("a", { href: "/campaigns?new" }, t("campaigns.new"))))
      : h("div", { class: "scroll" }, h("table", { class: "surface" }, h("caption", { class: "hidden" }, t("campaigns.title")),
        h("thead", {}, h("tr", {},
          [t("word.campaign"), t("word.state"), t("word.team")].map((name) => h("th", { scope: "col" }, name)),
          ["now", "later_today", "later", "never"].map((part) => h("th", { scope: "col", class: "number" }, t(`word.${part}`))),
          h("th", { scope: "col" }, t("campaigns.changed")))),
        h("tbody", {}, campaigns.map(line)))));
  draw();
  for (const campaign of campaigns.filter((one) => one.state !== "ended")) {
    const { outlook } = await get(`/v1/campaigns/${encodeURIComponent(campaign.rules.name)}/outlook`);
    if (outlook) outlooks.set(campaign.id, outlook);
    draw();
  }
}

if (parameters.has("edit") && mayAs("manager")) await editCampaign(main, parameters.get("name"));
else if (parameters.has("name")) await campaignPage(main, parameters.get("name"));
else if (parameters.has("new") && mayAs("manager")) await newCampaign(main);
else await list();
