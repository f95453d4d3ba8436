// The board: what is chosen, and what a click does.
import { state, onChange, startWith, connect, ask, learn } from "../shared/live.js";
import { map, onMap, fromMap, setShift } from "../map/base.js";
import { redrawSurface, setSurface } from "../map/surface.js";
import { redrawNames } from "../map/names.js";
import { labelNight, setUpNight } from "../shared/night.js";
import { drawPlan } from "../map/plan.js";
import { labelLayers, setUpLayers } from "./layers.js";
import { isMeasuring, labelMeasuring, measureTo, switchMeasuring } from "./measure.js";
import { unitsMoved, unitAt, chooseUnit, drawClosures, drawCoverage, frames, redrawUnits, showWays } from "./map.js";
import * as dialogs from "./dialogs.js";
import { dropDraft, openIncident, restoreDraft, setUpDrawer } from "./drawer.js";
import { openAmendment, openEnding, setUpEndings } from "./endings.js";
import { noteGrids, setGrids } from "./gridwatch.js";
import { setUpKeys } from "./keys.js";
import { draw, drawSoon, setUpPanes } from "./panes.js";
import { labelHeat } from "./heat.js";
import { fetchAll, later } from "./later.js";
import { openAlarms } from "../shared/lists.js";
import { askAhead, logIn, logInAgain } from "../shared/session.js";
import { distress, goToDistress, setUpDistress, testTones, tones } from "./sos.js";
import { setZone } from "../shared/zone.js";
import { forgetUnit, labelUnitActs, locate, message, showTrack } from "./unitacts.js";
import { loadToday } from "../shared/today.js";
import { complain } from "./top.js";
import { word, language, switchLanguage } from "../shared/words.js";

const $ = (id) => document.getElementById(id);
const view = { incident: null, rollcall: null, unit: null, coverage: null, candidates: null, filter: "", status: null, sure: null, place: null,
  sketch: null, page: { title: "" }, canAct: true, role: "viewer" };
/** For who measures and tests: what the page knows. */
window.patrollink = { state, view, frames, map, distress };

const [reports, tasks, people, history, devices] = [
  later(() => import("./reports.js"), (part) => part.setUpReports(view)),
  later(() => import("./tasks.js"), (part) => part.setUpTasks()),
  later(() => import("./people.js"), (part) => part.setUpPeople()),
  later(() => import("./history.js"), (part) => part.setUpHistory({ view, chooseIncident })),
  later(() => import("./devices.js"), () => null),
];
/** After so long, ms, the first view stands and the rest is fetched. */
const restWaits = 3000;

const narrow = matchMedia("(max-width: 760px)");
function isWall() { return document.body.classList.contains("wall"); }

const labels = { "incidents-title": "incidents", new: "newIncident", rollcall: "rollcall", coverage: "coverage", language: "language",
  logout: "logout", closure: "closures", reports: "reports", "replay-open": "replay", "unit-replay": "replay", "incident-replay": "replayIncident", "tasks-open": "tasks", "people-open": "people", "devices-open": "devices", older: "older", "history-open": "history", "login-name-label": "name",
  "login-password-label": "password", "login-go": "logIn" };

function label() {
  const tabs = { left: "incidents", map: "mapTab", right: "units" };
  for (const [name, key] of Object.entries(tabs)) { document.querySelector(`#tabs [data-tab=${name}]`).textContent = word(key); }
  document.documentElement.lang = language();
  $("title").textContent = view.page.title || "PatrolLink";
  for (const [id, key] of Object.entries(labels)) { $(id).textContent = word(key); }
  $("search").placeholder = word("search");
  $("mode").textContent = word(isWall() ? "desk" : "wall");
  dialogs.labelDialogs();
  labelUnitActs();
  labelLayers();
  labelMeasuring();
  labelHeat();
  labelNight();
}

let alarmsKnown = new Set();
function soundAlarms() {
  const open = state.alarms.filter((alarm) => !alarm.taken && alarm.kind !== "sos");
  const names = new Set(open.map((alarm) => `${alarm.incident} ${alarm.alarm}`));
  if ([...names].some((name) => !alarmsKnown.has(name))) { tones.alarm(); }
  alarmsKnown = names;
}

