// The chief's page: what was asked for stands in the address, so that a view can be sent.
import { now, ask, askReport } from "./live.js";
import { bars, lines, matrix } from "./charts.js";
import { logIn } from "./session.js";
import { setZone, localDay, moment, dayAfter, shown as when } from "./zone.js";
import { safe, span as duration } from "./lists.js";
import { word, explain, codes, language, switchLanguage } from "./words.js";

const $ = (id) => document.getElementById(id);
const day = 86400000;
const names = ["matrix", "response", "officers", "trend", "tasks", "estimates"];
let page = {};
let role = "viewer";
/** Counts what was asked for: an answer that was overtaken is not shown. */
let turn = 0;
let soon = null;

/** What is asked for, as it stands in the address. */
const asked = () => {
  const at = new URLSearchParams(location.search);
  const today = localDay(now());
  const view = names.includes(at.get("view")) ? at.get("view") : names[0];
  // What was before the last day is a chief's: nobody else is shown a page of refusals.
  const isChief = role === "chief" || role === "admin";
  return { view, from: at.get("from") ?? (isChief ? localDay(now() - 6 * day) : today), until: at.get("until") ?? today,
    compare: at.get("compare") ?? (isChief ? "before" : "none"), category: at.get("category") ?? "" };
};

function say(changes) {
  const address = new URL(location.href);
  for (const [key, value] of Object.entries({ ...asked(), ...changes })) { address.searchParams.set(key, value); }
  history.replaceState(null, "", address);
  // A date that is typed changes digit by digit.
  clearTimeout(soon);
  soon = setTimeout(draw, 300);
}

/** When a day of the station begins, ms since 1970. */
function midnight(text) {
  const first = moment(text);
  if (!Number.isFinite(first)) { throw new Error(word("daysWrong")); }
  return first;
}

/** Beginning and end of what is asked for, ms since 1970: whole days of the station. */
function spanOf({ from, until }) {
  const [first, last] = [midnight(from), midnight(until)];
  if (!(last >= first)) { throw new Error(word("daysWrong")); }
  return [first, Math.min(midnight(dayAfter(until, 1)), Math.max(Math.round(now()), first + 1))];
}

/** The time that it is held against: the whole days before, or the same days a year before, up to the same hour of the last day. */
function spanBefore(at) {
  const days = Math.round((Date.parse(at.until) - Date.parse(at.from)) / day) + 1;
  const back = at.compare === "before" ? days : 365;
  const missing = midnight(dayAfter(at.until, 1)) - spanOf(at)[1];
  return [midnight(dayAfter(at.from, -back)), midnight(dayAfter(at.until, 1 - back)) - missing];
}

