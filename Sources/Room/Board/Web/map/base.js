// The map itself: the room's own roads on canvas tiles, or a tile server's, and where a true place lies on them.
import { ask } from "../shared/live.js";

const L = window.L;
const pi = Math.PI;

export const map = L.map("map", { zoomControl: false, preferCanvas: true, zoomSnap: 0.5 });
L.control.zoom({ position: "bottomright" }).addTo(map);
map.attributionControl.setPrefix("");

// A strip that comes or goes above the map makes it another size, and Leaflet only looks at the window.
new ResizeObserver(() => map.invalidateSize({ pan: false, debounceMoveend: true })).observe(map.getContainer());

export function fontSize() { return parseFloat(getComputedStyle(document.body).fontSize); }

/** A colour of the page, as it is now: by day or on the wall. */
export function colour(name) { return getComputedStyle(document.body).getPropertyValue(`--${name}`).trim(); }

const widths = { motorway: 5, trunk: 5, primary: 4, secondary: 3, tertiary: 2.5, residential: 1.6, unclassified: 1.6,
  service: 0.8, living_street: 1.2 };

const Roads = L.GridLayer.extend({
  createTile(place, done) {
    const size = this.getTileSize();
    const tile = document.createElement("canvas");
    const ratio = window.devicePixelRatio || 1;
    tile.width = size.x * ratio;
    tile.height = size.y * ratio;
    ask("GET", `roads/${place.z}/${place.x}/${place.y}`).then((roads) => {
      this.draw(tile, roads, size.x * ratio, place.z);
      tile.roads = roads.filter((one) => one[1]);
      done(null, tile);
    }, (error) => done(error, tile));
    return tile;
  },
  draw(tile, roads, size, zoom) {
    // A canvas that nothing was drawn on costs nothing when the page is put together.
    if (roads.length === 0) { return; }
    const pen = tile.getContext("2d");
    const scale = size / 4096;
    const grow = Math.pow(1.5, Math.max(0, zoom - 14)) * (size / 256);
    const path = (points) => {
      pen.beginPath();
      for (let i = 0; i < points.length; i += 2) {
        if (i === 0) { pen.moveTo(points[0] * scale, points[1] * scale); } else { pen.lineTo(points[i] * scale, points[i + 1] * scale); }
      }
    };
    pen.lineCap = "round";
    pen.lineJoin = "round";
    // Far away a case around each road would be all that is seen: there one dark line is a road.
    for (const isCase of zoom < 12 ? [true] : [true, false]) {
      for (const [kind, , points] of roads) {
        const base = kind.replace("_link", "");
        const width = (widths[base] ?? 1.2) * grow * (zoom < 13 ? 0.5 : 1);
        const isMain = ["motorway", "trunk", "primary"].includes(base);
        pen.strokeStyle = colour(`road${isMain ? "-main" : ""}${isCase ? "-case" : ""}`);
        pen.lineWidth = isCase && zoom >= 12 ? width + 1.4 * (size / 256) : width;
        path(points);
        pen.stroke();
      }
    }
  },
});

// GCJ-02 shifts places by hundreds of metres in China; source: the published approximation of the shift.
function shifted(lat, lon) {
  if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) { return [lat, lon]; }
  const a = 6378245.0, e = 0.00669342162296594323, x = lon - 105, y = lat - 35;
  let u = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x));
  let v = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x));
  const wave = (20 * Math.sin(6 * x * pi) + 20 * Math.sin(2 * x * pi)) * 2 / 3;
  u += wave + (20 * Math.sin(y * pi) + 40 * Math.sin(y / 3 * pi)) * 2 / 3
    + (160 * Math.sin(y / 12 * pi) + 320 * Math.sin(y * pi / 30)) * 2 / 3;
  v += wave + (20 * Math.sin(x * pi) + 40 * Math.sin(x / 3 * pi)) * 2 / 3
    + (150 * Math.sin(x / 12 * pi) + 300 * Math.sin(x / 30 * pi)) * 2 / 3;
  const r = lat / 180 * pi, m = 1 - e * Math.sin(r) ** 2, s = Math.sqrt(m);
  return [lat + u * 180 / (a * (1 - e) / (m * s) * pi), lon + v * 180 / (a / s * Math.cos(r) * pi)];
}

let isShifted = false;
/** Where a true place lies on this map's tiles. */
export function onMap(lat, lon) { return isShifted ? shifted(lat, lon) : [lat, lon]; }

/** The true place of a click: the shift is undone by going there and back twice. */
export function fromMap(lat, lon) {
  if (!isShifted) { return [lat, lon]; }
  let place = [lat, lon];
  for (let i = 0; i < 3; i += 1) {
    const there = shifted(place[0], place[1]);
    place = [place[0] + lat - there[0], place[1] + lon - there[1]];
  }
  return place;
}

let base = null;
export function setBase(page) {
  isShifted = Boolean(page.tiles) && page.gcj02;
  if (base) { base.remove(); }
  base = page.tiles ? L.tileLayer(page.tiles, { maxZoom: 19 }) : new Roads({ maxZoom: 19, attribution: "© OpenStreetMap" });
  base.on("load", () => roadsCame());
  base.addTo(map);
  base.bringToBack();
}

/** The named pieces of road of the tiles in view: class, name, and their points in the map's container, px. */
export function roadsInView() {
  const found = [];
  const size = 256;
  for (const { el, coords, current } of Object.values(base?._tiles ?? {})) {
    if (!current || !el.roads) { continue; }
    const corner = map.project(map.unproject(L.point(coords.x * size, coords.y * size), coords.z), map.getZoom());
    const origin = corner.subtract(map.getPixelOrigin()).add(map.layerPointToContainerPoint([0, 0]));
    const scale = size / 4096 * map.getZoomScale(map.getZoom(), coords.z);
    for (const [kind, name, flat] of el.roads) {
      const points = [];
      for (let i = 0; i < flat.length; i += 2) { points.push([origin.x + flat[i] * scale, origin.y + flat[i + 1] * scale]); }
      found.push({ kind, name, points });
    }
  }
  return found;
}

/** Calls back whenever roads have come. */
export function onRoads(callback) { roadsCame = callback; }
let roadsCame = () => null;

export function redrawBase() { if (base && base.draw) { base.redraw(); } }
