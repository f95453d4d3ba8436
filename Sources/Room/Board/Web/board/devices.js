// Devices: what a technician looks at. Each with its version, its link, its receiver, its disk and its certificate; what needs a hand comes first.
import { now, ask } from "../shared/live.js";
import { element, keep, set, write } from "../shared/keyed.js";
import { age, inOrder, troubles } from "../shared/lists.js";
import { word, explain } from "../shared/words.js";

const $ = (id) => document.getElementById(id);
const day = 86400000;
/** Fewer days than this are a device that is soon without a link. */
const soon = 14;
/** So often, ms, it is looked at anew. */
const pace = 5000;
const heads = ["unit", "version", "linkOfUnit", "waitingRecords", "gnss", "diskFree", "temperature", "voltage", "certificateDays", "trouble"];
let timer = null;

const bytes = (value) => (value >= 1e9 ? `${(value / 1e9).toFixed(1)} GB` : `${Math.round(value / 1e6)} MB`);
const measured = (value, unit) => (Number.isFinite(value) ? `${Math.round(value * 10) / 10} ${unit}` : "–");

function receiver({ health, gnss }) {
  const said = { lost: "gnss_lost", frozen: "gnss_frozen" }[gnss];
  const satellites = Number.isFinite(health?.gnss?.sat) ? `${health.gnss.sat} ${word("satellites")}` : null;
  return [said && word(said), health?.gnss ? `${health.gnss.mode}D`.replace(/^[01]D$/, "–") : null, satellites].filter(Boolean).join(" · ") || "–";
}

/** Whole days that the certificate still holds; `null` where the device has not said. */
function daysLeft({ health }) { return Number.isFinite(health?.cert_ends) ? Math.floor((health.cert_ends - now()) / day) : null; }

function cells(unit) {
  const { health } = unit;
  const days = daysLeft(unit);
  const wait = Number.isFinite(health?.queue_age_s) && health.queue > 0 ? ` · ${Math.round(health.queue_age_s)} s` : "";
  const heard = unit.position ? age(unit.position.t) : word("no position");
  return [
    `${unit.unit} · ${unit.station} / ${unit.device}`,
    [unit.version ?? "–", unit.profile].filter(Boolean).join(" · "),
    `${word(unit.online ? "online" : "offline")} · ${heard}`,
    Number.isFinite(health?.queue) ? `${health.queue}${wait}` : "–",
    receiver(unit),
    Number.isFinite(health?.disk_free) ? bytes(health.disk_free) : "–",
    measured(health?.temp_c, "°C"),
    measured(health?.volt, "V"),
    days === null ? "–" : String(days),
    troubles(unit) || "–",
  ];
}

function draw(units) {
  const needs = (unit) => (troubles(unit) ? 0 : 1);
  const sorted = [...units].sort((a, b) => needs(a) - needs(b) || inOrder(a.unit, b.unit));
  const versions = new Map();
  for (const unit of units) { versions.set(unit.version ?? "–", (versions.get(unit.version ?? "–") ?? 0) + 1); }
  const told = [...versions].sort((a, b) => b[1] - a[1]).map(([version, count]) => `${version} × ${count}`).join(" · ");
  write($("devices-sum"), `${units.length} · ${word("trouble")} ${units.filter((unit) => troubles(unit)).length} · ${word("version")} ${told || "–"}`);
  keep($("devices-list"), sorted, {
    key: (unit) => `${unit.station}/${unit.device}`,
    make: () => element("tr", {}, ...heads.map(() => element("td"))),
    update(row, unit) {
      set(row, "class", troubles(unit) ? "troubled" : null);
      cells(unit).forEach((text, index) => write(row.children[index], text));
      const days = daysLeft(unit);
      set(row.children[heads.indexOf("certificateDays")], "class", days !== null && days < soon ? "late" : null);
    },
  });
}

async function load() {
  clearTimeout(timer);
  if (!$("devices").open) { return; }
  try {
    write($("devices-error"), "");
    draw((await ask("GET", "units")).units);
  } catch (error) { write($("devices-error"), explain(error)); }
  timer = setTimeout(load, pace);
}

/** Opens the list of devices; it stays up to date while it is open. */
export function openDevices() {
  write($("devices-title"), word("devices"));
  $("devices-heads").replaceChildren(...heads.map((key) => element("th", { scope: "col" }, word(key))));
  if (!$("devices").open) { $("devices").showModal(); }
  load();
}
