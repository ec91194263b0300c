// What the check says of rules: codes with their values, in words. What has none is said in the server's.
import { wall } from "./format.js";
import { language, t, textOr } from "./words.js";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

// 2024 began with a Monday.
const dayName = (day, weekday = "long") => wall(`2024-01-0${DAYS.indexOf(day.slice(0, 3).toLowerCase()) + 1}`, { weekday });
const daysName = (days) => (days === "daily" ? t("rule.every_day") : days.split(/-/).map((day) => dayName(day, "short")).join("–"));

/** Hours by weekday, as the rules have them: "Mon–Fri 10:00-13:00, 14:00-18:00; Sat 10:00-17:00". */
export const weekSaid = (week) => Object.entries(week).filter(([days]) => days !== "closed_dates").map(([days, spans]) => `${daysName(days)} ${spans.join(", ")}`).join(t("rule.and"));

/** The name of a country, of its two letters. */
export const countryName = (code) => new Intl.DisplayNames([language], { type: "region" }).of(code);

const home = (heading) => (heading ? t("rule.under", { heading }) : t("rule.at_the_top"));

/** Values that are no text yet, by their names. */
const VALUES = {
  country: countryName,
  day: (day) => dayName(day),
  homes: (homes) => homes.map(home).join(t("rule.or")),
  keys: (keys) => keys.join(", "),
  says: (says, { why }) => textOr(`rule_why.${why}`, says),
  week: weekSaid,
  words: (words) => new Intl.ListFormat(language, { type: "disjunction" }).format(words),
};

const inWords = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, VALUES[name]?.(value, values) ?? value]));

/** What is wrong with a field: `{ problem, message, expected, hint }` as the API gives it. */
export function ruleSaid({ problem, message, expected, hint }) {
  const said = message && textOr(`rule_message.${message.code}`, null, inWords(message));
  const wanted = expected && textOr(`rule_expected.${expected.code}`, null, inWords(expected));
  const meant = hint && textOr(`rule_hint.${hint.code}`, null, inWords(hint));
  // One word that is not known here, and all is as the server says it.
  if ([said, wanted, meant].includes(null) || !said) return problem;
  const right = wanted ? t("rule.expected", { said, expected: wanted }) : said;
  return meant ? t("rule.hint", { said: right, hint: meant }) : right;
}
