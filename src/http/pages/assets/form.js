// Forms whose errors stand at their fields, with a summary above that leads to each.
import { h } from "./dom.js";
import { t, textOr } from "./words.js";

let forms = 0;

/**
 * A form. `fields` are `{ name, label, hint, input }`, where `input` is an element; `send()` does the work and throws what was
 * refused. A problem of a field is shown at it: `name` or one of `also` is the path that the problem names; `says` puts it in words.
 */
export function form({ fields, yes, send, extra, says = (error) => error.problem }) {
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
      field.element.classList.remove("wrong");
      field.input.removeAttribute("aria-invalid");
    }
  };
  const tell = (refused) => {
    const told = refused.problem?.errors ?? [];
    // A code that stands for one thing has words of the page.
    const words = textOr(`problem.${refused.code}`, null);
    const problems = told.length > 1 || (told.length === 1 && words === null) ? told : [{ field: told[0]?.field ?? "", problem: words ?? refused.message }];
    const isOf = (path) => (field) => [field.name, ...(field.also ?? [])].some((name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`));
    // In the order of the fields.
    const place = ({ field }) => shown.findIndex(isOf(field));
    const items = problems.toSorted((one, other) => place(one) - place(other)).map((error) => {
      const [path, problem] = [error.field, says(error)];
      const at = shown.find(isOf(path));
      if (!at) return h("li", {}, path ? `${path}: ${problem}` : problem);
      at.error.textContent = problem;
      at.element.classList.add("wrong");
      at.input.setAttribute("aria-invalid", "true");
      return h("li", {}, h("a", { href: `#${at.input.id}`, onclick: (event) => {
        event.preventDefault();
        at.input.focus();
      } }, t("common.said_of", { name: at.label, text: problem })));
    });
    summary.replaceChildren(h("h2", {}, t("common.there_is_a_problem")), h("ul", {}, items));
    summary.focus();
  };
  const button = h("button", { class: "main" }, yes);
  const submit = async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    clear();
    button.disabled = true;
    try {
      await send();
    } catch (refused) {
      tell(refused);
    } finally {
      button.disabled = false;
    }
  };
  return h("form", { class: "stack", onsubmit: submit, novalidate: true }, summary, shown.map((field) => field.element), h("div", { class: "buttons" }, button, extra));
}

export const input = (properties) => h("input", { autocomplete: "off", ...properties });
export const select = (options, value, properties = {}) =>
  h("select", properties, options.map(([of, name]) => h("option", { value: of, selected: of === value }, name)));
