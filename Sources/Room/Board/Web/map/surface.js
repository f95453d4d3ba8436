// What the map is drawn on: the ground and the roads in one picture for each tile, out of the room's own tiles; or a tile server's.
import { map, colour } from "./base.js";
import { paint } from "./painter.js";

const L = window.L;
/** Edge of a tile, px: a few large ones are put together faster than many small ones. */
const size = 512;
/** Units of a tile's edge as the room sends its roads. */
const units = 4096;
/** What could not be had is asked for again after so long, ms: at first, and at most. */
const [again, longest] = [5000, 60000];
/** Tiles that left the view are kept as they are up to so many dots: who zooms out and in again sees them at once. */
const mostDots = 48 * size * size;
const names = ["road", "road-main"].flatMap((one) => ["", "-case", "-far"].map((part) => one + part))
  .concat("water", "green", "wood", "sand", "airport", "building", "building-edge", "rail");

let settings = null;
/** The corners of the room's roads: south-west and north-east, degrees. */
let bounds = null;
let surface = null;
let came = () => null;
/** The colours that tiles are painted with; what was painted with others is painted anew. */
let colours = null;
const kept = new Map();

function keyOf({ z, x, y }) { return `${z}/${x}/${y}`; }

/** Shows what was painted of a tile. */
function show(tile, result) {
  Object.assign(tile, { parts: result.parts, isWhole: result.isWhole });
  if (!result.drawn) { return; }
  Object.assign(tile, { drawn: result.drawn, roads: result.roads, points: result.points });
  if (result.picture) { tile.getContext("bitmaprenderer").transferFromImageBitmap(result.picture); }
}

/** Has a tile painted; `done` is called when there is more to be seen, and at the first time in any case. What is missing is asked for again. */
async function fill(tile, place, done, pause = again) {
  const asked = colours;
  let result = null;
  const ratio = window.devicePixelRatio || 1;
  try { result = await paint({ place, size, ratio, settings, bounds, colours, had: tile.parts }); } catch (error) { console.error(error); }
  // What is gone is not shown, and Leaflet would take its end for that of the tile in its place.
  if (tile.isGone) { return; }
  if (asked !== colours) { fill(tile, place, done, pause); return; }
  const isMore = (result?.parts ?? 0) > tile.parts;
  if (result) { show(tile, result); }
  if (isMore || pause === again) { done(null, tile); }
  if (tile.isWhole) { return; }
  // The room may be away for a moment, or the session over: as long as the tile is seen it is asked for again, less and less often.
  setTimeout(() => { if (tile.isConnected && !tile.isGone) { fill(tile, place, () => came(), Math.min(pause * 2, longest)); } }, pause);
}

/** Keeps a tile that left the view. */
function keep(tile, place) {
  tile.isGone = true;
  if (!tile.isWhole) { return; }
  kept.set(keyOf(place), tile);
  const most = mostDots / (tile.width * tile.height);
  while (kept.size > most) { kept.delete(kept.keys().next().value); }
}

const Surface = L.GridLayer.extend({
  options: { tileSize: size, minZoom: 1, maxZoom: 19, keepBuffer: 1, attribution: "© OpenStreetMap" },
  createTile(place, done) {
    const before = kept.get(keyOf(place));
    if (before) {
      kept.delete(keyOf(place));
      before.isGone = false;
      queueMicrotask(() => done(null, before));
      return before;
    }
    const tile = document.createElement("canvas");
    const ratio = window.devicePixelRatio || 1;
    Object.assign(tile, { width: size * ratio, height: size * ratio, parts: 0, isWhole: false, isGone: false, roads: null });
    fill(tile, place, done);
    return tile;
  },
});

/** The colours of the page, as tiles are painted with them. */
function takeColours() {
  colours = Object.fromEntries(names.map((name) => [name, colour(name)]));
  kept.clear();
}

/** Lays the map on its ground: `page` is what the room says of itself; `callback` is called when tiles have come. */
export function setSurface(page, callback) {
  [settings, bounds] = [page.ground ?? null, page.bounds ?? null];
  came = callback;
  surface?.remove();
  takeColours();
  surface = page.tiles ? L.tileLayer(page.tiles, { maxZoom: 19 }) : new Surface();
  surface.on("load", () => came());
  surface.on("tileunload", ({ tile, coords }) => keep(tile, coords));
  surface.addTo(map);
  surface.bringToBack();
}

/** Paints it anew: the colours are others. */
export function redrawSurface() {
  takeColours();
  for (const { el, coords } of Object.values(surface?._tiles ?? {})) {
    if (!el.roads) { continue; }
    Object.assign(el, { parts: 0, isWhole: false });
    fill(el, coords, () => came());
  }
}

/** The tiles in view: each with where its corner lies in the map's container, px, and how much larger it is shown than it was painted. */
function inView() {
  const shown = [];
  for (const { el, coords, current } of Object.values(surface?._tiles ?? {})) {
    if (!current || !el.roads) { continue; }
    const corner = map.project(map.unproject(L.point(coords.x * size, coords.y * size), coords.z), map.getZoom());
    const origin = corner.subtract(map.getPixelOrigin()).add(map.layerPointToContainerPoint([0, 0]));
    shown.push({ tile: el, origin, zoomed: map.getZoomScale(map.getZoom(), coords.z) });
  }
  return shown;
}

/** The named roads of the tiles in view, in pieces from junction to junction: class, name, and their points in the map's container, px. */
export function roadsInView() {
  const found = [];
  for (const { tile, origin, zoomed } of inView()) {
    const scale = size / units * zoomed;
    for (const [kind, name, flat] of tile.roads) {
      const points = [];
      for (let i = 0; i < flat.length; i += 2) { points.push([origin.x + flat[i] * scale, origin.y + flat[i + 1] * scale]); }
      found.push({ kind, name, points });
    }
  }
  return found;
}

/** The points of the tiles in view with a name: layer, kind, name, and the place in the map's container, px. */
export function pointsInView(layers) {
  return inView().flatMap(({ tile, origin, zoomed }) => tile.points.filter(([layer]) => layers.includes(layer))
    .map(([layer, kind, name, x, y]) => ({ layer, kind, name, x: origin.x + x * zoomed, y: origin.y + y * zoomed })));
}
