// The board: what is shown where, what keys and clicks do.
import { state, onChange, now, connect, ask, setToken } from "./live.js";
import { map, setBase, redrawBase, onMap, fromMap } from "./base.js";
import { drawPlan, unitsMoved, unitAt, chooseUnit, drawIncidents, drawWays, drawClosures, drawCoverage, frames } from "./map.js";
import * as lists from "./lists.js";
import * as dialogs from "./dialogs.js";
import { openReports, setUpReports } from "./reports.js";
import { word, language, switchLanguage } from "./words.js";

const $ = (id) => document.getElementById(id);
const view = { incident: null, rollcall: null, coverage: null, candidates: null, filter: "", place: null, sketch: null,
  page: { title: "" }, canAct: true };
/** For who measures and tests: what the page knows. */
window.patrollink = { state, view, frames, map };

function isWall() { return document.body.classList.contains("wall"); }

function label() {
  document.documentElement.lang = language();
  $("title").textContent = view.page.title || "PatrolLink";
  $("incidents-title").textContent = word("incidents");
  $("new").textContent = word("newIncident");
  $("search").placeholder = word("search");
  $("rollcall").textContent = word("rollcall");
  $("coverage").textContent = word("coverage");
  $("language").textContent = word("language");
  $("mode").textContent = isWall() ? word("desk") : word("wall");
  $("logout").textContent = word("logout");
  $("closure").textContent = word("closures");
  $("reports").textContent = word("reports");
  $("login-name-label").textContent = word("name");
  $("login-password-label").textContent = word("password");
  $("login-go").textContent = word("logIn");
  dialogs.labelDialogs();
}

function drawTop() {
  $("clock").textContent = lists.clock(now());
  const down = Object.entries(state.links).filter(([, isUp]) => !isUp).map(([station]) => station);
  const isGood = state.isLive && down.length === 0;
  $("link").textContent = word(isGood ? "linkGood" : "linkBad");
  $("link").className = isGood ? "good" : "bad";
  $("lost").hidden = isGood;
  $("lost").textContent = state.isLive ? `${word("brokerLost")} ${down.join(", ")}` : word("lost");
  const all = [...state.units.values()];
  const open = [...state.incidents.values()].filter((one) => !["cleared", "cancelled"].includes(one.state)).length;
  $("counts").textContent = `${word("units")} ${all.filter((unit) => unit.online).length}/${all.length} · ${word("incidents")} ${open}`;
}

function drawLeft() {
  const scroll = $("left").scrollTop;
  $("incidents").innerHTML = lists.incidentCards(view.incident);
  $("left").scrollTop = scroll;
}

function drawRight() {
  const incident = view.incident && state.incidents.get(view.incident);
  const call = view.rollcall && state.rollcalls.get(view.rollcall);
  const scroll = $("right").scrollTop;
  if (incident) {
    $("right-title").textContent = word("candidates");
    const isOver = ["cleared", "cancelled"].includes(incident.state);
    $("right-body").innerHTML = lists.incidentDetail(incident, view.canAct)
      + (view.candidates && !isOver ? lists.candidateRows(view.candidates, incident, view.canAct) : "");
  } else if (call) {
    $("right-title").textContent = word("rollcall");
    $("right-body").innerHTML = `<div class="actions"><button data-act="back">${word("back")} (Esc)</button></div>${lists.rollCallRows(call)}`;
  } else {
    $("right-title").textContent = isWall() ? word("units") : `${word("units")} — ${word("keys")}`;
    const coverage = view.coverage ? `<table><tbody>${view.coverage.levels.map((level) => `<tr><td>${level.minutes} ${word("within")}</td>
      <td class="n number">${(level.share * 100).toFixed(1)} % ${word("reachedRoad")}</td></tr>`).join("")}</tbody></table>` : "";
    $("right-body").innerHTML = coverage + lists.unitRows(view.filter);
  }
  $("right").scrollTop = scroll;
}

let alarmsKnown = new Set();
function drawAlarms() {
  $("alarms").innerHTML = lists.alarmLine();
  const names = new Set(state.alarms.filter((alarm) => !alarm.taken).map((alarm) => `${alarm.incident} ${alarm.alarm}`));
  if ([...names].some((name) => !alarmsKnown.has(name))) { beep(); }
  alarmsKnown = names;
}

