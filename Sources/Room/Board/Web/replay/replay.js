// The past on the map: what is looked at stands in the address, so that a moment can be sent.
import { now, ask, askReport } from "../shared/live.js";
import { map, setShift, onMap, colour, fontSize } from "../map/base.js";
import { redrawSurface, setSurface } from "../map/surface.js";
import { redrawNames } from "../map/names.js";
import { labelNight, setUpNight } from "../shared/night.js";
import { drawPlan } from "../map/plan.js";
import { Taken } from "../map/room.js";
import { canvasLayer, drawMark, drawName, markColours } from "../map/marks.js";
import { unpack, stateAt, wayIn, stops, speeds, incidentAt } from "./past.js";
import { setZone, localText, moment, shown } from "../shared/zone.js";
import { logIn } from "../shared/session.js";
import { element, keep, set, write } from "../shared/keyed.js";
import { nameOf, span as duration } from "../shared/lists.js";
import { word, explain, language, switchLanguage } from "../shared/words.js";

const $ = (id) => document.getElementById(id);
const [minute, hour] = [60000, 3600000];
const paces = [1, 2, 5, 10, 20, 50, 100];
/** The way behind the chosen unit, ms. */
const behind = 10 * minute;
/** Between two looks at lists and facts, ms. */
const pause = 250;
/** More lines of what happened are no list that anybody reads. */
const mostLines = 500;
const step = 10000;

let page = {};
let answer = { from: 0, to: 1, silence_s: 180 };
let units = [];
let incidents = [];
let marked = [];
let [at, isPlaying, pace, chosen, isFollowed] = [0, false, 20, null, false];
let role = "viewer";
let turn = 0;
let soon = null;
let isDirty = true;
let drawnAt = 0;

const silence = () => answer.silence_s * 1000;
const seconds = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
const dayAndTime = { month: "numeric", day: "numeric", ...seconds };

/** What is asked for, as it stands in the address. */
function asked() {
  const query = new URLSearchParams(location.search);
  const until = moment(query.get("until")) || Math.ceil(now() / minute) * minute;
  const wanted = moment(query.get("from")) || until - 24 * hour;
  // The last day is everybody's, and what was before a chief's: of the rest of a day that has grown old the last day is shown.
  const from = ["chief", "admin"].includes(role) ? wanted : Math.max(wanted, Math.min(until - minute, Math.ceil((now() - 24 * hour) / minute) * minute));
  return { from, until, unit: query.get("unit") ?? "", at: moment(query.get("at")) };
}

/** Writes the moment into the address, with the time that it is one of: so it can be sent. */
function sayMoment() {
  say({ from: localText(answer.from).slice(0, 16), until: localText(Math.ceil(answer.to / minute) * minute).slice(0, 16), at: localText(at) });
}

function say(changes) {
  const address = new URL(location.href);
  for (const [key, value] of Object.entries(changes)) { if (value) { address.searchParams.set(key, value); } else { address.searchParams.delete(key); } }
  history.replaceState(null, "", address);
}

const layer = canvasLayer(map, (pen) => {
  const colours = markColours(colour);
  const font = fontSize();
  const radius = font * 0.45;
  const isNear = map.getZoom() >= 13;
  const place = (lat, lon) => map.latLngToContainerPoint(onMap(lat, lon));
  if (chosen) {
    pen.strokeStyle = colour("accent");
    pen.lineWidth = 3;
    for (const stretch of wayIn(chosen, at - behind, at)) {
      pen.beginPath();
      stretch.forEach(([lat, lon], index) => { const spot = place(lat, lon); if (index === 0) { pen.moveTo(spot.x, spot.y); } else { pen.lineTo(spot.x, spot.y); } });
      pen.stroke();
    }
  }
  const taken = new Taken(map.getSize());
  for (const incident of incidents) {
    const state = incidentAt(incident, at);
    if (!state || incident.placeless) { continue; }
    const spot = place(incident.lat, incident.lon);
    pen.beginPath();
    pen.arc(spot.x, spot.y, font * 0.65, 0, 2 * Math.PI);
    pen.fillStyle = colour("panel");
    pen.strokeStyle = { received: colours.alarm, scene: colours.scene }[state] ?? colours.enroute;
    pen.lineWidth = font / 4;
    pen.fill();
    pen.stroke();
    pen.font = `${Math.round(font * 0.8)}px sans-serif`;
    const name = `${nameOf(incident)} · ${word(state)}`;
    const left = spot.x + font * 1.2;
    if (taken.take([left, spot.y - font * 0.4, left + pen.measureText(name).width, spot.y + font * 0.4])) { drawName(pen, spot, font * 0.65, name, colours); }
  }
  pen.font = `600 ${Math.round(font * 0.8)}px sans-serif`;
  for (const unit of chosen ? [chosen, ...units.filter((one) => one !== chosen)] : units) {
    const state = stateAt(unit, at, silence());
    if (!state) { continue; }
    const spot = place(state.lat, state.lon);
    pen.globalAlpha = state.isLost ? 0.45 : 1;
    drawMark(pen, spot, radius, { ...state, isReached: !state.isLost, isCrossed: state.isLost, isChosen: unit === chosen }, colours);
    const name = unit.unit + (state.isLost ? ` · ${word("silent")}` : "");
    const left = spot.x + radius * 1.8;
    if ((isNear || unit === chosen) && taken.take([left, spot.y - font * 0.4, left + pen.measureText(name).width, spot.y + font * 0.4])) { drawName(pen, spot, radius, name, colours); }
    pen.globalAlpha = 1;
  }
});

