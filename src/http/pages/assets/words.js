// The words of this page, in the language of the page.
const words = JSON.parse(document.getElementById("words").textContent);

/** The language of the page: "en" or "fr". */
export const language = document.documentElement.lang;

/** The text of a key ("desktop.accept"), with its {placeholders} filled in. A text that is missing shows its key. */
export function t(key, values = {}) {
  return filled(words[key] ?? key, values);
}

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** The text of a key, or of another one where there is none: for codes that the server may add. */
export function textOr(key, fallback, values = {}) {
  return key in words ? filled(words[key], values) : fallback;
}

/** Changes the language, for good, and shows the page anew. */
export function choose(code) {
  document.cookie = `rappel_language=${code}; Path=/; SameSite=Strict; Max-Age=31536000`;
  location.reload();
}
