// Reports for the chief: what was covered, how fast help came, who did what, and where units were.
import { now, ask, askReport } from "../shared/live.js";
import { drawHeat } from "./heat.js";
import { set } from "../shared/keyed.js";
import { moment, dayAfter, shown } from "../shared/zone.js";
import { callSign, inOrder, safe } from "../shared/lists.js";
import { numberOf } from "../shared/commands.js";
import { postName, seconds } from "../shared/tables.js";
import { briefing } from "../shared/briefing.js";
import { word, explain, codes, kindOf } from "../shared/words.js";

const $ = (id) => document.getElementById(id);
let kinds = ["presence", "response", "trend", "workload"];
const periods = [["8h", 8], ["24h", 24], ["7d", 168], ["30d", 720]];
/** Hours that are everybody's to look back on; what was before is for a chief. */
const recent = 24;
let kind = "presence";
let heat = null;
/** The kinds of visits that need no word of the station's own. */
const visitKinds = () => ({ home: word("visitHome"), screening: word("visitScreening"), inspection: word("visitInspection"), publicity: word("visitPublicity") });
/** Which incidents the map of density is of. */
const density = { category: "", hours: "", weekdays: "" };
let page = {};
/** The kinds of incidents that the room knows: each value and its words. */
const kindsOfIncidents = () => (page.categories?.length
  ? page.categories.flatMap((group) => group.categories.map((one) => [one.name, `${group.name} · ${one.name}`]))
  : codes.categories.map((key) => [key, word(key)]));
/** Counts what was asked for: an answer that was overtaken is not shown. */
let turn = 0;

function span() {
  const period = $("report-period").value;
  const to = Math.round(now());
  if (period !== "days") { return `from=${to - Number(period) * 3600000}&to=${to}`; }
  // Both days are whole ones of the station: they begin and end at its own midnight.
  const [first, last] = [moment($("report-from").value), moment(dayAfter($("report-until").value || "1970-01-01", 1))];
  if (!(last > first)) { throw new Error(word("daysWrong")); }
  return `from=${first}&to=${Math.min(last, Math.max(to, first + 1))}`;
}

/** What the chosen period is called, in the language that the page has when it is asked. */
function periodName() {
  const { value } = $("report-period");
  const days = `${$("report-from").value}–${$("report-until").value}`;
  const key = periods.find(([, hours]) => String(hours) === value)?.[0];
  return () => (key ? word(key) : days);
}

const cell = (value, isNumber = true) => `<td class="${isNumber ? "n number" : ""}">${value ?? "–"}</td>`;
const table = (heads, rows) => `<table><thead><tr>${heads.map((head, i) => `<th class="${i ? "n" : ""}">${word(head)}</th>`).join("")}</tr></thead>
  <tbody>${rows.join("") || `<tr><td colspan="${heads.length}">${word("nothing")}</td></tr>`}</tbody></table>`;
/** A unit by its call sign, with the name that its device has in the store. */
const unitName = ({ station, device }) => `${safe(callSign(station, device))} <small>${safe(station)}/${safe(device)}</small>`;
const thousandths = (share) => `${(share * 100).toFixed(1)} %`;
/** So many cells are listed; the map shows all. */
const shownCells = 30;
const percent = (share) => (share === null || share === undefined ? null : `${Math.round(share * 100)} %`);

