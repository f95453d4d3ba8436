// What the map is drawn on: the ground and the roads in one canvas for each tile, out of the room's own tiles; or a tile server's.
import { map, colour } from "./base.js";
import { drawGround, groundOf, loadGround, shapes } from "./ground.js";
import { fetchTile } from "./tiles.js";

const L = window.L;
/** Edge of a tile, px: a few large ones are put together faster than many small ones. */
const size = 512;
/** Units of a tile's edge as the room sends its roads. */
const units = 4096;
/** What could not be had is asked for again after so long, ms: at first, and at most. */
const [again, longest] = [5000, 60000];
/** From further away a case around each road would be all that is seen: there one dark line is a road. */
const cased = 12;
/** The ends and corners of thinner lines, px, are not seen, and round ones take the longest to draw. */
const roundFrom = 3;
const widths = { motorway: 5, trunk: 5, primary: 4, secondary: 3, tertiary: 2.5, residential: 1.6, unclassified: 1.6,
  service: 0.8, living_street: 1.2 };
const main = ["motorway", "trunk", "primary"];

let settings = null;
/** The corners of the room's roads: south-west and north-east, degrees. */
let bounds = null;
let surface = null;
let came = () => null;

/** Whether roads may lie on a tile of the world's parts of zoom `z`: beyond the room's map there are none, and nothing is asked for. */
function isOnRoads(z, x, y) {
  if (!bounds) { return true; }
  const [[south, west], [north, east]] = bounds;
  const at = (lat, lon) => map.project([lat, lon], z).divideBy(256);
  const [low, high] = [at(south, west), at(north, east)];
  const edge = 0.05;
  return x + 1 + edge > low.x && x - edge < high.x && y + 1 + edge > high.y && y - edge < low.y;
}

/** The roads of a tile, `[class, name or undefined, [x, y, x, y, …]]` each, the lesser first; `null` where they cannot be had. */
async function loadRoads({ z, x, y }) {
  if (!isOnRoads(z - 1, x, y)) { return []; }
  const layers = await fetchTile(`roads/${z - 1}/${x}/${y}?detail=${z}&format=mvt`);
  return layers && (layers.road?.features ?? []).flatMap((one) => one.parts.map((points) => [one.class, one.name, points]));
}

/** Draws roads as `loadRoads` has them. */
function drawRoads(pen, roads, zoom) {
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
        pen.strokeStyle = colour(`road${main.includes(base) ? "-main" : ""}${part}`);
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

/** Whether a tile has nothing to be drawn: a canvas that nothing was drawn on costs nothing when the page is put together. */
function isEmpty({ roads, ground }) {
  return !roads?.length && !ground.some(({ layers }) => shapes.some((name) => layers?.[name]?.features.length > 0));
}

function draw(tile, { z }) {
  if (isEmpty(tile)) { return; }
  const ratio = window.devicePixelRatio || 1;
  const pen = tile.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, size, size);
  const grown = 2 ** Math.max(0, z - (settings?.max_zoom ?? z));
  for (const { layers, from } of tile.ground) { if (layers) { drawGround(pen, layers, from, grown, size); } }
  if (tile.roads) { drawRoads(pen, tile.roads, z); }
}

/** Tiles that have come and are not drawn yet: none while the map zooms, or it would stutter. */
const waiting = [];
/** In a frame tiles are drawn for so long, ms, then it is shown; one at least. */
const drawingLasts = 12;
/** The first view is over after so long, ms, whether all of its tiles have come or not. */
const firstLasts = 3000;
let [isZooming, isAsked, isWhole] = [false, false, false];
function drawNext() {
  isAsked = false;
  if (isZooming) { return; }
  const end = performance.now() + (isWhole ? drawingLasts : Infinity);
  for (let next = waiting.shift(); next; next = performance.now() < end ? waiting.shift() : null) {
    // What is gone is not drawn, and Leaflet would take its end for that of the tile in its place.
    if (next.tile.isGone) { continue; }
    next.tile.isWaiting = false;
    try { draw(next.tile, next.place); } catch (error) { console.error(error); }
    try { next.done(null, next.tile); } catch (error) { console.error(error); }
  }
  goOn();
}
function goOn() {
  if (isAsked || isZooming || waiting.length === 0) { return; }
  // Nobody moves the map before it is there, and to wait for the next frame would be longer than to draw.
  if (!isWhole) { drawNext(); return; }
  isAsked = true;
  requestAnimationFrame(drawNext);
}
map.on("zoomstart", () => { isZooming = true; });
map.on("zoomend", () => { isZooming = false; goOn(); });

