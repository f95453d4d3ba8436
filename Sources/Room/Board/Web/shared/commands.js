// All of the board by keys: arrows in the lists, a line of commands in the search, and a list of the keys.
import { state, isOver } from "./live.js";
import { element } from "./keyed.js";
import { word } from "./words.js";

const $ = (id) => document.getElementById(id);
const rows = ".card, .row.unit, .alarm-text, .row.task";

/** The number by which people on the radio call an incident: what stands behind the time in its id. */
export function numberOf(incident) { return /-(\d+)$/.exec(incident.id)?.[1] ?? incident.id; }

/** Moves the focus to the row before or behind in the list that has it, or to the first incident. */
export function moveFocus(step) {
  const at = document.activeElement?.closest(rows);
  const list = at?.closest("#incidents, #units-list, #candidates-list, #call-list, #alarms-list, #tasks-list");
  if (!list) { document.querySelector(".card")?.focus(); return; }
  const all = [...list.querySelectorAll(rows)];
  const next = all[all.indexOf(at) + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** Moves the focus from one column to the next: incidents, candidates or units, alarms. */
export function moveColumn(step) {
  const columns = ["#left", "#right", "#alarms"].map((name) => document.querySelector(name)).filter((one) => one.querySelector(rows) && one.offsetParent !== null);
  const at = columns.findIndex((one) => one.contains(document.activeElement));
  columns[Math.min(columns.length - 1, Math.max(0, at + step))]?.querySelector(rows)?.focus();
}

function unitNamed(name) {
  const found = [...state.units.values()].filter((unit) => unit.unit === name || unit.device === name || unit.id === name);
  if (found.length === 1) { return found[0]; }
  throw new Error(word(found.length === 0 ? "noSuchUnit" : "severalUnits").replace("…", name));
}

function incidentNumbered(name, chosen) {
  if (!name) {
    const one = chosen && state.incidents.get(chosen);
    if (one) { return one; }
    throw new Error(word("chooseIncident"));
  }
  const number = name.replace(/^i/i, "");
  const open = [...state.incidents.values()].filter((one) => !isOver(one) && (numberOf(one) === number || one.id === name));
  if (open.length === 1) { return open[0]; }
  throw new Error(word(open.length === 0 ? "noSuchIncident" : "severalIncidents").replace("…", name));
}

/** The commands: a letter, and what it takes. */
const commands = {
  d: (words, acts, chosen) => { const unit = unitNamed(words[0] ?? ""); acts.send(incidentNumbered(words[1], chosen).id, unit.device, unit.station); },
  r: (words, acts, chosen) => { const unit = unitNamed(words[0] ?? ""); acts.recall(incidentNumbered(words[1], chosen).id, unit.device, unit.station); },
  i: (words, acts, chosen) => acts.incident(incidentNumbered(words[0], chosen).id),
  u: (words, acts) => acts.unit(unitNamed(words[0] ?? "").id),
  c: (words, acts, chosen) => acts.close(incidentNumbered(words[0], chosen).id),
};

/** Whether a text of the search is a command; a hand that is in the search already may type its key again. */
export function isCommand(text) { return /^\/?\s*[driuc]\s+\S/.test(text); }

/** Does what a command says; throws with what is wrong with it. */
export function runCommand(text, acts, chosen) {
  const [letter, ...words] = text.replace(/^\//, "").trim().split(/\s+/);
  commands[letter](words, acts, chosen);
}

/** Shows what each key does. */
export function showKeys() {
  const keys = [["n", "newIncident"], ["1–9", "keySend"], ["↑ ↓", "keyRows"], ["← →", "keyColumns"], ["Enter", "keyChoose"], ["Esc", "keyBack"], ["/", "keySearch"],
    ["d 012 i5", "commandSend"], ["r 012 i5", "commandRecall"], ["i 5", "commandIncident"], ["u 012", "commandUnit"], ["c 5", "commandClose"], ["?", "keyHelp"]];
  $("keys-list").replaceChildren(...keys.map(([key, what]) => element("div", {}, element("dt", {}, element("kbd", {}, key)), element("dd", {}, word(what).replace(/ \(.\)$/, "")))));
  $("keys").showModal();
}
