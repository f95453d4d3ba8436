// What each officer did: of a time that is asked for, and as the room kept it of each month; and the week's sheet.
import { ask, askReport } from "../shared/live.js";
import { briefing } from "../shared/briefing.js";
import { spanOf } from "./days.js";
import { query, cell, proposal, withBar, sheet } from "../shared/tables.js";
import { localText, shown as when } from "../shared/zone.js";
import { safe } from "../shared/lists.js";
import { word, explain } from "../shared/words.js";

/** So many of a kind prove a number; the lists behind have them all. */
const most = 30;
/** The rows that are shown, by number, and the time that they are of. */
let shown = { rows: new Map(), span: [0, 0], visits: null };

const made = (one) => Object.values(one.visits ?? {}).reduce((sum, count) => sum + count, 0);
const known = (value) => (value === undefined || value === null ? null : value);

function list(rows, span, isAwaited) {
  if (isAwaited()) { shown = { rows: new Map(rows.map((one) => [one.number, one])), span, visits: null }; }
  const top = (key) => Math.max(0, ...rows.map((one) => one[key] ?? 0));
  const [signed, km, arrived] = [top("signed_hours"), top("km"), top("arrived")];
  return `<p>${word("rowHint")}</p>${sheet(["officer", "dutyHours", "signedHours", "shiftsMissed", "km", "posts", "laps", "windowsAssigned", "arrivals", "rollcall", "tasksDone", "overdue", "visitsMade", "found"],
    rows.map((one) => `<tr data-officer="${safe(one.number)}" tabindex="0"><td>${safe(one.name ?? one.number)} <small>${safe(one.name ? one.number : "")}</small></td>${cell(one.duty_hours)}${withBar(one.signed_hours, signed)}
      ${cell(`${one.shifts_missed}/${one.shifts}`, one.shifts_missed > 0 ? "poor" : "")}${withBar(one.km, km)}${cell(one.posts)}${cell(one.laps)}${cell(known(one.windows) === null ? null : `${one.windows_done}/${one.windows}`)}${withBar(one.arrived, arrived)}${cell(`${one.roll_calls_answered}/${one.roll_calls}`)}
      ${cell(one.tasks_done)}${cell(one.tasks_overdue, one.tasks_overdue > 0 ? "poor" : "")}${cell(known(one.visits) === null ? null : one.visits_wanted ? `${made(one)}/${one.visits_wanted}` : made(one), one.visits_wanted > made(one) ? "poor" : "")}${cell(known(one.found))}</tr>`))}`;
}

/** The officers' list of a time. */
export async function officers(at, room, isAwaited) {
  const span = spanOf(at);
  const report = await askReport(`reports/officers?${query(span)}`, isAwaited);
  return report === null ? "" : list(report.officers, span, isAwaited);
}

/** The lists of the months that are over, each as it was made. */
export async function sheets(at, room, isAwaited) {
  const kept = (await ask("GET", "sheets")).sheets.sort((a, b) => (a.month < b.month ? 1 : -1));
  if (kept.length === 0) { return `<p>${word("noSheets")}</p>`; }
  const chosen = kept.find((one) => one.month === at.month) ?? kept[0];
  const report = await ask("GET", `sheets/${encodeURIComponent(chosen.month)}`);
  const months = kept.map((one) => `<button type="button" data-month="${safe(one.month)}" aria-pressed="${one === chosen}">${safe(one.month)}</button>`).join(" ");
  return `<p class="months">${months} <a href="api/v1/sheets/${encodeURIComponent(chosen.month)}?format=csv" download>${word("csv")}</a></p>
    <h2>${word("view sheets")} ${safe(chosen.month)} · ${word("madeAt")} ${when(chosen.made, { year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" })}</h2>${list(report.officers, [report.from, report.to], isAwaited)}`;
}

/** What a meeting goes through, on a sheet of its own. */
export async function week(at, room, isAwaited) {
  const span = spanOf(at);
  const report = await askReport(`briefing?${query(span)}`, isAwaited);
  if (report === null) { return ""; }
  // Where no roads or no incidents are there is nothing to propose.
  const proposed = await ask("GET", "placement?units=6").catch(() => null);
  return `<h2>${word("view week")} ${when(span[0])} – ${when(span[1])}</h2>${briefing(report)}${proposal(proposed)}`;
}

/** So many at most as items of a list, and how many more there are. */
function items(key, all, text) {
  if (all.length === 0) { return ""; }
  const more = all.length > most ? ` · ${word("more")} ${all.length - most}` : "";
  return `<li><b>${word(key)}</b> ${all.slice(0, most).map(text).join(" · ")}${more}</li>`;
}

const minute = (at) => encodeURIComponent(localText(at).slice(0, 16));

/** A unit's time, `station/device` and ms since 1970, as a link to the map of then. */
export function replayLink(unit, from, until) {
  return `<a href="replay?from=${minute(from)}&until=${minute(until + 59999)}&unit=${encodeURIComponent(unit)}">${safe(unit)} ${when(from)}–${when(until)}</a>`;
}

/** The visits of the whole station, asked for once; why there are none is one line among the other proofs. */
function visitsOf(rows, isAwaited) {
  rows.visits = rows.visits ?? askReport(`reports/visits?${query(rows.span)}`, isAwaited)
    .then((report) => report ?? { visits: [] })
    .catch((error) => { rows.visits = null; return { failed: explain(error) }; });
  return rows.visits;
}

/** What proves the numbers of an officer's row: where the unit was, which incidents, roll calls, tasks and visits. */
export async function proveOfficer(number, isAwaited) {
  const own = shown;
  const one = own.rows.get(number);
  if (!one) { return word("nothing"); }
  const told = (path) => ask("GET", path).catch((error) => ({ failed: explain(error) }));
  const [tasks, calls, visits] = await Promise.all([
    Promise.all(one.tasks.slice(0, most).map((id) => told(`tasks/${encodeURIComponent(id)}`))),
    Promise.all(one.roll_call_ids.slice(0, most).map((id) => told(`rollcalls/${encodeURIComponent(id)}`))),
    made(one) > 0 ? visitsOf(own, isAwaited) : { visits: [] },
  ]);
  // What the lists before left out counts among the rest.
  const padded = (found, all) => [...found, ...Array(all.length - found.length)];
  const found = visits.failed ? [{ failed: visits.failed }] : visits.visits.filter((visit) => visit.officers.includes(number));
  return `<ul>${items("signedHours", one.sign_ins, (stay) => replayLink(`${stay.station}/${stay.device}`, stay.from, stay.until))}
    ${items("incidents", one.incidents, (id) => `<a href="./?incident=${encodeURIComponent(id)}">${safe(id)}</a>`)}
    ${items("rollcall", padded(calls, one.roll_call_ids), (call) => (call.failed ? safe(call.failed) : when(call.started)))}
    ${items("tasks", padded(tasks, one.tasks), (task) => (task.failed ? safe(task.failed) : `${safe(task.text)} (${word(`task ${task.state}`)}, ${word("due")} ${when(task.due)})`))}
    ${items("visitsMade", found, (visit) => (visit.failed ? safe(visit.failed) : `${when(visit.t)} ${safe(visit.place ?? visit.kind)}`))}</ul>`;
}