const views = {
  presence(report) {
    const name = (one) => cell(`${safe(one.name ?? one.id)} <small>${safe(one.name ? one.id : "")}</small>`, false);
    const empty = (isEmpty) => (isEmpty ? ' class="bare"' : "");
    const duty = (hasKind) => (one) => `<tr data-place="${safe(one.id)}"${empty(one.done === 0)}>${name(one)}${hasKind ? cell(one.category ? safe(word(one.category)) : null) : ""}${cell(one.done)}${cell(one.missed)}${cell(one.partly)}</tr>`;
    const grid = (one) => `<tr data-place="${safe(one.id)}"${empty(one.visits === 0 && one.minutes === 0)}>${name(one)}${cell(percent(one.presence_share))}${cell(one.minutes.toFixed(1))}${cell(one.visits)}${cell(one.units)}${cell(one.unknown_minutes > 0 ? one.unknown_minutes.toFixed(1) : null)}${cell(one.incidents)}${cell(one.found)}</tr>`;
    return `<h3>${word("grids")}</h3>${table(["placeName", "presenceShare", "presentMinutes", "visits", "units", "unknownMinutes", "incidents", "found"], report.grids.map(grid))}
      <h3>${word("posts")}</h3>${table(["placeName", "category", "done", "missedPost", "partly"], report.posts.map(duty(true)))}
      <h3>${word("lines")}</h3>${table(["placeName", "done", "missedLine", "partly"], report.lines.map(duty(false)))}`;
  },
  response(report) {
    const fact = (key, value) => `<tr>${cell(word(key), false)}${cell(value)}</tr>`;
    const one = report.estimates;
    const rows = report.rows.map((row) => `<tr><td title="${safe(row.incident)}">#${safe(numberOf({ id: row.incident }))}</td>${cell(unitName(row))}${cell(seconds(row.took))}
      ${cell(seconds(row.drove))}${cell(seconds(row.estimated))}</tr>`);
    return `<table><tbody>${fact("incidents", report.incidents)}${fact("found", report.found)}${fact("foundShare", percent(report.found_share))}${fact("reached", report.reached)}
      ${fact("medianResponse", seconds(report.median_s))}${fact("p90Response", seconds(report.p90_s))}
      ${["1", "3", "5"].map((n) => fact(`within${n}`, percent(report.within[n]))).join("")}${fact("within155", percent(report.within_155_s))}
      ${fact("estimateBias", one.median_bias_percent === null || one.median_bias_percent === undefined ? null : `${one.median_bias_percent} %`)}
      ${fact("estimateError", seconds(one.median_error_s))}
      ${fact("estimateInside", one.inside_80_percent === null || one.inside_80_percent === undefined ? null : `${one.inside_80_percent} %`)}</tbody></table>
      ${rows.length ? table(["incident", "unit", "took", "drove", "estimated"], rows) : ""}`;
  },
  trend(report) {
    const change = (value, isNoise) => (value === null || value === undefined ? null : `${value > 0 ? "+" : ""}${value} %${isNoise ? ` <small>${word("noise")}</small>` : ""}`);
    const row = ([name, one]) => `<tr>${cell(safe(name === "all" ? word("all") : kindOf(name)), false)}${cell(one.count)}${cell(one.before)}${cell(change(one.change_percent, one.noise))}
      ${cell(one.year_before)}${cell(change(one.year_change_percent, one.year_noise))}</tr>`;
    const rows = [["all", report.all], ...Object.entries(report.by_category).sort((a, b) => b[1].count - a[1].count)];
    const most = Math.max(1, ...report.by_hour_and_weekday.flat());
    const hour = (count) => `<td class="heat" style="--share:${Math.round(count / most * 100)}%" title="${count}">${count || ""}</td>`;
    const days = report.by_hour_and_weekday.map((hours, weekday) => `<tr>${cell(word(`day ${weekday + 1}`), false)}${hours.map(hour).join("")}</tr>`);
    return `${table(["category", "count", "periodBefore", "change", "yearBefore", "change"], rows.map(row))}
      <h3>${word("byHour")}</h3><table class="hours"><thead><tr><th></th>${[...Array(24).keys()].map((n) => `<th class="n">${n}</th>`).join("")}</tr></thead><tbody>${days.join("")}</tbody></table>`;
  },
  sectors(report) {
    // A crew that was elsewhere for a quarter of its time, or left something, is what a chief looks for.
    const isPoor = (one) => one.left.length > 0 || (one.outside_minutes ?? 0) > one.signed_minutes / 4;
    const row = (one) => `<tr${isPoor(one) ? ' class="bare"' : ""}>${cell(`${safe(one.name ?? one.shift)} <small>${shown(one.from)} · ${safe(one.device)}</small>`, false)}
      ${cell(safe(one.officers.join(" ")))}${cell(one.signed_minutes.toFixed(0))}${cell(one.inside_minutes?.toFixed(0))}${cell(one.on_orders_minutes?.toFixed(0))}
      ${cell(one.unknown_minutes?.toFixed(0))}${cell(one.outside_minutes?.toFixed(0))}${cell(safe(one.left.join(" ")) || null)}</tr>`;
    return table(["shift", "officer", "signedMinutes", "insideMinutes", "onOrdersMinutes", "unknownMinutes", "outsideMinutes", "leftOut"], report.rows.map(row));
  },
  visits(report) {
    const checks = (one) => Object.entries(one.checks).map(([name, found]) => `${safe(name)}: ${safe(found)}`).join(" · ");
    const row = (one) => `<tr>${cell(shown(one.t), false)}${cell(safe(visitKinds()[one.kind] ?? one.kind))}${cell(safe(one.place ?? ""))}${cell(checks(one))}${cell(safe(one.result ?? ""))}${cell(safe(one.officers.join(" ")))}</tr>`;
    return table(["clock", "category", "placeName", "checks", "result", "officer"], report.visits.map(row));
  },
  density(report) {
    const row = (one) => `<tr>${cell(`${one.lat.toFixed(5)}, ${one.lon.toFixed(5)}`, false)}${cell(one.incidents)}${cell(one.density.toFixed(1))}
      ${cell(one.minutes.toFixed(0))}${cell(thousandths(one.incident_share))}${cell(thousandths(one.presence_share))}</tr>`;
    const grid = (one) => `<tr>${cell(`${safe(one.name ?? one.id)} <small>${safe(one.name ? one.id : "")}</small>`, false)}${cell(one.incidents)}${cell(percent(one.incident_share))}${cell(percent(one.presence_share))}</tr>`;
    const more = report.cells.length + report.more_cells - shownCells;
    const option = (value, text, chosen) => `<option value="${safe(value)}" ${value === chosen ? "selected" : ""}>${safe(text)}</option>`;
    const names = [["", word("all")], ...kindsOfIncidents()];
    const choose = (id, options) => `<select id="${id}" aria-label="${word(id)}">${options}</select>`;
    const asked = `${choose("density-category", names.map(([value, text]) => option(value, text, density.category)).join(""))}
      ${choose("density-hours", ["", "6-12", "12-18", "18-24", "0-6"].map((value) => option(value, value || word("allHours"), density.hours)).join(""))}
      ${choose("density-weekdays", [["", "allDays"], ["1,2,3,4,5", "workdays"], ["6,7", "weekend"]].map(([value, key]) => option(value, word(key), density.weekdays)).join(""))}`;
    return `<p>${asked} ${word("densityBasis")} ${report.incidents}</p><button type="button" id="density-draw">${word("densityDraw")}</button>
      ${report.grids.length ? `<h3>${word("grids")}</h3>${table(["placeName", "incidents", "incidentShare", "presenceTimeShare"], report.grids.map(grid))}` : ""}
      <h3>${word("hotCells")}</h3>${table(["placeName", "incidents", "perKm2", "presentMinutes", "incidentShare", "presenceTimeShare"], report.cells.slice(0, shownCells).map(row))}
      ${more > 0 ? `<p>${word("more")} ${more}</p>` : ""}`;
  },
  placement(report) {
    const share = (minutes) => `${minutes} ${word("minutes")}: ${percent(report.shares[minutes]) ?? "–"}`;
    const rows = report.units.map((one, index) => `<tr>${cell(index + 1, false)}${cell(postName(one))}${cell(`+${percent(one.gain)}`)}${cell(percent(one.share))}</tr>`);
    return `<p>${word("placementBasis")} ${report.incidents} · ${["1", "3", "5"].map(share).join(" · ")}</p>
      ${table(["unit", "placeName", "gain", "within3"], rows)}`;
  },
  briefing,
  officers(report) {
    const made = (one) => Object.values(one.visits ?? {}).reduce((sum, count) => sum + count, 0);
    const visits = (one) => (one.visits === undefined ? null : one.visits_wanted === undefined || one.visits_wanted === null ? made(one) : `${made(one)}/${one.visits_wanted}`);
    const median = (list) => seconds([...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]);
    return table(["officer", "dutyHours", "signedHours", "shiftsMissed", "km", "ownGridMinutes", "posts", "laps", "windowsAssigned", "orders", "accepted", "arrivals", "medianResponse", "rollcall", "tasksDone", "overdue", "visitsMade", "found"],
      report.officers.map((one) => `<tr>${cell(`${safe(one.name ?? one.number)} <small>${safe(one.name ? one.number : "")}</small>`, false)}${cell(one.duty_hours)}${cell(one.signed_hours)}
        ${cell(`${one.shifts_missed}/${one.shifts}`)}${cell(one.km)}${cell(one.own_grid_minutes)}${cell(one.posts)}${cell(one.laps)}${cell(one.windows === undefined || one.windows === null ? null : `${one.windows_done}/${one.windows}`)}${cell(one.orders)}${cell(one.accepted)}${cell(one.arrived)}
        ${cell(median(one.response_s))}${cell(`${one.roll_calls_answered}/${one.roll_calls}`)}${cell(one.tasks_done)}${cell(one.tasks_overdue)}${cell(visits(one))}${cell(one.found)}</tr>`));
  },
  workload(report) {
    return table(["unit", "km", "accepted", "declined", "arrivals", "medianResponse", "rollcall"], [...report.units].sort((a, b) => inOrder(a.station, b.station) || inOrder(a.device, b.device)).map((one) =>
      `<tr>${cell(unitName(one), false)}${cell(one.km)}${cell(one.accepted)}${cell(one.declined)}${cell(one.arrived)}
      ${cell(seconds(one.median_s))}${cell(`${one.rollcalls_answered}/${one.rollcalls}`)}</tr>`));
  },
};

