// A word to one unit: a text for its officers, the question where it is; and where it was today.
import { ask } from "./live.js";
import { drawTrack } from "./map.js";
import { since } from "./today.js";
import { write } from "./keyed.js";
import { word, explain } from "./words.js";

const $ = (id) => document.getElementById(id);
/** Between two looks whether the device has answered, ms, and so many looks. */
const pause = 500;
const looks = 40;

let tracked = null;

/** The address of a unit, `station/device`, and what is asked of it. */
function path(unit, what) {
  const [station, device] = unit.split("/");
  return `units/${encodeURIComponent(device)}/${what}?station=${encodeURIComponent(station)}`;
}

/** Says what became of what was sent, until the device has answered or nobody waits any more. */
async function follow(unit, sent) {
  write($("unit-told"), word("told waiting"));
  for (let look = 0; look < looks; look += 1) {
    await new Promise((resolve) => { setTimeout(resolve, pause); });
    const { outcome } = await ask("GET", path(unit, `notices/${encodeURIComponent(sent.id)}`));
    if (outcome !== "waiting") { write($("unit-told"), word(`told ${outcome}`)); return; }
  }
  write($("unit-told"), word("told later"));
}

async function send(unit, what, body) {
  try { await follow(unit, await ask("POST", path(unit, what), body)); } catch (error) { write($("unit-told"), explain(error)); }
}

export function locate(unit) { return send(unit, "locate", {}); }

export async function message(unit) {
  const text = $("unit-text").value.trim();
  if (!text) { $("unit-text").focus(); return; }
  await send(unit, "message", { text });
  $("unit-text").value = "";
}

/** Shows where a unit was today, page after page; a second press takes it away, and so does another unit. */
export async function showTrack(unit) {
  const isShown = tracked === unit;
  tracked = isShown ? null : unit;
  drawTrack([]);
  if (isShown || !unit) { return; }
  try {
    const points = [];
    for (let from = since(); from !== null && from !== undefined && tracked === unit;) {
      const page = await ask("GET", `${path(unit, "track")}&from=${from}`);
      points.push(...page.geometry.coordinates);
      from = page.properties.next ?? null;
    }
    if (tracked === unit) { drawTrack(points); }
  } catch (error) { write($("unit-told"), explain(error)); }
}

export function labelUnitActs() {
  for (const [id, key] of [["unit-track", "trackToday"], ["unit-locate", "locate"], ["unit-send", "sendText"]]) { $(id).textContent = word(key); }
  $("unit-text").placeholder = word("textToUnit");
}

/** Another unit is looked at: what was told to the last one is no news of this one. */
export function forgetUnit() {
  write($("unit-told"), "");
  tracked = null;
  drawTrack([]);
}