const Surface = L.GridLayer.extend({
  options: { tileSize: size, minZoom: 1, maxZoom: 19, keepBuffer: 1, attribution: "© OpenStreetMap" },
  createTile(place, done) {
    const tile = document.createElement("canvas");
    const ratio = window.devicePixelRatio || 1;
    [tile.width, tile.height] = [size * ratio, size * ratio];
    const ground = (settings ? groundOf(place, size, settings) : []).map((from) => ({ from, layers: null }));
    Object.assign(tile, { roads: null, ground, isGone: false, isWaiting: false });
    // What has come stays, and only what is missing is asked for again, less and less often.
    const attempt = async (isDone, pause) => {
      let hasCome = false;
      const take = (one, key, value) => { if (value) { [one[key], hasCome] = [value, true]; } };
      await Promise.all([
        tile.roads ? null : loadRoads(place).then((roads) => take(tile, "roads", roads)),
        ...ground.filter((one) => !one.layers).map((one) => loadGround(one.from).then((layers) => take(one, "layers", layers))),
      ]);
      if ((hasCome || isDone === done) && !tile.isWaiting) {
        tile.isWaiting = true;
        waiting.push({ tile, place, done: isDone });
        goOn();
      }
      // The room may be away for a moment, or the session over: as long as the tile is seen it is asked for again.
      if (tile.roads && ground.every((one) => one.layers)) { return; }
      setTimeout(() => { if (tile.isConnected && !tile.isGone) { attempt(() => came(), Math.min(pause * 2, longest)); } }, pause);
    };
    attempt(done, again);
    return tile;
  },
});

/** Lays the map on its ground: `page` is what the room says of itself; `callback` is called when tiles have come. */
export function setSurface(page, callback) {
  [settings, bounds] = [page.ground ?? null, page.bounds ?? null];
  came = callback;
  surface?.remove();
  surface = page.tiles ? L.tileLayer(page.tiles, { maxZoom: 19 }) : new Surface();
  surface.on("load", () => { isWhole = true; came(); });
  setTimeout(() => { isWhole = true; }, firstLasts);
  surface.on("tileunload", ({ tile }) => { tile.isGone = true; });
  surface.addTo(map);
  surface.bringToBack();
}

/** Draws it anew: the colours are others. */
export function redrawSurface() {
  for (const { el, coords } of Object.values(surface?._tiles ?? {})) { if (el.ground) { draw(el, coords); } }
}

/** The tiles in view: each with where its corner lies in the map's container, px, and how much larger it is shown than it was drawn. */
function inView() {
  const shown = [];
  for (const { el, coords, current } of Object.values(surface?._tiles ?? {})) {
    if (!current || !el.ground) { continue; }
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
    for (const [kind, name, flat] of tile.roads ?? []) {
      if (!name) { continue; }
      const points = [];
      for (let i = 0; i < flat.length; i += 2) { points.push([origin.x + flat[i] * scale, origin.y + flat[i + 1] * scale]); }
      found.push({ kind, name, points });
    }
  }
  return found;
}

/** The points of the tiles in view with a name: layer, kind, name, and the place in the map's container, px. */
export function pointsInView(names) {
  const found = [];
  for (const { tile, origin, zoomed } of inView()) {
    for (const { layers, from } of tile.ground) {
      for (const name of names) {
        for (const one of layers?.[name]?.features ?? []) {
          const scale = from.wide / layers[name].extent;
          const [x, y] = [one.parts[0][0] * scale + from.left, one.parts[0][1] * scale + from.top];
          if (x < 0 || y < 0 || x >= size || y >= size) { continue; }
          // A point beyond the room's own tile is the next one's too.
          if (one.parts[0][0] < 0 || one.parts[0][1] < 0 || one.parts[0][0] >= layers[name].extent || one.parts[0][1] >= layers[name].extent) { continue; }
          found.push({ layer: name, kind: one.kind, name: one.name, x: origin.x + x * zoomed, y: origin.y + y * zoomed });
        }
      }
    }
  }
  return found;
}