async function draw() {
  set($("report-days"), "hidden", $("report-period").value !== "days" && "");
  let period = "";
  try { period = span(); } catch (error) { turn += 1; $("report-body").textContent = ""; $("report-error").textContent = explain(error); return; }
  $("report-kinds").innerHTML = kinds.map((one) => `<button type="button" data-kind="${one}" class="${one === kind ? "chosen" : ""}">${word(one === "visits" ? "visitsReport" : one)}</button>`).join("");
  set($("report-csv"), "hidden", ["placement", "briefing"].includes(kind) && "");
  const chosen = kind === "density" ? Object.entries(density).filter(([, value]) => value).map(([key, value]) => `&${key}=${encodeURIComponent(value)}`).join("") : "";
  $("report-csv").href = `api/v1/reports/${kind}?format=csv&${period}${chosen}`;
  $("report-csv").textContent = "CSV";
  $("report-heat").textContent = word(heat ? "heatOff" : "heatOn");
  $("report-error").textContent = "";
  // Never one report under another's name while the room is at work.
  $("report-body").textContent = word("working");
  turn += 1;
  const [asked, own] = [kind, turn];
  try {
    // A proposal is of the coming hours, whatever time is looked back on.
    const path = { placement: "placement?units=6", briefing: `briefing?${period}`, density: `reports/density?${period}${chosen}` }[kind]
      ?? `reports/${kind}?${period}`;
    const report = await askReport(path, (share) => {
      if (own === turn) { $("report-body").textContent = `${word("working")} ${Math.round(share * 100)} %`; }
      return own === turn && $("report").open;
    });
    if (own !== turn || report === null) { return; }
    $("report-body").innerHTML = views[asked](report);
    if (asked === "presence") { for (const row of $("report-body").querySelectorAll("[data-place]")) { row.onclick = () => showEvidence(row, period); } }
    if (asked === "density") {
      $("density-draw").onclick = () => { showDensity(`${period}${chosen}`); };
      for (const key of Object.keys(density)) { $(`density-${key}`).onchange = (event) => { density[key] = event.target.value; draw(); }; }
    }
  } catch (error) {
    if (own !== turn) { return; }
    $("report-body").textContent = "";
    $("report-error").textContent = explain(error);
  }
}

