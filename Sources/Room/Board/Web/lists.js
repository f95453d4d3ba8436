// The lists at both sides, drawn out of the live state.
import { state, now } from "./live.js";
import { word, language } from "./words.js";

/** Text that came from outside, made harmless. */
export function safe(text) {
  return String(text ?? "").replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);
}

export function clock(time) { return new Date(time).toLocaleTimeString(language(), { hour12: false }); }

function span(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function countdown(way) {
  const total = Math.max(way.estimated ?? way.seconds, 1);
  const share = Math.min(1, Math.max(0, 1 - way.seconds / total));
  return `<div class="units number"><span class="countdown">${Math.round(way.seconds)} ${word("seconds")}</span>
    ${word("left")} (${Math.round(way.p10)}–${Math.round(way.p90)})<div class="bar"><i style="width:${share * 100}%"></i></div></div>`;
}

export function incidentCards(chosen) {
  const rank = (one) => (["cleared", "cancelled"].includes(one.state) ? 1 : 0);
  const list = [...state.incidents.values()].sort((a, b) => rank(a) - rank(b) || b.received - a.received).slice(0, 40);
  if (list.length === 0) { return `<p>${word("noIncidents")}</p>`; }
  return list.map((incident) => {
    const units = incident.units.filter((unit) => unit.state !== "cancelled").map((unit) => {
      const way = state.responses.find((one) => one.incident === incident.id && one.device === unit.device
        && one.station === unit.station);
      const arrived = unit.arrived ? ` ${span(unit.arrived - incident.received)}` : "";
      return `<div class="units">${safe(unit.unit)} · ${word(unit.state)}${arrived}</div>${way ? countdown(way) : ""}`;
    });
    const running = incident.first_arrival ? span(incident.first_arrival - incident.received)
      : rank(incident) ? "" : span(now() - incident.received);
    return `<div class="card state-${incident.state} ${incident.id === chosen ? "chosen" : ""}" tabindex="0" data-incident="${safe(incident.id)}">
      <h3><span>${safe(word(incident.category ?? "other"))}</span><span>${safe(incident.place ?? "")}</span>
      <span class="right number">${running}</span></h3>
      <p>P${incident.priority} · ${word(incident.state)} · <span class="number">${clock(incident.received)}</span></p>
      <p>${safe(incident.note ?? "")}</p>${units.join("")}</div>`;
  }).join("");
}

function age(seen) {
  const seconds = (now() - seen) / 1000;
  if (seconds > 180) { return `${word("silent")} ${Math.floor(seconds / 60)} ${word("minutes")}`; }
  return `${Math.max(0, Math.round(seconds))} s`;
}

export function unitRows(filter) {
  const order = { enroute: 0, scene: 1, patrol: 2, busy: 3, break: 4, off: 5 };
  const list = [...state.units.values()]
    .filter((unit) => !filter || unit.unit.toLowerCase().includes(filter) || unit.device.includes(filter))
    .sort((a, b) => (order[a.status] ?? 6) - (order[b.status] ?? 6) || a.unit.localeCompare(b.unit)).slice(0, 300);
  return `<table><thead><tr><th>${word("unit")}</th><th>${word("state")}</th><th class="n">${word("age")}</th></tr></thead><tbody>` +
    list.map((unit) => `<tr class="unit ${unit.online ? "" : "stale"}" data-unit="${safe(unit.id)}">
      <td><span class="dot ${unit.status ?? "unknown"}"></span>${safe(unit.unit)}</td>
      <td>${word(unit.status ?? "unknown")}</td><td class="n number">${unit.seen ? age(unit.seen) : "–"}</td></tr>`).join("") + "</tbody></table>";
}

export function candidateRows(candidates, incident, canAct) {
  const row = (one, index, isBelow) => `<tr class="unit ${isBelow ? "below" : ""}" data-unit="${safe(`${one.station}/${one.device}`)}">
    <td>${isBelow ? "" : `<b>${index + 1}</b> `}<span class="dot ${one.status ?? "unknown"}"></span>${safe(one.unit)}${one.tied ? ' <span class="tie">≈</span>' : ""}</td>
    <td class="n number">${one.seconds === null || one.seconds === undefined ? "–" : Math.round(one.seconds)}</td>
    <td class="n number">${one.p10 === null || one.p10 === undefined ? "" : `${Math.round(one.p10)}–${Math.round(one.p90)}`}</td>
    <td>${isBelow ? word(one.reason) : canAct ? `<button data-send="${safe(one.device)}" data-station="${safe(one.station)}">${word("send")}</button>` : ""}</td></tr>`;
  const free = candidates.units.slice(0, 40).map((one, index) => row(one, index, false)).join("");
  const below = candidates.below_line.slice(0, 40).map((one, index) => row(one, index, true)).join("");
  return `<table><thead><tr><th>${word("unit")}</th><th class="n">${word("seconds")}</th><th class="n">${word("interval")}</th><th></th></tr></thead>
    <tbody>${free}${below ? `<tr class="rule"><td colspan="4">${word("below")}</td></tr>${below}` : ""}</tbody></table>`;
}

export function incidentDetail(incident, canAct) {
  const isOver = ["cleared", "cancelled"].includes(incident.state);
  const units = incident.units.filter((unit) => !unit.cleared && !unit.ended).map((unit) =>
    `<button data-recall="${safe(unit.device)}" data-station="${safe(unit.station)}">${word("recall")} ${safe(unit.unit)}</button>`).join("");
  const actions = !canAct ? "" : isOver ? `<button data-act="reopen">${word("reopen")}</button><button data-act="follow">${word("follow")}</button>`
    : `${units}<button data-act="close">${word("close")}</button><button data-act="mediation">${word("mediation")}</button><button data-act="cancel">${word("cancel")}</button>`;
  const steps = incident.steps.slice(-12).map((step) =>
    `<div><span class="number">${clock(step.t)}</span><span>${word(step.what)} ${safe(step.text ?? "")}</span><span>${safe(step.by)}</span></div>`).join("");
  return `<div class="actions"><button data-act="back">${word("back")} (Esc)</button>${actions}</div><div class="steps">${steps}</div>`;
}

export function alarmLine() {
  return state.alarms.map((alarm) => {
    const incident = state.incidents.get(alarm.incident);
    const taken = alarm.taken ? ` · ${safe(alarm.taken)}` : ` <button class="desk" data-alarm="${safe(alarm.alarm)}" data-of="${safe(alarm.incident)}">${word("takeAlarm")}</button>`;
    return `<span class="alarm ${alarm.taken ? "taken" : ""}">▲ ${word(alarm.kind)} ${safe(alarm.device ?? "")} ${safe(incident?.place ?? alarm.incident)}${taken}</span>`;
  }).join("");
}

export function rollCallRows(call) {
  // Where the officer has to answer, the device's own answer is none.
  const answered = (unit) => unit.officer_answered ?? (call.officer ? null : unit.device_answered);
  const words = { late: word("lateCall"), silent: word("silentCall") };
  return `<p class="number">${clock(call.started)} · ${safe(call.by)} · ${Object.entries(call.counts).map(([key, n]) => `${words[key] ?? word(key)} ${n}`).join(" · ")}</p>
    <table><tbody>${call.units.map((unit) => `<tr class="unit" data-unit="${safe(`${unit.station}/${unit.device}`)}"><td>${safe(unit.unit)}</td>
    <td class="${unit.result}">${words[unit.result] ?? word(unit.result)}</td><td class="n number">${answered(unit) ? `${((answered(unit) - call.started) / 1000).toFixed(1)} s` : ""}</td></tr>`).join("")}</tbody></table>`;
}
