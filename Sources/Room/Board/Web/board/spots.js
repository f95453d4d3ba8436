// Where units lie on the map at this moment. Thousands of them move in each picture: what a report says is projected once.
import { state } from "../shared/live.js";
import { map, onMap } from "../map/base.js";
import { carriedOn } from "./reckon.js";

const pi = Math.PI;
/** Metres around the equator: the world of zoom 0 is 256 px wide. */
const equator = 40075017;
/** From further away than this units within so many px of one another are a number. */
const heapZoom = 12.5;
const heapReach = 26;
/** A unit so far outside the map, px, may still reach into it with its name. */
const margin = 40;
/** Nobody sees a unit move by less, px. */
export const seenStep = 0.5;

/** By report: where it was on the world of zoom 0, px, how many of them a metre is, and which way is ahead. */
const reports = new WeakMap();

/** The same of a unit's newest report. */
export function reportOf(unit) {
  let known = reports.get(unit);
  if (!known) {
    const { x, y } = map.project(onMap(unit.lat, unit.lon), 0);
    const turn = (unit.cog ?? 0) * pi / 180;
    known = { x, y, perMetre: 256 / (equator * Math.cos(unit.lat * pi / 180)), ahead: [Math.sin(turn), -Math.cos(turn)] };
    reports.set(unit, known);
  }
  return known;
}

/** How the map lies now: px of the world of zoom 0, and its corner at the container's. */
export function viewNow() {
  const { x, y } = map.getPixelBounds().min;
  return { scale: 2 ** map.getZoom(), left: x, top: y };
}

/** Where a unit is in a view, carried on from its last report, px: `x`, `y`, and how far off it may be, `reach`. */
function spotOf(unit, at, view) {
  const report = reportOf(unit);
  const { metres, reach } = carriedOn(unit, at);
  const far = metres * report.perMetre;
  return { x: (report.x + report.ahead[0] * far) * view.scale - view.left, y: (report.y + report.ahead[1] * far) * view.scale - view.top,
    reach: reach * report.perMetre * view.scale };
}

/** Where and by which report each unit was last drawn. */
const drawn = new Map();

/** Whether two reports look alike, wherever they are. */
function isAlike(one, other) {
  return one === other || (one.online === other.online && one.status === other.status && one.unit === other.unit && one.clock === other.clock
    && (one.trouble ?? []).join() === (other.trouble ?? []).join());
}

/** Whether a unit would be seen elsewhere or otherwise than it is drawn. */
export function isSeenAnew(unit, at, view = viewNow()) {
  const last = drawn.get(unit.id);
  if (!last || !isAlike(last.unit, unit)) { return true; }
  const spot = spotOf(unit, at, view);
  return Math.hypot(spot.x - last.x, spot.y - last.y) >= seenStep;
}

/** The heap, of those around a spot, that it lies on; the oldest of several. */
function heapAround(spot, cells) {
  const [column, line] = [Math.floor(spot.x / heapReach), Math.floor(spot.y / heapReach)];
  let best = null;
  for (let y = line - 1; y <= line + 1; y += 1) {
    for (let x = column - 1; x <= column + 1; x += 1) {
      for (const heap of cells.get(`${x} ${y}`) ?? []) {
        const first = heap.units[0].spot;
        if (Math.abs(first.x - spot.x) < heapReach && Math.abs(first.y - spot.y) < heapReach && heap.number < (best?.number ?? Infinity)) { best = heap; }
      }
    }
  }
  return best;
}

/**
 * The units in view as they are drawn now: those that would lie on one another are one heap, for from far away a number says more.
 *
 * - `chosen`: a unit that stays by itself.
 *
 * Returns heaps: `units`, each with its `spot`, and their middle `x`, `y`, px.
 */
export function heapsNow(at, chosen) {
  const view = viewNow();
  const size = map.getSize();
  const isFar = map.getZoom() < heapZoom;
  const found = [];
  const cells = new Map();
  for (const unit of state.units.values()) {
    if (unit.lat === undefined) { continue; }
    const spot = spotOf(unit, at, view);
    drawn.set(unit.id, { x: spot.x, y: spot.y, unit });
    if (spot.x < -margin || spot.y < -margin || spot.x > size.x + margin || spot.y > size.y + margin) { continue; }
    const isAlone = !isFar || unit.id === chosen;
    const heap = isAlone ? null : heapAround(spot, cells);
    if (heap) { heap.units.push({ unit, spot }); continue; }
    const made = { number: found.length, units: [{ unit, spot }], x: spot.x, y: spot.y };
    found.push(made);
    if (isAlone) { continue; }
    const cell = `${Math.floor(spot.x / heapReach)} ${Math.floor(spot.y / heapReach)}`;
    if (cells.has(cell)) { cells.get(cell).push(made); } else { cells.set(cell, [made]); }
  }
  for (const heap of found) {
    heap.x = heap.units.reduce((sum, one) => sum + one.spot.x, 0) / heap.units.length;
    heap.y = heap.units.reduce((sum, one) => sum + one.spot.y, 0) / heap.units.length;
  }
  return found;
}