/** Shows under a row of the presence report which units were there when. */
async function showEvidence(row, period) {
  const old = row.nextSibling?.classList?.contains("evidence") ? row.nextSibling : null;
  if (old) { old.remove(); return; }
  const made = document.createElement("tr");
  made.className = "evidence";
  const text = document.createElement("td");
  text.colSpan = row.children.length;
  made.append(text);
  row.after(made);
  text.textContent = word("working");
  try {
    const proof = await askReport(`reports/evidence?place=${encodeURIComponent(row.dataset.place)}&${period}`, () => made.isConnected);
    if (proof === null) { return; }
    const stays = proof.stays.map((one) => `${one.unit} ${shown(one.from)}–${shown(one.until)}`);
    const done = proof.done.map((one) => `${one.unit} ${shown(one.t)}`);
    const all = [...stays, ...done];
    text.textContent = all.length === 0 ? word("nothing") : `${all.slice(0, shownCells).join(" · ")}${all.length > shownCells ? ` · ${word("more")} ${all.length - shownCells}` : ""}`;
  } catch (error) { text.textContent = explain(error); }
}

/** Shows where incidents lie densely: all cells, of which the table has the first. */
async function showDensity(query) {
  try {
    const cells = await askReport(`reports/density?format=geojson&${query}`, () => $("report").open);
    if (cells === null) { return; }
    for (const one of cells.features) { one.properties.count = one.properties.density; }
    heat = cells;
    const total = cells.features.reduce((sum, one) => sum + one.properties.incidents, 0);
    const period = periodName();
    drawHeat(heat, () => `${word("density")} · ${period()} · ${word("incidents")} ${total}`, () => { heat = null; });
    $("report").close();
  } catch (error) { $("report-error").textContent = explain(error); }
}

