// Draws the map's own tiles: fetches what lies on one, reads it and draws it, roads over the ground. It runs on a thread of
// its own, so that nothing else waits for it, or on the page's where a browser has none. It knows no page and no Leaflet.
import { drawGround, groundOf, loadGround, shapes } from "./ground.js";
import { naming } from "./naming.js";
import { fetchTile } from "./tiles.js";

const pi = Math.PI;
/** Units of a tile's edge as the room sends its roads. */
const units = 4096;
/** So many tiles of roads are kept as they were read. */
const mostKept = 120;
/** From further away a case around each road would be all that is seen: there one dark line is a road. */
const cased = 12;
/** The ends and corners of thinner lines, px, are not seen, and round ones take the longest to draw. */
const roundFrom = 3;
const widths = { motorway: 5, trunk: 5, primary: 4, secondary: 3, tertiary: 2.5, residential: 1.6, unclassified: 1.6,
  service: 0.8, living_street: 1.2 };
const main = ["motorway", "trunk", "primary"];
/** Where a place lies on the world of zoom `z`, in the world's parts. */
function onWorld([lat, lon], z) {
  const x = (lon + 180) / 360;
  const y = (1 - Math.asinh(Math.tan(lat * pi / 180)) / pi) / 2;
  return { x: x * 2 ** z, y: y * 2 ** z };
}

/** Whether roads may lie on a tile of the world's parts of zoom `z`: beyond the room's map there are none, and nothing is asked for. */
function isOnRoads(bounds, z, x, y) {
  if (!bounds) { return true; }
  const [low, high] = [onWorld([bounds[1][0], bounds[0][1]], z), onWorld([bounds[0][0], bounds[1][1]], z)];
  const edge = 0.05;
  return x + 1 + edge > low.x && x - edge < high.x && y + 1 + edge > low.y && y - edge < high.y;
}

const kept = new Map();
/** The roads of a tile, `[class, name or undefined, [x, y, x, y, …]]` each, the lesser first; `null` where they cannot be had. */
async function loadRoads({ z, x, y }, bounds) {
  if (!isOnRoads(bounds, z - 1, x, y)) { return []; }
  const path = `roads/${z - 1}/${x}/${y}?detail=${z}&format=mvt`;
  const before = kept.get(path);
  if (before) {
    // What is looked at again stays the longest.
    kept.delete(path);
    kept.set(path, before);
  } else {
    // What could not be had is asked for again by the next look.
    kept.set(path, fetchTile(path).then((layers) => {
      if (!layers) { kept.delete(path); return null; }
      return (layers.road?.features ?? []).flatMap((one) => one.parts.map((points) => [one.class, one.name, points]));
    }));
    if (kept.size > mostKept) { kept.delete(kept.keys().next().value); }
  }
  return kept.get(path);
}

/** Draws roads as `loadRoads` has them. */
function drawRoads(pen, roads, zoom, size, shade) {
  const scale = size / units;
  const grow = Math.pow(1.5, Math.max(0, zoom - 14)) * (zoom < 13 ? 0.5 : 1);
  for (const part of zoom < cased ? ["-far"] : ["-case", ""]) {
    let last = null;
    const end = () => { if (last !== null) { pen.stroke(); } };
    for (const [kind, , points] of roads) {
      // Roads of one class are one stroke: they come in the order of their classes.
      if (kind !== last) {
        end();
        last = kind;
        const base = kind.replace("_link", "");
        const width = (widths[base] ?? 1.2) * grow;
        pen.strokeStyle = shade(`road${main.includes(base) ? "-main" : ""}${part}`);
        pen.lineWidth = part === "-case" ? width + 1.4 : width;
        const isWide = pen.lineWidth >= roundFrom;
        [pen.lineCap, pen.lineJoin] = isWide ? ["round", "round"] : ["butt", "bevel"];
        pen.beginPath();
      }
      pen.moveTo(points[0] * scale, points[1] * scale);
      for (let i = 2; i < points.length; i += 2) { pen.lineTo(points[i] * scale, points[i + 1] * scale); }
    }
    end();
  }
}

