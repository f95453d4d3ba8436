// The chosen incident: what may be done, what was done, and who would be there soonest. And a roll call's answers.
import { state, isOver, now } from "../shared/live.js";
import { element, keep, keepInSight, set, write } from "../shared/keyed.js";
import { makeUnitRow, span, timeToGo, troubles, nameOf } from "../shared/lists.js";
import { drawTimeline } from "./timeline.js";
import { clock, localText } from "../shared/zone.js";
import { word, codes } from "../shared/words.js";

function actions(incident, canAct) {
  const back = { key: "back", text: `${word("back")} (Esc)`, data: { "data-act": "back" } };
  const act = (key) => ({ key, text: word(key), data: { "data-act": key } });
  if (!canAct) { return [back]; }
  if (isOver(incident)) { return [back, act("reopen"), act("follow")]; }
  const recalls = incident.units.filter((unit) => !unit.cleared && !unit.ended).map((unit) => ({
    key: `recall ${unit.station}/${unit.device}`, text: `${word("recall")} ${unit.unit}`,
    data: { "data-recall": unit.device, "data-station": unit.station },
  }));
  return [back, ...recalls, act("amendIncident"), act("close"), act("mediation"), { ...act("cancel"), text: word("cancelIncident") }];
}

/** What an officer may say over the radio next, by the state of the unit: the dispatcher enters it. */
const radio = { assigned: ["accepted", "enroute", "scene"], accepted: ["enroute", "scene"], enroute: ["scene"], scene: ["cleared"] };
const radioSteps = ["cleared", "accepted", "enroute", "scene"];

function radioRows(incident, canAct) {
  if (!canAct || isOver(incident)) { return []; }
  return incident.units.filter((unit) => !unit.cleared && !unit.ended && radio[unit.state])
    .map((unit) => ({ unit, key: `${incident.id} ${unit.station}/${unit.device}` }));
}

/**
 * What an officer may say next, and how long each is still on the way: a card has lines for the first five alone.
 *
 * Each button keeps its place while the unit goes on: a press that was aimed at one must not find another there.
 */
function drawRadio(holder, incident, canAct) {
  keep(holder, radioRows(incident, canAct), {
    key: (row) => row.key,
    make: ({ unit }) => element("div", { class: "radio" }, element("span"), ...radioSteps.map(() => element("button", {
      type: "button", "data-device": unit.device, "data-station": unit.station }))),
    update(row, { unit }) {
      write(row.firstChild, [`${word("radio")} ${unit.unit}`, timeToGo(incident, unit)].filter(Boolean).join(" · "));
      radioSteps.forEach((step, index) => {
        const button = row.children[index + 1];
        write(button, word(`radio ${step}`));
        set(button, "data-radio", radio[unit.state].includes(step) && step);
        // The last step stands where the first one stood: nobody aims at that any more.
        set(button, "hidden", (step === "cleared") !== (unit.state === "scene") && (step === "cleared" || step === "accepted") && "");
      });
    },
  });
}

/** A step's own text: a code is said in the page's language, what a person wrote stays as it is. */
function stepText(step) {
  // An alarm's name begins with its kind: `late:car-01:1780000000000`.
  if (step.what === "take") { return String(step.text ?? "").split(":").slice(0, 2).map((part) => word(part)).join(" "); }
  const isEnding = ["close", "cancel"].includes(step.what);
  const [code, rest] = String(step.text ?? "").split(/: (.*)/s);
  const isCode = codes.results.includes(code) || codes.reasons.includes(code);
  if (!isEnding || !isCode) { return step.text ?? ""; }
  return rest ? `${word(code)}: ${rest}` : word(code);
}

/** So long before the call, ms, a look back begins, and so long after the last step it ends. */
const around = 120000;

const mostDays = 6;

/** Where the incident is looked at again, from before the call to after its end. */
export function replayOf(incident) {
  const end = incident.steps.findLast((step) => step.what === "close" || step.what === "cancel")?.t;
  // No more than is looked at again at once.
  const until = Math.min(isOver(incident) && end ? end + around : now(), incident.received + mostDays * 86400000);
  const text = (at) => encodeURIComponent(localText(at).slice(0, 16));
  const unit = incident.units[0];
  return `replay?from=${text(incident.received - around)}&until=${text(Math.max(until, incident.received) + 60000)}&at=${encodeURIComponent(localText(incident.received))}${unit ? `&unit=${encodeURIComponent(`${unit.station}/${unit.device}`)}` : ""}`;
}

/** Writes what the chosen incident is, what may be done with it, and every step that was taken. */
export function drawIncident({ facts, line, buttons, radios, steps }, incident, canAct) {
  drawRadio(radios, incident, canAct);
  drawTimeline(line, incident);
  const lines = [
    `${nameOf(incident)} · ${word(`priority ${incident.priority}`)} · ${word(incident.state)}`,
    incident.note,
    incident.result ? `${word("result")}: ${word(incident.result)}${incident.referred ? ` · ${word("referred")}` : ""}` : null,
    incident.result_note,
    incident.follow_up ? `${word("follow")}: ${incident.follow_up.text} · ${incident.follow_up.owner}` : null,
  ];
  keep(facts, lines.map((text, index) => ({ text, index })).filter(({ text }) => text), {
    key: ({ index }) => index, make: () => element("p"), update: (row, { text }) => write(row, text),
  });
  keep(buttons, actions(incident, canAct).map((one) => ({ ...one, key: `${incident.id} ${one.key}` })), {
    key: (one) => one.key,
    make: (one) => element("button", { type: "button", ...one.data }),
    update: (button, one) => write(button, one.text),
  });
  keep(steps, incident.steps.map((step, index) => ({ step, index })).reverse(), {
    key: ({ index }) => `${incident.id} ${index}`,
    make: () => element("div", {}, element("span", { class: "number" }), element("span"), element("span")),
    update(row, { step }) {
      write(row.children[0], clock(step.t));
      write(row.children[1], `${word(step.what)} ${stepText(step)}`);
      write(row.children[2], step.by);
    },
  });
}

