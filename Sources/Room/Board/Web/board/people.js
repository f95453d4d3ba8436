// People: who is on duty now, the roster of the next days and what is wrong with it, and tables to take in.
import { ask, sendTable } from "../shared/live.js";
import { element, keep, set, write } from "../shared/keyed.js";
import { word, explain } from "../shared/words.js";
import { clock } from "../shared/zone.js";

const $ = (id) => document.getElementById(id);
const tables = ["officers", "teams", "responsibilities", "shifts", "absences"];
let canEdit = false;

const who = (one) => (one.name ? `${one.name} (${one.number})` : one.number);
/** By the station's clock, wherever the browser is. */
const time = (duty) => `${duty.from_clock}–${duty.until_clock}`;

function where(one) {
  if (!one.signed_in) { return word("notSignedIn"); }
  const marks = [one.elsewhere ? word("elsewhere") : null, one.outside ? word("outside") : null].filter(Boolean);
  return [`${one.unit} · ${word("since")} ${clock(one.since).slice(0, 5)}`, ...marks].join(" · ");
}

function drawDuty(duty) {
  const rows = duty.duties.flatMap((crew) => crew.officers.map((one) => ({ one, crew })));
  const all = [...rows, ...duty.unplanned.map((one) => ({ one, crew: null }))];
  keep($("duty-list"), all, {
    key: ({ one, crew }) => `${crew?.shift ?? ""} ${one.number}`,
    make: () => element("div", { class: "row duty" }, element("span", { class: "who" }), element("span"), element("span")),
    update(row, { one, crew }) {
      write(row.children[0], who(one));
      write(row.children[1], crew ? `${crew.name ?? crew.shift} ${time(crew)}` : word("unplanned"));
      write(row.children[2], where(one));
      row.children[2].className = !one.signed_in || one.elsewhere || one.outside ? "late" : "";
    },
  });
  write($("duty-none"), all.length === 0 ? word("nobodyOnDuty") : "");
}

function drawRoster(roster) {
  const wrong = new Map();
  for (const one of roster.problems) {
    const key = `${one.shift} ${one.date}`;
    wrong.set(key, [...(wrong.get(key) ?? []), `${word(`roster ${one.kind}`)}: ${one.text}`]);
  }
  keep($("roster-list"), roster.duties, {
    key: (duty) => `${duty.shift} ${duty.date}`,
    make: () => element("div", { class: "row duty" }, element("span", { class: "number" }), element("span", { class: "who" }), element("span", { class: "who" })),
    update(row, duty) {
      const faults = wrong.get(`${duty.shift} ${duty.date}`) ?? [];
      write(row.children[0], `${duty.date.slice(5)} ${time(duty)}`);
      write(row.children[1], [duty.name ?? duty.shift, duty.unit, duty.sector].filter(Boolean).join(" · "));
      write(row.children[2], [duty.officers.map(who).join(word("listComma")), ...faults].filter(Boolean).join(" · "));
      row.children[2].className = faults.length > 0 ? "who late" : "who";
    },
  });
  write($("roster-title"), `${word("roster")} · ${word("rosterProblems")} ${roster.problems.length}`);
}

async function load() {
  write($("people-error"), "");
  try {
    drawDuty(await ask("GET", "duty"));
    drawRoster(await ask("GET", "roster"));
  } catch (error) { write($("people-error"), explain(error)); }
}

function drawImport(result) {
  const sum = `${word("importAdded")} ${result.added.length} · ${word("importChanged")} ${result.changed.length} · ${word("importSame")} ${result.same}`;
  write($("import-sum"), result.problems.length > 0 ? `${word("importRefused")} (${result.problems.length})` : `${word(result.taken ? "importTaken" : "importPreview")} · ${sum}`);
  keep($("import-problems"), result.problems.slice(0, 50), {
    key: (one) => `${one.line} ${one.problem}`, make: () => element("div"),
    update: (row, one) => write(row, `${word("importLine")} ${one.line}: ${one.problem}`),
  });
  set($("import-take"), "disabled", (result.problems.length > 0 || result.taken) && "");
}

async function take(isPreview) {
  const file = $("import-file").files[0];
  if (!file) { return; }
  write($("people-error"), "");
  try {
    const table = encodeURIComponent($("import-kind").value);
    drawImport(await sendTable(`register/${table}${isPreview ? "?preview=1" : ""}`, await file.text()));
    if (!isPreview) { load(); }
  } catch (error) { write($("people-error"), explain(error)); }
}

/** Opens the people's dialog; who may not edit sees who is on duty. */
export function openPeople(role) {
  canEdit = role === "chief" || role === "admin";
  if (!$("people").open) { $("people").showModal(); }
  set($("import"), "hidden", !canEdit && "");
  for (const [id, key] of Object.entries({ "duty-title": "onDutyNow", "import-title": "importTitle", "import-take": "importTake",
    "import-export": "importExport" })) { write($(id), word(key)); }
  $("import-kind").replaceChildren(...tables.map((one) => new Option(word(`table ${one}`), one)));
  set($("import-take"), "disabled", "");
  write($("import-sum"), "");
  keep($("import-problems"), [], {});
  exportLink();
  load();
}

function exportLink() { $("import-export").href = `api/v1/register/${$("import-kind").value}?format=csv`; }

/** Connects the dialog with the page. */
export function setUpPeople() {
  $("import-kind").onchange = exportLink;
  $("import-file").onchange = () => take(true);
  $("import-take").onclick = () => take(false);
}
