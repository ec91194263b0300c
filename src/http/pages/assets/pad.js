// The dial pad with the phone books: to call somebody, to consult, to transfer directly.
import { get, post } from "./api.js";
import { ofAgent, ofDialog, whyNot } from "./buttons.js";
import { act, changed, close, desk, dialogFor, path } from "./desk.js";
import { h } from "./dom.js";
import { panel, problem } from "./panel.js";
import { refusal } from "./said.js";
import { t } from "./words.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const PAUSE_MS = 120;

const blank = { typed: "", looked: null, search: "", found: [], purpose: null };
let pad = { ...blank };

/** What is called for, and where it is asked. */
const purposes = {
  place: () => ({ ask: (typed) => post("/v1/me/dialogs", { typed }), why: whyNot("place_call", ofAgent()) }),
  consult: () => inDialog("consult", "consult"),
  direct_transfer: () => inDialog("direct_transfer", "direct-transfer"),
};

function inDialog(name, verb) {
  const dialog = dialogFor(name);
  return dialog ? { ask: (typed) => post(path(dialog, verb), { typed }), why: whyNot(name, ofDialog(dialog)) } : { why: t("desktop.why_unknown") };
}

export function padPanel() {
  const { purpose } = desk.panel;
  if (pad.purpose !== purpose) {
    pad = { ...blank, purpose };
    search("");
  }
  const { ask, why } = purposes[purpose]();
  const refused = pad.looked?.refusal ? refusal(pad.looked.refusal) : null;
  const no = why ?? (pad.typed.trim() === "" ? t("pad.type_first") : refused);
  const call = async (event) => {
    event.preventDefault();
    if (no) return;
    if (await act("dial", () => ask(pad.typed))) {
      pad = { ...blank };
      close();
    }
  };
  return panel(t(`act.${purpose}`), { name: "pad" },
    h("form", { class: "pad", onsubmit: call },
      h("label", { for: "pad-number" }, t("pad.number")),
      h("input", { id: "pad-number", "data-focus": true, value: pad.typed, autocomplete: "off", spellcheck: "false", inputmode: "tel", "aria-describedby": "pad-says", oninput: (event) => type(event.target.value) }),
      h("p", { id: "pad-says", class: refused || why ? "error" : "hint", "aria-live": "polite" }, refused ?? why ?? says()),
      h("div", { class: "pad-keys", role: "group", "aria-label": t("pad.keys") }, KEYS.map((key) => h("button", { type: "button", "data-pad": key, onclick: () => put(pad.typed + key) }, key))),
      h("button", { class: "main", id: "pad-call", "aria-disabled": no || desk.busy ? "true" : null, "aria-describedby": "pad-says" },
        desk.busy === "dial" ? t("busy.dial") : t(`pad.${purpose}`)), problem()),
    h("section", { class: "book", "aria-labelledby": "book-title" }, h("h3", { id: "book-title" }, t("pad.book")),
      h("input", { type: "search", id: "pad-search", value: pad.search, "aria-label": t("pad.search"), placeholder: t("pad.search"), autocomplete: "off", oninput: (event) => search(event.target.value) }),
      pad.found.length === 0 ? h("p", { class: "quiet" }, t("desktop.nothing_found"))
        : h("ul", { class: "choices column" }, pad.found.map((entry) => h("li", { key: entry.id },
          h("button", { type: "button", "data-entry": entry.id, onclick: () => pick(entry.number) }, h("span", {}, entry.name), h("span", { class: "quiet" }, [entry.number, entry.note].filter(Boolean).join(" · "))))))));
}

/** What the pad makes of it: letters become digits, and it may have another number than is typed. */
function says() {
  if (!pad.looked) return t("pad.hint");
  return pad.looked.shown === pad.typed ? t("pad.may_be_called") : t("pad.shown", { shown: pad.looked.shown });
}

function type(text) {
  pad.typed = text;
  pad.looked = null;
  changed();
  look();
}

/** Puts a text in the field by another way than typing. */
function put(text) {
  type(text);
  const field = document.getElementById("pad-number");
  if (field) field.value = text;
}

function pick(number) {
  put(number);
  document.getElementById("pad-number")?.focus();
}

const look = later(async () => {
  const { typed } = pad;
  if (typed.trim() === "") return;
  const looked = await post("/v1/me/dial-pad", { typed }).catch((refused) => ({ shown: typed, refusal: refused.problem }));
  if (pad.typed !== typed) return;
  pad.looked = looked;
  changed();
});

const find = later(async () => {
  const { search: wanted } = pad;
  const found = await get(`/v1/me/phone-book?count=50${wanted.trim() ? `&search=${encodeURIComponent(wanted)}` : ""}`).catch(() => []);
  if (pad.search !== wanted) return;
  pad.found = found;
  changed();
});

function search(text) {
  pad.search = text;
  changed();
  find();
}

/** Does it when nobody has typed for a moment. */
function later(what) {
  let timer = null;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(what, PAUSE_MS);
  };
}
