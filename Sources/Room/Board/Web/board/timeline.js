// The course of an incident as a bar: how long each step took, or takes, and which took longer than it may.
import { now, isOver } from "../shared/live.js";
import { element, keep, set, write } from "../shared/keyed.js";
import { span } from "../shared/lists.js";
import { target } from "../shared/today.js";
import { word } from "../shared/words.js";

/** The steps, the moments that end them, and how long each may take, ms: the room raises its alarm after the same time. */
const steps = [
  { key: "stepSend", until: (unit) => unit?.assigned, limit: 60000 },
  { key: "stepAccept", until: (unit) => unit?.accepted, limit: 30000 },
  { key: "stepMove", until: (unit) => unit?.departed, limit: 60000 },
  { key: "stepArrive", until: (unit) => unit?.arrived, limit: null },
  { key: "stepClear", until: (unit) => unit?.cleared, limit: null },
];

/** Whose course it is: the first unit there; while nobody is, the one that was sent last and still goes. */
function leader(incident) {
  const there = incident.units.filter((unit) => unit.arrived).sort((a, b) => a.arrived - b.arrived);
  const going = incident.units.filter((unit) => !unit.ended && !unit.cleared && unit.state !== "cancelled");
  return there[0] ?? going[going.length - 1] ?? null;
}

/** Each step that was taken or is under way: from when to when, ms since 1970, and whether it took too long. */
export function course(incident, at = now()) {
  const unit = leader(incident);
  const end = isOver(incident) ? incident.changed : at;
  const taken = [];
  let from = incident.received;
  for (const [index, step] of steps.entries()) {
    // A step that nobody told of is part of the next one that somebody did.
    const known = step.until(unit);
    const isLast = !steps.slice(index).some((later) => Number.isFinite(later.until(unit)));
    if (!Number.isFinite(known) && !isLast) { continue; }
    const until = Math.max(from, known ?? end);
    const isLate = step.key === "stepArrive" ? until - incident.received > target() * 1000 : step.limit !== null && until - from > step.limit;
    taken.push({ key: step.key, from, until, isLate, isOpen: !Number.isFinite(known) && !isOver(incident) });
    if (!Number.isFinite(known)) { break; }
    from = until;
  }
  return { unit, taken };
}

/** Writes the bar. */
export function drawTimeline(holder, incident) {
  const { taken } = course(incident);
  set(holder, "aria-label", taken.map((one) => `${word(one.key)} ${span(one.until - one.from)}`).join(", "));
  const whole = taken.reduce((sum, one) => sum + one.until - one.from, 0);
  keep(holder, taken, {
    key: (one) => `${incident.id} ${one.key}`,
    make: () => element("div", {}, element("span"), element("b", { class: "number" })),
    update(part, one) {
      const share = whole > 0 ? (one.until - one.from) / whole : 1;
      set(part, "class", `step ${one.key}${one.isLate ? " late" : ""}${one.isOpen ? " open" : ""}`);
      set(part, "style", `flex-grow:${Math.max(0.06, share).toFixed(3)}`);
      write(part.children[0], word(one.key));
      write(part.children[1], span(one.until - one.from));
      set(part, "title", `${word(one.key)} ${span(one.until - one.from)}`);
    },
  });
}
