// What lies on the map: units, incidents, routes of the proposed units, closures, coverage and heat.
import { state, now, isOver } from "../shared/live.js";
import { map, onMap, colour, fontSize } from "../map/base.js";
import { heatLayer } from "./heat.js";
import { isShown, onLayers } from "./layers.js";
import { isMoving } from "./reckon.js";
import { heapsNow, isSeenAnew, reportOf, seenStep, viewNow } from "./spots.js";
import { drawWays, takeWays } from "./ways.js";
import { Taken } from "../map/room.js";
import { canvasLayer, drawMark, drawName, markColours, tone as toneOf, widthOf } from "../map/marks.js";
import { safe, nameOf, troubles } from "../shared/lists.js";
import { word } from "../shared/words.js";

const L = window.L;
const pi = Math.PI;
const minute = 60000;
/** So old, ms, a position is no longer where the unit is; so old, it begins to fade. */
const stale = 3 * minute;
const fades = 20000;
/** Numbers behind a unit: two for each position. */
const trailLength = 120;
/** From this zoom on names and trails have room. */
const nearZoom = 13;
/** A click so near a unit, px, is meant for it. */
const clickRadius = 18;

/** A heap as a ring with a part for each state, and how many there are. */
function drawHeap(pen, heap, radius, colours) {
  const counts = new Map();
  for (const { unit } of heap.units) { const key = unit.online ? unit.status : "off"; counts.set(key, (counts.get(key) ?? 0) + 1); }
  let begin = -pi / 2;
  for (const [status, count] of [...counts].sort()) {
    const end = begin + count / heap.units.length * 2 * pi;
    pen.beginPath();
    pen.moveTo(heap.x, heap.y);
    pen.arc(heap.x, heap.y, radius * 1.9, begin, end);
    pen.fillStyle = toneOf(colours, status);
    pen.fill();
    begin = end;
  }
  pen.beginPath();
  pen.arc(heap.x, heap.y, radius * 1.4, 0, 2 * pi);
  pen.fillStyle = colours.ground;
  pen.fill();
  pen.fillStyle = colours.ink;
  pen.textAlign = "center";
  pen.fillText(String(heap.units.length), heap.x, heap.y + radius * 0.6);
  pen.textAlign = "left";
}

/** The trails of units, under all of them: those of one colour are one stroke. */
function drawTrails(pen, heaps, at, colours) {
  const strokes = new Map();
  for (const { units: [{ unit }] } of heaps) {
    const trail = trails.get(unit.id);
    if (!trail || trail.length < 4) { continue; }
    const name = `${toneOf(colours, unit.status)} ${shadeOf(unit, at)}`;
    if (!strokes.has(name)) { strokes.set(name, { paint: toneOf(colours, unit.status), shade: shadeOf(unit, at), all: [] }); }
    strokes.get(name).all.push(trail);
  }
  const { scale, left, top } = viewNow();
  pen.lineWidth = 2;
  for (const { paint, shade, all } of strokes.values()) {
    pen.beginPath();
    for (const trail of all) {
      pen.moveTo(trail[0] * scale - left, trail[1] * scale - top);
      for (let i = 2; i < trail.length; i += 2) { pen.lineTo(trail[i] * scale - left, trail[i + 1] * scale - top); }
    }
    pen.strokeStyle = paint;
    pen.globalAlpha = shade * 0.5;
    pen.stroke();
  }
  pen.globalAlpha = 1;
}

/** How much of its colour is left to a unit that was not heard of for a while. */
function shadeOf(unit, at) {
  const age = at - unit.seen;
  return age > stale ? 0.3 : age > fades ? 0.6 : 1;
}

/** At the middle of the map; nothing while it shows no place yet. */
function pixelsPerMetre() {
  if (map.getZoom() === undefined) { return 0; }
  return 256 * 2 ** map.getZoom() / (40075017 * Math.cos(map.getCenter().lat * pi / 180));
}

