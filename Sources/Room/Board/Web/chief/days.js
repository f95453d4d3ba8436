// The days that the chief's page asks for: whole ones of the station.
import { now } from "../shared/live.js";
import { moment, dayAfter } from "../shared/zone.js";
import { word } from "../shared/words.js";

const day = 86400000;

/** When a day of the station begins, ms since 1970. */
function midnight(text) {
  const first = moment(text);
  if (!Number.isFinite(first)) { throw new Error(word("daysWrong")); }
  return first;
}

/** Beginning and end of what is asked for, ms since 1970: whole days of the station. */
export function spanOf({ from, until }) {
  const [first, last] = [midnight(from), midnight(until)];
  if (!(last >= first)) { throw new Error(word("daysWrong")); }
  return [first, Math.min(midnight(dayAfter(until, 1)), Math.max(Math.round(now()), first + 1))];
}

/** The time that it is held against: the whole days before, or the same days a year before, up to the same hour of the last day. */
export function spanBefore(at) {
  const days = Math.round((Date.parse(at.until) - Date.parse(at.from)) / day) + 1;
  const back = at.compare === "before" ? days : 365;
  const missing = midnight(dayAfter(at.until, 1)) - spanOf(at)[1];
  return [midnight(dayAfter(at.from, -back)), midnight(dayAfter(at.until, 1 - back)) - missing];
}
