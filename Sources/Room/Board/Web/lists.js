// The lists of incidents and units, drawn out of the live state.
import { state, now, isOver } from "./live.js";
import { element, keep, keepInSight, set, write } from "./keyed.js";
import { word, language } from "./words.js";

/** Text that came from outside, made harmless. */
export function safe(text) {
  return String(text ?? "").replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);
}

export function clock(time) { return new Date(time).toLocaleTimeString(language(), { hour12: false }); }

export function span(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** A number without decimals; a dash when there is none. */
export function whole(value) { return Number.isFinite(value) ? String(Math.round(value)) : "–"; }

/** How long ago a position was measured. */
export function age(seen) {
  const seconds = (now() - seen) / 1000;
  if (seconds > 180) { return `${word("silent")} ${Math.floor(seconds / 60)} ${word("minutes")}`; }
  return `${Math.max(0, Math.round(seconds))} s`;
}

/** Why a unit is marked, in words; empty when nothing is wrong with it. */
export function troubles(unit) {
  if (unit.online && !unit.trouble && !unit.clock) { return ""; }
  const codes = new Set(unit.online === false ? ["offline"] : []);
  for (const code of unit.trouble ?? []) { codes.add(code); }
  if (unit.clock === "wrong") { codes.add("clock_wrong"); }
  return [...codes].map(word).join(" · ");
}

/** The call sign of a device; the device's own name while nothing was heard of it. */
export function callSign(station, device) {
  const found = station ? state.units.get(`${station}/${device}`)
    : [...state.units.values()].find((unit) => unit.device === device);
  return found?.unit || device || "";
}

/** Where an incident is in words; for a call for help, who calls comes first. */
function placeOf(incident) {
  const who = incident.sos ? `${word("unit")} ${incident.sos.unit}` : null;
  return [who, incident.placeless ? word("placeless") : incident.place].filter(Boolean).join(" · ");
}

/** What an incident is called in one line. */
export function nameOf(incident) { return `${word(incident.category ?? "other")} ${placeOf(incident)}`.trim(); }

/** How long a scene was or is waited for, minutes and seconds. */
function running(incident) {
  if (incident.first_arrival) { return span(incident.first_arrival - incident.received); }
  return isOver(incident) ? "" : span(now() - incident.received);
}

/** Distress first, then who waits unhelped at priority 1, the longest first; then what is open, what is over. */
function incidentOrder() {
  const isUnhelped = (one) => one.priority === 1 && one.state === "received";
  const rank = (one) => {
    if (isOver(one)) { return one.isOld ? 4 : 3; }
    if (one.category === "sos") { return 0; }
    return isUnhelped(one) ? 1 : 2;
  };
  return [...state.incidents.values()].map((one) => ({ one, rank: rank(one) }))
    .sort((a, b) => a.rank - b.rank || (a.rank < 2 ? a.one.received - b.one.received : b.one.received - a.one.received))
    .map(({ one }) => one);
}

function makeCard(incident) {
  const parts = { kind: element("span"), place: element("span"), time: element("span", { class: "right number" }),
    line: element("p"), note: element("p"), units: element("div") };
  const card = element("div", { tabindex: 0, "data-incident": incident.id },
    element("h3", {}, parts.kind, parts.place, parts.time), parts.line, parts.note, parts.units);
  return Object.assign(card, { parts });
}

function makeCardUnit() {
  const parts = { line: element("div", { class: "units" }), seconds: element("span", { class: "countdown" }),
    rest: element("span"), share: element("i"), way: element("div", { class: "units number" }) };
  parts.way.append(parts.seconds, " ", parts.rest, element("div", { class: "bar" }, parts.share));
  return Object.assign(element("div", {}, parts.line, parts.way), { parts });
}

function updateCardUnit({ parts }, { incident, unit }) {
  const arrived = unit.arrived ? ` ${span(unit.arrived - incident.received)}` : "";
  write(parts.line, `${unit.unit} · ${word(unit.state)}${arrived}`);
  const way = state.responses.find((one) => one.incident === incident.id && one.device === unit.device
    && one.station === unit.station);
  set(parts.way, "hidden", !way && "");
  if (!way) { return; }
  write(parts.seconds, `${whole(way.seconds)} ${word("seconds")}`);
  write(parts.rest, `${word("left")} (${whole(way.p10)}–${whole(way.p90)})`);
  const share = 1 - way.seconds / Math.max(way.estimated ?? way.seconds, 1);
  set(parts.share, "style", `width:${Math.round(Math.min(1, Math.max(0, share)) * 100)}%`);
}

/** Writes the cards of all incidents into a list. */
export function drawIncidentCards(list, chosen) {
  const all = incidentOrder();
  keep(list, all, {
    key: (one) => one.id,
    make: makeCard,
    update(card, incident) {
      const { parts } = card;
      set(card, "class", `card state-${incident.state}${incident.id === chosen ? " chosen" : ""}${incident.category === "sos" ? " sos" : ""}`);
      set(card, "aria-current", incident.id === chosen && "true");
      write(parts.kind, word(incident.category ?? "other"));
      write(parts.place, placeOf(incident));
      write(parts.time, running(incident));
      const result = incident.result ? ` · ${word(incident.result)}` : "";
      write(parts.line, `P${incident.priority} · ${word(incident.state)}${result} · ${clock(incident.received)}`);
      write(parts.note, incident.note ?? "");
      set(parts.note, "hidden", !incident.note && "");
      keep(parts.units, incident.units.filter((unit) => unit.state !== "cancelled").map((unit) => ({ incident, unit })), {
        key: ({ unit }) => `${unit.station}/${unit.device}/${unit.assigned}`, make: makeCardUnit, update: updateCardUnit,
      });
    },
  });
  return all.length;
}

const collator = new Intl.Collator();
const statusOrder = { enroute: 0, scene: 1, patrol: 2, busy: 3, break: 4, off: 5 };
let unitOrder = { number: -1, ids: [] };

/** All units, who is on the way first; sorted anew only when somebody's state or name is another. */
function allUnits() {
  if (unitOrder.number !== state.unitOrder || unitOrder.ids.length !== state.units.size) {
    const ids = [...state.units.values()]
      .sort((a, b) => (statusOrder[a.status] ?? 6) - (statusOrder[b.status] ?? 6) || collator.compare(a.unit, b.unit)
        || collator.compare(a.id, b.id))
      .map((unit) => unit.id);
    unitOrder = { number: state.unitOrder, ids };
  }
  return unitOrder.ids.map((id) => state.units.get(id));
}

/** The cells of a row of a unit: made once, found by name. */
export function makeUnitRow(id, ...more) {
  const parts = { dot: element("span"), name: element("span", { class: "name" }) };
  const row = element("div", { tabindex: 0, role: "listitem", "data-unit": id },
    element("span", { class: "who" }, parts.dot, parts.name), ...more);
  return Object.assign(row, { parts });
}

/** Writes the rows of all units, or of those whose name holds `filter`, into a list. */
export function drawUnitRows(list, scroller, filter, chosen) {
  const units = allUnits()
    .filter((unit) => !filter || unit.unit.toLowerCase().includes(filter) || unit.device.includes(filter));
  keepInSight(list, scroller, units, {
    key: (unit) => unit.id,
    make(unit) {
      const [status, seen] = [element("span"), element("span", { class: "n number" })];
      const row = makeUnitRow(unit.id, status, seen);
      Object.assign(row.parts, { status, seen });
      return row;
    },
    update(row, unit) {
      const wrong = troubles(unit);
      set(row, "class", `row unit${unit.online ? "" : " stale"}${wrong ? " troubled" : ""}${unit.id === chosen ? " chosen" : ""}`);
      set(row.parts.dot, "class", `dot ${unit.online ? unit.status ?? "unknown" : "gone"}`);
      write(row.parts.name, unit.unit);
      write(row.parts.status, `${word(unit.status ?? "unknown")}${wrong ? ` ⚠ ${wrong}` : ""}`);
      write(row.parts.seen, unit.seen ? age(unit.seen) : "–");
    },
  });
  return units.length;
}

function makeAlarm(alarm) {
  const parts = { text: element("span"), take: element("button", { class: "desk", "data-alarm": alarm.alarm, "data-of": alarm.incident }) };
  return Object.assign(element("span", {}, parts.text, " ", parts.take), { parts });
}

/** Writes the alarms into a list; those of distress that nobody has taken stand in their own strip. */
export function drawAlarmLine(list, canAct) {
  const alarms = state.alarms.filter((alarm) => alarm.kind !== "sos" || alarm.taken);
  keep(list, alarms, {
    key: (alarm) => `${alarm.incident} ${alarm.alarm}`,
    make: makeAlarm,
    update(row, alarm) {
      const incident = state.incidents.get(alarm.incident);
      const who = alarm.device && alarm.kind !== "sos" ? ` ${callSign(alarm.station, alarm.device)}` : "";
      const what = alarm.text ? `: ${alarm.text}` : "";
      const where = incident ? nameOf(incident) : alarm.incident;
      set(row, "class", `alarm${alarm.taken ? " taken" : ""}`);
      write(row.parts.text, `▲ ${alarm.kind === "sos" ? "SOS" : word(alarm.kind)}${who}${what} · ${where}${alarm.taken ? ` · ${alarm.taken}` : ""}`);
      write(row.parts.take, word("takeAlarm"));
      set(row.parts.take, "hidden", (alarm.taken || !canAct) && "");
    },
  });
  set(list, "hidden", alarms.length === 0 && "");
}
