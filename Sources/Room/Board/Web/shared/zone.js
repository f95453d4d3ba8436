// The station's clock, wherever the browser is: its days, and the times that are typed by it.
import { language } from "./words.js";

let zone = undefined;

/** Whose clock it is; until then the browser's. */
export function setZone(name) { zone = name; }

const formats = new Map();
/** How moments are written: to make such a thing takes longer than to write a hundred of them. */
function format(locale, options) {
  const key = `${locale} ${zone} ${JSON.stringify(options)}`;
  if (!formats.has(key)) { formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: "h23", ...options })); }
  return formats.get(key);
}

const parts = (at, options) => Object.fromEntries(format("en-GB", options).formatToParts(at).map((one) => [one.type, one.value]));

/** The station's day of a moment, such as 2026-11-28. */
export function localDay(at) {
  const part = parts(at, { year: "numeric", month: "2-digit", day: "2-digit" });
  return `${part.year}-${part.month}-${part.day}`;
}

/** Day and time of a moment, such as 2026-11-28T22:30:05. */
export function localText(at) {
  const part = parts(at, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
}

/** When the station's clock shows a day's beginning or a day and time, ms since 1970; NaN for what is none. */
export function moment(text) {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?$/.test(text ?? "")) { return NaN; }
  const wanted = Date.parse(`${text.length === 10 ? `${text}T00:00:00` : text}Z`);
  const local = (at) => Date.parse(`${localText(at)}Z`);
  if (!Number.isFinite(wanted)) { return NaN; }
  const guess = wanted - (local(wanted) - wanted);
  return guess - (local(guess) - wanted);
}

/** A day so many days later, such as 2026-11-28. */
export function dayAfter(text, days) { return new Date(Date.parse(`${text}T00:00:00Z`) + days * 86400000).toISOString().slice(0, 10); }

/** A moment as people of the station write it. */
export function shown(at, options = { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" }) {
  return format(language(), options).format(at);
}

/** The time of a moment, such as 22:30:05. */
export function clock(at) { return shown(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" }); }
