// Dates, times and numbers as people of the page's language write them.
import { language } from "./words.js";

const locale = language === "fr" ? "fr" : navigator.languages.find((tag) => tag.startsWith("en")) ?? "en";

/** A time of day: "9:05 AM", "09:05". */
export const TIME = { hour: language === "fr" ? "2-digit" : "numeric", minute: "2-digit" };

/** 75 → "1:15", 3675 → "1:01:15". */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

// Made once: making one takes longer than hundreds of numbers.
const plain = new Intl.NumberFormat(locale);
const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
export const number = (value) => plain.format(value);
export const percent = (value) => share.format(value);

/** An instant on this person's clock: "14:05" today, else with the date. */
export function instant(at, options) {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  const shape = options ?? (today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
  return new Intl.DateTimeFormat(locale, shape).format(date);
}

/** An instant on the clock of `zone`: "Fri 27 Nov, 15:10". */
export function moment(at, zone, shape = { weekday: "short", day: "numeric", month: "short", ...TIME }) {
  return new Intl.DateTimeFormat(locale, { ...shape, timeZone: zone }).format(new Date(at));
}

/** A wall clock without a zone ("2026-11-25T14:05:00"), as it stands there. */
export function wall(at, options = { weekday: "short", day: "numeric", month: "short", ...TIME }) {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }).format(new Date(`${at.slice(0, 10)}T${at.slice(11, 19) || "00:00"}Z`));
}

/** A day of a report: "2026-11-25" → "25 nov. 2026". */
export const day = (text) => wall(text.slice(0, 10), { dateStyle: "medium" });

/** An hour of a report: "15:00" → "3 PM". */
export const hour = (text) => wall(`2000-01-01T${text}`, { hour: "numeric" });

/** "America/Argentina/Buenos_Aires" → "Buenos Aires". */
export const city = (zone) => zone.split("/").at(-1).replaceAll("_", " ");

/** "+13125550142" → "+1 312 555 0142", for the eye; others in groups of three. */
export function phone(number) {
  const north = number.match(/^\+1(\d{3})(\d{3})(\d{4})$/);
  if (north) return `+1 ${north[1]} ${north[2]} ${north[3]}`;
  const france = number.match(/^\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)$/);
  if (france) return `+33 ${france.slice(1).join(" ")}`;
  return number;
}