/** Incidents that were heard of: one that comes later sounds, unless it was entered here or calls by itself. */
let incidentsKnown = null;
function soundIncidents() {
  const waiting = [...state.incidents.values()].filter((one) => one.state === "received" && one.category !== "sos").map((one) => one.id);
  const isNew = incidentsKnown !== null && waiting.some((id) => !incidentsKnown.has(id) && id !== view.incident);
  incidentsKnown = new Set([...(incidentsKnown ?? []), ...waiting]);
  if (isNew) { tones.incident(); }
}

/** Nobody knows where it is, and somebody must be sent all the same: who is free, without times. */
function withoutTimes(incident) {
  const all = { units: [], below_line: [], placeless: true };
  for (const unit of state.units.values()) {
    const isCaller = unit.device === incident.sos?.device && unit.station === incident.sos?.station;
    const isFree = (unit.status ?? "patrol") === "patrol";
    const reason = isCaller ? "caller" : !unit.online ? "offline" : isFree ? null : unit.status === "off" || unit.status === "break" ? unit.status : "busy";
    (reason ? all.below_line : all.units).push({ ...unit, reason });
  }
  return all;
}

async function loadCandidates() {
  const id = view.incident;
  const incident = id && state.incidents.get(id);
  if (!incident) { return; }
  if (incident.placeless) { view.candidates = withoutTimes(incident); drawSoon("right"); return; }
  try {
    const candidates = await ask("GET", `incidents/${encodeURIComponent(id)}/candidates`);
    if (view.incident === id) { view.candidates = candidates; drawSoon("right", "map"); }
  } catch (error) { complain(error); }
}

function chooseIncident(id, isMoving = true) {
  if (view.incident !== id) { view.candidates = null; view.sure = null; }
  view.incident = id;
  view.rollcall = null;
  const incident = id && state.incidents.get(id);
  if (incident && isMoving && !incident.placeless) { map.panTo(onMap(incident.lat, incident.lon)); }
  draw();
  if (!narrow.matches) { document.querySelector(".card.chosen")?.scrollIntoView({ block: "nearest" }); }
  // On a narrow screen one column is seen at a time.
  if (incident) { showTab("right"); }
  loadCandidates();
}

/** For so long, ms, after the page went to a distress call nobody is sent: the press was meant for what was there before. */
const surprise = 1000;
let visitedAt = -surprise;

/** Distress: the map goes there, the incident is chosen, and who is near is proposed. */
function visit(incident) {
  isFitted = true;
  showUnit(null);
  chooseIncident(incident.id, false);
  visitedAt = performance.now();
  if (narrow.matches) { window.scrollTo(0, 0); }
  // The strip has made the map smaller just now.
  map.invalidateSize({ pan: false });
  if (!incident.placeless) { map.setView(onMap(incident.lat, incident.lon), Math.max(map.getZoom(), 15)); }
}

function chooseRollCall(id) {
  view.incident = null;
  view.rollcall = id;
  draw();
}

function showUnit(id) {
  const unit = state.units.get(id);
  if (view.unit !== id) { forgetUnit(); }
  view.unit = id;
  chooseUnit(id);
  if (unit && unit.lat !== undefined) { map.panTo(onMap(unit.lat, unit.lon)); }
  if (unit) { showTab("right"); }
  draw("right");
  if (unit && narrow.matches) { $("unit").scrollIntoView({ block: "nearest" }); }
}

/** On a narrow screen: which column is seen. */
function showTab(name) {
  document.body.dataset.tab = name;
  for (const tab of document.querySelectorAll("#tabs [data-tab]")) { tab.setAttribute("aria-pressed", String(tab.dataset.tab === name)); }
  if (name === "map") { map.invalidateSize({ pan: false }); }
}

const underWay = new Set();
async function act(path, body) {
  const name = `${path} ${JSON.stringify(body)}`;
  // A second press is ignored while the first is being sent.
  if (underWay.has(name)) { return false; }
  underWay.add(name);
  let isDone = false;
  try {
    const incident = await ask("POST", path, body);
    isDone = true;
    if (incident?.id) { learn(incident); drawSoon("left", "right", "map", "today"); }
  } catch (error) { complain(error); } finally { underWay.delete(name); }
  loadCandidates();
  return isDone;
}

function of(id, what) { return `incidents/${encodeURIComponent(id)}/${what}`; }
async function send(device, station) {
  if (performance.now() - visitedAt < surprise) { complain(new Error(word("justMoved"))); return; }
  await sendTo(view.incident, device, station);
}

