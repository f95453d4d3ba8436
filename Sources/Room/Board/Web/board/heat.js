// Where units or incidents were, as squares on the map, and what they tell.
import { map, onMap, colour } from "../map/base.js";
import { element, set } from "../shared/keyed.js";
import { word } from "../shared/words.js";

const L = window.L;
const pi = Math.PI;
/** Metres in a degree of latitude. */
const metresInDegree = 111320;

export const heatLayer = L.layerGroup().addTo(map);
/** What is shown: the cells, what the legend says of them, and what its button does besides. */
let known = null;

/** Shows cells, the more in them the darker; nothing for `null`. `about()` is the legend in the language of the page; its button takes the map away and calls `turnedOff`. */
export function drawHeat(heat, about = () => "", turnedOff = () => {}) {
  known = heat && { heat, about, turnedOff };
  heatLayer.clearLayers();
  const most = (heat?.features ?? []).reduce((high, one) => Math.max(high, one.properties.count), Number.MIN_VALUE);
  for (const one of heat?.features ?? []) {
    const [lon, lat] = one.geometry.coordinates;
    const high = heat.metres / 2 / metresInDegree;
    const wide = high / Math.cos(lat * pi / 180);
    const corners = [[lat - high, lon - wide], [lat + high, lon + wide]].map(([y, x]) => onMap(y, x));
    // By the logarithm: a parking place must not make everything else look empty.
    const share = Math.log(1 + one.properties.count) / Math.log(1 + most);
    heatLayer.addLayer(L.rectangle(corners, { stroke: false, fillColor: colour("alarm"), fillOpacity: 0.08 + 0.55 * share, interactive: false }));
  }
  labelHeat();
}

/** Writes the legend, in the language of the page; none while the layer is switched off. */
export function labelHeat() {
  const legend = document.getElementById("heat-legend");
  set(legend, "hidden", (!known || !map.hasLayer(heatLayer)) && "");
  if (!known) { return; }
  const off = element("button", { type: "button" }, word("heatOff"));
  const { heat, about, turnedOff } = known;
  off.onclick = () => { drawHeat(null); turnedOff(); };
  legend.replaceChildren(element("span", {}, heat.features.length === 0 ? `${about()} · ${word("nothing")}` : about()), " ", off);
}

heatLayer.on("add remove", labelHeat);
