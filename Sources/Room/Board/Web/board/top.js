// The line at the top, and what is wrong: with the connection, the brokers, the room, or with what was just tried.
import { state, now, isOver } from "../shared/live.js";
import { element, keep, set, write } from "../shared/keyed.js";
import { word, explain } from "../shared/words.js";
import { clock } from "../shared/zone.js";

const $ = (id) => document.getElementById(id);
/** A complaint stands so long, ms, unless it is closed. */
const stands = 10000;
let leaves = null;

/** What is wrong now, a line each. */
function faults() {
  if (state.isSpoilt) { return [word("spoilt")]; }
  if (!state.isLive) { return [word("lost")]; }
  const lines = [];
  const down = Object.entries(state.links).filter(([, isUp]) => !isUp).map(([station]) => station);
  if (down.length > 0) { lines.push(`${word("brokerLost")} ${down.join(", ")}`); }
  for (const fault of state.room?.faults ?? []) {
    // A broker that is gone is said already, by its station's name.
    if (fault.what === "broker" && (down.includes(fault.station) || (!fault.station && down.length > 0))) { continue; }
    const key = `fault ${fault.what}`;
    const said = word(key) === key ? word("degraded") : word(key);
    const since = Number.isFinite(fault.since) ? `${word("since")} ${clock(fault.since)}` : null;
    lines.push([said, fault.station, since, fault.detail].filter(Boolean).join(" · "));
  }
  if (lines.length === 0 && state.room?.status === "degraded") { lines.push(word("degraded")); }
  return lines;
}

/** Writes the clock, how many units are heard, and what is wrong. */
export function drawTop() {
  const wrong = faults();
  write($("clock"), clock(now()));
  write($("link"), word(!state.isLive ? "linkBad" : wrong.length > 0 ? "linkDegraded" : "linkGood"));
  set($("link"), "class", wrong.length > 0 ? "bad" : "good");
  set($("lost"), "hidden", wrong.length === 0 && "");
  keep($("lost"), wrong, { key: (line) => line, make: () => element("div"), update: write });
  const all = [...state.units.values()];
  const open = [...state.incidents.values()].filter((one) => !isOver(one)).length;
  write($("counts"), `${word("units")} ${all.filter((unit) => unit.online).length}/${all.length} · ${word("incidents")} ${open}`);
}

/** Says why something did not work; an ended session says so itself, by its login. */
export function complain(error) {
  console.error(error);
  if (error.status === 401) { return; }
  write($("complaint-text"), explain(error));
  set($("complaint"), "hidden", null);
  clearTimeout(leaves);
  leaves = setTimeout(() => set($("complaint"), "hidden", ""), stands);
  $("complaint-close").onclick = () => set($("complaint"), "hidden", "");
}