/** Ticks of what happened above the bar, and how fast the chosen unit went, where it stood and where nobody knows. */
function drawStrip() {
  const strip = $("strip");
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [strip.clientWidth, strip.clientHeight];
  Object.assign(strip, { width: width * ratio, height: height * ratio });
  const pen = strip.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  const x = (time) => (time - answer.from) / (answer.to - answer.from) * width;
  pen.fillStyle = colour("ground");
  pen.fillRect(0, 0, width, height);
  if (chosen) {
    const parts = Math.max(1, Math.floor(width / 2));
    const list = speeds(chosen, answer.from, answer.to, parts);
    const most = Math.max(14, ...list.map((one) => one ?? 0));
    list.forEach((speed, index) => {
      pen.fillStyle = speed === null ? colour("line") : colour("free");
      const high = speed === null ? 3 : Math.max(1, speed / most * (height - 8));
      pen.fillRect(index * 2, height - high, 2, high);
    });
    pen.fillStyle = colour("busy");
    for (const one of stops(chosen)) { pen.fillRect(x(one.from), height - 3, Math.max(2, x(one.to) - x(one.from)), 3); }
    pen.fillStyle = colour("ink");
    pen.font = `${Math.round(fontSize() * 0.7)}px sans-serif`;
    pen.fillText(`${Math.round(most * 3.6)} km/h`, 4, fontSize() * 0.8);
  }
  for (const one of marked) {
    pen.fillStyle = colour(one.isSOS ? "alarm" : "enroute");
    pen.fillRect(x(one.t) - 1, 0, 2, one.isSOS ? height : 7);
  }
}

/** What happened, of the chosen unit or of all: incidents and calls for help, and of one unit all that it told. */
function collect() {
  const lines = incidents.flatMap((one) => [{ t: one.received, unit: null, text: nameOf(one), isSOS: one.category === "sos", key: one.id, place: one.placeless ? null : [one.lat, one.lon] }]);
  for (const unit of chosen ? [chosen] : units) {
    for (const [index, event] of unit.events.entries()) {
      if (!chosen && event.event !== "sos") { continue; }
      const known = word(`event ${event.event}`);
      lines.push({ t: event.t, unit, text: [chosen ? null : unit.unit, known.startsWith("event ") ? event.event : known, event.about].filter(Boolean).join(" · "), isSOS: event.event === "sos", key: `${unit.id} ${index}`, place: event.lat === undefined ? null : [event.lat, event.lon] });
    }
  }
  if (chosen) {
    for (const one of stops(chosen)) { lines.push({ t: one.from, unit: chosen, text: `${word("stood")} ${duration(one.to - one.from)}`, isSOS: false, key: `stop ${one.from}`, place: [one.lat, one.lon] }); }
  }
  marked = lines.filter((one) => one.t >= answer.from && one.t <= answer.to).sort((a, b) => a.t - b.t);
}

function drawSide() {
  const state = chosen && stateAt(chosen, at, silence());
  const facts = chosen ? [["state", state ? word(state.isLost ? "silent" : state.status) : word("notHeard")], ["speed", state && !state.isLost ? `${Math.round(state.speed * 3.6)} km/h` : "–"],
    ["positions", chosen.disordered ? `${chosen.positions} (${word("disordered")} ${chosen.disordered})` : chosen.positions]]
    : [["units", units.filter((one) => { const known = stateAt(one, at, silence()); return known && !known.isLost; }).length], ["incidents", incidents.filter((one) => incidentAt(one, at)).length]];
  keep($("facts"), facts, { key: (one) => one[0], make: () => element("div", {}, element("dt"), element("dd")), update(row, [key, value]) { write(row.children[0], word(key)); write(row.children[1], value); } });
  // What comes next stands in the middle of what is listed.
  const next = marked.findIndex((one) => one.t > at);
  const middle = next < 0 ? marked.length : next;
  const first = Math.max(0, Math.min(middle - mostLines / 2, marked.length - mostLines));
  const list = marked.slice(first, first + mostLines);
  write($("happened-title"), `${word("happened")} ${marked.length}${marked.length > list.length ? ` · ${word("listed")} ${first + 1}–${first + list.length}` : ""}`);
  keep($("happened"), list, {
    key: (one) => one.key,
    make: () => element("button", { type: "button", class: "row" }, element("span", { class: "number" }), element("span")),
    update(row, one) {
      row.onclick = () => jump(one);
      write(row.children[0], shown(one.t, seconds));
      write(row.children[1], one.text);
      row.classList.toggle("past", one.t <= at);
      row.classList.toggle("sos", one.isSOS);
    },
  });
}

