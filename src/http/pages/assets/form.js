// Forms whose errors stand at their fields, with a summary above that leads to each.
import { h } from "./dom.js";
import { t, textOr } from "./words.js";

let forms = 0;

const isIn = (path, name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`);

/**
 * A form. `fields` are `{ name, label, hint, input }`, where `input` is an element; `send()` does the work and throws what was
 * refused. A problem of a field is shown at it: `name` or one of `also` is the path that the problem names; `says` puts it in words.
 *
 * Where something is to be looked at first, `send` does nothing and gives warnings, which are like problems. They are shown with a
 * button `anyway`, which has `send` know them.
 */
export function form({ fields, yes, anyway, send, extra, says = (error) => error.problem }) {
  const own = `f${(forms += 1)}`;
  const summary = h("div", { class: "errors", role: "alert", tabindex: -1 });
  const shown = fields.map((field) => {
    const id = `${own}-${field.name.replace(/\W/g, "-")}`;
    const error = h("p", { id: `${id}-error`, class: "error" });
    field.input.id ||= id;
    field.input.setAttribute("aria-describedby", `${field.hint ? `${id}-hint ` : ""}${id}-error`);
    const element = h("div", { class: "field" }, h("label", { for: field.input.id }, field.label),
      field.hint && h("p", { id: `${id}-hint`, class: "hint" }, field.hint), error, field.input);
    return { ...field, error, element };
  });
  const clear = () => {
    summary.replaceChildren();
    for (const field of shown) {
      field.error.textContent = "";
      field.element.classList.remove("wrong", "warned");
      field.input.removeAttribute("aria-invalid");
    }
  };
  const fieldOf = (path) => shown.find(({ name }) => isIn(path, name)) ?? shown.find(({ also = [] }) => also.some((name) => isIn(path, name)));
  // In the order of the fields.
  const place = ({ field }) => shown.indexOf(fieldOf(field));
  /** Shows problems, each at its field, and above them what leads there; `then` is what can be done about them. */
  const tell = (problems, kind, title, then) => {
    const items = problems.toSorted((one, other) => place(one) - place(other)).map((problem) => {
      const [at, text] = [fieldOf(problem.field), says(problem)];
      if (!at) return h("li", {}, problem.field ? t("common.said_of", { name: problem.field, text }) : text);
      at.error.textContent ||= text;
      at.element.classList.add(kind);
      if (kind === "wrong") at.input.setAttribute("aria-invalid", "true");
      return h("li", {}, h("a", { href: `#${at.input.id}`, onclick: (event) => {
        event.preventDefault();
        at.input.focus();
      } }, t("common.said_of", { name: at.label, text })));
    });
    summary.classList.toggle("warnings", kind === "warned");
    summary.replaceChildren(h("h2", {}, title), h("ul", {}, items), ...then);
    summary.focus();
  };
  const refuse = (refused) => {
    const told = refused.problem?.errors ?? [];
    // A code that stands for one thing has words of the page.
    const words = textOr(`problem.${refused.code}`, null);
    const problems = told.length > 1 || (told.length === 1 && words === null) ? told : [{ field: told[0]?.field ?? "", problem: words ?? refused.message }];
    tell(problems, "wrong", t("common.there_is_a_problem"), []);
  };
  const warn = (warnings) => tell(warnings, "warned", t("common.look_first"),
    [h("div", { class: "buttons" }, h("button", { type: "button", class: "main", onclick: () => submit(warnings) }, anyway))]);
  const button = h("button", { class: "main" }, yes);
  const submit = async (known) => {
    if (button.disabled) return;
    clear();
    button.disabled = true;
    try {
      const warnings = await send(known);
      if (warnings?.length > 0) warn(warnings);
    } catch (refused) {
      refuse(refused);
    } finally {
      button.disabled = false;
    }
  };
  const submitted = (event) => {
    event.preventDefault();
    submit([]);
  };
  return h("form", { class: "stack", onsubmit: submitted, novalidate: true }, summary, shown.map((field) => field.element), h("div", { class: "buttons" }, button, extra));
}

export const input = (properties) => h("input", { autocomplete: "off", ...properties });
export const select = (options, value, properties = {}) =>
  h("select", properties, options.map(([of, name]) => h("option", { value: of, selected: of === value }, name)));
