// The dialogs: a follow-up, a roll call, a closure.
import { state, now, ask } from "../shared/live.js";
import { closureSketch } from "./map.js";
import { element, keep, write } from "../shared/keyed.js";
import { safe } from "../shared/lists.js";
import { word, explain, codes } from "../shared/words.js";
import { clock, shown } from "../shared/zone.js";

const $ = (id) => document.getElementById(id);

/** What the dialogs act on: set once, by the board. */
let board = null;

/** Writes every label in the language of the page. */
export function labelDialogs() {
  for (const label of document.querySelectorAll("dialog [data-word]")) { label.textContent = word(label.dataset.word); }
  for (const field of document.querySelectorAll("[data-label]")) { field.setAttribute("aria-label", word(field.dataset.label)); }
  categoryChoices();
  choices("form-priority", [1, 2, 3, 4].map((n) => [String(n), word(`priority ${n}`)]), "2");
  choices("closing-slow", [["", word("closedRoad")], ...[2, 3, 5].map((n) => [String(n), `${n} × ${word("slower")}`])]);
}

/** The station's own kinds of incidents by group, or the page's where it has set none. */
function categoryChoices() {
  const groups = board?.view.page.categories ?? [];
  if (!groups.length) {
    choices("form-category", codes.categories.map((key) => [key, word(key)]));
    return;
  }
  const chosen = $("form-category").value;
  $("form-category").replaceChildren(...groups.map((group) => {
    const part = document.createElement("optgroup");
    part.label = group.name;
    const names = [...new Set([...group.categories.map((one) => one.name), group.name])];
    part.append(...names.map((name) => new Option(name, name)));
    return part;
  }));
  if (chosen) { $("form-category").value = chosen; }
}

/** Writes the choices of a list, and keeps what was chosen. */
function choices(id, all, first) {
  const chosen = $(id).value || first || all[0][0];
  $(id).replaceChildren(...all.map(([value, text]) => new Option(text, value)));
  $(id).value = chosen;
}

/** Shows a dialog, empty of yesterday's complaint. */
export function show(id, first) {
  const dialog = $(id);
  dialog.querySelector("[role=alert]").textContent = "";
  if (!dialog.open) { dialog.showModal(); $(first).focus(); }
}

/** Does what a dialog is for; the room's refusal stands in the dialog, which then stays. */
export async function submit(id, work) {
  const dialog = $(id);
  // A second press is ignored while the first is being sent.
  if (dialog.dataset.busy) { return; }
  dialog.dataset.busy = "yes";
  try {
    await work();
    dialog.close();
  } catch (error) { dialog.querySelector("[role=alert]").textContent = explain(error); }
  delete dialog.dataset.busy;
}

/** The incident that a follow-up is for: fixed when the dialog opens, whatever is chosen behind it meanwhile. */
let followed = null;

/** Asks what remains to be done for an incident, by whom and until when. */
export function openFollowUp(id) {
  followed = id;
  show("follow", "follow-text");
}

async function enterFollowUp() {
  const hours = Number($("follow-hours").value);
  const [text, owner] = [$("follow-text").value.trim(), $("follow-owner").value.trim()];
  if (!text || !owner || !(hours > 0)) { throw new Error(word("followNeeds")); }
  await ask("POST", `incidents/${encodeURIComponent(followed)}/follow-up`, { text, owner, due: Math.round(now() + hours * 3600000) });
  $("follow-text").value = "";
}

/** Asks whose roll is to be called; the last ones can be looked at again. */
export function openRollCall() {
  const option = (value, text) => `<option value="${safe(value)}">${safe(text)}</option>`;
  const { stations = [], teams = [] } = board.view.page;
  const units = [...state.units.values()].sort((a, b) => a.unit.localeCompare(b.unit));
  $("call-whom").innerHTML = option("all", word("everybody"))
    + teams.map((team) => option(`team ${team.name}`, `${word("team")} ${team.name}`)).join("")
    + (stations.length > 1 ? stations.map((name) => option(`station ${name}`, `${word("station")} ${name}`)).join("") : "")
    + units.map((unit) => option(`unit ${unit.id}`, `${word("unit")} ${unit.unit}`)).join("");
  drawLastCalls();
  loadCalls();
  show("call", "call-whom");
}

function drawLastCalls() {
  const last = [...state.rollcalls.values()].sort((a, b) => b.started - a.started);
  keep($("call-last"), last, {
    key: (call) => call.id,
    make: (call) => element("button", { type: "button", "data-rollcall": call.id }),
    update(button, call) {
      write(button, `${shown(call.started, { year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" })} · ${call.by} · ${call.units.length}`);
    },
  });
}