function jump(one) {
  go(one.t);
  if (one.place) { map.panTo(onMap(...one.place)); }
}

function go(time) {
  at = Math.min(answer.to, Math.max(answer.from, time));
  isDirty = true;
  drawnAt = 0;
}

function play(isOn) {
  isPlaying = isOn && answer.to > answer.from;
  if (isPlaying && at >= answer.to) { at = answer.from; }
  write($("play"), word(isPlaying ? "pause" : "play"));
  if (!isPlaying) { sayMoment(); }
}

function choose(id) {
  chosen = units.find((one) => one.id === id) ?? null;
  $("unit").value = chosen ? id : "";
  const span = `from=${answer.from}&to=${answer.to}`;
  const path = (format) => (chosen ? `api/v1/units/${encodeURIComponent(chosen.device)}/track?station=${encodeURIComponent(chosen.station)}&${span}&format=${format}` : `api/v1/replay?${span}&format=${format}`);
  const kinds = ["geojson", "gpx", "csv", ...(chosen ? ["sealed"] : [])];
  const link = (kind) => Object.assign(document.createElement("a"), { href: path(kind), download: `${chosen?.device ?? "replay"}.${kind === "sealed" ? "jsonl" : kind}`, textContent: kind === "sealed" ? word("sealedTrack") : kind.toUpperCase() });
  $("exports").replaceChildren(word("takeAlong"), ...kinds.map(link));
  collect();
  drawStrip();
  isDirty = true;
  drawnAt = 0;
}

async function load() {
  const own = turn += 1;
  const wanted = asked();
  label();
  write($("error"), "");
  document.querySelector("main").classList.add("busy");
  try {
    if (!(wanted.until > wanted.from)) { throw new Error(word("daysWrong")); }
    const made = await askReport(`replay?from=${wanted.from}&to=${wanted.until}`, () => own === turn);
    if (own !== turn) { return; }
    answer = made;
    units = made.units.map((one) => unpack(one, made.from)).sort((a, b) => a.unit.localeCompare(b.unit, undefined, { numeric: true }));
    incidents = made.incidents;
    $("scrub").max = Math.round((made.to - made.from) / 1000);
    $("unit").replaceChildren(new Option(`${word("allUnits")} (${units.length})`, ""), ...units.map((one) => new Option(`${one.unit} · ${one.id}`, one.id)));
    at = Number.isFinite(wanted.at) ? Math.min(made.to, Math.max(made.from, wanted.at)) : made.from;
    choose(wanted.unit);
    window.replay = { units, incidents, answer, stateAt: (id, time) => stateAt(units.find((one) => one.id === id), time, silence()), at: () => at };
  } catch (error) {
    if (own !== turn) { return; }
    write($("error"), explain(error));
    if (error.status === 401) { await logIn((name) => { role = name; }); load(); }
  } finally { if (own === turn) { document.querySelector("main").classList.remove("busy"); } }
}

function label() {
  document.documentElement.lang = language();
  document.title = word("replay");
  $("title").textContent = `${page.title ?? "PatrolLink"} · ${word("replay")}`;
  $("back").textContent = `← ${word("toBoard")}`;
  const labels = { language: "language", logout: "logout", "from-label": "fromTime", "until-label": "untilTime", follow: "followUnit", "login-name-label": "name", "login-password-label": "password", "login-go": "logIn" };
  for (const [id, key] of Object.entries(labels)) { $(id).textContent = word(key); }
  for (const [id, key] of Object.entries({ unit: "unit", pace: "pace", scrub: "clock", "back-step": "stepBack", "forth-step": "stepForth" })) { set($(id), "aria-label", word(key)); }
  labelNight();
  write($("play"), word(isPlaying ? "pause" : "play"));
  const { from, until } = asked();
  // What is being typed is nobody else's.
  for (const [id, time] of [["from", from], ["until", until]]) { if (document.activeElement !== $(id)) { $(id).value = localText(time).slice(0, 16); } }
  $("spans").replaceChildren(...[1, 8, 24].map((hours) => Object.assign(document.createElement("button"), { type: "button", textContent: `${hours} ${word("lastHours")}`, onclick: () => askFor(now() - hours * hour, now()) })));
  $("pace").replaceChildren(...paces.map((one) => new Option(`${one}×`, String(one), false, one === pace)));
}

