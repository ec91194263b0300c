// A campaign file as text, with its problems at their lines.
import { ask } from "./api.js";
import { h } from "./dom.js";
import { ruleSaid } from "./rule_said.js";
import { dropZone } from "./upload.js";
import { t } from "./words.js";

/**
 * The file, which begins as `written`. Once the check has found no mistake, a button `yes` (or `anyway` where it warns) has
 * `take(text, rules)` do with it what is to be done.
 */
export function fileForm({ written = "", yes, anyway, take }) {
  const problems = h("div", { id: "toml-problems", role: "alert", tabindex: -1, class: "stack" });
  // What was said is of the text as it was.
  const text = h("textarea", { id: "toml", rows: 24, spellcheck: "false", "aria-describedby": `${written ? "toml-hint " : ""}toml-problems`, wrap: "off", oninput: () => problems.replaceChildren() });
  text.value = written;
  const line = (number) => h("button", { class: "link", type: "button", onclick: () => selectLine(text, number) }, t("campaigns.line", { line: number }));
  const list = (kind, all) => h("ul", { class: kind }, all.map((one) => h("li", {}, one.line && [line(one.line), " "],
    one.field ? t("common.said_of", { name: one.field, text: ruleSaid(one) }) : ruleSaid(one))));
  const tell = (...what) => {
    problems.replaceChildren(...what.flat());
    // They stand above a text that may be longer than the screen.
    problems.focus();
  };
  const refuse = (refused) => tell(h("h3", {}, t("common.there_is_a_problem")),
    list("error", refused.code === "bad_rules" || refused.code === "bad_value" ? refused.problem.errors : [{ problem: refused.message }]));
  const check = async () => {
    const checked = text.value;
    problems.replaceChildren();
    try {
      const { rules, warnings } = await ask("POST", "/v1/campaigns/check", new Blob([checked], { type: "application/toml" }));
      tell(
        h("p", { class: "notice good" }, t("campaigns.file_good", { name: rules.name })),
        warnings.length > 0 ? [h("h3", {}, t("common.look_first")), list("warn", warnings)] : [],
        h("button", { type: "button", class: "main", onclick: () => take(checked, rules).catch(refuse) }, warnings.length > 0 ? anyway : yes));
    } catch (refused) {
      refuse(refused);
    }
  };
  const drop = dropZone({ id: "toml-file", label: t("campaigns.file_drop"), hint: t("campaigns.file_drop_hint"), accept: ".toml", taken: async (file) => {
    text.value = await file.text();
    check();
  } });
  return h("div", { class: "stack" }, drop, problems, h("label", { for: "toml" }, t("campaigns.file_text")),
    written && h("p", { id: "toml-hint", class: "hint" }, t("campaigns.file_text_present")), text,
    h("div", { class: "buttons" }, h("button", { type: "button", class: "main", onclick: check }, t("campaigns.file_check"))));
}

function selectLine(area, line) {
  const lines = area.value.split("\n");
  const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  area.focus();
  area.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
}