let audio = null;
function beep() {
  try {
    audio = audio ?? new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = 880;
    volume.gain.value = 0.15;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.25);
  } catch { /* A browser without sound still shows the alarm. */ }
}

async function loadCandidates() {
  const id = view.incident;
  if (!id) { return; }
  try {
    const candidates = await ask("GET", `incidents/${id}/candidates`);
    if (view.incident === id) { view.candidates = candidates; drawRight(); }
  } catch (error) { complain(error); }
}

function complain(error) {
  $("lost").hidden = false;
  $("lost").textContent = error.message;
  setTimeout(drawTop, 4000);
}

function chooseIncident(id, isMoving = true) {
  view.incident = id;
  view.rollcall = null;
  view.candidates = null;
  const incident = id && state.incidents.get(id);
  if (incident && isMoving) { map.panTo(onMap(incident.lat, incident.lon)); }
  draw();
  loadCandidates();
}

function chooseRollCall(id) {
  view.incident = null;
  view.rollcall = id;
  draw();
}

function draw() { drawTop(); drawLeft(); drawRight(); drawAlarms(); drawIncidents(view.incident, chooseIncident); drawWays(); }

async function act(path, body) {
  try { return await ask("POST", path, body); } catch (error) { complain(error); return null; } finally { loadCandidates(); }
}

function send(device, station) { return act(`incidents/${view.incident}/assign`, { device, station }); }

function clicks() {
  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-send],[data-recall],[data-act],[data-alarm],[data-incident],[data-unit],[data-place]");
    if (!target) { return; }
    const data = target.dataset;
    if (data.send) { send(data.send, data.station); return; }
    if (data.recall) { act(`incidents/${view.incident}/cancel`, { device: data.recall, station: data.station }); return; }
    if (data.alarm) { act(`incidents/${data.of}/take`, { alarm: data.alarm }); return; }
    if (data.incident) { chooseIncident(data.incident); return; }
    if (data.act === "back") { view.rollcall = null; chooseIncident(null); return; }
    if (data.act === "close") { act(`incidents/${view.incident}/close`, { result: word("cleared") }); return; }
    if (data.act === "mediation") { act(`incidents/${view.incident}/close`, { result: word("mediation"), referred: true }); return; }
    if (data.act === "cancel") { act(`incidents/${view.incident}/cancel`, { reason: word("cancelled") }); return; }
    if (data.act === "follow") { dialogs.openFollowUp(); return; }
    if (data.act === "reopen") { act(`incidents/${view.incident}/reopen`, {}); return; }
    if (data.unit) { showUnit(data.unit); }
  });
  $("new").onclick = () => dialogs.openIncident();
  $("language").onclick = () => { switchLanguage(); label(); draw(); };
  $("mode").onclick = () => setMode(!isWall());
  $("rollcall").onclick = () => dialogs.openRollCall();
  $("closure").onclick = () => dialogs.openClosures();
  $("reports").onclick = () => openReports();
  $("coverage").onclick = async () => {
    view.coverage = view.coverage ? null : await ask("GET", "coverage?minutes=1,3,5").catch((error) => { complain(error); return null; });
    drawCoverage(view.coverage);
    drawRight();
  };
  $("logout").onclick = async () => { await ask("DELETE", "session"); location.reload(); };
  map.on("click", (event) => {
    const place = fromMap(event.latlng.lat, event.latlng.lng);
    if (dialogs.isSketching()) { dialogs.sketch(place); return; }
    const unit = unitAt(event.containerPoint);
    if (unit) { showUnit(unit.id); return; }
    if (view.canAct && !isWall()) { dialogs.openIncident(place); }
  });
}

function showUnit(id) {
  const unit = state.units.get(id);
  chooseUnit(id);
  if (unit && unit.lat !== undefined) { map.panTo(onMap(unit.lat, unit.lon)); }
}

function setMode(wall) {
  document.body.classList.toggle("wall", wall);
  const address = new URL(location.href);
  if (wall) { address.searchParams.set("wall", "1"); } else { address.searchParams.delete("wall"); }
  history.replaceState(null, "", address);
  label();
  draw();
  map.invalidateSize();
  redrawBase();
}