async function sendTo(incident, device, station) {
  if (await act(of(incident, "assign"), { device, station })) { offerUndo(incident, device, station); }
}

/** For so long, ms, a send can be taken back with one press: the unit is told at once, and is told again. */
const undoStands = 5000;
let undoLeaves = null;
function offerUndo(incident, device, station) {
  const end = performance.now() + undoStands;
  const name = state.units.get(`${station}/${device}`)?.unit ?? device;
  const leave = () => { clearInterval(undoLeaves); $("undo").hidden = true; };
  const count = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (left <= 0) { leave(); return; }
    $("undo-text").textContent = `${word("assign")} ${name}`;
    $("undo-go").textContent = `${word("undo")} (${left})`;
  };
  clearInterval(undoLeaves);
  undoLeaves = setInterval(count, 250);
  $("undo-go").onclick = () => { leave(); act(of(incident, "cancel"), { device, station }); };
  count();
  $("undo").hidden = false;
}

/** A unit below the line is sent by the second press: the first one asks. */
function sendAnyway(device, station) {
  const name = `${station}/${device}`;
  const isSure = view.sure === name;
  view.sure = isSure ? null : name;
  if (isSure) { send(device, station); }
  draw("right");
}

const acts = {
  back() { view.rollcall = null; chooseIncident(null); },
  unitBack() { showUnit(null); },
  unitTrack() { showTrack(view.unit); },
  unitLocate() { locate(view.unit); },
  unitMessage() { message(view.unit); },
  amendIncident() { openAmendment(view.incident); },
  close() { openEnding("close", view.incident); },
  mediation() { openEnding("close", view.incident, "mediation"); },
  cancel() { openEnding("cancel", view.incident); },
  follow() { dialogs.openFollowUp(view.incident); },
  reopen() { act(of(view.incident, "reopen"), {}); },
};

/** One step back: first the unit, then what is chosen. */
function back() {
  if (isMeasuring()) { switchMeasuring(false); return; }
  if (view.unit) { showUnit(null); } else { acts.back(); }
}

/** Turns the pages of the store, the newest first, until one holds what the live state does not. */
async function loadOlder() {
  try {
    for (let isNew = false, more = true; !isNew && more;) {
      const answer = await ask("GET", `incidents?limit=100${dialogs.after(view.older)}`);
      view.older = answer.next ?? { before: Math.min(...answer.incidents.map((one) => one.received)) };
      for (const one of answer.incidents) {
        if (!state.incidents.has(one.id)) { isNew = true; state.incidents.set(one.id, { ...one, isOld: true }); }
      }
      more = answer.more && answer.incidents.length > 0;
      $("older").textContent = word(more ? "older" : "noOlder");
    }
    draw("left");
  } catch (error) { complain(error); }
}

/** After so long, ms, a click is no half of a double one. */
const secondClick = 250;
let clicked = null;

function clicks() {
  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-send],[data-recall],[data-radio],[data-act],[data-alarm],[data-take],[data-incident],[data-unit],[data-state]");
    if (!target) { return; }
    const data = target.dataset;
    if (data.send && data.below !== undefined) { sendAnyway(data.send, data.station); return; }
    if (data.send) { send(data.send, data.station); return; }
    if (data.recall) { act(of(view.incident, "cancel"), { device: data.recall, station: data.station }); return; }
    if (data.radio) { act(of(view.incident, "progress"), { device: data.device, station: data.station, state: data.radio }); return; }
    if (data.alarm) { act(of(data.of, "take"), { alarm: data.alarm }); return; }
    if (data.take) { takeAlarms(data.take); return; }
    if (data.act) { acts[data.act]?.(); return; }
    if (data.state) { holdTo(data.state); return; }
    choose(data);
  });
  for (const tab of document.querySelectorAll("#tabs [data-tab]")) { tab.onclick = () => showTab(tab.dataset.tab); }
  $("new").onclick = () => openIncident();
  $("language").onclick = () => { switchLanguage(); label(); draw(); };
  $("mode").onclick = () => setMode(!isWall());
  $("rollcall").onclick = () => dialogs.openRollCall();
  $("closure").onclick = () => dialogs.openClosures();
  $("reports").onclick = () => reports().then((part) => part.openReports(view.role), complain);
  $("tasks-open").onclick = () => tasks().then((part) => part.openTasks(view.canAct), complain);
  $("people-open").onclick = () => people().then((part) => part.openPeople(view.role), complain);
  $("older").onclick = loadOlder;
  $("devices-open").onclick = () => devices().then((part) => part.openDevices(), complain);
  $("history-open").onclick = () => history().then((part) => part.openHistory(), complain);
  $("sound-test").onclick = () => testTones();
  $("alarms-all").onclick = () => takeAlarms(null);
  $("coverage").onclick = async () => {
    view.coverage = view.coverage ? null : await ask("GET", "coverage?minutes=1,3,5").catch((error) => { complain(error); return null; });
    drawCoverage(view.coverage);
    draw("right");
  };
  $("logout").onclick = () => ask("DELETE", "session").then(() => { dropDraft(); location.reload(); }, complain);
  map.on("click", (event) => {
    const place = fromMap(event.latlng.lat, event.latlng.lng);
    if (dialogs.isSketching()) { dialogs.sketch(place); return; }
    if (isMeasuring()) { measureTo(event.latlng); return; }
    const found = unitAt(event.containerPoint);
    if (found?.heap) { map.fitBounds(window.L.latLngBounds(found.heap.map(([lat, lon]) => onMap(lat, lon))).pad(0.3)); return; }
    if (found) { showUnit(found.id); return; }
    clearTimeout(clicked);
    // A second click soon after zooms, and opens nothing.
    if (view.canAct && !isWall()) { clicked = setTimeout(() => openIncident(place), secondClick); }
  });
  map.on("dblclick", () => clearTimeout(clicked));
  $("measure").onclick = () => switchMeasuring();
  setUpLayers();
  setUpNight(recolour);
}

