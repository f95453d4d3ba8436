// What the chief's page shows: presence, response, incidents, tasks and estimates, each with its plot.
import { ask, askReport } from "../shared/live.js";
import { bars, lines, matrix } from "./charts.js";
import { localDay, shown as when } from "../shared/zone.js";
import { spanOf, spanBefore } from "./days.js";
import { query, percent, seconds, fact, cell, proposal, withBar, sheet, hours, change } from "../shared/tables.js";
import { safe } from "../shared/lists.js";
import { kindOf, word } from "../shared/words.js";

const day = 86400000;

/** How fast help came to each of several: the most first, weekdays as they come. */
function grouped(title, head, groups, name = String) {
  const rows = Object.entries(groups ?? {});
  if (rows.length === 0) { return ""; }
  if (head !== "weekday") { rows.sort((a, b) => b[1].counted - a[1].counted); }
  const most = Math.max(...rows.map(([, one]) => one.counted));
  return `<h2>${word(title)}</h2><div data-groups="${title}">${sheet([head, "incidents", "reached", "medianResponse", "p90Response", "within1", "within3", "within5"], rows.map(([key, one]) =>
    `<tr><td>${safe(name(key))}</td>${withBar(one.counted, most)}${cell(one.reached)}${cell(seconds(one.median_s))}${cell(seconds(one.p90_s))}${["1", "3", "5"].map((n) => cell(percent(one.within[n]))).join("")}</tr>`))}</div>`;
}

