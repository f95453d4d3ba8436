// What lies under the roads: water, green, buildings, railways; and the names of places and the numbers of houses.
import { fetchTile } from "./tiles.js";

/** So many tiles of the room are kept as they were read. */
const mostKept = 240;
const colours = { water: "water", sea: "water", wood: "wood", park: "green", sand: "sand", airport: "airport", building: "building", river: "water", stream: "water", rail: "rail", tram: "rail" };
/** How wide lines are drawn, px; wider from nearby. */
const widths = { river: 3, stream: 1, rail: 1.6, tram: 1 };
/** Up to this zoom a tile of the map is put together of the room's four, which have the names of districts; nearer, one is enough. */
const fourfold = 11;

const kept = new Map();

/** A tile of the room as it was read; `null` where it cannot be had. */
export async function loadGround({ z, x, y }) {
  const key = `${z}/${x}/${y}`;
  const before = kept.get(key);
  if (before) {
    // What is looked at again stays the longest.
    kept.delete(key);
    kept.set(key, before);
  } else {
    // What could not be had is asked for again by the next look.
    kept.set(key, fetchTile(`ground/${key}`).then((layers) => { if (!layers) { kept.delete(key); } return layers; }));
    if (kept.size > mostKept) { kept.delete(kept.keys().next().value); }
  }
  return kept.get(key);
}

/** Whether a tile of the room may hold something: of those that are seen from afar the room has said which do. */
function isFilled({ z, x, y }, settings) {
  const filled = settings.filled?.[z];
  return !filled || filled.some(([column, row]) => column === x && row === y);
}

/**
 * The room's tiles that a tile of the map is drawn of.
 *
 * - `place`: the tile of the map, `size` px wide, as Leaflet counts: `z`, `x`, `y`; its edge is an edge of the world's parts of zoom `z - 1`.
 * - Returns: for each its `z`, `x`, `y`, how wide it is drawn, px, and where its corner lies, px.
 */
export function groundOf({ z, x, y }, size, settings) {
  if (z - 1 > settings.max_zoom) {
    const deep = z - 1 - settings.max_zoom;
    const wide = size * 2 ** deep;
    return [{ z: settings.max_zoom, x: x >> deep, y: y >> deep, wide, left: -(x - ((x >> deep) << deep)) * size, top: -(y - ((y >> deep) << deep)) * size }];
  }
  if (z > fourfold && z - 1 >= settings.min_zoom) { return [{ z: z - 1, x, y, wide: size, left: 0, top: 0 }].filter((one) => isFilled(one, settings)); }
  if (z < settings.min_zoom) { return []; }
  const half = size / 2;
  return [[0, 0], [1, 0], [0, 1], [1, 1]].map(([right, down]) => ({ z, x: 2 * x + right, y: 2 * y + down, wide: half, left: right * half, top: down * half })).filter((one) => isFilled(one, settings));
}

/** What is drawn as areas and lines; the rest of a tile are names. */
export const shapes = ["green", "water", "waterway", "building", "rail"];

/** Draws a tile of the room where `from` says. `grown` is how much wider lines are, `size` the edge of the canvas, px, and `shade(name)` a colour. */
export function drawGround(pen, layers, { wide, left, top }, grown, size, shade) {
  const each = (name, act) => {
    const layer = layers[name];
    const scale = wide / (layer?.extent ?? 4096);
    for (const one of layer?.features ?? []) {
      const [west, north, east, south] = one.box;
      if (east * scale + left < 0 || south * scale + top < 0 || west * scale + left > size || north * scale + top > size) { continue; }
      pen.beginPath();
      for (const part of one.parts) {
        for (let i = 0; i < part.length; i += 2) {
          const [px, py] = [part[i] * scale + left, part[i + 1] * scale + top];
          if (i === 0) { pen.moveTo(px, py); } else { pen.lineTo(px, py); }
        }
        if (one.type === 3) { pen.closePath(); }
      }
      act(one.kind ?? name);
    }
  };
  const fill = (kind) => { pen.fillStyle = shade(colours[kind]); pen.fill("evenodd"); };
  const line = (kind) => { pen.strokeStyle = shade(colours[kind]); pen.lineWidth = (widths[kind] ?? 1) * Math.min(4, Math.sqrt(grown)); pen.stroke(); };
  each("green", fill);
  each("water", fill);
  each("waterway", line);
  each("building", (kind) => { fill(kind); pen.strokeStyle = shade("building-edge"); pen.lineWidth = 0.6; pen.stroke(); });
  each("rail", line);
}
