// How far it is from here to there, in a straight line from click to click.
import { map, colour, fontSize } from "../map/base.js";
import { set, write } from "../shared/keyed.js";
import { word } from "../shared/words.js";

const L = window.L;
const $ = (id) => document.getElementById(id);
const layer = L.layerGroup().addTo(map);
let corners = null;

/** Whether clicks measure now. */
export function isMeasuring() { return corners !== null; }

function draw() {
  layer.clearLayers();
  set($("measure"), "aria-pressed", String(corners !== null));
  const metres = (corners ?? []).slice(1).reduce((sum, one, index) => sum + corners[index].distanceTo(one), 0);
  write($("measure"), corners === null ? word("measure") : metres >= 1000 ? `${(metres / 1000).toFixed(2)} km` : `${Math.round(metres)} m`);
  if (!corners) { return; }
  const style = { color: colour("ink"), weight: 3, dashArray: "2 6", interactive: false };
  layer.addLayer(L.polyline(corners, style));
  for (const corner of corners) { layer.addLayer(L.circleMarker(corner, { ...style, dashArray: null, radius: fontSize() * 0.25, fillOpacity: 1 })); }
}

/** Takes the next corner, as it lies on the map. */
export function measureTo(latlng) { corners.push(latlng); draw(); }

/** Begins to measure, or ends it. */
export function switchMeasuring(isOn = corners === null) { corners = isOn ? [] : null; draw(); }

/** Writes the button in the language of the page. */
export function labelMeasuring() { draw(); }
