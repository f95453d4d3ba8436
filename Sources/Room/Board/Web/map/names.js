// Names on the map, placed once for the view: none is cut at the edge of a tile, none lies on another.
import { map, onMap, colour, fontSize } from "./base.js";
import { pointsInView, roadsInView } from "./surface.js";
import { canvasLayer, widthOf } from "./marks.js";
import { naming } from "./naming.js";
import { Taken } from "./room.js";

const pi = Math.PI;
/** The same street is named again after so far, px. */
const again = 320;
/** After a zoom the map is not named before it rests for so long, ms. */
const rests = 120;
/** From this zoom on grids have their names. */
const gridZoom = 11;
/** From this zoom on houses have their numbers. */
const houseZoom = 17;
/** Which places are named first. */
const ranks = { city: 0, town: 1, borough: 2, suburb: 3, village: 3, island: 3, quarter: 4, neighbourhood: 5, hamlet: 5 };
/** A line may bend so far, radians, under a name. */
const bend = 0.35;

let places = [];
/** The street names of the last drawing, for tests: name and middle, px. */
export const written = [];

/** Writes the names of the plan's grids: each with the middle of it. */
export function nameGrids(plan) {
  places = (plan?.features ?? []).filter((one) => one.properties.kind === "grid" && one.properties.name).map((one) => {
    const ring = one.geometry.type === "MultiPolygon" ? one.geometry.coordinates[0][0] : one.geometry.coordinates[0];
    const middle = [0, 1].map((axis) => { const all = ring.map((corner) => corner[axis]); return (Math.min(...all) + Math.max(...all)) / 2; });
    return { name: one.properties.name, lat: middle[1], lon: middle[0], level: one.properties.level ?? 1 };
  });
  layer.isDirty = true;
}

/** The longest nearly straight stretch of a line, px: its ends and its length. */
function straightest(points) {
  let best = null;
  for (let i = 0; i + 1 < points.length;) {
    let j = i + 1;
    const turn = (a, b) => Math.atan2(points[b][1] - points[a][1], points[b][0] - points[a][0]);
    const first = turn(i, j);
    while (j + 1 < points.length && Math.abs(((turn(j, j + 1) - first + 3 * pi) % (2 * pi)) - pi) < bend) { j += 1; }
    const length = Math.hypot(points[j][0] - points[i][0], points[j][1] - points[i][1]);
    if (!best || length > best.length) { best = { from: points[i], to: points[j], length }; }
    i = j;
  }
  return best;
}

/** Roads with a name that this zoom shows, the greatest first: each with its stretch and the room that it needs. */
function streets(pen, zoom, size) {
  const found = [];
  for (const { kind, name, points } of roadsInView()) {
    const { from, rank } = naming(kind);
    if (zoom < from) { continue; }
    const stretch = straightest(points);
    if (!stretch) { continue; }
    const middle = [(stretch.from[0] + stretch.to[0]) / 2, (stretch.from[1] + stretch.to[1]) / 2];
    const width = widthOf(pen, name);
    if (stretch.length < width * 0.9 || middle[0] < width / 2 || middle[1] < 0 || middle[0] > size.x - width / 2 || middle[1] > size.y) { continue; }
    found.push({ name, middle, width, length: stretch.length, rank, turn: Math.atan2(stretch.to[1] - stretch.from[1], stretch.to[0] - stretch.from[0]) });
  }
  return found.sort((a, b) => a.rank - b.rank || b.length - a.length);
}

let [zoomedAt, waiting] = [-rests, 0];
map.on("zoomend", () => { zoomedAt = performance.now(); });

const layer = canvasLayer(map, (pen) => {
  written.length = 0;
  if (layer.isHidden) { return; }
  // Who turns the wheel passes many zooms, and reads none of their names.
  const rest = zoomedAt + rests - performance.now();
  if (rest > 0) {
    clearTimeout(waiting);
    waiting = setTimeout(() => { layer.isDirty = true; }, rest);
    return;
  }
  const zoom = map.getZoom();
  const size = map.getSize();
  const font = fontSize();
  const taken = new Taken(size);
  const write = (text, x, y) => { pen.strokeText(text, x, y); pen.fillText(text, x, y); };
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.strokeStyle = colour("road");
  pen.lineWidth = 3;
  if (zoom >= gridZoom) {
    pen.fillStyle = colour("accent");
    pen.font = `600 ${Math.round(font * 0.8)}px sans-serif`;
    for (const one of [...places].sort((a, b) => a.level - b.level)) {
      const spot = map.latLngToContainerPoint(onMap(one.lat, one.lon));
      const width = pen.measureText(one.name).width;
      if (taken.take([spot.x - width / 2, spot.y - font / 2, spot.x + width / 2, spot.y + font / 2])) { write(one.name, spot.x, spot.y); }
    }
  }
  for (const one of pointsInView(["place"]).sort((a, b) => (ranks[a.kind] ?? 9) - (ranks[b.kind] ?? 9))) {
    const isGreat = (ranks[one.kind] ?? 9) < 2;
    pen.fillStyle = colour("ink");
    pen.font = `${isGreat ? "700" : "500"} ${Math.round(font * (isGreat ? 1 : 0.85))}px sans-serif`;
    const width = pen.measureText(one.name).width;
    if (taken.take([one.x - width / 2, one.y - font / 2, one.x + width / 2, one.y + font / 2])) { write(one.name, one.x, one.y); }
  }
  pen.fillStyle = colour("ink");
  pen.font = `${Math.round(font * 0.72)}px sans-serif`;
  const known = new Map();
  for (const one of streets(pen, zoom, size)) {
    const before = known.get(one.name) ?? [];
    if (before.some(([x, y]) => Math.hypot(x - one.middle[0], y - one.middle[1]) < again)) { continue; }
    if (!taken.takeAlong(one.middle, one.width, font * 0.8, one.turn)) { continue; }
    known.set(one.name, [...before, one.middle]);
    written.push(one);
    const turn = one.turn > pi / 2 || one.turn < -pi / 2 ? one.turn + pi : one.turn;
    pen.save();
    pen.translate(one.middle[0], one.middle[1]);
    pen.rotate(turn);
    write(one.name, 0, 0);
    pen.restore();
  }
  if (zoom < houseZoom) { return; }
  pen.font = `${Math.round(font * 0.62)}px sans-serif`;
  pen.fillStyle = colour("faint");
  for (const one of pointsInView(["housenumber"])) {
    const width = pen.measureText(one.name).width;
    if (taken.take([one.x - width / 2, one.y - font * 0.3, one.x + width / 2, one.y + font * 0.3])) { write(one.name, one.x, one.y); }
  }
});

/** Draws them anew: the roads, the plan or the colours are others. */
export function redrawNames() { layer.isDirty = true; }

export const namesLayer = layer;