function makeCandidate(one) {
  const parts = { rank: element("b"), seconds: element("span", { class: "n number" }),
    interval: element("span", { class: "n number" }), reason: element("span", { class: "why" }),
    send: element("button", { type: "button", "data-send": one.device, "data-station": one.station }) };
  parts.chances = element("small", { class: "chances number" });
  const row = makeUnitRow(`${one.station}/${one.device}`, parts.seconds, parts.interval, element("span", {}, parts.reason, parts.send), parts.chances);
  row.firstChild.prepend(parts.rank);
  return Object.assign(row, { parts: { ...row.parts, ...parts } });
}

/** The chances to be there within 1, 3 and 5 minutes, and what of the roads nobody reaches in 3 while it is away. */
function chances(one) {
  const within = one.within_1_3_5_min;
  if (!within) { return ""; }
  const said = ["1", "3", "5"].map((minutes, index) => `${minutes}′ ${Math.round(within[index] * 100)} %`).join(" · ");
  const lost = one.coverage_lost > 0 ? ` · ${word("coverageLost")} ${(one.coverage_lost * 100).toFixed(1)} %` : "";
  return said + lost;
}

/** Seconds as minutes and seconds; a dash when there are none. */
function duration(value) { return Number.isFinite(value ?? NaN) ? span(Math.max(0, value) * 1000) : "–"; }

function updateCandidate(row, { one, rank }, { canAct, chosen, sure }) {
  const { parts } = row;
  const unit = state.units.get(`${one.station}/${one.device}`);
  const wrong = one.reason && one.reason !== "offline" && unit ? troubles(unit) : "";
  set(row, "class", `row unit${rank ? "" : " below"}${row.dataset.unit === chosen ? " chosen" : ""}`);
  set(parts.dot, "class", `dot ${one.online === false ? "gone" : one.status ?? "unknown"}`);
  write(parts.rank, rank ? `${rank} ` : "");
  write(parts.name, one.unit);
  set(parts.name, "title", one.unit);
  // Which of the two is sooner nobody can tell.
  write(parts.seconds, `${one.tied ? "≈" : ""}${duration(one.seconds)}`);
  write(parts.interval, Number.isFinite(one.p10 ?? NaN) ? `${duration(one.p10)}–${duration(one.p90)}` : "");
  write(parts.chances, rank ? chances(one) : "");
  write(parts.reason, rank ? "" : `${word(one.reason)}${wrong ? ` (${wrong})` : ""}`);
  // Whoever stands below the line can be sent all the same, when somebody says so twice.
  const isSure = sure === `${one.station}/${one.device}`;
  write(parts.send, word(rank ? "send" : isSure ? "sendSure" : "sendAnyway"));
  set(parts.send, "class", rank ? null : isSure ? "sure" : "anyway");
  set(parts.send, "data-below", !rank && "");
  set(parts.send, "hidden", (!canAct || one.reason === "caller") && "");
}

/** Writes who could go, soonest first, and below a line who could not and why. */
export function drawCandidates({ list, scroller, note, head }, candidates, how) {
  set(head.parentNode, "hidden", !candidates && "");
  if (!candidates) { keepInSight(list, scroller, [], {}); return; }
  const remark = candidates.placeless ? "withoutTimes" : candidates.straight ? "straight" : null;
  write(note, remark ? word(remark) : "");
  set(note, "hidden", !remark && "");
  ["unit", "timeToScene", "interval", "send"].forEach((key, index) => write(head.children[index], index < 3 ? word(key) : ""));
  const free = candidates.units.map((one, index) => ({ one, rank: index + 1 }));
  const below = candidates.below_line.map((one) => ({ one, rank: 0 }));
  keepInSight(list, scroller, [...free, ...(below.length > 0 ? [null] : []), ...below], {
    key: (item) => (item ? `${item.one.station}/${item.one.device}` : "the line"),
    make: (item) => (item ? makeCandidate(item.one) : element("div", { class: "rule" })),
    update: (row, item) => (item ? updateCandidate(row, item, how) : write(row, word("below"))),
  });
}

/** Writes who has answered a roll call. */
export function drawRollCall({ facts, list }, call) {
  const words = { late: word("lateCall"), silent: word("silentCall") };
  // Where the officer has to answer, the device's own answer is none.
  const answered = (unit) => unit.officer_answered ?? (call.officer ? null : unit.device_answered);
  write(facts, `${clock(call.started)} · ${call.by} · ${Object.entries(call.counts).map(([key, n]) => `${words[key] ?? word(key)} ${n}`).join(" · ")}`);
  keep(list, call.units, {
    key: (unit) => `${call.id} ${unit.station}/${unit.device}`,
    make(unit) {
      const [result, took] = [element("span"), element("span", { class: "n number" })];
      const row = makeUnitRow(`${unit.station}/${unit.device}`, result, took);
      Object.assign(row.parts, { result, took });
      set(row, "class", "row unit");
      set(row.parts.dot, "hidden", "");
      return row;
    },
    update({ parts }, unit) {
      write(parts.name, unit.unit);
      set(parts.result, "class", unit.result);
      write(parts.result, words[unit.result] ?? word(unit.result));
      write(parts.took, answered(unit) ? `${((answered(unit) - call.started) / 1000).toFixed(1)} s` : "");
    },
  });
}