/** Opens the reports; what each officer did is for a chief. */
export function openReports(role) {
  const isChief = role === "chief" || role === "admin";
  kinds = ["presence", "response", "trend", "density", ...(role === "viewer" ? [] : ["placement", "workload", "sectors", "visits"]), ...(isChief ? ["officers", "briefing"] : [])];
  if (!kinds.includes(kind)) { kind = "presence"; }
  const chosen = $("report-period").value || "24";
  $("report-period").innerHTML = periods.filter(([, hours]) => isChief || hours <= recent).map(([key, hours]) => `<option value="${hours}" ${String(hours) === chosen ? "selected" : ""}>${word(key)}</option>`).join("");
  if (isChief) { $("report-period").append(new Option(word("days"), "days", false, chosen === "days")); }
  if (!$("report").open) { $("report").showModal(); }
  draw();
}

/** Connects the reports with the page. */
export function setUpReports(view) {
  page = view.page;
  $("report-period").onchange = draw;
  for (const id of ["report-from", "report-until"]) { $(id).onchange = draw; }
  $("report-kinds").onclick = (event) => {
    if (!event.target.dataset.kind) { return; }
    kind = event.target.dataset.kind;
    draw();
  };
  $("report-heat").onclick = async () => {
    try {
      heat = heat ? null : await ask("GET", `reports/heatmap?metres=100&${span()}`);
      const counts = heat?.features.map((one) => one.properties.count) ?? [];
      const period = periodName();
      drawHeat(heat, () => `${word("heatPositions")} · ${period()} · ${counts.reduce((sum, one) => sum + one, 0)} · ${word("heatCell")} 100 m, ≤ ${counts.reduce((high, one) => Math.max(high, one), 0)}`, () => { heat = null; });
      $("report").close();
    } catch (error) { $("report-error").textContent = explain(error); }
  };
}