/** Takes the alarms of an incident, or of all for `null`, one after the other. */
async function takeAlarms(incident) {
  for (const alarm of openAlarms(incident)) {
    // One that somebody else has taken meanwhile keeps nobody from the others.
    await act(of(alarm.incident, "take"), { alarm: alarm.alarm });
  }
}

/** Holds the list of units to those of one state; a second press lets all be seen again. */
function holdTo(name) {
  view.status = view.status === name ? null : name;
  view.incident = null;
  view.rollcall = null;
  draw();
}

/** Asks how the station stands, and goes on asking while the page is there. */
async function followToday() {
  await loadToday();
  draw("today");
  setTimeout(followToday, 10000);
}

function choose(data) {
  if (data.incident && state.incidents.has(data.incident)) { chooseIncident(data.incident); }
  if (data.unit) { showUnit(data.unit); }
}

function setMode(wall) {
  document.body.classList.toggle("wall", wall);
  const address = new URL(location.href);
  if (wall) { address.searchParams.set("wall", "1"); } else { address.searchParams.delete("wall"); }
  window.history.replaceState(null, "", address);
  label();
  map.invalidateSize();
  recolour();
}

/** Everything that is drawn with colours of its own is drawn anew. */
function recolour() {
  draw();
  redrawUnits();
  redrawSurface();
  redrawNames();
  if (plan) { drawPlan(plan); }
}
let plan = null;
/** The incident that the address names, such as `/?incident=i-12`, until everything that is open has come: one that is over is asked for. */
let fromAddress = new URL(location.href).searchParams.get("incident");

async function chooseAnyIncident(id) {
  if (!state.incidents.has(id)) {
    const incident = await ask("GET", `incidents/${encodeURIComponent(id)}`);
    if (!state.incidents.has(id)) { state.incidents.set(id, { ...incident, isOld: true }); }
    // Meanwhile somebody called for help, or the dispatcher chose another.
    if (view.incident) { return; }
  }
  chooseIncident(id);
}

function take(changed) {
  if (changed.ended) { logInAgain(setRole).catch(complain); }
  if (changed.moved?.length) {
    unitsMoved(changed.moved);
    noteGrids();
    // The incidents are seen before the map is: whoever is waited for stands among them.
    if (isLaid) { fit(); } else { setTimeout(() => { fit(); layMap(); }); }
  }
  if (changed.whole && fromAddress) { 
    const id = fromAddress;
    fromAddress = null;
    // The map is fitted to all units first, and then goes there.
    setTimeout(() => { chooseAnyIncident(id).catch(complain); });
  }
  if (changed.whole || changed.incidents) { soundIncidents(); }
  if (changed.alarms) { soundAlarms(); drawSoon("alarms"); goToDistress(); }
  // A way that is only shorter may wait for the second's turn: that is what its time is told in.
  if (changed.whole || changed.incidents || (changed.responses && showWays())) { drawSoon("left", "map", "today"); }
  if (changed.closures) { drawClosures(); }
  if (changed.whole || changed.rollcalls || (changed.incidents && view.incident)) { drawSoon("right"); }
  if (changed.link) { drawSoon("top"); }
}

