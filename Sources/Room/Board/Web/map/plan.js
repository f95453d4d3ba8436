// The patrol plan on the map: grids, lines and posts, and the grids' names.
import { map, onMap, colour, fontSize } from "./base.js";
import { safe } from "../shared/lists.js";
import { nameGrids } from "./names.js";

const L = window.L;

export const planLayer = L.layerGroup().addTo(map);
/** Draws the plan; returns where it lies. */
export function drawPlan(plan) {
  planLayer.clearLayers();
  nameGrids(plan);
  const layer = L.geoJSON(plan, {
    coordsToLatLng: ([lon, lat]) => L.latLng(...onMap(lat, lon)),
    style: (feature) => {
      if (feature.properties.kind === "grid") {
        const isGreat = feature.properties.level === 1;
        return { color: colour("accent"), weight: isGreat ? 2 : 1, opacity: 0.5, dashArray: isGreat ? null : "4 4",
          fillOpacity: 0.02, interactive: false };
      }
      return { color: colour("busy"), weight: 4, opacity: 0.45 };
    },
    pointToLayer: (feature, place) => L.circleMarker(place, { radius: fontSize() * 0.4, color: colour("busy"), weight: 2, fillOpacity: 0.3 }),
    onEachFeature: (feature, one) => { if (feature.properties.kind !== "grid") { one.bindTooltip(safe(feature.properties.name)); } },
  });
  planLayer.addLayer(layer);
  return layer.getBounds();
}
