// What lies under the roads: water, green, buildings, railways; and the names of places and the numbers of houses.
import { map, colour } from "./base.js";
import { readTile } from "./tiles.js";

const L = window.L;
/** So many tiles of the room are kept as they were read. */
const mostKept = 240;
const size = 256;
/** A tile that could not be had is asked for again after so long, ms. */
const again = 5000;
const colours = { water: "water", sea: "water", wood: "wood", park: "green", sand: "sand", airport: "airport", building: "building", river: "water", stream: "water", rail: "rail", tram: "rail" };
/** How wide lines are drawn, px; wider from nearby. */
const widths = { river: 3, stream: 1, rail: 1.6, tram: 1 };

const kept = new Map();
let settings = null;

/** A tile of the room as it was read; `null` while it is awaited, and where it cannot be had. */
async function load(z, x, y) {
  const key = `${z}/${x}/${y}`;
  if (!kept.has(key)) {
    kept.set(key, fetch(`api/v1/ground/${key}`).then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(new Error(answer.statusText)))).then(readTile)
      // What could not be had is asked for again by the next look.
      .catch(() => { kept.delete(key); return null; }));
    if (kept.size > mostKept) { kept.delete(kept.keys().next().value); }
  }
  return kept.get(key);
}

/** Where a tile of the map lies on one of the room: that one, and how it is shifted and grown. */
function source({ z, x, y }) {
  const deep = Math.max(0, z - settings.max_zoom);
  return { z: z - deep, x: x >> deep, y: y >> deep, grown: 2 ** deep, left: (x - ((x >> deep) << deep)) * size, top: (y - ((y >> deep) << deep)) * size };
}

/** What is drawn as areas and lines; the rest of a tile are names. */
const drawn = ["green", "water", "waterway", "building", "rail"];

function draw(pen, layers, { grown, left, top }) {
  const each = (name, act) => {
    const layer = layers[name];
    const scale = size / (layer?.extent ?? 4096) * grown;
    for (const one of layer?.features ?? []) {
      const [west, north, east, south] = one.box.map((value) => value * scale);
      if (east < left || south < top || west > left + size || north > top + size) { continue; }
      pen.beginPath();
      for (const part of one.parts) {
        for (let i = 0; i < part.length; i += 2) {
          const [px, py] = [part[i] * scale - left, part[i + 1] * scale - top];
          if (i === 0) { pen.moveTo(px, py); } else { pen.lineTo(px, py); }
        }
        if (one.type === 3) { pen.closePath(); }
      }
      act(one.kind ?? name);
    }
  };
  const fill = (kind) => { pen.fillStyle = colour(colours[kind]); pen.fill("evenodd"); };
  const line = (kind) => { pen.strokeStyle = colour(colours[kind]); pen.lineWidth = (widths[kind] ?? 1) * Math.min(4, Math.sqrt(grown)); pen.stroke(); };
  each("green", fill);
  each("water", fill);
  each("waterway", line);
  each("building", (kind) => { fill(kind); pen.strokeStyle = colour("building-edge"); pen.lineWidth = 0.6; pen.stroke(); });
  each("rail", line);
}

const Ground = L.GridLayer.extend({
  createTile(place, done) {
    const tile = document.createElement("canvas");
    const ratio = window.devicePixelRatio || 1;
    tile.width = size * ratio;
    tile.height = size * ratio;
    const from = source(place);
    const attempt = () => load(from.z, from.x, from.y).then((layers) => {
      if (!layers) {
        // The room may be away for a moment, or the session over: as long as the tile is seen it is asked for again.
        setTimeout(() => { if (tile.isConnected) { attempt().then(came); } }, again);
        return;
      }
      // A canvas that nothing was drawn on costs nothing when the page is put together.
      if (!drawn.some((name) => layers[name]?.features.length > 0)) { Object.assign(tile, { layers, from }); return; }
      const pen = tile.getContext("2d");
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      draw(pen, layers, from);
      Object.assign(tile, { layers, from });
    });
    attempt().then(() => done(null, tile));
    return tile;
  },
});

let layer = null;
let came = () => null;

/** Draws the ground under the roads, where the map was imported with it. */
export function setGround(page, callback) {
  settings = page.ground;
  came = callback;
  layer?.remove();
  if (!settings || page.tiles) { return; }
  layer = new Ground({ minZoom: settings.min_zoom, maxZoom: 19 });
  layer.on("load", () => came());
  layer.addTo(map);
  layer.bringToBack();
}

/** Draws it anew: the colours are others. */
export function redrawGround() { layer?.redraw(); }

/** The points of the tiles in view with a name: layer, kind, name, and the place in the map's container, px. */
export function pointsInView(names) {
  const found = [];
  for (const { el, coords, current } of Object.values(layer?._tiles ?? {})) {
    if (!current || !el.layers) { continue; }
    const corner = map.project(map.unproject(L.point(coords.x * size, coords.y * size), coords.z), map.getZoom());
    const origin = corner.subtract(map.getPixelOrigin()).add(map.layerPointToContainerPoint([0, 0]));
    const zoomed = map.getZoomScale(map.getZoom(), coords.z);
    const { grown, left, top } = el.from;
    for (const name of names) {
      for (const one of el.layers[name]?.features ?? []) {
        const scale = size / el.layers[name].extent * grown;
        const [x, y] = [one.parts[0][0] * scale - left, one.parts[0][1] * scale - top];
        if (x < 0 || y < 0 || x >= size || y >= size) { continue; }
        found.push({ layer: name, kind: one.kind, name: one.name, x: origin.x + x * zoomed, y: origin.y + y * zoomed });
      }
    }
  }
  return found;
}