/** The part of an address that asks for what comes after an answer's `next`. */
export function after(next) {
  if (!next) { return ""; }
  return `&before=${next.before}${next.before_id ? `&before_id=${encodeURIComponent(next.before_id)}` : ""}`;
}

/** The live state holds the newest roll calls; the dialog shows all that the room gives. */
async function loadCalls() {
  try {
    for (let next = null, more = true; more && $("call").open;) {
      const answer = await ask("GET", `rollcalls?limit=50${after(next)}`);
      for (const call of answer.rollcalls) { if (!state.rollcalls.has(call.id)) { state.rollcalls.set(call.id, call); } }
      drawLastCalls();
      next = answer.next;
      more = Boolean(answer.more && next);
    }
  } catch (error) { $("call").querySelector("[role=alert]").textContent = explain(error); }
}

async function enterRollCall() {
  const [kind, name] = $("call-whom").value.split(/ (.*)/);
  const whom = { seconds: Number($("call-seconds").value), officer: $("call-officer").checked };
  if (kind === "team") { whom.team = name; }
  if (kind === "station") { whom.station = name; }
  if (kind === "unit") { [whom.station, whom.devices] = [name.split("/")[0], [name.split("/")[1]]]; }
  const call = await ask("POST", "rollcalls", whom);
  state.rollcalls.set(call.id, call);
  board.chooseRollCall(call.id);
}

/** Shows what is closed, and offers to close more. */
export function openClosures() {
  const row = (one) => `<tr><td>${safe(one.note ?? "")}</td><td>${one.slow ? `${one.slow} × ${word("slower")}` : word("closedRoad")}</td>
    <td class="number">${clock(one.until)}</td><td>${safe(one.by)}</td>
    <td><button type="button" data-lift="${safe(one.id)}">${word("lift")}</button></td></tr>`;
  $("closures-list").innerHTML = state.closures.length === 0 ? `<p>${word("noClosures")}</p>`
    : `<table><tbody>${state.closures.map(row).join("")}</tbody></table>`;
  show("closures", "closures-draw");
}

/** Whether the corners of a closure are being clicked. */
export function isSketching() { return board.view.sketch !== null; }

/** Takes a corner. */
export function sketch(place) {
  board.view.sketch.push(place);
  closureSketch(board.view.sketch);
}

/** Ends the clicking: with what was clicked, or with nothing. */
export function endSketch(isDone) {
  $("hint").hidden = true;
  if (isDone && board.view.sketch.length > 0) { show("closing", "closing-note"); return; }
  board.view.sketch = null;
  closureSketch([]);
}

async function enterClosure() {
  const hours = Number($("closing-hours").value);
  const slow = $("closing-slow").value;
  await ask("POST", "closures", { places: board.view.sketch.map(([lat, lon]) => [lon, lat]), note: $("closing-note").value || null,
    until: Math.round(now() + hours * 3600000), ...(slow ? { slow: Number(slow) } : {}) });
  $("closing-note").value = "";
}

/** Connects the dialogs with the board. */
export function setUpDialogs(theBoard) {
  board = theBoard;
  const on = (button, id, work) => {
    $(button).onclick = (event) => { event.preventDefault(); submit(id, work); };
  };
  on("follow-go", "follow", enterFollowUp);
  on("call-go", "call", enterRollCall);
  on("closing-go", "closing", enterClosure);
  for (const button of document.querySelectorAll("dialog [data-leave]")) {
    button.onclick = () => button.closest("dialog").close();
  }
  $("closing").onclose = () => endSketch(false);
  $("closures-draw").onclick = (event) => {
    event.preventDefault();
    $("closures").close();
    board.view.sketch = [];
    closureSketch([]);
    $("hint-text").textContent = word("sketchHint");
    $("hint-done").textContent = word("enter");
    $("hint-leave").textContent = word("leave");
    $("hint").hidden = false;
    // Not on the button that opened the dialog: Enter would press it again.
    $("map").focus();
  };
  $("hint-done").onclick = () => endSketch(true);
  $("hint-leave").onclick = () => endSketch(false);
  $("closures-list").onclick = (event) => {
    const id = event.target.dataset.lift;
    if (id) { submit("closures", () => ask("DELETE", `closures/${encodeURIComponent(id)}`)); }
  };
  $("call-last").onclick = (event) => {
    const id = event.target.closest("[data-rollcall]")?.dataset.rollcall;
    if (id) { $("call").close(); board.chooseRollCall(id); }
  };
}
