// A new incident: a drawer beside the map, which stays in use meanwhile. The place is a name that was chosen, or a click.
import { ask, learn } from "../shared/live.js";
import { map, fromMap, onMap } from "../map/base.js";
import { markPlace } from "./map.js";
import { element, keep, set, write } from "../shared/keyed.js";
import { submit } from "./dialogs.js";
import { word, explain } from "../shared/words.js";

const $ = (id) => document.getElementById(id);
const fields = ["form-place", "form-category", "form-priority", "form-note"];
/** Where a draft is kept while this window lives: a reload loses nothing that was typed. */
const shelf = "patrollink draft";
/** Whether the draft of before was taken back. */
let isRestored = false;

let board = null;
/** What is proposed for the name that is being typed, and which of it the arrows are on. */
let found = [];
let marked = -1;
let asked = 0;
/** Whether the place was clicked: then it holds, whatever is typed as its name. */
let isClicked = false;
/** The name by which the page itself called a place: the next click may call it otherwise. */
let ownName = "";
/** The name that is being looked up: the incident must not be entered before it is found. */
let lookup = Promise.resolve();
/** Between the last key and the question to the room, ms. */
const settles = 150;

export function isOpen() { return $("form").open; }

/** Where somebody looks, as the room's interface wants it. */
function centre() {
  const [lat, lon] = fromMap(map.getCenter().lat, map.getCenter().lng);
  return `${lat.toFixed(5)},${lon.toFixed(5)}`;
}

/** Streets, crossings, grids and posts of a name, of equal names the nearer first. */
export async function findPlace(text) {
  if (text.trim().length < 1) { return []; }
  try { return (await ask("GET", `places?q=${encodeURIComponent(text)}&near=${centre()}`)).places; } catch { return []; }
}

/** What tells a place from others of its name. */
export function tellApart(place) {
  const far = Number.isFinite(place.metres) ? (place.metres < 950 ? `${Math.round(place.metres / 10) * 10} m` : `${(place.metres / 1000).toFixed(1)} km`) : null;
  return [word(`place ${place.kind}`), place.near ? `${word("crosses")} ${place.near}` : null, place.grid, far].filter(Boolean).join(" · ");
}

function setPlace(place) {
  board.view.place = place;
  write($("form-coordinates"), place ? `${place[0].toFixed(6)}, ${place[1].toFixed(6)}` : word("noPlace"));
  markPlace(place);
  keepDraft();
}

function keepDraft() {
  const draft = { place: board.view.place, isClicked, ownName, fields: Object.fromEntries(fields.map((id) => [id, $(id).value])) };
  const isEmpty = !draft.fields["form-note"] && !draft.fields["form-place"] && !draft.place;
  if (isEmpty || !isOpen()) { sessionStorage.removeItem(shelf); } else { sessionStorage.setItem(shelf, JSON.stringify(draft)); }
}

/** Opens the drawer with what was typed before the page was loaded anew. */
export function restoreDraft() {
  if (isRestored) { return; }
  isRestored = true;
  let draft = null;
  try { draft = JSON.parse(sessionStorage.getItem(shelf)); } catch { return; }
  if (!draft?.fields) { return; }
  for (const id of fields) { if (typeof draft.fields[id] === "string") { $(id).value = draft.fields[id]; } }
  ownName = draft.ownName ?? "";
  // The draft does not take the focus from a field in which somebody types.
  const busy = document.activeElement;
  openIncident();
  if (busy?.matches("input, textarea, select")) { busy.focus(); }
  isClicked = draft.isClicked === true;
  setPlace(Array.isArray(draft.place) ? draft.place : null);
}

/** Forgets what was typed: the next who logs in at this window must not read it. */
export function dropDraft() { sessionStorage.removeItem(shelf); }

/** Opens the drawer for an incident at a place; while it is open, a click says the place anew. */
export function openIncident(place) {
  // What was typed before the page was loaded anew comes first, or this would write over it.
  restoreDraft();
  const isNew = !isOpen();
  if (isNew) {
    // What an earlier call left in the fields is not the next one's: a click begins anew.
    if (place) { $("form-place").value = ""; $("form-note").value = ""; ownName = ""; }
    $("form-error").textContent = "";
    $("form").show();
    $("form-place").focus();
  }
  if (place) { isClicked = true; }
  setPlace(place ?? board.view.place);
  if (place && (!$("form-place").value || $("form-place").value === ownName)) { nameOf(place); }
}

export function closeDrawer() { $("form").close(); }

