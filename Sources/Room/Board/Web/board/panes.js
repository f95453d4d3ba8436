// What is drawn where: each part by itself, not in the middle of a press, and not oftener than an eye follows.
import { state, isOver, now } from "../shared/live.js";
import { element, keep, mayDraw, set, write } from "../shared/keyed.js";
import * as lists from "../shared/lists.js";
import { drawIncident, drawCandidates, drawRollCall, replayOf } from "./incident.js";
import { drawUnit } from "./unit.js";
import { drawIncidents, drawProposals, showWays } from "./map.js";
import { drawDistress } from "./sos.js";
import { drawGrids, hasGrids } from "./gridwatch.js";
import { drawToday } from "../shared/today.js";
import { drawTop } from "./top.js";
import { word } from "../shared/words.js";

const $ = (id) => document.getElementById(id);
/** Between two drawings of what comes from the room, ms. */
const pace = 150;

let view = null;
let choose = null;
let drawnAt = 0;
let timer = null;
const stale = new Set();

function drawLeft() {
  const count = lists.drawIncidentCards($("incidents"), view.incident);
  write($("incidents-none"), word("noIncidents"));
  set($("incidents-none"), "hidden", count > 0 && "");
}

function drawCoverageLevels() {
  keep($("coverage-levels"), view.coverage?.levels ?? [], {
    key: (level) => level.minutes,
    make: () => element("div", { class: "row" }, element("span"), element("span", { class: "n number" })),
    update(row, level) {
      write(row.firstChild, `${level.minutes} ${word("within")}`);
      write(row.lastChild, `${(level.share * 100).toFixed(1)} % ${word("reachedRoad")}`);
    },
  });
}

function drawRight() {
  const incident = view.incident && state.incidents.get(view.incident);
  const call = !incident && view.rollcall && state.rollcalls.get(view.rollcall);
  set($("pane-incident"), "hidden", !incident && "");
  set($("pane-call"), "hidden", !call && "");
  const isWall = document.body.classList.contains("wall") && hasGrids();
  set($("pane-units"), "hidden", (incident || call || isWall) && "");
  set($("pane-grids"), "hidden", (incident || call || !isWall) && "");
  write($("right-keys"), incident || call || isWall ? "" : `— ${word("keys")}`);
  if (incident) {
    write($("right-title"), word("candidates"));
    set($("incident-replay"), "href", replayOf(incident));
    // What was before the last day is a chief's.
    set($("incident-replay"), "hidden", (!view.canAct || (!["chief", "admin"].includes(view.role) && incident.received < now() - 86400000)) && "");
    drawIncident({ facts: $("incident-facts"), line: $("incident-line"), buttons: $("incident-actions"), radios: $("incident-radio"), steps: $("incident-steps") }, incident, view.canAct);
    drawCandidates({ list: $("candidates-list"), scroller: $("right-body"), note: $("candidates-note"), head: $("candidates-head") },
      isOver(incident) ? null : view.candidates, { canAct: view.canAct, chosen: view.unit, sure: view.sure });
  } else if (call) {
    write($("right-title"), word("rollcall"));
    write($("call-back"), `${word("back")} (Esc)`);
    drawRollCall({ facts: $("call-facts"), list: $("call-list") }, call);
  } else if (isWall) {
    // A table of units is nothing that one reads from across the room.
    write($("right-title"), `${word("presenceNow")} · ${drawGrids($("grids-list"))}`);
  } else {
    drawCoverageLevels();
    ["unit", "state", "age"].forEach((key, index) => write($("units-head").children[index], word(key)));
    const shown = lists.drawUnitRows($("units-list"), $("right-body"), view, view.unit);
    const count = view.filter || view.status ? ` ${shown}/${state.units.size}` : ` ${shown}`;
    write($("right-title"), `${word("units")}${count}`);
  }
  drawUnit(view.unit);
}

/** Whether an incident is chosen for which somebody can still be sent. */
function isOpenIncident() {
  const incident = view.incident && state.incidents.get(view.incident);
  return Boolean(incident && !isOver(incident));
}

const parts = {
  top: drawTop, today: () => drawToday(view.status), left: drawLeft, right: drawRight,
  alarms: () => { lists.drawAlarmLine({ list: $("alarms-list"), all: $("alarms-all"), count: $("alarms-count") }, view.canAct); drawDistress(view.canAct); },
  map: () => { drawIncidents(view.incident, choose); showWays(); drawProposals(isOpenIncident() ? view.candidates : null); },
};

function paint() {
  timer = null;
  if (!mayDraw()) { timer = setTimeout(paint, 30); return; }
  drawnAt = performance.now();
  const all = [...stale];
  stale.clear();
  // One part that cannot be drawn must not keep the others from being drawn.
  for (const name of all) { try { parts[name](); } catch (error) { console.error(error); } }
}

/** Draws parts of the page soon: what came from the room may wait a moment. */
export function drawSoon(...names) {
  for (const name of names) { stale.add(name); }
  timer = timer ?? setTimeout(paint, Math.max(0, drawnAt + pace - performance.now()));
}

/** Draws parts of the page at once, or everything: somebody has done something and looks for it. */
export function draw(...names) {
  for (const name of names.length > 0 ? names : Object.keys(parts)) { stale.add(name); }
  clearTimeout(timer);
  paint();
}

/** Connects the parts with what the page shows and with what a click on an incident does. */
export function setUpPanes(theView, onChoose) {
  [view, choose] = [theView, onChoose];
  // A long list has only the rows in sight.
  document.addEventListener("scroll", () => { if (document.querySelector(".long")) { drawSoon("right"); } }, true);
}