function keys() {
  let found = [];
  $("search").oninput = async () => {
    view.filter = $("search").value.toLowerCase();
    drawRight();
    found = await dialogs.findPlace($("search").value);
    $("found").hidden = found.length === 0;
    $("found").innerHTML = found.map((place, index) => `<li data-place="${index}">${lists.safe(place.name)}</li>`).join("");
  };
  $("found").onclick = (event) => {
    const place = found[Number(event.target.closest("[data-place]")?.dataset.place)];
    $("found").hidden = true;
    if (place) { map.setView(onMap(place.lat, place.lon), 16); }
  };
  document.addEventListener("keydown", (event) => {
    const isFree = !document.querySelector("dialog[open]") && !event.target.matches("input, textarea, select, #hint button");
    if (dialogs.isSketching() && ["Escape", "Enter"].includes(event.key) && isFree) {
      event.preventDefault();
      dialogs.endSketch(event.key === "Enter");
      return;
    }
    if (event.key === "Escape") {
      $("found").hidden = true;
      $("search").blur();
      if (!document.querySelector("dialog[open]")) { view.rollcall = null; chooseIncident(null); }
      return;
    }
    if (document.querySelector("dialog[open]") && event.target !== $("search")) { return; }
    if (event.target.matches("input, textarea, select") || event.ctrlKey || event.altKey || event.metaKey) {
      if (event.target === $("search") && event.key === "Enter" && found[0]) { $("found").firstChild?.click(); }
      return;
    }
    if (event.key === "n" && view.canAct) { event.preventDefault(); dialogs.openIncident(); }
    if (event.key === "/") { event.preventDefault(); $("search").focus(); }
    if (event.key === "Enter" && event.target.dataset.incident) { chooseIncident(event.target.dataset.incident); }
    if (/^[1-9]$/.test(event.key) && view.canAct && view.incident && view.candidates) {
      const one = view.candidates.units[Number(event.key) - 1];
      if (one) { send(one.device, one.station); }
    }
  });
}

onChange((changed) => {
  if (changed.moved?.length) { unitsMoved(changed.moved); fit(); }
  if (changed.incidents || changed.responses || changed.whole) { drawLeft(); drawIncidents(view.incident, chooseIncident); drawWays(); }
  if (changed.alarms) { drawAlarms(); }
  if (changed.closures) { drawClosures(); }
  if (changed.rollcalls || (changed.incidents && view.incident)) { drawRight(); }
  if (changed.link) { drawTop(); }
});

let isFitted = false;
function fit() {
  const places = [...state.units.values()].filter((unit) => unit.lat !== undefined).map((unit) => onMap(unit.lat, unit.lon));
  if (isFitted || places.length === 0) { return; }
  isFitted = true;
  map.fitBounds(window.L.latLngBounds(places).pad(0.1), { animate: false });
}

async function logIn() {
  try {
    const session = await ask("GET", "session");
    setToken(session.token);
    view.canAct = session.role !== "viewer";
    $("logout").hidden = !session.token;
    return;
  } catch (error) { if (error.status !== 401) { throw error; } }
  $("login").oncancel = (event) => event.preventDefault();
  $("login").showModal();
  await new Promise((resolve) => {
    $("login-go").onclick = async (event) => {
      event.preventDefault();
      try {
        const session = await ask("POST", "session", { name: $("login-name").value, password: $("login-password").value });
        setToken(session.token);
        view.canAct = session.role !== "viewer";
        $("logout").hidden = false;
        $("login").close();
        resolve();
      } catch (error) { $("login-error").textContent = error.message; }
    };
  });
}

async function begin() {
  if (new URL(location.href).searchParams.has("wall")) { document.body.classList.add("wall"); }
  label();
  await logIn();
  for (const id of ["new", "rollcall", "closure"]) { $(id).hidden = !view.canAct; }
  view.page = await ask("GET", "page");
  setBase(view.page);
  map.fitBounds(view.page.bounds.map(([lat, lon]) => onMap(lat, lon)), { animate: false });
  dialogs.setUpDialogs({ view, chooseIncident, chooseRollCall });
  setUpReports();
  label();
  clicks();
  keys();
  connect();
  try {
    const bounds = drawPlan(await ask("GET", "plan"));
    if (bounds.isValid()) { map.fitBounds(bounds, { animate: false }); isFitted = true; }
  } catch { /* Without a plan there is nothing to draw. */ }
  setInterval(() => { drawTop(); drawLeft(); if (!view.incident && !view.rollcall) { drawRight(); } }, 1000);
  setInterval(() => { if (view.incident) { loadCandidates(); } }, 2000);
}

begin().catch((error) => { $("lost").hidden = false; $("lost").textContent = error.message; });
