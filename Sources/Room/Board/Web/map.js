// What lies on the map: the plan, the units, the incidents, the ways of who responds, closures, coverage, heat.
import { state, now, isOver } from "./live.js";
import { map, onMap, colour, fontSize } from "./base.js";
import { safe, nameOf, troubles } from "./lists.js";
import { word } from "./words.js";

const L = window.L;
const pi = Math.PI;
const minute = 60000;
/** So old, ms, a position is no longer where the unit is; so old, it begins to fade. */
const stale = 3 * minute;
const fades = 20000;
/** Positions behind a unit. */
const trailLength = 60;
/** From this zoom on names and trails have room. */
const nearZoom = 13;
/** A unit so far outside the map, px, may still reach into it with its name. */
const margin = 40;
/** Slower, m/s, a unit has no direction worth an arrow. */
const arrowSpeed = 1.5;
/** The arrow's corners behind its tip, radians. */
const arrowTurn = 2.45;
/** A click so near a unit, px, is meant for it. */
const clickRadius = 18;
/** Metres in a degree of latitude. */
const metresInDegree = 111320;

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
    onEachFeature: (feature, one) => { if (feature.properties.kind !== "grid") { one.bindTooltip(safe(feature.properties.name)); } },
  });
  planLayer.addLayer(layer);
  return layer.getBounds();
}

