// Do-not-call lists: is a number on one, put it on, take it off, load a file.
import { get, post } from "./api.js";
import { confirm } from "./asking.js";
import { h, show } from "./dom.js";
import { day, instant, number, phone } from "./format.js";
import { form, input, select } from "./form.js";
import { heading, notices, rejects, table } from "./settings_parts.js";
import { dropZone, failed, sendFile } from "./upload.js";
import { t } from "./words.js";

const PAGE = 100;

/** An end that was given as a date is a date. */
const end = (at) => (at.slice(11, 19) === "00:00:00" ? day(at) : instant(at));

export async function suppressions(host) {
  const notice = notices();
  const campaigns = await get("/v1/campaigns");
  const nameOf = (id) => (id == null ? t("settings.all_campaigns") : campaigns.find((one) => one.id === id)?.rules.name ?? id);
  const found = h("div", { class: "stack" });
  const campaignChoice = (properties) => select([["", t("settings.all_campaigns")], ...campaigns.map((one) => [one.rules.name, one.rules.name])], "", properties);

  const look = async (wish, before = []) => {
    const page = await post("/v1/suppressions/search", { ...wish, count: PAGE });
    const all = [...before, ...page];
    const last = page.at(-1);
    const more = page.length === PAGE && h("button", { onclick: () => look({ ...wish, after: { number: last.number, campaign_id: last.campaign_id } }, all) }, t("settings.more"));
    show(found, table(t("settings.suppressions"), [t("settings.entry_number"), t("settings.holds_for"), t("settings.until"), t("settings.source"), t("settings.actions")],
      all.map((entry) => [phone(entry.number), nameOf(entry.campaign_id), entry.until_at ? end(entry.until_at) : t("settings.for_good"), entry.source,
        h("button", { class: "small", "aria-label": `${t("settings.take_off")}: ${entry.number}`, onclick: () => drop(entry, wish) }, t("settings.take_off"))]), t("settings.not_listed")), more);
  };
  const drop = async (entry, wish) => {
    if (!(await confirm(t("settings.take_off_sure", { number: phone(entry.number) }), t("settings.take_off"), true))) return;
    try {
      await post("/v1/suppressions/remove", { number: entry.number, ...(entry.campaign_id == null ? {} : { campaign: nameOf(entry.campaign_id) }) });
      notice.good(t("settings.taken_off", { number: phone(entry.number) }));
      await look(wish);
    } catch (refused) {
      notice.bad(refused);
    }
  };
  const search = () => {
    const wanted = input({ type: "tel", placeholder: "+13125550142" });
    return form({ yes: t("common.search"), fields: [{ name: "number", label: t("settings.entry_number"), hint: t("settings.look_hint"), input: wanted }],
      send: () => look(wanted.value.trim() ? { number: wanted.value.replace(/[\s().-]/g, "") } : {}) });
  };
  const add = () => {
    const wanted = input({ type: "tel" });
    const campaign = campaignChoice({});
    const until = input({ type: "date" });
    const fields = [{ name: "number", label: t("settings.entry_number"), hint: t("settings.number_hint"), input: wanted },
      { name: "campaign", label: t("settings.holds_for"), input: campaign }, { name: "until_at", label: t("settings.until"), hint: t("settings.until_hint"), input: until }];
    return form({ yes: t("settings.put_on"), fields, send: async () => {
      const wish = { number: wanted.value.replace(/[\s().-]/g, ""), source: "manager", ...(campaign.value ? { campaign: campaign.value } : {}), ...(until.value ? { until_at: `${until.value}T00:00:00Z` } : {}) };
      const made = await post("/v1/suppressions", wish);
      notice.good(t("settings.put_on_done", { number: phone(made.number) }));
      wanted.value = "";
      await look({ number: made.number });
    } });
  };
  const loader = () => {
    const country = input({ id: "dnc-country", maxlength: 2, size: 4, value: campaigns[0]?.rules.country ?? "US" });
    const campaign = campaignChoice({ id: "dnc-campaign" });
    const until = input({ id: "dnc-until", type: "date" });
    const result = h("div", { role: "status", class: "stack" });
    const taken = async (file) => {
      const wish = new URLSearchParams({ source: file.name.slice(0, 100), country: country.value.trim().toUpperCase(), ...(campaign.value ? { campaign: campaign.value } : {}), ...(until.value ? { until: until.value } : {}) });
      show(result, h("p", { class: "quiet" }, t("common.loading")));
      try {
        const told = await sendFile("POST", `/v1/suppressions/file?${wish}`, file, "application/octet-stream");
        show(result, h("p", { class: "notice good" }, t("settings.dnc_filled", { added: number(told.added), prolonged: number(told.prolonged), there: number(told.there), refused: number(told.refused) })), rejects(told, file.name));
      } catch (refused) {
        show(result, failed(refused));
      }
    };
    return h("div", { class: "surface stack" }, h("h3", {}, t("settings.load_dnc")),
      h("div", { class: "fields" }, h("div", { class: "field" }, h("label", { for: "dnc-country" }, t("settings.country")), country),
        h("div", { class: "field" }, h("label", { for: "dnc-campaign" }, t("settings.holds_for")), campaign),
        h("div", { class: "field" }, h("label", { for: "dnc-until" }, t("settings.until")), until)),
      dropZone({ id: "dnc-file", label: t("settings.drop_dnc"), hint: t("settings.drop_dnc_hint"), accept: ".csv,.txt", taken }), result);
  };
  show(host, heading(t("settings.suppressions")), notice.place,
    h("div", { class: "two" }, h("div", { class: "surface stack" }, h("h3", {}, t("settings.look")), search()), h("div", { class: "surface stack" }, h("h3", {}, t("settings.add_number")), add())),
    found, loader());
}