/** Each view of what the room knows of a time: `at` is what the address asks for, `room` the page and the role, `isAwaited` whether somebody still waits. */
export const views = {
  async matrix(at, room, isAwaited) {
    const report = await askReport(`reports/matrix?${query(spanOf(at))}`, isAwaited);
    const rows = report.grids.map((grid) => ({ id: grid.id, name: grid.name || grid.id, values: grid.shares }));
    // The grid with the least presence comes first.
    const mean = (row) => { const known = row.values.filter((one) => one !== null); return known.reduce((sum, one) => sum + one, 0) / Math.max(1, known.length); };
    return `<p>${word("matrixHint")}</p>${matrix({ title: word("presenceByHour"), columns: hours, rows: rows.sort((a, b) => mean(a) - mean(b)) })}`;
  },
  async response(at, room, isAwaited) {
    const own = spanOf(at);
    const path = (span) => `reports/response?${query(span)}`;
    const report = await askReport(path(own), isAwaited);
    const before = at.compare === "none" ? null : await askReport(path(spanBefore(at)), isAwaited).catch(() => null);
    const chosen = at.category ? report.by_category[at.category] ?? { counted: 0, reached: 0, within: {} } : report;
    const held = before && (at.category ? before.by_category[at.category] : before);
    const days = Object.keys(report.by_day).sort();
    const steps = ["assigned", "accepted", "departed", "arrived", "cleared"].filter((key) => report.steps[key]);
    return `<div class="facts">${fact("incidents", chosen.counted, held ? `${word("periodBefore")} ${held.counted} ${change(chosen.counted, held.counted)}` : "")}
      ${at.category ? "" : fact("foundShare", percent(report.found_share), `${word("found")} ${report.found}`)}
      ${fact("reached", chosen.reached)}${fact("medianResponse", seconds(chosen.median_s), held ? `${word("periodBefore")} ${seconds(held.median_s)} ${change(chosen.median_s, held.median_s)}` : "")}
      ${fact("p90Response", seconds(chosen.p90_s))}${["1", "3", "5"].map((n) => fact(`within${n}`, percent(chosen.within[n]), held ? percent(held.within[n]) : "")).join("")}</div>
      ${days.length > 0 && !at.category ? lines({ title: word("responseByDay"), names: days.map((one) => one.slice(5)), format: (value) => seconds(value), unit: 30, mark: { value: room.page.target_s ?? 155, name: `≤ ${seconds(room.page.target_s ?? 155)}` },
        series: [{ name: word("medianResponse"), values: days.map((one) => report.by_day[one].median_s ?? null) }, { name: word("p90Response"), values: days.map((one) => report.by_day[one].p90_s ?? null) }] }) : ""}
      ${at.category ? `<p>${word("ofAllCategories")}</p>` : ""}
      ${bars({ title: word("responseByHour"), names: hours, values: hours.map((hour) => report.by_hour[hour]?.median_s ?? 0), before: before && hours.map((hour) => before.by_hour[hour]?.median_s ?? 0), format: (value) => seconds(value), unit: 30, keys: before ? [word("count"), word(at.compare === "before" ? "periodBefore" : "yearBefore")] : [] })}
      <h2>${word("stepsTook")}</h2>${sheet(["state", "count", "medianResponse", "p90Response"], steps.map((key) => `<tr><td>${word(`step ${key}`)}</td>${cell(report.steps[key].count)}${cell(seconds(report.steps[key].median_s))}${cell(seconds(report.steps[key].p90_s))}</tr>`))}
      ${grouped("byCategory", "category", report.by_category, kindOf)}${grouped("byGroup", "category", report.by_group, kindOf)}
      ${grouped("units", "unit", report.by_unit)}${grouped("grids", "placeName", report.by_grid)}${grouped("byWeekday", "weekday", report.by_weekday, (name) => word(`day ${name}`))}${grouped("officers", "officer", report.by_officer)}`;
  },
  async trend(at, room, isAwaited) {
    const report = await askReport(`reports/trend?${query(spanOf(at))}`, isAwaited);
    const all = Object.entries(report.by_category).sort((a, b) => b[1].count - a[1].count);
    const shown = at.category ? all.filter(([name]) => name === at.category) : all;
    const other = at.compare === "year" ? "year_before" : "before";
    const called = (name) => (name === "all" ? word("all") : kindOf(name));
    const most = Math.max(1, ...report.by_hour_and_weekday.flat());
    const row = ([name, one]) => `<tr><td>${safe(called(name))}</td>${cell(one.count)}${cell(one.before)}${cell(one.change_percent === undefined || one.change_percent === null ? null : `${one.change_percent > 0 ? "+" : ""}${one.change_percent} %${one.noise ? ` <small>${word("noise")}</small>` : ""}`)}
      ${cell(one.year_before)}${cell(one.year_change_percent === undefined || one.year_change_percent === null ? null : `${one.year_change_percent > 0 ? "+" : ""}${one.year_change_percent} %${one.year_noise ? ` <small>${word("noise")}</small>` : ""}`)}</tr>`;
    const placement = room.role === "viewer" ? null : await ask("GET", "placement?units=6").catch(() => null);
    return `${shown.length > 0 ? bars({ title: word("byCategory"), names: shown.map(([name]) => called(name)), values: shown.map(([, one]) => one.count), before: at.compare === "none" ? null : shown.map(([, one]) => one[other] ?? 0),
      keys: at.compare === "none" ? [] : [word("count"), word(at.compare === "year" ? "yearBefore" : "periodBefore")] }) : ""}
      ${matrix({ title: word("byHour"), columns: hours, rows: report.by_hour_and_weekday.map((counts, index) => ({ name: word(`day ${index + 1}`), values: counts.map((count) => count / most) })), isCount: true, format: (share) => (share > 0 ? String(Math.round(share * most)) : "") })}
      ${sheet(["category", "count", "periodBefore", "change", "yearBefore", "change"], [["all", report.all], ...shown].map(row))}
      ${proposal(placement)}`;
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
    // What was answered in time and waits to be closed is nobody's fault; the room knows which.
    found.sort((a, b) => b.overdue - a.overdue || a.due - b.due);
    return `<div class="facts">${fact("tasks", found.length)}${fact("overdue", found.filter((one) => one.overdue).length)}</div>
      ${sheet(["taskTextShort", "owner", "state", "due"], found.map((one) => `<tr><td>${word(`task ${one.kind}`)} · ${safe(one.text)}</td>${cell(safe(one.owner))}${cell(word(`task ${one.state}`))}${cell(when(one.due), one.overdue ? "poor" : "")}</tr>`))}`;
  },
  async estimates(at, room, isAwaited) {
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
