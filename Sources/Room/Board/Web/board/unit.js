// One unit: its officers, its state, and its faults.
import { state } from "../shared/live.js";
import { element, keep, set, write } from "../shared/keyed.js";
import { age, nameOf, timeToGo, troubles } from "../shared/lists.js";
import { numberOf } from "../shared/commands.js";
import { word } from "../shared/words.js";

const $ = (id) => document.getElementById(id);

function onOff(value) { return value === undefined || value === null ? null : word(value ? "on" : "off_"); }

function line(of) {
  if (!of?.id) { return null; }
  const metres = (value) => (Number.isFinite(value) ? `${Math.round(value)} m` : null);
  const side = Number.isFinite(of.off) && Math.round(of.off) !== 0
    ? `${word(of.off > 0 ? "rightOfLine" : "leftOfLine")} ${Math.abs(Math.round(of.off))} m` : null;
  return [of.id, word(of.on ? "onLine" : "besideLine"), metres(of.along), side].filter(Boolean).join(" · ");
}

/** What a unit is sent to, and how long it still drives there. */
function orders(of) {
  const [station, device] = [of.station, of.device];
  const sent = [...state.incidents.values()].flatMap((incident) => incident.units
    .filter((unit) => unit.device === device && unit.station === station && !unit.cleared && !unit.ended && unit.state !== "cancelled")
    .map((unit) => [`#${numberOf(incident)} ${nameOf(incident)}`, word(unit.state), timeToGo(incident, unit)].filter(Boolean).join(" · ")));
  return sent.join(word("listComma")) || null;
}

/** What there is to say of a unit, each with its word; what is not known is left out. */
function facts(unit) {
  const grids = unit.grids ?? (unit.grid ? [unit.grid] : []);
  const gnss = unit.gnss && { ok: "gnssOK", lost: "gnss_lost", frozen: "gnss_frozen" }[unit.gnss];
  return [
    ["station", `${unit.station} / ${unit.device}`],
    ["officers", (unit.officers ?? []).join(word("listComma")) || word("nobodySignedIn")],
    ["state", word(unit.status ?? "unknown")],
    ["order", orders(unit)],
    ["linkOfUnit", word(unit.online ? "online" : "offline")],
    ["trouble", troubles(unit) || null],
    ["age", unit.seen ? age(unit.seen) : word("no position")],
    ["speed", Number.isFinite(unit.spd) ? `${Math.round(unit.spd * 3.6)} km/h` : null],
    ["accuracy", Number.isFinite(unit.acc) ? `± ${Math.round(unit.acc)} m` : null],
    ["gnss", [gnss && word(gnss), unit.src === "dr" && word("deadReckoned")].filter(Boolean).join(" · ") || null],
    ["battery", Number.isFinite(unit.bat) ? `${Math.round(unit.bat * 100)} %` : null],
    ["ignition", onOff(unit.ign)],
    ["camera", unit.camera === undefined ? null : word(unit.camera ? "recording" : "off_")],
    ["light", onOff(unit.light)],
    ["siren", onOff(unit.siren)],
    ["grids", grids.join(word("listComma")) || null],
    ["line", line(unit.line)],
  ].filter(([, value]) => value !== null);
}

/** Writes the panel of a unit; without one it is not there. */
export function drawUnit(id) {
  const unit = id && state.units.get(id);
  set($("unit"), "hidden", !unit && "");
  if (!unit) { return; }
  write($("unit-name"), `${word("unit")} ${unit.unit}`);
  write($("unit-close"), word("back"));
  set($("unit-replay"), "href", `replay?unit=${encodeURIComponent(id)}`);
  keep($("unit-facts"), facts(unit), {
    key: ([key]) => key,
    make: () => element("div", {}, element("dt"), element("dd")),
    update(row, [key, value]) {
      set(row, "class", key === "trouble" ? "troubled" : null);
      write(row.firstChild, word(key));
      write(row.lastChild, value);
    },
  });
}
