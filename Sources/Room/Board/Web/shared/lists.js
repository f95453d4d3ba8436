// The lists of incidents and units, drawn out of the live state.
import { state, now, isOver } from "./live.js";
import { element, keep, keepInSight, set, write } from "./keyed.js";
import { numberOf } from "./commands.js";
import { stateOf, target } from "./today.js";
import { kindOf, word } from "./words.js";
import { clock } from "./zone.js";

/** Text that came from outside, made harmless. */
export function safe(text) {
  return String(text ?? "").replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);
}

export function span(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

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
export function placeOf(incident) {
  const who = incident.sos ? `${word("unit")} ${incident.sos.unit}` : null;
  return [who, incident.placeless ? word("placeless") : incident.place].filter(Boolean).join(" · ");
}

/** What an incident is called in one line. */
export function nameOf(incident) { return `${kindOf(incident.category)} ${placeOf(incident)}`.trim(); }

/** How long a scene was or is waited for, minutes and seconds. */
function running(incident) {
  if (incident.first_arrival) { return span(incident.first_arrival - incident.received); }
  return isOver(incident) ? "" : span(now() - incident.received);
}

/** The queues of the list: who waits for somebody, what is under way, what waits for its report, and what is over. */
const queues = ["queueWaiting", "queueUnderWay", "queueReport", "queueClosed"];

function queueOf(incident) {
  if (isOver(incident)) { return 3; }
  if (incident.state === "received") { return 0; }
  return incident.state === "awaiting" ? 2 : 1;
}

/** By queue; in each distress first, then by priority, then who waits longest. What is over has the newest first. */
function incidentOrder() {
  const distress = (one) => (one.category === "sos" ? 0 : 1);
  const order = (a, b) => a.queue - b.queue
    || (a.queue === 3 ? (a.one.isOld ? 1 : 0) - (b.one.isOld ? 1 : 0) || b.one.received - a.one.received
      : distress(a.one) - distress(b.one) || a.one.priority - b.one.priority || a.one.received - b.one.received);
  return [...state.incidents.values()].map((one) => ({ one, queue: queueOf(one) })).sort(order);
}

/** The rows of the list: of each queue that has some its head, then its incidents. */
function queueRows() {
  const rows = [];
  const counts = [0, 0, 0, 0];
  for (const item of incidentOrder()) {
    if (counts[item.queue] === 0) { rows.push({ queue: item.queue, count: () => counts[item.queue] }); }
    counts[item.queue] += 1;
    rows.push(item);
  }
  return rows;
}

function makeQueueHead() {
  return element("h3", { class: "queue" }, element("span"), element("b", { class: "number" }));
}

function makeCard(incident) {
  const parts = { kind: element("span"), place: element("span"), time: element("span", { class: "right number" }),
    line: element("p"), note: element("p", { class: "note" }), units: element("div"), more: element("div", { class: "more" }) };
  const card = element("div", { tabindex: 0, "data-incident": incident.id },
    element("h3", {}, parts.kind, parts.place, parts.time), parts.line, parts.note, parts.units, parts.more);
  return Object.assign(card, { parts });
}

function makeCardUnit() {
  const parts = { line: element("div", { class: "units" }), seconds: element("span", { class: "countdown" }),
    rest: element("span"), interval: element("span", { class: "interval" }), share: element("i"), way: element("div", { class: "units number way" }) };
  parts.way.append(parts.seconds, " ", parts.rest, parts.interval, element("div", { class: "bar" }, parts.share));
  return Object.assign(element("div", {}, parts.line, parts.way), { parts });
}

/** The road that each responding unit still has to drive, by incident and unit. */
let ways = { of: null, by: new Map() };
function wayOf(incident, unit) {
  if (ways.of !== state.responses) {
    ways = { of: state.responses, by: new Map(state.responses.map((one) => [`${one.incident} ${one.station}/${one.device}`, one])) };
  }
  return ways.by.get(`${incident.id} ${unit.station}/${unit.device}`);
}

/** The time that a unit still has to drive to a scene, with its interval; `null` for one that is not on its way there. */
export function timeToGo(incident, unit) {
  const way = wayOf(incident, unit);
  return way ? `${span(way.seconds * 1000)} (${span(way.p10 * 1000)}–${span(way.p90 * 1000)})` : null;
}

function updateCardUnit({ parts }, { incident, unit }) {
  const arrived = unit.arrived ? ` ${span(unit.arrived - incident.received)}` : "";
  write(parts.line, `${unit.unit} · ${word(unit.state)}${arrived}`);
  const way = wayOf(incident, unit);
  set(parts.way, "hidden", !way && "");
  if (!way) { return; }
  write(parts.seconds, span(way.seconds * 1000));
  write(parts.rest, word("left"));
  write(parts.interval, ` (${span(way.p10 * 1000)}–${span(way.p90 * 1000)})`);
  const share = 1 - way.seconds / Math.max(way.estimated ?? way.seconds, 1);
  set(parts.share, "style", `width:${Math.round(Math.min(1, Math.max(0, share)) * 100)}%`);
}

/** A card has lines for so many units: one that is longer than the list hides all others. Each can be recalled beside the map. */
const mostOnCard = 5;
/** The units of an incident: first those on the way, then those on scene, then those that are done. Within each group they keep the order of dispatch. */
function onCard(incident) {
  const rank = (unit) => (unit.cleared || unit.ended ? 2 : unit.arrived ? 1 : 0);
  return incident.units.filter((unit) => unit.state !== "cancelled").sort((a, b) => rank(a) - rank(b));
}

/** Writes the cards of all incidents into a list. */
export function drawIncidentCards(list, chosen) {
  const rows = queueRows();
  keep(list, rows, {
    key: (item) => (item.one ? item.one.id : `queue ${item.queue}`),
    make: (item) => (item.one ? makeCard(item.one) : makeQueueHead()),
    update(card, item) {
      if (!item.one) {
        write(card.children[0], word(queues[item.queue]));
        write(card.children[1], String(item.count()));
        return;
      }
      const { parts } = card;
      const incident = item.one;
      write(parts.time, running(incident));
      // Nobody is there yet, and the station's own target is past.
      set(parts.time, "class", `right number${!isOver(incident) && !incident.first_arrival && now() - incident.received > target() * 1000 ? " over" : ""}`);
      // Of fifty cards one is another than it was a moment ago, and at the end of a shift most incidents are over.
      const seen = `${incident.id === chosen} ${document.documentElement.lang}`;
      const isSame = card.drawn === incident && card.seen === seen;
      if (isSame && (isOver(incident) || card.ways === state.responses)) { return; }
      card.ways = state.responses;
      const units = onCard(incident);
      write(parts.more, units.length > mostOnCard ? `${word("moreOnCard")} ${units.length - mostOnCard}` : "");
      set(parts.more, "hidden", units.length <= mostOnCard && "");
      keep(parts.units, units.slice(0, mostOnCard).map((unit) => ({ incident, unit })), {
        key: ({ unit }) => `${unit.station}/${unit.device}/${unit.assigned}`, make: makeCardUnit, update: updateCardUnit,
      });
      if (isSame) { return; }
      Object.assign(card, { drawn: incident, seen });
      set(card, "class", `card state-${incident.state}${incident.id === chosen ? " chosen" : ""}${incident.category === "sos" ? " sos" : ""}`);
      set(card, "data-priority", incident.priority);
      set(card, "aria-current", incident.id === chosen && "true");
      write(parts.kind, `#${numberOf(incident)} ${kindOf(incident.category)}`);
      write(parts.place, placeOf(incident));
      const result = incident.result ? ` · ${word(incident.result)}` : "";
      write(parts.line, `${word(`priority ${incident.priority}`)} · ${word(incident.state)}${result} · ${clock(incident.received)}`);
      write(parts.note, incident.note ?? "");
      set(parts.note, "hidden", !incident.note && "");
    },
  });
  return rows.length;
}

const isNumber = (text) => text.charCodeAt(0) >= 48 && text.charCodeAt(0) <= 57;
const cut = new Map();
/** A name as numbers and what stands between them. */
function partsOf(text) {
  if (cut.size > 20000) { cut.clear(); }
  let parts = cut.get(text);
  if (!parts) { parts = text.match(/\d+|\D+/g) ?? []; cut.set(text, parts); }
  return parts;
}

/** Call signs in order, 2 before 10. `Intl.Collator` takes the browser longer to load than all else that a list needs. */
export function inOrder(a, b) {
  if (a === b) { return 0; }
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    if (left[i] === right[i]) { continue; }
    const step = isNumber(left[i]) && isNumber(right[i]) ? Number(left[i]) - Number(right[i]) : 0;
    return step || (left[i] < right[i] ? -1 : 1);
  }
  return left.length - right.length;
}