/** All units in one canvas: thousands of them move each second. */
const units = canvasLayer(map, (pen) => {
  const colours = markColours(colour);
  const at = now();
  const font = fontSize();
  pen.font = `600 ${Math.round(font * 0.8)}px sans-serif`;
  const isNear = map.getZoom() >= nearZoom;
  const radius = font * 0.45;
  const taken = new Taken(map.getSize());
  const names = [];
  frames.drawn += 1;
  frames.at = performance.now();
  drawWays(pen);
  drawnHeaps = heapsNow(at, chosenUnit);
  if (isNear && isShown("trails")) { drawTrails(pen, drawnHeaps, at, colours); }
  for (const heap of drawnHeaps) {
    if (heap.units.length > 1) { drawHeap(pen, heap, radius, colours); continue; }
    const { unit, spot } = heap.units[0];
    const age = at - unit.seen;
    const shade = shadeOf(unit, at);
    if (spot.reach > radius * 2) {
      // Where it may be by now: nobody has heard of it for longer than usual.
      pen.globalAlpha = 0.15;
      pen.beginPath();
      pen.arc(spot.x, spot.y, spot.reach, 0, 2 * pi);
      pen.fillStyle = toneOf(colours, unit.status);
      pen.fill();
    }
    pen.globalAlpha = shade;
    const wrong = troubles(unit);
    const isChosen = unit.id === chosenUnit;
    drawMark(pen, spot, radius, { status: unit.status, speed: unit.spd, course: unit.cog, isReached: Boolean(unit.online), isCrossed: unit.online === false, isInTrouble: wrong, isChosen }, colours);
    taken.take([spot.x - radius, spot.y - radius, spot.x + radius, spot.y + radius]);
    if (isChosen || (isNear && isShown("callSigns"))) {
      const silent = age > stale ? ` · ${word("silent")} ${Math.floor(age / minute)} ${word("minutes")}` : "";
      names.push({ text: unit.unit + silent + (wrong ? ` · ${wrong}` : ""), spot, shade, rank: isChosen ? 0 : wrong ? 1 : ["enroute", "scene"].includes(unit.status) ? 2 : 3 });
    }
  }
  // Who matters more has a name first; one that would lie on another is left out.
  for (const { text, spot, shade } of names.sort((a, b) => a.rank - b.rank)) {
    const left = spot.x + radius * 1.8;
    if (!taken.take([left, spot.y - font * 0.4, left + widthOf(pen, text), spot.y + font * 0.4])) { continue; }
    pen.globalAlpha = shade;
    drawName(pen, spot, radius, text, colours);
  }
  pen.globalAlpha = 1;
});

let drawnHeaps = [];
/** The last places of each unit on the world of zoom 0, px: x, y, x, y, … */
const trails = new Map();
let chosenUnit = null;
export function chooseUnit(id) { chosenUnit = id; units.isDirty = true; }

/** Takes what was reported; where nobody would see it, it waits for the next picture. */
export function unitsMoved(ids) {
  const at = now();
  const view = map.getZoom() === undefined ? null : viewNow();
  let isSeen = false;
  for (const id of ids) {
    const unit = state.units.get(id);
    if (!unit || unit.lat === undefined) { continue; }
    const trail = trails.get(id) ?? [];
    const { x, y } = reportOf(unit);
    if (trail.at(-2) !== x || trail.at(-1) !== y) { trail.push(x, y); }
    if (trail.length > trailLength) { trail.splice(0, 2); }
    trails.set(id, trail);
    isSeen = isSeen || !view || isSeenAnew(unit, at, view);
  }
  if (isSeen) { units.isDirty = true; }
}

/** Pictures of the units so far, and when the last one was drawn. */
export const frames = { drawn: 0, at: 0 };
/** Between two pictures of units that only drive on, ms: at least, and at most. */
const [soonest, latest] = [100, 1000];
function carryOn() {
  let fastest = 0;
  const at = now();
  for (const unit of state.units.values()) { if (isMoving(unit, at)) { fastest = Math.max(fastest, unit.spd ?? 0); } }
  const pause = Math.max(soonest, Math.min(latest, seenStep / (fastest * pixelsPerMetre()) * 1000));
  // What was drawn a moment ago, because somebody reported, need not be drawn again.
  const rest = document.hidden ? pause : frames.at + pause - performance.now();
  if (rest > pause / 4) { setTimeout(carryOn, rest); return; }
  units.isDirty = true;
  setTimeout(carryOn, pause);
}
setTimeout(carryOn, soonest);

/** What was drawn next to a click: a unit, or several that lie on one another; `null` for nothing. */
export function unitAt(point) {
  let best = null;
  for (const heap of drawnHeaps) {
    const far = Math.hypot(heap.x - point.x, heap.y - point.y);
    if (far < clickRadius && (!best || far < best.far)) { best = { heap, far }; }
  }
  if (!best) { return null; }
  return best.heap.units.length === 1 ? best.heap.units[0].unit : { heap: best.heap.units.map((one) => [one.unit.lat, one.unit.lon]) };
}

const incidentLayer = L.layerGroup().addTo(map);
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
    const radius = fontSize() * (incident.id === chosen ? 0.85 : 0.65);
    const name = safe(nameOf(incident));
    // Each change has the whole layer drawn anew.
    const drawn = JSON.stringify([place, look, radius, name]);
    if (mark.drawn === drawn) { continue; }
    mark.drawn = drawn;
    mark.setLatLng(place).setStyle(look).setRadius(radius);
    mark.setTooltipContent(name);
  }
}

/** Draws them anew: the colours are others. */
export function redrawUnits() { units.isDirty = true; }

/** Takes the latest routes. A new or ended route is drawn at once, a shorter one with the next picture of the units. Returns whether their number changed. */
export function showWays() {
  const isMore = takeWays();
  if (isMore) { units.isDirty = true; }
  return isMore;
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

onLayers({ coverage: coverageLayer, closures: closureLayer, heat: heatLayer, units });
