// What the map is drawn on: the ground and the roads in one picture for each tile, out of the room's own tiles; or a tile server's.
import { map, colour } from "./base.js";
import { drop, paint } from "./painter.js";

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
/** The colours that tiles are painted with. */
let colours = null;
const kept = new Map();

function keyOf({ z, x, y }) { return `${z}/${x}/${y}`; }

/** The dots of a tile's edge, on the screen as it is now. */
function dots() { return Math.floor(size * (window.devicePixelRatio || 1)); }

/**
 * Has a tile painted; Leaflet is told when there is more to be seen, and at the first time in any case. What is missing is asked for again.
 *
 * - `isAnew`: the colours are others: a picture of no less than is seen takes its place.
 */
async function fill(tile, isAnew = false, pause = again) {
  drop(tile.job);
  tile.turn += 1;
  const turn = tile.turn;
  const had = isAnew ? Math.max(0, tile.parts - 1) : tile.parts;
  tile.job = paint({ place: tile.place, size, dots: tile.width, settings, bounds, colours, had });
  let result = null;
  try { result = await tile.job.result; } catch (error) { console.error(error); }
  // What is gone is not shown, and Leaflet would take its end for that of the tile in its place; and another look may have been asked for.
  if (tile.isGone || tile.turn !== turn) { result?.picture?.close(); return; }
  if (result?.drawn) {
    Object.assign(tile, { parts: result.parts, isWhole: result.isWhole, drawn: result.drawn, roads: result.roads, points: result.points });
    if (result.picture) { tile.getContext("bitmaprenderer").transferFromImageBitmap(result.picture); }
  }
  if (result?.drawn || pause === again) { tile.done(null, tile); }
  if (tile.isWhole) { return; }
  // The room may be away for a moment, or the session over: as long as the tile is seen it is asked for again, less and less often.
  const isStillAnew = isAnew && !result?.drawn;
  setTimeout(() => { if (!tile.isGone && tile.turn === turn) { fill(tile, isStillAnew, Math.min(pause * 2, longest)); } }, pause);
}

/** Keeps a tile that left the view; one that is not whole is forgotten. */
function keep(tile) {
  if (!tile.place) { return; }
  tile.isGone = true;
  drop(tile.job);
  if (!tile.isWhole) { return; }
  kept.set(keyOf(tile.place), tile);
  const most = mostDots / tile.width ** 2;
  while (kept.size > most) { kept.delete(kept.keys().next().value); }
}

const Surface = L.GridLayer.extend({
  options: { tileSize: size, minZoom: 1, maxZoom: 19, keepBuffer: 1, attribution: "© OpenStreetMap" },
  createTile(place, done) {
    const before = kept.get(keyOf(place));
    kept.delete(keyOf(place));
    // On another screen, or enlarged, a tile has other dots.
    if (before?.width === dots()) {
      Object.assign(before, { isGone: false, done });
      queueMicrotask(() => done(null, before));
      return before;
    }
    const tile = document.createElement("canvas");
    Object.assign(tile, { width: dots(), height: dots(), place, done, parts: 0, turn: 0, job: null, isWhole: false, isGone: false, roads: null });
    fill(tile);
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
  surface?.remove();
  takeColours();
  surface = page.tiles ? L.tileLayer(page.tiles, { maxZoom: 19 }) : new Surface();
  surface.on("load", () => callback());
  surface.on("tileunload", ({ tile }) => keep(tile));
  surface.addTo(map);
  surface.bringToBack();
}

/** Paints it anew: the colours are others. */
export function redrawSurface() {
  takeColours();
  for (const { el } of Object.values(surface?._tiles ?? {})) {
    if (!el.place) { continue; }
    el.isWhole = false;
    fill(el, true);
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