/** What stands above and below the map takes its room before the map is fitted, or a part would lie outside of what is left. */
function giveRoom() {
  draw("alarms", "top", "today");
  map.invalidateSize({ pan: false });
}

let isFitted = false;
function fit() {
  const places = [...state.units.values()].filter((unit) => unit.lat !== undefined).map((unit) => onMap(unit.lat, unit.lon));
  if (isFitted || places.length === 0) { return; }
  isFitted = true;
  giveRoom();
  map.fitBounds(window.L.latLngBounds(places).pad(0.1), { animate: false, maxZoom: 16 });
}

/** So long, ms, the page waits for the state by itself; then it takes it from the stream. */
const stateWaits = 5000;
/** So long, ms, the first drawing waits for the state. */
const drawingWaits = 100;
/** So long, ms, the map waits for the units that it shows. */
const mapWaits = 1000;
/** Lays the map on its ground once it is where it will stay: tiles of another place would be fetched in vain, and before the units. */
function layMap() {
  if (isLaid || !view.page.bounds) { return; }
  isLaid = true;
  setSurface(view.page, redrawNames);
}
let isLaid = false;

function setRole(role) {
  view.role = role;
  view.canAct = role !== "viewer";
  for (const id of ["new", "rollcall", "closure", "tasks-open", "people-open", "replay-open", "unit-replay", "unit-locate", "unit-text", "unit-send"]) { $(id).hidden = !view.canAct; }
}

async function takePlan(asked) {
  try {
    plan = await asked();
    setGrids(plan);
    const bounds = drawPlan(plan);
    if (bounds.isValid() && !isFitted) { isFitted = true; giveRoom(); map.fitBounds(bounds, { animate: false }); }
  } catch (error) { if (error.status !== 404) { complain(error); } }
}

async function begin() {
  if (new URL(location.href).searchParams.has("wall")) { document.body.classList.add("wall"); }
  const [page, planLater, whole] = ["page", "plan", "state"].map(askAhead);
  // Who waits has words to read; else they are written once, when the page is known.
  const impatient = setTimeout(label, drawingWaits);
  await logIn(setRole, label);
  view.page = await page();
  clearTimeout(impatient);
  setZone(view.page.timezone);
  setShift(view.page);
  map.fitBounds(view.page.bounds.map(([lat, lon]) => onMap(lat, lon)), { animate: false });
  dialogs.setUpDialogs({ view, chooseIncident, chooseRollCall });
  setUpDrawer({ view, chooseIncident });
  setUpEndings(() => draw());
  setUpPanes(view, chooseIncident);
  setUpDistress({ view, visit });
  label();
  clicks();
  showTab("left");
  setUpKeys({ view, send, choose, back, acts: {
    send: sendTo, recall: (incident, device, station) => act(of(incident, "cancel"), { device, station }),
    // What was chosen a moment ago by the room's own move is not what somebody meant who was typing.
    chosen: () => (performance.now() - visitedAt < surprise * 5 ? null : view.incident), incident: chooseIncident, unit: showUnit, close: (incident) => openEnding("close", incident),
  } });
  onChange(take);
  const late = new Promise((_, fail) => { setTimeout(() => fail(new Error("the state does not come")), stateWaits); });
  const begun = Promise.race([whole(), late]).then(startWith, () => connect());
  // They were asked for before this script was there: mostly they have come, and an empty page need not be drawn before them.
  const atMost = new Promise((resolve) => { setTimeout(resolve, drawingWaits); });
  await Promise.race([begun, atMost]);
  draw();
  await new Promise((resolve) => { setTimeout(resolve); });
  const planned = takePlan(planLater).then(() => draw("right"));
  setInterval(() => drawSoon("top", "today", "left", "alarms", "right"), 1000);
  setInterval(() => { if (state.isLive) { loadCandidates(); } }, 2000);
  await planned;
  setTimeout(layMap, mapWaits);
  setTimeout(fetchAll, restWaits);
  followToday();
  // The browser takes its time to look into its store: the units come first.
  if (view.canAct && !isWall()) { setTimeout(restoreDraft, mapWaits); }
}

begin().catch(complain);
