// Parts that the sections of the settings share.
import { h, show } from "./dom.js";
import { t } from "./words.js";

/** A table, or what to do where there is nothing. `rows` are arrays of cells, of which the first names its row. */
export const table = (caption, heads, rows, none) => (rows.length === 0 ? h("p", { class: "surface" }, none)
  : h("div", { class: "scroll" }, h("table", { class: "surface" }, h("caption", { class: "hidden" }, caption),
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, rows.map(([first, ...cells]) => h("tr", {}, h("th", { scope: "row" }, first), cells.map((cell) => h("td", {}, cell))))))));

export const heading = (text) => h("h2", { id: "section-title" }, text);

/** A place for what was done, read out. */
export function notices() {
  const place = h("div", { role: "status", class: "stack" });
  // Each is an element of its own: nothing of the one before stays in it.
  let said = 0;
  const say = (kind, ...what) => show(place, h("div", { class: `notice ${kind}`, key: `notice-${(said += 1)}` }, what));
  return { place, good: (...what) => say("good", ...what), bad: (refused) => say("bad", refused.message), clear: () => show(place) };
}

/** Something that is shown this once. */
export function secret(label, value) {
  const field = h("input", { id: "secret", readonly: true, value, class: "secret", onfocus: (event) => event.target.select() });
  const copied = h("span", { role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
    } catch {
      field.select();
      return;
    }
    copied.textContent = t("settings.copied");
  };
  return h("div", { class: "stack" }, h("label", { for: "secret" }, label), field,
    h("div", { class: "buttons" }, h("button", { type: "button", onclick: copy }, t("settings.copy")), copied));
}

/** What was refused of a file, to be kept and mended. */
export const rejects = (told, name) => told.refused > 0 && h("a", {
  href: URL.createObjectURL(new Blob([told.rejects], { type: "text/csv" })), download: `${name.replace(/\.[^.]*$/, "")}.rejects.csv`,
}, t("settings.rejects", { count: told.refused }));

/** All pages of a list that is given a thousand at a time. */
export async function all(get, path, id = (item) => item.id) {
  const items = [];
  for (;;) {
    const page = await get(items.length ? `${path}?after=${id(items.at(-1))}` : path);
    items.push(...page);
    if (page.length < 1000) return items;
  }
}