/** Calls a place that was clicked by the street that is near, unless somebody has named it. */
async function nameOf(place) {
  const number = asked += 1;
  try {
    const [one] = (await ask("GET", `places?at=${place[0].toFixed(6)},${place[1].toFixed(6)}`)).places;
    if (number !== asked || !isOpen()) { return; }
    ownName = one.name ? word("nearPlace").replace("…", one.name) : "";
    $("form-place").value = ownName;
    write($("form-coordinates"), [`${place[0].toFixed(6)}, ${place[1].toFixed(6)}`, one.grid].filter(Boolean).join(" · "));
    keepDraft();
  } catch { /* The coordinates say where it is. */ }
}

function drawFound() {
  keep($("form-found"), found.map((place, index) => ({ place, index })), {
    key: ({ place, index }) => `${index} ${place.name} ${place.lat} ${place.lon}`,
    make: () => element("li", { role: "option" }, element("span"), element("small")),
    update(row, { place, index }) {
      set(row, "data-found", index);
      set(row, "aria-selected", String(index === marked));
      write(row.children[0], place.name);
      write(row.children[1], tellApart(place));
    },
  });
  set($("form-found"), "hidden", found.length === 0 && "");
  set($("form-place"), "aria-expanded", String(found.length > 0));
}

function forget() { [found, marked] = [[], -1]; drawFound(); }

async function suggest() {
  ownName = "";
  if (!isClicked) { setPlace(null); }
  const number = asked += 1;
  await new Promise((resolve) => { setTimeout(resolve, settles); });
  if (number !== asked) { return; }
  const places = await findPlace($("form-place").value);
  // An answer that was overtaken is not shown.
  if (number !== asked) { return; }
  [found, marked] = [places, -1];
  drawFound();
}

function choosePlace(place) {
  $("form-place").value = place.name;
  forget();
  isClicked = false;
  setPlace([place.lat, place.lon]);
  map.setView(onMap(place.lat, place.lon), Math.max(map.getZoom(), 15));
}

function keys(event) {
  // The keys of an input method choose its characters, and nothing here.
  if (event.isComposing || event.keyCode === 229) { return; }
  if (event.key === "Enter" && event.target === $("form-place") && found.length > 0) {
    event.preventDefault();
    choosePlace(found[Math.max(0, marked)]);
    $("form-category").focus();
    return;
  }
  if (event.key === "Escape" && found.length > 0) {
    event.stopPropagation();
    forget();
    return;
  }
  if (["ArrowDown", "ArrowUp"].includes(event.key) && event.target === $("form-place") && found.length > 0) {
    event.preventDefault();
    marked = (marked + (event.key === "ArrowDown" ? 1 : found.length) + (marked < 0 && event.key === "ArrowUp" ? 1 : 0)) % found.length;
    drawFound();
  }
}

async function enter() {
  await lookup;
  if (!board.view.place) {
    // One place of that name is meant; of several somebody has to say which.
    const places = await findPlace($("form-place").value);
    const exact = places.filter((one) => one.name === $("form-place").value);
    const meant = exact.length > 0 ? exact : places;
    if (meant.length !== 1) {
      [found, marked] = [places, -1];
      drawFound();
      const isTyped = $("form-place").value.trim() !== "";
      throw new Error(word(places.length > 1 ? "severalPlaces" : isTyped ? "unknownPlace" : "noPlace"));
    }
    choosePlace(meant[0]);
  }
  const [lat, lon] = board.view.place;
  const incident = await ask("POST", "incidents", { lat, lon, place: $("form-place").value || null,
    category: $("form-category").value, priority: Number($("form-priority").value), note: $("form-note").value || null });
  $("form-place").value = "";
  $("form-note").value = "";
  board.view.place = null;
  ownName = "";
  learn(incident);
  board.chooseIncident(incident.id);
  // Who works by keys goes on from there.
  document.querySelector(".card.chosen")?.focus({ preventScroll: true });
}

/** Connects the drawer with the board. */
export function setUpDrawer(theBoard) {
  board = theBoard;
  $("form-place").oninput = () => { lookup = suggest().catch((error) => { $("form-error").textContent = explain(error); }); };
  $("form").addEventListener("keydown", keys);
  for (const id of fields.slice(1)) { $(id).addEventListener("input", keepDraft); }
  $("form-found").onclick = (event) => {
    const place = found[Number(event.target.closest("[data-found]")?.dataset.found)];
    if (place) { choosePlace(place); }
  };
  $("form-open").onclick = (event) => { event.preventDefault(); submit("form", enter); };
  // The next incident is elsewhere.
  $("form").onclose = () => { forget(); isClicked = false; setPlace(null); };
}