const statusOrder = { enroute: 0, scene: 1, patrol: 2, busy: 3, break: 4, off: 5 };
let unitOrder = { number: -1, ids: [] };

/** All units, who is on the way first; sorted anew only when somebody's state or name is another. */
function allUnits() {
  if (unitOrder.number !== state.unitOrder || unitOrder.ids.length !== state.units.size) {
    const ids = [...state.units.values()]
      .sort((a, b) => (statusOrder[a.status] ?? 6) - (statusOrder[b.status] ?? 6) || inOrder(a.unit, b.unit) || inOrder(a.id, b.id))
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

/** Writes the rows of all units, or of those whose name holds `filter` and that are in the state that is wanted, into a list. */
export function drawUnitRows(list, scroller, { filter, status: wanted }, chosen) {
  const units = allUnits()
    .filter((unit) => (!filter || unit.unit.toLowerCase().includes(filter) || unit.device.includes(filter))
      && (!wanted || stateOf(unit) === wanted));
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

/** The alarms by incident: the oldest first, taken ones last. Distress that nobody has taken stands in its own strip. */
function alarmGroups() {
  const groups = new Map();
  for (const alarm of state.alarms) {
    if (alarm.kind === "sos" && !alarm.taken) { continue; }
    const name = `${alarm.taken ? "taken" : "open"} ${alarm.incident}`;
    const group = groups.get(name) ?? { name, incident: alarm.incident, alarms: [], isTaken: Boolean(alarm.taken) };
    group.alarms.push(alarm);
    groups.set(name, group);
  }
  const since = (group) => Math.min(...group.alarms.map((alarm) => alarm.since ?? 0));
  return [...groups.values()].sort((a, b) => a.isTaken - b.isTaken || since(a) - since(b));
}

/** The alarms of one incident that nobody has taken, or of all incidents for `null`; distress is taken in its own strip alone. */
export function openAlarms(incident) {
  return state.alarms.filter((alarm) => !alarm.taken && alarm.kind !== "sos" && (incident === null || alarm.incident === incident));
}

function sayAlarm(alarm) {
  const who = alarm.device && alarm.kind !== "sos" ? ` ${callSign(alarm.station, alarm.device)}` : "";
  const what = alarm.text ? `: ${alarm.text}` : "";
  return `${alarm.kind === "sos" ? "SOS" : word(alarm.kind)}${who}${what}`;
}

function makeAlarm(group) {
  const parts = { text: element("button", { type: "button", class: "alarm-text", "data-incident": group.incident }),
    take: element("button", { type: "button", class: "desk", "data-take": group.incident }) };
  return Object.assign(element("span", {}, parts.text, " ", parts.take), { parts });
}

/** Writes the alarms into a list, a row for each incident: a press on it goes there. */
export function drawAlarmLine({ list, all, count }, canAct) {
  const groups = alarmGroups();
  keep(list, groups, {
    key: (group) => group.name,
    make: makeAlarm,
    update(row, group) {
      const incident = state.incidents.get(group.incident);
      const where = incident ? nameOf(incident) : group.incident;
      const taker = group.isTaken ? ` · ${[...new Set(group.alarms.map((alarm) => alarm.taken))].join(word("listComma"))}` : "";
      set(row, "class", `alarm${group.isTaken ? " taken" : ""}`);
      write(row.parts.text, `▲ ${[...new Set(group.alarms.map(sayAlarm))].join(" · ")} · ${where}${taker}`);
      write(row.parts.take, word("takeAlarm"));
      set(row.parts.take, "hidden", (group.isTaken || !canAct) && "");
    },
  });
  const open = groups.filter((group) => !group.isTaken).length;
  // On the wall nobody turns the list: how many there are is said beside it.
  write(count, `${word("alarms")} ${open}`);
  write(all, `${word("takeAll")} (${open})`);
  set(all, "hidden", (open < 2 || !canAct) && "");
  set(list.parentNode, "hidden", groups.length === 0 && "");
}
