// Closing and cancelling an incident: both ask back, and what is kept is a code, not the word of a language.
import { state, ask, learn } from "../shared/live.js";
import { nameOf } from "../shared/lists.js";
import { word, codes } from "../shared/words.js";
import { show, submit } from "./dialogs.js";

const $ = (id) => document.getElementById(id);
/** What is being ended: fixed when the dialog opens, whatever is chosen behind it meanwhile. */
let ending = null;

/** Asks how an incident ended (`close`), or why it is none (`cancel`). */
export function openEnding(kind, id, code = "") {
  const incident = state.incidents.get(id);
  if (!incident) { return; }
  ending = { kind, id };
  const isClose = kind === "close";
  $("ending-title").textContent = word(isClose ? "close" : "cancelIncident");
  $("ending-of").textContent = `${nameOf(incident)} · ${word(`priority ${incident.priority}`)}`;
  $("ending-label").textContent = word(isClose ? "result" : "cancelReason");
  $("ending-code").replaceChildren(new Option(word("choose"), ""),
    ...(isClose ? codes.results : codes.reasons).map((one) => new Option(word(one), one)));
  $("ending-code").value = code;
  $("ending-note").value = "";
  $("ending-referred").checked = code === "mediation";
  $("ending-tick").hidden = !isClose;
  $("ending-go").textContent = word(isClose ? "close" : "cancelIncident");
  show("ending", code ? "ending-note" : "ending-code");
}

async function end() {
  const code = $("ending-code").value;
  if (!code) { throw new Error(word("chooseFirst")); }
  const note = $("ending-note").value.trim();
  if (code === "other" && !note) { throw new Error(word("otherNeeds")); }
  const said = note ? { note } : {};
  const body = ending.kind === "close" ? { result: code, referred: $("ending-referred").checked, ...said } : { reason: code, ...said };
  learn(await ask("POST", `incidents/${encodeURIComponent(ending.id)}/${ending.kind}`, body));
}

/** What is being amended, as it was when the dialog opened: only what was changed is sent. */
let amended = null;

/** Asks what is known better now: kind, priority, place, what the caller says. */
export function openAmendment(id) {
  const incident = state.incidents.get(id);
  if (!incident) { return; }
  amended = { id, before: { category: incident.category ?? "other", priority: incident.priority, place: incident.place ?? "", note: incident.note ?? "" } };
  $("amend-of").textContent = `${nameOf(incident)} · ${word(`priority ${incident.priority}`)}`;
  $("amend-category").innerHTML = $("form-category").innerHTML;
  $("amend-priority").innerHTML = $("form-priority").innerHTML;
  for (const [key, value] of Object.entries(amended.before)) { $(`amend-${key}`).value = value; }
  show("amend", "amend-note");
}

async function amend() {
  const now = { category: $("amend-category").value, priority: Number($("amend-priority").value), place: $("amend-place").value.trim(), note: $("amend-note").value.trim() };
  const changed = Object.fromEntries(Object.entries(now).filter(([key, value]) => value !== amended.before[key] && value !== ""));
  if (Object.keys(changed).length === 0) { return; }
  learn(await ask("POST", `incidents/${encodeURIComponent(amended.id)}/amend`, changed));
}

/** Connects the dialogs; `onDone` draws what they changed. */
export function setUpEndings(onDone) {
  $("amend-go").onclick = (event) => {
    event.preventDefault();
    submit("amend", amend).then(onDone);
  };
  $("ending-code").onchange = () => { if ($("ending-code").value === "mediation") { $("ending-referred").checked = true; } };
  $("ending-go").onclick = (event) => {
    event.preventDefault();
    submit("ending", end).then(onDone);
  };
}
