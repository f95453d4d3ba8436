// The chief's page: what was asked for stands in the address, so that a view can be sent.
import { now, ask, askReport } from "../shared/live.js";
import { logIn } from "../shared/session.js";
import { setUpNight, labelNight } from "../shared/night.js";
import { setZone, localDay } from "../shared/zone.js";
import { spanOf } from "./days.js";
import { query } from "../shared/tables.js";
import { views as measured } from "./views.js";
import { officers, sheets, week, proveOfficer, replayLink } from "./officers.js";
import { word, explain, codes, language, switchLanguage } from "../shared/words.js";

const $ = (id) => document.getElementById(id);
const day = 86400000;
const views = { matrix: measured.matrix, response: measured.response, officers, trend: measured.trend, tasks: measured.tasks, estimates: measured.estimates, week, sheets };
const names = Object.keys(views);
/** What is a chief's alone, and what a viewer does not see. */
const personal = ["officers", "week", "sheets"];
let page = {};
let role = "viewer";
/** Counts what was asked for: an answer that was overtaken is not shown. */
let turn = 0;
let soon = null;

/** What is asked for, as it stands in the address. */
const asked = () => {
  const at = new URLSearchParams(location.search);
  const today = localDay(now());
  const view = at.get("view") ?? names[0];
  // What was before the last day is a chief's: nobody else is shown a page of refusals.
  const isChief = role === "chief" || role === "admin";
  return { view, from: at.get("from") ?? (isChief ? localDay(now() - 6 * day) : today), until: at.get("until") ?? today,
    compare: at.get("compare") ?? (isChief ? "before" : "none"), category: at.get("category") ?? "", month: at.get("month") ?? "" };
};

function say(changes) {
  const address = new URL(location.href);
  for (const [key, value] of Object.entries({ ...asked(), ...changes })) { address.searchParams.set(key, value); }
  history.replaceState(null, "", address);
  // A date that is typed changes digit by digit.
  clearTimeout(soon);
  soon = setTimeout(draw, 300);
}

const mostStays = 100;
/** Which reports are also a table to take along. */
const tables = { matrix: "matrix", response: "response", officers: "officers", trend: "trend" };

/** What proves a grid's row: each stay is a link to the map of then. */
async function proveGrid(place, isAwaited) {
  const proof = await askReport(`reports/evidence?place=${encodeURIComponent(place)}&${query(spanOf(asked()))}`, isAwaited);
  if (!proof?.stays.length) { return word("nothing"); }
  const more = proof.stays.length > mostStays ? ` · ${word("more")} ${proof.stays.length - mostStays}` : "";
  return proof.stays.slice(0, mostStays).map((one) => replayLink(one.unit, one.from, one.until)).join(" · ") + more;
}

/** Shows under a row what proves it, or hides that. */
async function prove(row) {
  const old = row.nextElementSibling?.classList.contains("proof-row") ? row.nextElementSibling : null;
  if (old) { old.remove(); return; }
  const made = document.createElement("tr");
  made.className = "proof-row";
  const text = document.createElement("td");
  text.colSpan = 25;
  text.className = "proof";
  text.textContent = word("working");
  made.append(text);
  row.after(made);
  try {
    const isAwaited = () => text.isConnected;
    text.innerHTML = row.dataset.officer === undefined ? await proveGrid(row.dataset.place, isAwaited) : await proveOfficer(row.dataset.officer, isAwaited);
  } catch (error) { text.textContent = explain(error); }
}

function label() {
  document.documentElement.lang = language();
  document.title = word("reports");
  $("title").textContent = `${page.title ?? "PatrolLink"} · ${word("chiefTitle")}`;
  $("back").textContent = `← ${word("toBoard")}`;
  const labels = { language: "language", print: "print", logout: "logout", "from-label": "fromDay", "until-label": "untilDay", "compare-label": "compareWith", "category-label": "category",
    csv: "csv", "login-name-label": "name", "login-password-label": "password", "login-go": "logIn" };
  for (const [id, key] of Object.entries(labels)) { $(id).textContent = word(key); }
  const at = asked();
  $("from").value = at.from;
  $("until").value = at.until;
  $("compare").replaceChildren(...["before", "year", "none"].map((one) => new Option(word(`compare ${one}`), one, false, one === at.compare)));
  const kinds = page.categories?.length ? page.categories.flatMap((group) => group.categories.map((one) => [one.name, `${group.name} · ${one.name}`])) : codes.categories.map((key) => [key, word(key)]);
  $("category").replaceChildren(new Option(word("all"), ""), ...kinds.map(([value, text]) => new Option(text, value, false, value === at.category)));
  const allowed = names.filter((name) => role === "chief" || role === "admin" || !personal.includes(name)).filter((name) => role !== "viewer" || name !== "tasks");
  // The months that are over have no other time, and a meeting compares with what was before by itself.
  for (const [id, not] of Object.entries({ from: ["sheets"], until: ["sheets"], compare: ["sheets", "week", "officers", "matrix", "tasks", "estimates"], category: ["sheets", "week", "officers", "matrix", "tasks", "estimates"] })) { $(`${id}-label`).parentElement.hidden = not.includes(at.view); }
  labelNight();
  $("views").replaceChildren(...allowed.map((name) => Object.assign(document.createElement("button"), { type: "button", textContent: word(`view ${name}`), onclick: () => say({ view: name }) })));
  [...$("views").children].forEach((button, index) => { button.setAttribute("role", "tab"); button.setAttribute("aria-selected", String(allowed[index] === at.view)); });
}

async function draw() {
  label();
  const at = asked();
  const own = turn += 1;
  $("error").textContent = "";
  $("body").classList.add("making");
  if (!$("body").firstChild) { $("body").textContent = word("working"); }
  try {
    // An address that somebody wrote by hand, or of a newer page.
    const isKnown = names.includes(at.view);
    $("csv").hidden = !isKnown || !tables[at.view];
    if (!isKnown) { throw new Error(`${word("noSuchView")} ${at.view}`); }
    if (tables[at.view]) { $("csv").href = `api/v1/reports/${tables[at.view]}?format=csv&${query(spanOf(at))}`; }
    // A report that nobody waits for any more ends in the room too.
    const text = await views[at.view](at, { page, role }, () => own === turn);
    if (own !== turn) { return; }
    $("body").innerHTML = text;
    $("body").dataset.view = at.view;
    for (const row of document.querySelectorAll("[data-place], [data-officer]")) {
      row.onclick = () => prove(row);
      row.onkeydown = (event) => { if (event.key === "Enter") { prove(row); } };
    }
    for (const button of document.querySelectorAll("[data-month]")) { button.onclick = () => say({ month: button.dataset.month }); }
  } catch (error) {
    if (own !== turn) { return; }
    $("body").textContent = "";
    $("error").textContent = explain(error);
    if (error.status === 401) { await logIn((name) => { role = name; }); draw(); }
  } finally { if (own === turn) { $("body").classList.remove("making"); } }
}

async function begin() {
  setUpNight(() => {});
  label();
  await logIn((name) => { role = name; });
  page = await ask("GET", "page");
  setZone(page.timezone);
  for (const id of ["from", "until", "compare", "category"]) { $(id).onchange = () => say({ [id]: $(id).value }); }
  $("asked").onsubmit = (event) => event.preventDefault();
  $("language").onclick = () => { switchLanguage(); draw(); };
  $("print").onclick = () => window.print();
  $("logout").onclick = () => ask("DELETE", "session").then(() => location.reload());
  await draw();
}

begin().catch((error) => { $("error").textContent = explain(error); });
