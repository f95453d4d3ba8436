// What a replay's answer says: where each unit was at a moment, where it stood, how fast it went.
const pi = Math.PI;
const metresInDegree = 111320;
/** Who stays within so many metres for so long, ms, stands. */
const standing = 40;
const stopTime = 180000;

/** Numbers that were written as what they differ by from the one before. */
function sums(list, scale, begin = 0) {
  const made = new Float64Array(list.length);
  let sum = 0;
  for (let i = 0; i < list.length; i += 1) { sum += list[i]; made[i] = begin + sum * scale; }
  return made;
}

/** A unit of the answer with its numbers unpacked. */
export function unpack(one, from) {
  const lost = new Uint8Array(one.t.length);
  for (const i of sums(one.lost, 1)) { lost[i] = 1; }
  const status = Array(one.t.length);
  one.st.forEach((change, index) => status.fill(change.st, change.i, one.st[index + 1]?.i ?? one.t.length));
  return { id: `${one.station}/${one.device}`, station: one.station, device: one.device, unit: one.unit, events: one.events, positions: one.positions, disordered: one.disordered,
    t: sums(one.t, 100, from), lat: sums(one.lat, 1e-5), lon: sums(one.lon, 1e-5), lost, status };
}

/** The last point of a unit at or before a moment; -1 for none. */
function pointAt(unit, at) {
  let [low, high] = [0, unit.t.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (unit.t[middle] <= at) { low = middle + 1; } else { high = middle; }
  }
  return low - 1;
}

/** Metres from one point to another, north and east. */
function way(unit, i, j) {
  const north = (unit.lat[j] - unit.lat[i]) * metresInDegree;
  const east = (unit.lon[j] - unit.lon[i]) * metresInDegree * Math.cos(unit.lat[i] * pi / 180);
  return [north, east];
}

/** Over a shorter time, ms, a speed is made of what places are rounded by. */
const shortest = 1000;

/** m/s between a point and the next one that is far enough from it in time; 0 where there is none. */
function speedAfter(unit, i) {
  let j = i + 1;
  while (j + 1 < unit.t.length && unit.t[j] - unit.t[i] < shortest && !unit.lost[j]) { j += 1; }
  const seconds = (unit.t[j] - unit.t[i]) / 1000;
  return seconds * 1000 < shortest ? 0 : Math.hypot(...way(unit, i, j)) / seconds;
}

/** Where a unit was and what it did at a moment; `null` before it was first heard of. */
export function stateAt(unit, at, silence) {
  const i = pointAt(unit, at);
  if (i < 0) { return null; }
  const known = { lat: unit.lat[i], lon: unit.lon[i], status: unit.status[i], speed: 0, course: undefined, age: at - unit.t[i], isLost: false };
  if (i + 1 >= unit.t.length || unit.lost[i]) { return { ...known, isLost: known.age > silence }; }
  const share = (at - unit.t[i]) / (unit.t[i + 1] - unit.t[i]);
  const [north, east] = way(unit, i, i + 1);
  return { ...known, age: 0, lat: unit.lat[i] + (unit.lat[i + 1] - unit.lat[i]) * share, lon: unit.lon[i] + (unit.lon[i + 1] - unit.lon[i]) * share,
    speed: speedAfter(unit, i), course: (Math.atan2(east, north) * 180 / pi + 360) % 360 };
}

/** The points of a unit's way in a time, each latitude and longitude, in stretches of which anything is known. */
export function wayIn(unit, from, to) {
  const stretches = [[]];
  for (let i = Math.max(0, pointAt(unit, from)); i < unit.t.length && unit.t[i] <= to; i += 1) {
    stretches[stretches.length - 1].push([unit.lat[i], unit.lon[i]]);
    if (unit.lost[i]) { stretches.push([]); }
  }
  return stretches.filter((one) => one.length > 1);
}

/** Where a unit stood for a while: from, to, place. */
export function stops(unit) {
  const found = [];
  for (let i = 0; i < unit.t.length;) {
    let j = i;
    while (j + 1 < unit.t.length && !unit.lost[j] && Math.hypot(...way(unit, i, j + 1)) < standing) { j += 1; }
    if (unit.t[j] - unit.t[i] >= stopTime) { found.push({ from: unit.t[i], to: unit.t[j], lat: unit.lat[i], lon: unit.lon[i] }); i = j + 1; } else { i += 1; }
  }
  return found;
}

/** How fast a unit went, in so many equal parts of a time, m/s: the greatest of each; `null` where nothing is known. */
export function speeds(unit, from, to, parts) {
  const list = Array(parts).fill(null);
  const width = (to - from) / parts;
  for (let i = 0; i + 1 < unit.t.length; i += 1) {
    if (unit.lost[i] || unit.t[i + 1] < from || unit.t[i] > to) { continue; }
    const speed = speedAfter(unit, i);
    const last = Math.min(parts - 1, Math.floor((unit.t[i + 1] - from) / width));
    for (let k = Math.max(0, Math.floor((unit.t[i] - from) / width)); k <= last; k += 1) { list[k] = Math.max(list[k] ?? 0, speed); }
  }
  return list;
}

const course = ["received", "assigned", "accepted", "enroute", "scene"];

/** What an incident was at a moment, by the unit that was furthest: `null` before it was received and after its end. */
export function incidentAt(incident, at) {
  if (incident.received > at) { return null; }
  const reached = new Map();
  let isOver = false;
  for (const { t, what, text } of incident.steps) {
    if (t > at) { break; }
    if (what === "close" || what === "cancel") { isOver = true; }
    if (what === "reopen") { reached.clear(); isOver = false; }
    const step = course.indexOf(what === "assign" ? "assigned" : what);
    // A unit that was called back, cannot come or is done is on its way no more.
    if (step > 0) { reached.set(text, Math.max(step, reached.get(text) ?? 0)); } else if (["recall", "declined", "cleared"].includes(what)) { reached.delete(text); }
  }
  return isOver ? null : course[Math.max(0, ...reached.values())];
}