/** A cross through who is offline, a triangle beside who is in trouble. */
function drawTrouble(pen, spot, radius, isOffline, colours) {
  pen.lineWidth = 2;
  pen.strokeStyle = colours.alarm;
  pen.fillStyle = colours.alarm;
  pen.beginPath();
  if (isOffline) {
    const far = radius * 1.2;
    pen.moveTo(spot.x - far, spot.y - far);
    pen.lineTo(spot.x + far, spot.y + far);
    pen.moveTo(spot.x + far, spot.y - far);
    pen.lineTo(spot.x - far, spot.y + far);
    pen.stroke();
    return;
  }
  const [x, y, side] = [spot.x + radius * 1.2, spot.y - radius * 1.3, radius * 0.9];
  pen.moveTo(x, y - side);
  pen.lineTo(x + side, y + side * 0.7);
  pen.lineTo(x - side, y + side * 0.7);
  pen.closePath();
  pen.fill();
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
    const isNear = map.getZoom() >= nearZoom;
    const size = map.getSize();
    for (const unit of state.units.values()) {
      if (unit.lat === undefined) { continue; }
      const spot = map.latLngToContainerPoint(onMap(unit.lat, unit.lon));
      if (spot.x < -margin || spot.y < -margin || spot.x > size.x + margin || spot.y > size.y + margin) { continue; }
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
      const wrong = troubles(unit);
      // Hollow and crossed out is who cannot be reached; a colour alone would say nothing to many an eye.
      pen.fillStyle = unit.online ? paint : colours.ground;
      pen.strokeStyle = unit.id === chosenUnit ? colours.ink : unit.online ? colours.ground : paint;
      pen.lineWidth = unit.id === chosenUnit ? 3 : unit.online ? 1.5 : 2.5;
      pen.beginPath();
      if ((unit.spd ?? 0) > arrowSpeed && unit.cog !== undefined) {
        const turn = unit.cog * pi / 180;
        const tip = (angle, far) => [spot.x + Math.sin(angle) * far, spot.y - Math.cos(angle) * far];
        pen.moveTo(...tip(turn, radius * 1.7));
        pen.lineTo(...tip(turn + arrowTurn, radius * 1.25));
        pen.lineTo(...tip(turn + pi, radius * 0.5));
        pen.lineTo(...tip(turn - arrowTurn, radius * 1.25));
        pen.closePath();
      } else {
        pen.arc(spot.x, spot.y, radius, 0, 2 * pi);
      }
      pen.fill();
      pen.stroke();
      if (wrong) { drawTrouble(pen, spot, radius, unit.online === false, colours); }
      if (isNear || unit.id === chosenUnit) {
        const silent = age > stale ? ` · ${word("silent")} ${Math.floor(age / minute)} ${word("minutes")}` : "";
        const old = silent + (wrong ? ` · ${wrong}` : "");
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
    if (far < clickRadius && (!best || far < best.far)) { best = { unit, far }; }
  }
  return best?.unit ?? null;
}

const incidentLayer = L.layerGroup().addTo(map);
const wayLayer = L.layerGroup().addTo(map);
const proposalLayer = L.layerGroup().addTo(map);
const closureLayer = L.layerGroup().addTo(map);
const coverageLayer = L.layerGroup().addTo(map);

const marks = new Map();
/** Shows the open incidents; a mark stays the same while its incident is open, so that no click on it is lost. */
export function drawIncidents(chosen, choose) {
  for (const [id, mark] of marks) {
    const incident = state.incidents.get(id);
    if (!incident || isOver(incident) || incident.placeless) { mark.remove(); marks.delete(id); }
  }
  for (const incident of state.incidents.values()) {
    if (isOver(incident) || incident.placeless) { continue; }
    const isDistress = incident.category === "sos";
    const tone = isDistress || incident.state === "received" ? "alarm" : incident.state === "scene" ? "scene" : "enroute";
    const place = onMap(incident.lat, incident.lon);
    const known = marks.get(incident.id);
    const mark = known ?? L.circleMarker(place);
    const look = { color: colour(tone), weight: fontSize() / (isDistress ? 2.5 : 4), fillColor: colour("panel"), fillOpacity: 0.85 };
    if (!known) {
      marks.set(incident.id, mark);
      mark.bindTooltip("");
      mark.on("click", (event) => { L.DomEvent.stop(event); choose(incident.id); });
      incidentLayer.addLayer(mark);
    }
    mark.setLatLng(place).setStyle(look).setRadius(fontSize() * (incident.id === chosen ? 0.85 : 0.65));
    mark.setTooltipContent(safe(nameOf(incident)));
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

/** The ways of the first three who could go, each with its rank at the unit; nothing for `null`. */
export function drawProposals(candidates) {
  const proposed = (candidates?.units ?? []).slice(0, 3).filter((one) => one.line?.length > 1);
  const name = proposed.map((one) => `${one.station}/${one.device} ${one.line.length} ${one.line[0]} ${one.line[one.line.length >> 1]}`).join(" ") + colour("accent");
  // The same ways are not drawn anew: the map would flicker with each look at the candidates.
  if (proposalLayer.drawn === name) { return; }
  proposalLayer.drawn = name;
  proposalLayer.clearLayers();
  for (const [index, one] of [...proposed.entries()].reverse()) {
    const line = one.line.map(([lon, lat]) => onMap(lat, lon));
    const style = { color: colour("accent"), weight: fontSize() * (index === 0 ? 0.3 : 0.2), opacity: index === 0 ? 0.85 : 0.5, dashArray: "6 5", interactive: false };
    proposalLayer.addLayer(L.polyline(line, style));
    proposalLayer.addLayer(L.marker(line[0], { interactive: false, icon: L.divIcon({ className: "rank", html: String(index + 1), iconSize: null }) }));
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

const trackLayer = L.layerGroup().addTo(map);
/** Shows where a unit was: longitude and latitude, in order. */
export function drawTrack(points) {
  trackLayer.clearLayers();
  if (points.length < 2) { return; }
  const line = points.map(([lon, lat]) => onMap(lat, lon));
  trackLayer.addLayer(L.polyline(line, { color: colour("panel"), weight: 6, opacity: 0.7, interactive: false }));
  trackLayer.addLayer(L.polyline(line, { color: colour("accent"), weight: 3, interactive: false }));
}

let placeMark = null;
/** Shows where a new incident will be; nothing for `null`. */
export function markPlace(place) {
  placeMark?.remove();
  placeMark = place && L.circleMarker(onMap(...place), { color: colour("alarm"), weight: 3, radius: fontSize() * 0.8, fillOpacity: 0.15, dashArray: "4 3", interactive: false }).addTo(map);
}

const heatLayer = L.layerGroup().addTo(map);
/** Shows where units were, the more the darker; nothing for `null`. */
export function drawHeat(heat) {
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
}