const query = ([first, last]) => `from=${first}&to=${last}`;
const percent = (share) => (Number.isFinite(share) ? `${Math.round(share * 100)} %` : "–");
const seconds = (value) => (Number.isFinite(value) ? duration(value * 1000) : "–");
const fact = (key, text, more = "") => `<div><span>${word(key)}</span><b>${text}</b><small>${more}</small></div>`;
const cell = (value, kind = "") => `<td class="n number ${kind}">${value ?? "–"}</td>`;
const withBar = (value, most, format = String) => `<td class="n number with">${format(value)}<i style="width:${most > 0 ? Math.round(value / most * 100) : 0}%"></i></td>`;
const sheet = (heads, rows) => `<figure><table class="sheet"><thead><tr>${heads.map((head, index) => `<th class="${index ? "n" : ""}">${word(head)}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></figure>`;
const hours = [...Array(24).keys()].map(String);

/** The share of the change against the time before, or nothing where there was none. */
function change(value, before) {
  if (!Number.isFinite(value) || !(before > 0)) { return ""; }
  const share = Math.round((value / before - 1) * 100);
  return `${share > 0 ? "+" : ""}${share} %`;
}

const views = {
  async matrix(at, isAwaited) {
    const report = await askReport(`reports/matrix?${query(spanOf(at))}`, isAwaited);
    const rows = report.grids.map((grid) => ({ id: grid.id, name: grid.name || grid.id, values: grid.shares }));
    // The grid with the least presence comes first.
    const mean = (row) => { const known = row.values.filter((one) => one !== null); return known.reduce((sum, one) => sum + one, 0) / Math.max(1, known.length); };
    return `<p>${word("matrixHint")}</p>${matrix({ title: word("presenceByHour"), columns: hours, rows: rows.sort((a, b) => mean(a) - mean(b)) })}`;
  },
  async response(at, isAwaited) {
    const own = spanOf(at);
    const path = (span) => `reports/response?${query(span)}`;
    const report = await askReport(path(own), isAwaited);
    const before = at.compare === "none" ? null : await askReport(path(spanBefore(at)), isAwaited).catch(() => null);
    const chosen = at.category ? report.by_category[at.category] ?? { counted: 0, reached: 0, within: {} } : report;
    const held = before && (at.category ? before.by_category[at.category] : before);
    const days = Object.keys(report.by_day).sort();
    const steps = ["assigned", "accepted", "departed", "arrived", "cleared"].filter((key) => report.steps[key]);
    const units = Object.entries(report.by_unit).sort((a, b) => b[1].counted - a[1].counted);
    return `<div class="facts">${fact("incidents", chosen.counted, held ? `${word("periodBefore")} ${held.counted} ${change(chosen.counted, held.counted)}` : "")}
      ${fact("reached", chosen.reached)}${fact("medianResponse", seconds(chosen.median_s), held ? `${word("periodBefore")} ${seconds(held.median_s)} ${change(chosen.median_s, held.median_s)}` : "")}
      ${fact("p90Response", seconds(chosen.p90_s))}${["1", "3", "5"].map((n) => fact(`within${n}`, percent(chosen.within[n]), held ? percent(held.within[n]) : "")).join("")}</div>
      ${days.length > 0 && !at.category ? lines({ title: word("responseByDay"), names: days.map((one) => one.slice(5)), format: (value) => seconds(value), unit: 30, mark: { value: page.target_s ?? 155, name: `≤ ${seconds(page.target_s ?? 155)}` },
        series: [{ name: word("medianResponse"), values: days.map((one) => report.by_day[one].median_s ?? null) }, { name: word("p90Response"), values: days.map((one) => report.by_day[one].p90_s ?? null) }] }) : ""}
      ${bars({ title: word("responseByHour"), names: hours, values: hours.map((hour) => report.by_hour[hour]?.median_s ?? 0), before: before && hours.map((hour) => before.by_hour[hour]?.median_s ?? 0), format: (value) => seconds(value), unit: 30, keys: before ? [word("count"), word(at.compare === "before" ? "periodBefore" : "yearBefore")] : [] })}
      <h2>${word("stepsTook")}</h2>${sheet(["state", "count", "medianResponse", "p90Response"], steps.map((key) => `<tr><td>${word(`step ${key}`)}</td>${cell(report.steps[key].count)}${cell(seconds(report.steps[key].median_s))}${cell(seconds(report.steps[key].p90_s))}</tr>`))}
      ${units.length > 0 ? `<h2>${word("units")}</h2>${sheet(["unit", "incidents", "reached", "medianResponse", "within3"], units.map(([name, one]) => `<tr><td>${safe(name)}</td>${withBar(one.counted, units[0][1].counted)}${cell(one.reached)}${cell(seconds(one.median_s))}${cell(percent(one.within["3"]))}</tr>`))}` : ""}`;
  },
  async officers(at, isAwaited) {
    const { officers } = await askReport(`reports/officers?${query(spanOf(at))}`, isAwaited);
    const most = (key) => Math.max(0, ...officers.map((one) => one[key] ?? 0));
    const [signed, km, arrived] = [most("signed_hours"), most("km"), most("arrived")];
    const made = (one) => Object.values(one.visits ?? {}).reduce((sum, count) => sum + count, 0);
    return sheet(["officer", "dutyHours", "signedHours", "shiftsMissed", "km", "posts", "windowsAssigned", "arrivals", "rollcall", "tasksDone", "overdue", "visitsMade", "found"],
      officers.map((one) => `<tr><td>${safe(one.name ?? one.number)} <small>${safe(one.name ? one.number : "")}</small></td>${cell(one.duty_hours)}${withBar(one.signed_hours, signed)}
        ${cell(`${one.shifts_missed}/${one.shifts}`, one.shifts_missed > 0 ? "poor" : "")}${withBar(one.km, km)}${cell(one.posts)}${cell(one.windows === undefined || one.windows === null ? null : `${one.windows_done}/${one.windows}`)}${withBar(one.arrived, arrived)}${cell(`${one.roll_calls_answered}/${one.roll_calls}`)}
        ${cell(one.tasks_done)}${cell(one.tasks_overdue, one.tasks_overdue > 0 ? "poor" : "")}${cell(one.visits_wanted ? `${made(one)}/${one.visits_wanted}` : made(one), one.visits_wanted > made(one) ? "poor" : "")}${cell(one.found)}</tr>`));
  },
  async trend(at, isAwaited) {
    const report = await askReport(`reports/trend?${query(spanOf(at))}`, isAwaited);
    const all = Object.entries(report.by_category).sort((a, b) => b[1].count - a[1].count);
    const shown = at.category ? all.filter(([name]) => name === at.category) : all;
    const other = at.compare === "year" ? "year_before" : "before";
    const called = (name) => (name === "" ? word("other") : word(name));
    const most = Math.max(1, ...report.by_hour_and_weekday.flat());
    const row = ([name, one]) => `<tr><td>${safe(called(name))}</td>${cell(one.count)}${cell(one.before)}${cell(one.change_percent === undefined || one.change_percent === null ? null : `${one.change_percent > 0 ? "+" : ""}${one.change_percent} %${one.noise ? ` <small>${word("noise")}</small>` : ""}`)}
      ${cell(one.year_before)}${cell(one.year_change_percent === undefined || one.year_change_percent === null ? null : `${one.year_change_percent > 0 ? "+" : ""}${one.year_change_percent} %${one.year_noise ? ` <small>${word("noise")}</small>` : ""}`)}</tr>`;
    const placement = role === "viewer" ? null : await ask("GET", "placement?units=6").catch(() => null);
    return `${shown.length > 0 ? bars({ title: word("byCategory"), names: shown.map(([name]) => called(name)), values: shown.map(([, one]) => one.count), before: at.compare === "none" ? null : shown.map(([, one]) => one[other] ?? 0),
      keys: at.compare === "none" ? [] : [word("count"), word(at.compare === "year" ? "yearBefore" : "periodBefore")] }) : ""}
      ${matrix({ title: word("byHour"), columns: hours, rows: report.by_hour_and_weekday.map((counts, index) => ({ name: word(`day ${index + 1}`), values: counts.map((count) => count / most) })), isCount: true, format: (share) => (share > 0 ? String(Math.round(share * most)) : "") })}
      ${sheet(["category", "count", "periodBefore", "change", "yearBefore", "change"], [["all", report.all], ...shown].map(row))}
      ${placement ? `<h2>${word("placement")}</h2><p>${word("placementBasis")} ${placement.incidents} · ${["1", "3", "5"].map((minutes) => `${minutes} ${word("minutes")}: ${percent(placement.shares[minutes])}`).join(" · ")}</p>
        ${sheet(["unit", "placeName", "gain", "within3"], placement.units.map((one, index) => `<tr><td>${index + 1}</td>${cell(`${one.lat.toFixed(5)}, ${one.lon.toFixed(5)}`)}${cell(`+${percent(one.gain)}`)}${cell(percent(one.share))}</tr>`))}` : ""}`;
  },
  async tasks() {
    const found = [];
    for (const state of ["open", "answered"]) {
      for (let next = "", more = true; more;) {
        const answer = await ask("GET", `tasks?state=${state}${next}`);
        found.push(...answer.tasks);
        more = Boolean(answer.more && answer.next);
        next = more ? `&before=${answer.next.before}&before_id=${encodeURIComponent(answer.next.before_id)}` : "";
      }
    }
    const late = (one) => now() - one.due;
    found.sort((a, b) => late(b) - late(a));
    return `<div class="facts">${fact("tasks", found.length)}${fact("overdue", found.filter((one) => late(one) > 0).length)}</div>
      ${sheet(["taskTextShort", "owner", "state", "due"], found.map((one) => `<tr><td>${word(`task ${one.kind}`)} · ${safe(one.text)}</td>${cell(safe(one.owner))}${cell(word(`task ${one.state}`))}${cell(when(one.due), late(one) > 0 ? "poor" : "")}</tr>`))}`;
  },
  async estimates(at, isAwaited) {
    const report = await askReport(`reports/response?${query(spanOf(at))}`, isAwaited);
    const weeks = new Map();
    for (const row of report.rows.filter((one) => Number.isFinite(one.estimated) && one.drove > 0)) {
      const date = Date.parse(`${localDay(row.sent)}T00:00:00Z`);
      const monday = new Date(date - (new Date(date).getUTCDay() + 6) % 7 * day).toISOString().slice(0, 10);
      const week = weeks.get(monday) ?? [];
      week.push(row);
      weeks.set(monday, week);
    }
    const ordered = [...weeks.keys()].sort();
    const middle = (list) => { const sorted = [...list].sort((a, b) => a - b); return sorted.length > 0 ? sorted[Math.floor(sorted.length / 2)] : null; };
    const error = ordered.map((week) => middle(weeks.get(week).map((one) => Math.abs(one.estimated - one.drove))));
    const inside = ordered.map((week) => weeks.get(week).filter((one) => one.p10 <= one.drove && one.drove <= one.p90).length / weeks.get(week).length * 100);
    const one = report.estimates;
    return `<div class="facts">${fact("journeys", one.journeys)}${fact("estimateBias", Number.isFinite(one.median_bias_percent) ? `${one.median_bias_percent} %` : "–")}${fact("estimateError", seconds(one.median_error_s))}${fact("estimateInside", Number.isFinite(one.inside_80_percent) ? `${one.inside_80_percent} %` : "–")}</div>
      ${ordered.length > 0 ? lines({ title: word("estimateError"), names: ordered.map((week) => week.slice(5)), series: [{ name: word("estimateError"), values: error }], unit: 5, format: (value) => seconds(value) })
        + lines({ title: word("estimateInside"), names: ordered.map((week) => week.slice(5)), series: [{ name: word("estimateInside"), values: inside }], unit: 25, format: (value) => `${Math.round(value)} %`, mark: { value: 80, name: "80 %" } }) : `<p>${word("nothing")}</p>`}`;
  },
};

/** Which reports are also a table to take along. */
const tables = { matrix: "matrix", response: "response", officers: "officers", trend: "trend" };

/** What proves a grid's row. */
async function prove(row) {
  const old = row.nextElementSibling?.classList.contains("proof-row") ? row.nextElementSibling : null;
  if (old) { old.remove(); return; }
  const made = document.createElement("tr");
  made.className = "proof-row";
  const text = document.createElement("td");
  text.colSpan = 25;
  text.className = "proof";
  made.append(text);
  row.after(made);
  try {
    const proof = await askReport(`reports/evidence?place=${encodeURIComponent(row.dataset.place)}&${query(spanOf(asked()))}`, () => made.isConnected);
    text.textContent = proof?.stays.length ? proof.stays.slice(0, 100).map((one) => `${one.unit} ${when(one.from)}–${when(one.until)}`).join(" · ") + (proof.stays.length > 100 ? ` · ${word("more")} ${proof.stays.length - 100}` : "") : word("nothing");
  } catch (error) { text.textContent = explain(error); }
}

function label() {
  document.documentElement.lang = language();
  document.title = word("reports");
  $("title").textContent = `${page.title ?? "PatrolLink"} · ${word("chiefTitle")}`;
  $("back").textContent = `← ${word("toBoard")}`;
  const labels = { language: "language", print: "print", logout: "logout", "from-label": "fromDay", "until-label": "untilDay", "compare-label": "compareWith", "category-label": "category",
    csv: "csv", "login-name-label": "name", "login-password-label": "password", "login-go": "logIn" };
  for (const [id, key] of Object.entries(labels)) { $(id).textContent = word(key); }
  const at = asked();
  $("from").value = at.from;
  $("until").value = at.until;
  $("compare").replaceChildren(...["before", "year", "none"].map((one) => new Option(word(`compare ${one}`), one, false, one === at.compare)));
  const kinds = page.categories?.length ? page.categories.flatMap((group) => group.categories.map((one) => [one.name, `${group.name} · ${one.name}`])) : codes.categories.map((key) => [key, word(key)]);
  $("category").replaceChildren(new Option(word("all"), ""), ...kinds.map(([value, text]) => new Option(text, value, false, value === at.category)));
  const allowed = names.filter((name) => role === "chief" || role === "admin" || !["officers"].includes(name)).filter((name) => role !== "viewer" || name !== "tasks");
  $("views").replaceChildren(...allowed.map((name) => Object.assign(document.createElement("button"), { type: "button", textContent: word(`view ${name}`), onclick: () => say({ view: name }) })));
  [...$("views").children].forEach((button, index) => { button.setAttribute("role", "tab"); button.setAttribute("aria-selected", String(allowed[index] === at.view)); });
}

async function draw() {
  label();
  const at = asked();
  const own = turn += 1;
  $("error").textContent = "";
  $("body").classList.add("busy");
  try {
    $("csv").hidden = !tables[at.view];
    if (tables[at.view]) { $("csv").href = `api/v1/reports/${tables[at.view]}?format=csv&${query(spanOf(at))}`; }
    // A report that nobody waits for any more ends in the room too.
    const text = await views[at.view](at, () => own === turn);
    if (own !== turn) { return; }
    $("body").innerHTML = text;
    $("body").dataset.view = at.view;
    for (const row of document.querySelectorAll("[data-place]")) {
      row.onclick = () => prove(row);
      row.onkeydown = (event) => { if (event.key === "Enter") { prove(row); } };
    }
  } catch (error) {
    if (own !== turn) { return; }
    $("body").textContent = "";
    $("error").textContent = explain(error);
    if (error.status === 401) { await logIn((name) => { role = name; }); draw(); }
  } finally { if (own === turn) { $("body").classList.remove("busy"); } }
}

async function begin() {
  label();
  await logIn((name) => { role = name; });
  page = await ask("GET", "page");
  setZone(page.timezone);
  for (const id of ["from", "until", "compare", "category"]) { $(id).onchange = () => say({ [id]: $(id).value }); }
  $("asked").onsubmit = (event) => event.preventDefault();
  $("language").onclick = () => { switchLanguage(); draw(); };
  $("print").onclick = () => window.print();
  $("logout").onclick = () => ask("DELETE", "session").then(() => location.reload());
  await draw();
}

begin().catch((error) => { $("error").textContent = explain(error); });
