// Making a campaign, or changing its rules: by a form with the main fields, or by its file. Both are checked alike, and nobody
// goes on past a warning that they have not seen.
import { ask, get, post } from "./api.js";
import { rulesFields } from "./campaign_fields.js";
import { fileForm } from "./campaign_file.js";
import { h, show } from "./dom.js";
import { form } from "./form.js";
import { ruleSaid } from "./rule_said.js";
import { t } from "./words.js";

const address = (name) => `/campaigns?name=${encodeURIComponent(name)}`;
const path = (name) => `/v1/campaigns/${encodeURIComponent(name)}`;

/** A new campaign takes the place of no other. */
async function take(name, rules, isNew) {
  await ask("PUT", path(name), rules, isNew ? { "if-none-match": "*" } : {});
  location.assign(address(name));
}

/** The form and the file, side by side. `name` is fixed where the campaign is there already. */
async function rulesForms({ name, rules, written, teams, yes, anyway }) {
  const { fields, read } = await rulesFields(rules, teams, name !== undefined);
  const send = async (known) => {
    const made = read();
    // Without a name there is no address; the check says so at the field.
    const { warnings } = await post("/v1/campaigns/check", made);
    if (JSON.stringify(warnings) !== JSON.stringify(known)) return warnings;
    return take(name ?? made.name, made, name === undefined);
  };
  const takeFile = (text, { name: said }) => take(name ?? said, new Blob([text], { type: "application/toml" }), name === undefined);
  return h("div", { class: "two" },
    h("section", { class: "surface" }, h("h2", {}, t("campaigns.by_form")), form({ fields, yes, anyway, send, says: ruleSaid })),
    h("section", { class: "surface" }, h("h2", {}, t("campaigns.by_file")), fileForm({ written, yes, anyway, take: takeFile })));
}

export async function newCampaign(main) {
  const teams = await get("/v1/teams");
  if (teams.length === 0) {
    show(main, h("h1", {}, t("campaigns.new")), h("p", {}, t("campaigns.no_team"), " ", h("a", { href: "/settings" }, t("common.settings"))));
    return;
  }
  const forms = await rulesForms({ rules: { team: teams[0].name }, teams, yes: t("campaigns.create"), anyway: t("campaigns.create_anyway") });
  show(main, h("p", {}, h("a", { href: "/campaigns" }, t("campaigns.all"))), h("h1", {}, t("campaigns.new")), forms);
}

export async function editCampaign(main, name) {
  const [teams, { campaign }, written] = await Promise.all([get("/v1/teams"), get(`${path(name)}/summary`), get(`${path(name)}/file`)]);
  const forms = await rulesForms({ name, rules: campaign.rules, written, teams, yes: t("common.save"), anyway: t("campaigns.save_anyway") });
  show(main, h("p", {}, h("a", { href: address(name) }, `← ${name}`)), h("h1", {}, t("campaigns.change_rules")), forms);
}