/** The points of a tile of the room that have a name, `[layer, kind, name, x, y]` each, px of the tile. */
function pointsOf({ layers, from }, size) {
  return ["place", "housenumber"].flatMap((name) => {
    const { features = [], extent = units } = layers?.[name] ?? {};
    return features.flatMap((one) => {
      const [x, y] = one.parts[0];
      const [left, top] = [x * from.wide / extent + from.left, y * from.wide / extent + from.top];
      // A point beyond the room's own tile is the next one's too.
      const isOwn = x >= 0 && y >= 0 && x < extent && y < extent && left >= 0 && top >= 0 && left < size && top < size;
      return isOwn ? [[name, one.kind, one.name, left, top]] : [];
    });
  });
}

async function picture({ roads, ground }, { place, size, dots, settings, colours }) {
  const canvas = self.OffscreenCanvas ? new OffscreenCanvas(dots, dots) : Object.assign(document.createElement("canvas"), { width: dots, height: dots });
  const pen = canvas.getContext("2d");
  const ratio = dots / size;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  const shade = (name) => colours[name];
  const grown = 2 ** Math.max(0, place.z - (settings?.max_zoom ?? place.z));
  for (const { layers, from } of ground) { if (layers) { drawGround(pen, layers, from, grown, size, shade); } }
  if (roads) { drawRoads(pen, roads, place.z, size, shade); }
  return canvas.transferToImageBitmap?.() ?? createImageBitmap(canvas);
}

const isThread = typeof document === "undefined";
const channel = isThread ? new MessageChannel() : null;
let last = Promise.resolve();
/** One tile is drawn after the other, and between two of them what is to be heard or shown has its turn. */
function turn() {
  last = last.then(() => new Promise((go) => {
    if (!channel) { requestAnimationFrame(go); return; }
    channel.port1.onmessage = go;
    channel.port2.postMessage(null);
  }));
  return last;
}

/**
 * Paints a tile; `null` for one of which `isDropped()` says that nobody looks at it any more.
 *
 * - `place`: the tile as Leaflet counts, `size` px and `dots` of the screen wide; `settings` and `bounds`: of the room's ground and roads;
 *   `colours`: by name; `had`: how many of its parts the picture of before had.
 * - Returns: `parts` that have come, and whether the tile `isWhole` with them; with more of them than before, its `picture` (`null` for an
 *   empty one), the `drawn` layers, and what has names: `roads` with their class, name and points, and `points`.
 */
export async function paint(job, isDropped) {
  const { place, size, settings, bounds, had } = job;
  const wanted = settings ? groundOf(place, size, settings) : [];
  const [roads, ...layers] = await Promise.all([loadRoads(place, bounds), ...wanted.map(loadGround)]);
  const ground = wanted.map((from, index) => ({ from, layers: layers[index] }));
  const parts = [roads, ...layers].filter(Boolean).length;
  const isWhole = parts === 1 + wanted.length;
  if (parts <= had) { return { parts, isWhole }; }
  await turn();
  if (isDropped()) { return null; }
  const drawn = shapes.filter((name) => ground.some((one) => one.layers?.[name]?.features.length > 0));
  if (roads?.length) { drawn.push("road"); }
  return {
    parts, isWhole, drawn,
    // A canvas that nothing was drawn on costs nothing when the page is put together.
    picture: drawn.length > 0 ? await picture({ roads, ground }, job) : null,
    // Zooms are halves: names are written from half a step before the tile's own.
    roads: (roads ?? []).filter(([kind, name]) => name && place.z + 1 > naming(kind).from),
    points: ground.flatMap((one) => pointsOf(one, size)),
  };
}

if (isThread) {
  const dropped = new Set();
  const asked = new Set();
  self.onmessage = async ({ data: { number, job } }) => {
    // A number alone drops what was asked for under it.
    if (!job) { if (asked.has(number)) { dropped.add(number); } return; }
    asked.add(number);
    try {
      const result = await paint(job, () => dropped.has(number));
      self.postMessage({ number, result }, result?.picture ? [result.picture] : []);
    } catch (error) {
      self.postMessage({ number, error: String(error) });
    }
    asked.delete(number);
    dropped.delete(number);
  };
}
