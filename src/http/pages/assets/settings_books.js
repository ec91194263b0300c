// Phone books: what agents pick numbers from.
import { get, remove } from "./api.js";
import { confirm } from "./asking.js";
import { h, show } from "./dom.js";
import { number } from "./format.js";
import { input, select } from "./form.js";
import { heading, notices, rejects, table } from "./settings_parts.js";
import { dropZone, failed, sendFile } from "./upload.js";
import { t } from "./words.js";

export async function books(host) {
  const notice = notices();
  const teams = await get("/v1/teams");
  const entries = h("div", { class: "stack" });
  let list = [];

  const read = async () => {
    list = await get("/v1/phone-books");
    draw();
  };
  const view = async (book, after = 0) => {
    const page = await get(`/v1/phone-books/${encodeURIComponent(book.name)}?count=200&after=${after}`);
    const more = page.entries.length === 200 && h("button", { onclick: () => view(book, page.entries.at(-1).id) }, t("settings.more"));
    show(entries, h("h3", {}, book.name), table(book.name, [t("settings.entry_name"), t("settings.entry_number"), t("settings.entry_note")],
      page.entries.map((entry) => [entry.name, entry.number, entry.note]), t("settings.no_entry")), more);
    entries.scrollIntoView({ block: "nearest" });
  };
  const drop = async (book) => {
    if (!(await confirm(t("settings.remove_book_sure", { name: book.name }), t("settings.remove"), true))) return;
    try {
      await remove(`/v1/phone-books/${encodeURIComponent(book.name)}`);
      show(entries);
      notice.good(t("settings.removed", { name: book.name }));
      await read();
    } catch (refused) {
      notice.bad(refused);
    }
  };
  const loader = () => {
    const name = input({ id: "book-name", list: "book-names" });
    const team = select([["", t("settings.all_teams")], ...teams.map((one) => [one.name, one.name])], "", { id: "book-team" });
    const replace = h("input", { id: "book-replace", type: "checkbox" });
    const result = h("div", { role: "status", class: "stack" });
    const taken = async (file) => {
      const book = name.value.trim() || file.name.replace(/\.[^.]*$/, "").toLowerCase();
      const wish = new URLSearchParams({ ...(team.value ? { team: team.value } : {}), replace: String(replace.checked) });
      try {
        const told = await sendFile("POST", `/v1/phone-books/${encodeURIComponent(book)}/file?${wish}`, file, "application/octet-stream");
        show(result, h("p", { class: "notice good" }, t("settings.book_filled", { name: book, added: number(told.added), changed: number(told.changed), removed: number(told.removed), refused: number(told.refused) })), rejects(told, file.name));
        await read();
      } catch (refused) {
        show(result, failed(refused));
      }
    };
    return h("div", { class: "surface stack" }, h("h3", {}, t("settings.fill_book")),
      h("div", { class: "fields" }, h("div", { class: "field" }, h("label", { for: "book-name" }, t("settings.book_name")), name),
        h("div", { class: "field" }, h("label", { for: "book-team" }, t("settings.for_whom")), team),
        h("span", { class: "tick" }, replace, h("label", { for: "book-replace" }, t("settings.replace")))),
      h("datalist", { id: "book-names" }, list.map((book) => h("option", { value: book.name }))),
      dropZone({ id: "book-file", label: t("settings.drop_book"), hint: t("settings.drop_book_hint"), accept: ".csv,.txt,.xlsx", taken }), result);
  };
  let form = null;
  const draw = () => {
    form ??= loader();
    form.key = "form";
    show(host, heading(t("settings.books")), notice.place,
      table(t("settings.books"), [t("settings.book_name"), t("settings.entries"), t("settings.for_whom"), t("settings.actions")],
        list.map((book) => [book.name, number(book.entries), book.team ?? t("settings.all_teams"), h("div", { class: "buttons" },
          h("button", { class: "small", "aria-label": `${t("settings.show")}: ${book.name}`, onclick: () => view(book) }, t("settings.show")),
          h("button", { class: "small", "aria-label": `${t("settings.remove")}: ${book.name}`, onclick: () => drop(book) }, t("settings.remove")))]), t("settings.no_book")),
      Object.assign(entries, { key: "entries" }), form);
  };
  await read();
}