/** Asks for another time. */
function askFor(from, until) {
  say({ from: localText(from).slice(0, 16), until: localText(until).slice(0, 16), at: "" });
  load();
}

function keys(event) {
  if (event.target.closest("input, select, textarea, dialog") && event.target.id !== "scrub") { return; }
  const acts = { " ": () => play(!isPlaying), ArrowLeft: () => go(at - (event.shiftKey ? minute : step)), ArrowRight: () => go(at + (event.shiftKey ? minute : step)),
    n: () => { const next = marked.find((one) => one.t > at); if (next) { jump(next); } }, p: () => { const last = marked.findLast((one) => one.t < at); if (last) { jump(last); } },
    "+": () => quicken(1), "-": () => quicken(-1) };
  if (event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) { return; }
  if (event.key === " " && event.target.closest("button, a")) { return; }
  event.preventDefault();
  acts[event.key]();
}

function quicken(by) {
  pace = paces[Math.min(paces.length - 1, Math.max(0, paces.indexOf(pace) + by))];
  $("pace").value = pace;
}

/** Keeps the chosen unit in the middle; a step that nobody sees would only empty the canvas. */
function follow() {
  const state = chosen && isFollowed ? stateAt(chosen, at, silence()) : null;
  if (!state) { return; }
  const away = map.latLngToContainerPoint(onMap(state.lat, state.lon)).subtract(map.getSize().divideBy(2));
  if (Math.hypot(away.x, away.y) >= 1) { map.panBy(away.round(), { animate: false }); }
}

let last = performance.now();
function frame(clock) {
  // A page that was asleep goes on where it was.
  if (isPlaying) {
    at = Math.min(answer.to, at + Math.min(1000, clock - last) * pace);
    if (at >= answer.to) { play(false); }
    isDirty = true;
  }
  last = clock;
  if (isDirty || layer.isDirty) {
    isDirty = layer.isDirty = false;
    follow();
    layer.draw();
    layer.isDirty = false;
    write($("at"), shown(at, dayAndTime));
    $("scrub").value = Math.round((at - answer.from) / 1000);
    set($("scrub"), "aria-valuetext", shown(at, dayAndTime));
    if (clock - drawnAt > pause) { drawnAt = clock; drawSide(); }
  }
  requestAnimationFrame(frame);
}

async function begin() {
  label();
  await logIn((name) => { role = name; });
  page = await ask("GET", "page");
  setZone(page.timezone);
  setShift(page);
  // The surface is painted with the colours that the page has by then.
  setUpNight(() => { redrawSurface(); redrawNames(); drawStrip(); isDirty = true; });
  setSurface(page, redrawNames);
  map.fitBounds(page.bounds.map(([lat, lon]) => onMap(lat, lon)));
  for (const id of ["from", "until"]) {
    $(id).onchange = () => { clearTimeout(soon); soon = setTimeout(() => { if (moment($(id).value) > 0) { say({ [id]: $(id).value, at: "" }); load(); } }, 600); };
  }
  $("asked").onsubmit = (event) => event.preventDefault();
  $("language").onclick = () => { switchLanguage(); label(); choose(chosen?.id ?? ""); };
  $("logout").onclick = () => ask("DELETE", "session").then(() => location.reload());
  $("play").onclick = () => play(!isPlaying);
  $("back-step").onclick = () => go(at - step);
  $("forth-step").onclick = () => go(at + step);
  $("pace").onchange = () => { pace = Number($("pace").value); };
  $("unit").onchange = () => { say({ unit: $("unit").value }); choose($("unit").value); };
  $("follow").onclick = () => { isFollowed = !isFollowed; set($("follow"), "aria-pressed", String(isFollowed)); isDirty = true; };
  $("scrub").oninput = () => go(answer.from + Number($("scrub").value) * 1000);
  $("scrub").onchange = sayMoment;
  document.addEventListener("keydown", keys);
  window.addEventListener("resize", drawStrip);
  requestAnimationFrame(frame);
  ask("GET", "plan").then(drawPlan).catch((error) => { if (error.status !== 404) { write($("error"), explain(error)); } });
  await load();
}

begin().catch((error) => { write($("error"), explain(error)); });
