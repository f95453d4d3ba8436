// The ways of who is under way to an incident, in one canvas: as lines of Leaflet each point of them is projected anew
// whenever the map moves.
import { state } from "../shared/live.js";
import { map, onMap, colour, fontSize } from "../map/base.js";
import { canvasLayer } from "../map/marks.js";

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

const layer = canvasLayer(map, (pen) => {
  if (map.getZoom() === undefined) { return; }
  const corner = map.getPixelBounds().min;
  const scale = 2 ** map.getZoom();
  pen.beginPath();
  for (const way of ways) {
    for (let i = 0; i < way.length; i += 2) {
      const [x, y] = [way[i] * scale - corner.x, way[i + 1] * scale - corner.y];
      if (i === 0) { pen.moveTo(x, y); } else { pen.lineTo(x, y); }
    }
  }
  [pen.lineCap, pen.lineJoin] = ["round", "round"];
  for (const [name, width, opacity] of [["panel", 0.55, 0.7], ["enroute", 0.35, 0.9]]) {
    pen.strokeStyle = colour(name);
    pen.lineWidth = fontSize() * width;
    pen.globalAlpha = opacity;
    pen.stroke();
  }
  pen.globalAlpha = 1;
}, true);
map.on("move", () => { if (ways.length > 0) { layer.isDirty = true; } });

let drawn = null;
let look = "";
/** Draws the ways that the room last told. */
export function drawWays() {
  const now = `${colour("panel")} ${colour("enroute")} ${fontSize()} ${onMap(40, 116)}`;
  // An incident that changed has not moved anybody.
  if (drawn === state.responses && look === now) { return; }
  [drawn, look] = [state.responses, now];
  ways = state.responses.map((way) => projected(way.line));
  layer.isDirty = true;
}
