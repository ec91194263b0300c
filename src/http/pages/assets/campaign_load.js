// Loading a list: drop the file, see how its columns are understood, what would be refused and why, when the others could be
// called; then load it.
import { get, post, put, remove } from "./api.js";
import { fourNumbers } from "./campaign_parts.js";
import { h, show } from "./dom.js";
import { number } from "./format.js";
import { dropZone, failed, progress, sendFile } from "./upload.js";
import { t, textOr } from "./words.js";

const AGAIN_MS = 400;
const ROLES = ["account_number", "first_name", "last_name", "phone", "time_zone", "dial_time", "variable", "ignore"];

/** The place where lists are loaded into the campaign at `path`; `done` is called when there are new contacts. */
export function loader(path, done) {
  const host = h("div", { class: "stack", "data-own": "load" });
  let upload = null;
  let columns = new Map(); // what a person said that columns are
  let wish = { on_duplicate: "skip", bad_number: "refuse", list: null };
  let open = "now";
  let error = null;

  const at = () => `${path}/uploads/${upload.upload_id}`;
  const body = () => ({ ...wish, columns: [...columns].map(([header, role]) => ({ header, role })) });

  const send = async (file) => {
    error = null;
    columns = new Map();
    wish = { on_duplicate: "skip", bad_number: "refuse", list: null };
    const told = (share) => show(host, progress(share, t("campaigns.sending", { file: file.name })));
    told(0);
    try {
      upload = await sendFile("POST", `${path}/uploads?file=${encodeURIComponent(file.name)}`, file, "application/octet-stream", told);
      await watch();
    } catch (refused) {
      upload = null;
      error = refused;
      draw();
    }
  };
  const watch = async () => {
    draw();
    while (upload && ["checking", "loading"].includes(upload.phase)) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      if (upload) upload = await get(at());
      draw();
    }
    if (upload?.phase === "loaded") done();
  };
  const act = (doing) => async () => {
    error = null;
    try {
      upload = await doing();
      await watch();
    } catch (refused) {
      error = refused;
      draw();
    }
  };
  const again = act(() => put(at(), body()));
  const load = act(() => post(`${at()}/load`, body()));
  const forget = async () => {
    const gone = at();
    upload = null;
    draw();
    await remove(gone).catch(() => {});
    done();
  };

  const draw = () => show(host, error && failed(error), !upload ? start() : upload.phase === "checking" || upload.phase === "loading" ? busy()
    : upload.phase === "failed" ? broken() : upload.phase === "loaded" ? loaded() : checked());

  const start = () => dropZone({ id: "list-file", label: t("campaigns.drop"), hint: t("campaigns.drop_hint"), accept: ".csv,.txt,.xlsx", taken: send });
  const busy = () => [
    progress(upload.bytes_total ? upload.bytes_read / upload.bytes_total : 0, t(`campaigns.${upload.phase}`, { file: upload.file })),
    upload.loaded && h("p", {}, tally(upload.loaded)),
    h("div", { class: "buttons" }, h("button", { onclick: forget }, t("campaigns.stop")))];
  const broken = () => [
    h("p", { class: "notice bad", role: "alert" }, t("campaigns.not_read", { file: upload.file, why: textOr(`row_problem.${upload.failure_code}`, upload.failure) })),
    columnTable(), h("div", { class: "buttons" }, columns.size > 0 && h("button", { class: "main", onclick: again }, t("campaigns.check_again")), h("button", { onclick: forget }, t("campaigns.other_file")))];

  const tally = (all) => t("campaigns.tally", { loaded: number(all.loaded), updated: number(all.updated), duplicates: number(all.duplicates), refused: number(all.refused) });
  const rejects = (count) => count > 0 && h("p", {}, h("a", { href: `${at()}/rejects`, download: true }, t("campaigns.rejects", { count: number(count) })), " ", h("span", { class: "hint" }, t("campaigns.rejects_hint")));
  const loaded = () => [
    h("p", { class: "notice good", role: "status" }, t("common.said_of", { name: upload.list, text: tally(upload.loaded) })),
    upload.loaded.zone_unknown > 0 && h("p", { class: "notice warn" }, t("campaigns.zone_unknown", { count: number(upload.loaded.zone_unknown) })),
    rejects(upload.loaded.refused),
    h("div", { class: "buttons" }, h("button", { onclick: forget }, t("campaigns.other_file")))];

  const columnTable = () => upload.columns.length > 0 && h("details", { open: true }, h("summary", {}, t("campaigns.columns")),
    h("table", {}, h("caption", { class: "hidden" }, t("campaigns.columns")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("campaigns.column")), h("th", { scope: "col" }, t("campaigns.understood")))),
      h("tbody", {}, upload.columns.map((column, index) => {
        const choose = (event) => {
          columns.set(column.header, event.target.value);
          again();
        };
        return h("tr", {}, h("th", { scope: "row" }, h("label", { for: `role-${index}` }, column.header)),
          h("td", {}, h("select", { id: `role-${index}`, onchange: choose },
            ROLES.map((role) => h("option", { value: role, selected: role === (columns.get(column.header) ?? column.role) }, t(`campaigns.role_${role}`))))));
      }))));

  const problems = () => upload.found.problems.length > 0 && h("table", {}, h("caption", {}, t("campaigns.refused_why")),
    h("thead", {}, h("tr", {}, ["how_many", "column", "what", "for_example"].map((name) => h("th", { scope: "col" }, t(`campaigns.${name}`))))),
    h("tbody", {}, upload.found.problems.map((kind) => h("tr", {},
      h("td", { class: "number" }, number(kind.rows)), h("td", {}, kind.field), h("td", {}, textOr(`row_problem.${kind.code}`, kind.reason)),
      h("td", {}, t("campaigns.line", { line: number(kind.line) }), kind.value && h("code", {}, ` ${kind.value}`))))));

  const checked = () => {
    const { good, duplicates, refused, outlook } = upload.found;
    const fresh = wish.on_duplicate === "allow" ? good : good - duplicates;
    const name = h("input", { id: "list-name", value: wish.list ?? upload.list, oninput: (event) => {
      wish.list = event.target.value;
    } });
    const choice = (id, field, options) => h("select", { id, onchange: (event) => {
      wish[field] = event.target.value;
      again();
    } }, options.map((value) => h("option", { value, selected: wish[field] === value }, t(`campaigns.${field}_${value}`))));
    return [
      h("h3", {}, upload.file),
      h("p", { role: "status" }, t("campaigns.found", { good: number(good), duplicates: number(duplicates), refused: number(refused), blank: number(upload.blank_rows) })),
      columnTable(), problems(), rejects(refused),
      outlook && outlook.contacts > 0 && [h("h3", {}, t("campaigns.would_be", { count: number(outlook.contacts) })), fourNumbers(outlook, { open, example: false, id: "reasons-of-list", toggle: (part) => {
        open = open === part ? null : part;
        draw();
      } })],
      h("div", { class: "fields" },
        h("div", { class: "field" }, h("label", { for: "list-name" }, t("campaigns.list_name")), name),
        h("div", { class: "field" }, h("label", { for: "on-duplicate" }, t("campaigns.on_duplicate")), choice("on-duplicate", "on_duplicate", ["skip", "update", "allow"])),
        h("div", { class: "field" }, h("label", { for: "bad-number" }, t("campaigns.bad_number")), choice("bad-number", "bad_number", ["refuse", "drop"]))),
      h("div", { class: "buttons" },
        h("button", { class: "main", disabled: good === 0, onclick: load }, wish.on_duplicate === "update" ? t("campaigns.load_update", { count: number(good) }) : t("campaigns.load_now", { count: number(fresh) })),
        h("button", { onclick: forget }, t("campaigns.other_file")))];
  };
  draw();
  return host;
}
