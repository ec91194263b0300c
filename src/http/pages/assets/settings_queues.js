// Service queues: whether they take callers, and their rules.
import { ask, get, post } from "./api.js";
import { h, show } from "./dom.js";
import { form } from "./form.js";
import { ruleSaid } from "./rule_said.js";
import { heading, notices, table } from "./settings_parts.js";
import { t } from "./words.js";

const EXAMPLE = `name = "support"
team = "TEAM"
priority = 50
wait_seconds_max = 600
answer_seconds_max = 20
`;

export async function queues(host) {
  const notice = notices();
  const teams = await get("/v1/teams");
  let list = [];

  const read = async () => {
    list = await get("/v1/queues");
    draw();
  };
  const become = async (queue, what) => {
    try {
      await post(`/v1/queues/${encodeURIComponent(queue.rules.name)}/${what}`);
      notice.good(t(`settings.queue_${what}_done`, { name: queue.rules.name }));
      await read();
    } catch (refused) {
      notice.bad(refused);
    }
  };
  const rules = (queue) => h("details", {}, h("summary", {}, t("settings.rules")), h("dl", { class: "rules" }, Object.entries(queue.rules)
    .filter(([, value]) => typeof value !== "object").map(([name, value]) => h("div", {}, h("dt", {}, h("code", {}, name)), h("dd", {}, String(value))))));
  const text = h("textarea", { rows: 10, spellcheck: "false", class: "file" });
  /** Its rules as they are come into the editor. */
  const change = async (name) => {
    try {
      text.value = await get(`/v1/queues/${encodeURIComponent(name)}/file`);
      text.focus();
    } catch (refused) {
      notice.bad(refused);
    }
  };
  const action = (name, queue, act) => h("button", { class: "small", "aria-label": t("common.said_of", { name: t(`settings.${name}`), text: queue.rules.name }), onclick: act }, t(`settings.${name}`));
  const editor = () => {
    text.value = EXAMPLE.replace("TEAM", teams[0]?.name ?? "TEAM");
    return form({ yes: t("settings.save_queue"), says: ruleSaid, fields: [{ name: "", label: t("settings.queue_file"), hint: t("settings.queue_file_hint"), input: text }], send: async () => {
      const name = text.value.match(/^\s*name\s*=\s*"([^"]*)"/m)?.[1] || "queue";
      const { queue, warnings } = await ask("PUT", `/v1/queues/${encodeURIComponent(name)}`, new Blob([text.value], { type: "application/toml" }));
      notice.good(t("settings.queue_saved", { name: queue.rules.name }), warnings.map((warning) => h("p", {}, t("common.said_of", { name: warning.field, text: ruleSaid(warning) }))));
      await read();
    } });
  };
  let kept = null;
  const draw = () => {
    kept ??= Object.assign(h("div", { class: "surface stack narrow" }, h("h3", {}, t("settings.write_queue")), editor()), { key: "form" });
    show(host, heading(t("settings.queues")), notice.place,
      table(t("settings.queues"), [t("settings.queue"), t("word.team"), t("word.state"), t("settings.rules"), t("settings.actions")], list.map((queue) => [queue.rules.name, queue.rules.team,
        t(`settings.queue_${queue.state}`), rules(queue),
        h("div", { class: "buttons" },
          queue.state === "open" ? action("close_queue", queue, () => become(queue, "close")) : action("open_queue", queue, () => become(queue, "open")),
          action("change_queue", queue, () => change(queue.rules.name)))]), t("settings.no_queue")), kept);
  };
  await read();
}
