// The routes of responding units. They are drawn in the canvas of the units: Leaflet would project each of their points
// anew whenever the map moves, and a second canvas would have to be composed in each frame.
import { state } from "../shared/live.js";
import { map, onMap, colour, fontSize } from "../map/base.js";

/** The ways as they lie on the world of zoom 0, px: x, y, x, y, … each. */
let ways = [];

/** A way's points on the world of zoom 0. */
function projected(line) {
  const flat = new Float64Array(line.length * 2);
  line.forEach(([lon, lat], index) => {
    const point = map.project(onMap(lat, lon), 0);
    [flat[2 * index], flat[2 * index + 1]] = [point.x, point.y];
  });
  return flat;
}

/** Draws the ways as the map lies now. */
export function drawWays(pen) {
  if (ways.length === 0 || map.getZoom() === undefined) { return; }
  const corner = map.getPixelBounds().min;
  const scale = 2 ** map.getZoom();
  pen.beginPath();
  for (const way of ways) {
    let [left, top] = [NaN, NaN];
    for (let i = 0; i < way.length; i += 2) {
      const [x, y] = [way[i] * scale - corner.x, way[i + 1] * scale - corner.y];
      // Nobody can tell two points of one dot apart.
      if (i + 2 < way.length && Math.abs(x - left) < 1 && Math.abs(y - top) < 1) { continue; }
      if (i === 0) { pen.moveTo(x, y); } else { pen.lineTo(x, y); }
      [left, top] = [x, y];
    }
  }
  [pen.lineCap, pen.lineJoin] = ["round", "bevel"];
  for (const [name, width, opacity] of [["panel", 0.55, 0.7], ["enroute", 0.35, 0.9]]) {
    pen.strokeStyle = colour(name);
    pen.lineWidth = fontSize() * width;
    pen.globalAlpha = opacity;
    pen.stroke();
  }
  pen.globalAlpha = 1;
  [pen.lineCap, pen.lineJoin] = ["butt", "miter"];
}

let known = null;
/** Takes the ways that the room last told; says whether there is one more or less, and not only shorter than a moment ago. */
export function takeWays() {
  if (known === state.responses) { return false; }
  const before = ways.length;
  known = state.responses;
  ways = known.map((way) => projected(way.line.filter((place) => Array.isArray(place) && place.every(Number.isFinite))));
  return ways.length !== before;
}
