// The map: the room's own roads on canvas tiles, the plan, the units, the incidents and the ways of who responds.
import { state, now, ask } from "./live.js";
import { word } from "./words.js";

const L = window.L;
const pi = Math.PI;
const stale = 180000;
const fades = 20000;
const trailLength = 60;

export const map = L.map("map", { zoomControl: false, preferCanvas: true, zoomSnap: 0.5 });
L.control.zoom({ position: "bottomright" }).addTo(map);
map.attributionControl.setPrefix("");

function fontSize() { return parseFloat(getComputedStyle(document.body).fontSize); }

function colour(name) { return getComputedStyle(document.body).getPropertyValue(`--${name}`).trim(); }

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
      done(null, tile);
    }, (error) => done(error, tile));
    return tile;
  },
  draw(tile, roads, size, zoom) {
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
    for (const isCase of [true, false]) {
      for (const [kind, , points] of roads) {
        const base = kind.replace("_link", "");
        const width = (widths[base] ?? 1.2) * grow * (zoom < 13 ? 0.5 : 1);
        const isMain = ["motorway", "trunk", "primary"].includes(base);
        pen.strokeStyle = isCase ? colour("road-case") : colour(isMain ? "road-main" : "road");
        pen.lineWidth = isCase ? width + 1.4 * (size / 256) : width;
        path(points);
        pen.stroke();
      }
    }
    if (zoom < 15) { return; }
    const letters = Math.round(fontSize() * 0.72 * size / 256);
    pen.font = `${letters}px sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = colour("faint");
    pen.strokeStyle = colour("ground");
    pen.lineWidth = 3 * size / 256;
    const seen = new Set();
    for (const [, name, points] of roads) {
      if (!name || seen.has(name)) { continue; }
      const middle = Math.floor(points.length / 4) * 2;
      if (middle + 3 >= points.length && points.length < 4) { continue; }
      const a = [points[Math.max(0, middle - 2)] * scale, points[Math.max(1, middle - 1)] * scale];
      const b = [points[middle] * scale, points[middle + 1] * scale];
      const centre = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
      if (centre[0] < 0 || centre[1] < 0 || centre[0] > size || centre[1] > size) { continue; }
      if (Math.hypot(b[0] - a[0], b[1] - a[1]) < pen.measureText(name).width * 0.6) { continue; }
      seen.add(name);
      let turn = Math.atan2(b[1] - a[1], b[0] - a[0]);
      if (turn > pi / 2 || turn < -pi / 2) { turn += pi; }
      pen.save();
      pen.translate(centre[0], centre[1]);
      pen.rotate(turn);
      pen.strokeText(name, 0, 0);
      pen.fillText(name, 0, 0);
      pen.restore();
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
  base.addTo(map);
  base.bringToBack();
}

export function redrawBase() { if (base && base.draw) { base.redraw(); } }

const planLayer = L.layerGroup().addTo(map);
export function drawPlan(plan) {
  planLayer.clearLayers();
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
    onEachFeature: (feature, one) => { if (feature.properties.kind !== "grid") { one.bindTooltip(feature.properties.name ?? ""); } },
  });
  planLayer.addLayer(layer);
  return layer.getBounds();
}

/** All units in one canvas: thousands of them move each second. */
const Units = L.Layer.extend({
  onAdd() {
    this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", map.getPanes().overlayPane);
    this.canvas.style.pointerEvents = "none";
    map.on("moveend zoomend resize viewreset", this.place, this);
    this.place();
  },
  place() {
    const size = map.getSize();
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = size.x * ratio;
    this.canvas.height = size.y * ratio;
    this.canvas.style.width = `${size.x}px`;
    this.canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
    this.isDirty = true;
  },
  draw() {
    const pen = this.canvas.getContext("2d");
    const ratio = window.devicePixelRatio || 1;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const colours = Object.fromEntries(["free", "enroute", "scene", "busy", "off", "ink", "ground", "alarm"].map((name) => [name, colour(name)]));
    const tone = { patrol: colours.free, enroute: colours.enroute, scene: colours.scene, busy: colours.busy, break: colours.busy };
    const at = now();
    const font = fontSize();
    pen.font = `600 ${Math.round(font * 0.8)}px sans-serif`;
    const isNear = map.getZoom() >= 13;
    const size = map.getSize();
    for (const unit of state.units.values()) {
      if (unit.lat === undefined) { continue; }
      const spot = map.latLngToContainerPoint(onMap(unit.lat, unit.lon));
      if (spot.x < -40 || spot.y < -40 || spot.x > size.x + 40 || spot.y > size.y + 40) { continue; }
      const age = at - unit.seen;
      const paint = tone[unit.status] ?? colours.off;
      pen.globalAlpha = age > stale ? 0.3 : age > fades ? 0.6 : 1;
      const trail = trails.get(unit.id);
      if (trail && isNear) {
        pen.strokeStyle = paint;
        pen.lineWidth = 2;
        pen.globalAlpha *= 0.5;
        pen.beginPath();
        trail.forEach(([lat, lon], index) => {
          const point = map.latLngToContainerPoint(onMap(lat, lon));
          if (index === 0) { pen.moveTo(point.x, point.y); } else { pen.lineTo(point.x, point.y); }
        });
        pen.stroke();
        pen.globalAlpha = age > stale ? 0.3 : age > fades ? 0.6 : 1;
      }
      const radius = font * 0.45;
      pen.fillStyle = paint;
      pen.strokeStyle = unit.id === chosenUnit ? colours.ink : colours.ground;
      pen.lineWidth = unit.id === chosenUnit ? 3 : 1.5;
      pen.beginPath();
      if ((unit.spd ?? 0) > 1.5 && unit.cog !== undefined) {
        const turn = unit.cog * pi / 180;
        const tip = (angle, far) => [spot.x + Math.sin(angle) * far, spot.y - Math.cos(angle) * far];
        pen.moveTo(...tip(turn, radius * 1.7));
        pen.lineTo(...tip(turn + 2.45, radius * 1.25));
        pen.lineTo(...tip(turn + pi, radius * 0.5));
        pen.lineTo(...tip(turn - 2.45, radius * 1.25));
        pen.closePath();
      } else {
        pen.arc(spot.x, spot.y, radius, 0, 2 * pi);
      }
      pen.fill();
      pen.stroke();
      if (isNear || unit.id === chosenUnit) {
        const old = age > stale ? ` · ${word("silent")} ${Math.floor(age / 60000)} ${word("minutes")}` : "";
        pen.lineWidth = 3;
        pen.strokeStyle = colours.ground;
        pen.strokeText(unit.unit + old, spot.x + radius * 1.8, spot.y + radius * 0.6);
        pen.fillStyle = colours.ink;
        pen.fillText(unit.unit + old, spot.x + radius * 1.8, spot.y + radius * 0.6);
      }
    }
    pen.globalAlpha = 1;
  },
});

const units = new Units().addTo(map);
const trails = new Map();
let chosenUnit = null;
export function chooseUnit(id) { chosenUnit = id; units.isDirty = true; }

export function unitsMoved(ids) {
  for (const id of ids) {
    const unit = state.units.get(id);
    if (!unit || unit.lat === undefined) { continue; }
    const trail = trails.get(id) ?? [];
    const last = trail[trail.length - 1];
    if (!last || last[0] !== unit.lat || last[1] !== unit.lon) { trail.push([unit.lat, unit.lon]); }
    if (trail.length > trailLength) { trail.shift(); }
    trails.set(id, trail);
  }
  units.isDirty = true;
}

/** Frames drawn, for who measures. */
export const frames = { count: 0, drawn: 0 };
setInterval(() => { units.isDirty = true; }, 1000);
(function frame() {
  frames.count += 1;
  if (units.isDirty && units.canvas) { units.isDirty = false; units.draw(); frames.drawn += 1; }
  requestAnimationFrame(frame);
})();

/** The unit that was drawn next to a click. */
export function unitAt(point) {
  let best = null;
  for (const unit of state.units.values()) {
    if (unit.lat === undefined) { continue; }
    const spot = map.latLngToContainerPoint(onMap(unit.lat, unit.lon));
    const far = Math.hypot(spot.x - point.x, spot.y - point.y);
    if (far < 18 && (!best || far < best.far)) { best = { unit, far }; }
  }
  return best?.unit ?? null;
}

const incidentLayer = L.layerGroup().addTo(map);
const wayLayer = L.layerGroup().addTo(map);
const closureLayer = L.layerGroup().addTo(map);
const coverageLayer = L.layerGroup().addTo(map);

export function drawIncidents(chosen, choose) {
  incidentLayer.clearLayers();
  for (const incident of state.incidents.values()) {
    if (["cleared", "cancelled"].includes(incident.state)) { continue; }
    const tone = incident.state === "received" ? "alarm" : incident.state === "scene" ? "scene" : "enroute";
    const mark = L.circleMarker(onMap(incident.lat, incident.lon), { radius: fontSize() * (incident.id === chosen ? 0.85 : 0.65),
      color: colour(tone), weight: fontSize() / 4, fillColor: colour("panel"), fillOpacity: 0.85 });
    mark.bindTooltip(`${word(incident.category ?? "other")} ${incident.place ?? ""}`);
    mark.on("click", (event) => { L.DomEvent.stop(event); choose(incident.id); });
    incidentLayer.addLayer(mark);
  }
}

export function drawWays() {
  wayLayer.clearLayers();
  for (const way of state.responses) {
    const line = way.line.map(([lon, lat]) => onMap(lat, lon));
    wayLayer.addLayer(L.polyline(line, { color: colour("panel"), weight: fontSize() * 0.55, opacity: 0.7, interactive: false }));
    wayLayer.addLayer(L.polyline(line, { color: colour("enroute"), weight: fontSize() * 0.35, opacity: 0.9, interactive: false }));
  }
}

export function drawClosures() {
  closureLayer.clearLayers();
  for (const closure of state.closures) {
    const places = closure.places.map(([lon, lat]) => onMap(lat, lon));
    const style = { color: colour("alarm"), weight: 2, dashArray: "6 4", fillOpacity: 0.12 };
    closureLayer.addLayer(places.length === 1 ? L.circleMarker(places[0], { ...style, radius: 9 }) : L.polygon(places, style));
  }
}

export function drawCoverage(coverage) {
  coverageLayer.clearLayers();
  if (!coverage) { return; }
  coverageLayer.addLayer(L.geoJSON(coverage.blind, {
    coordsToLatLng: ([lon, lat]) => L.latLng(...onMap(lat, lon)),
    style: () => ({ color: colour("alarm"), weight: 3, opacity: 0.55, interactive: false }),
  }));
}

const sketchLayer = L.layerGroup().addTo(map);
/** Shows the corners of a closure that is being drawn. */
export function closureSketch(corners) {
  sketchLayer.clearLayers();
  const places = corners.map(([lat, lon]) => onMap(lat, lon));
  const style = { color: colour("alarm"), weight: 2, dashArray: "3 4", fillOpacity: 0.15, interactive: false };
  for (const place of places) { sketchLayer.addLayer(L.circleMarker(place, { ...style, radius: 5 })); }
  if (places.length > 1) { sketchLayer.addLayer(L.polygon(places, style)); }
}

const heatLayer = L.layerGroup().addTo(map);
/** Shows where units were, the more the darker; nothing for `null`. */
export function drawHeat(heat) {
  heatLayer.clearLayers();
  const most = Math.max(1, ...(heat?.features ?? []).map((one) => one.properties.count));
  for (const one of heat?.features ?? []) {
    const [lon, lat] = one.geometry.coordinates;
    const high = 50 / 111320;
    const wide = high / Math.cos(lat * pi / 180);
    const corners = [[lat - high, lon - wide], [lat + high, lon + wide]].map(([y, x]) => onMap(y, x));
    // By the logarithm: a parking place must not make everything else look empty.
    const share = Math.log(1 + one.properties.count) / Math.log(1 + most);
    heatLayer.addLayer(L.rectangle(corners, { stroke: false, fillColor: colour("alarm"), fillOpacity: 0.08 + 0.55 * share, interactive: false }));
  }
}
