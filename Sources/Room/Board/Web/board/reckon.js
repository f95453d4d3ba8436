// Where a unit is now: a device reports anew as soon as its last report, carried on by speed and course, is off by more than
// its drift. So carrying it on is what the reports mean, and no guess of the page.
const metresInDegree = 111320;
const pi = Math.PI;
/** A report is carried on so long, ms: by then another would have come. */
const carried = 15000;
/** From then on nobody hears of it, and where it may be grows with its speed; after so long, ms, it says no more. */
const grows = 60000;
/** Slower, m/s, a unit stands, and its course is noise. */
const slow = 1;
/** What the device may be off by before it reports, m. */
const drift = 10;

/** How far a unit is carried on along its course at a moment, `metres`, and how far off from there it may be, `reach`, m. */
export function carriedOn(unit, at) {
  const age = Math.max(0, at - unit.seen);
  const speed = unit.spd ?? 0;
  // What is older than the page carries on stands where it was last known to be.
  if (!unit.online || speed < slow || !Number.isFinite(unit.cog) || !Number.isFinite(age) || age > grows) { return { metres: 0, reach: 0 }; }
  return { metres: speed * Math.min(age, carried) / 1000, reach: drift + speed * Math.max(0, age - carried) / 1000 };
}

/** A unit's place at a moment, and how far off it may be, m: `lat`, `lon`, `metres`. */
export function placeNow(unit, at) {
  const { metres, reach } = carriedOn(unit, at);
  const turn = (unit.cog ?? 0) * pi / 180;
  return { lat: unit.lat + Math.cos(turn) * metres / metresInDegree, lon: unit.lon + Math.sin(turn) * metres / metresInDegree / Math.cos(unit.lat * pi / 180),
    metres: reach };
}

/** Whether a unit is drawn elsewhere from one moment to the next. */
export function isMoving(unit, at) {
  return Boolean(unit.online) && (unit.spd ?? 0) >= slow && Number.isFinite(unit.cog) && at - unit.seen <= grows;
}
