// A word to one unit: a text for its officers, the question where it is; and where it was today.
import { ask } from "../shared/live.js";
import { drawTrack } from "./map.js";
import { since } from "../shared/today.js";
import { write } from "../shared/keyed.js";
import { word, explain } from "../shared/words.js";

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

/** Counts what was sent and which units were looked at: what became of something is said only while that is what one looks at. */
let turn = 0;
/** Texts that are on their way to the room: a second press is ignored meanwhile. */
let isSending = false;

function tell(own, text) { if (own === turn) { write($("unit-told"), text); } }

/** Says what became of what was sent, until the device has answered or nobody waits any more. */
async function follow(own, unit, sent) {
  tell(own, word("told waiting"));
  for (let look = 0; look < looks && own === turn; look += 1) {
    await new Promise((resolve) => { setTimeout(resolve, pause); });
    const { outcome } = await ask("GET", path(unit, `notices/${encodeURIComponent(sent.id)}`));
    if (outcome !== "waiting") { tell(own, word(`told ${outcome}`)); return; }
  }
  tell(own, word("told later"));
}

/** Sends something; `onTaken` is done as soon as the room has it. */
async function send(unit, what, body, onTaken = () => null) {
  if (isSending) { return; }
  isSending = true;
  const own = turn += 1;
  try {
    const sent = await ask("POST", path(unit, what), body);
    onTaken();
    isSending = false;
    await follow(own, unit, sent);
  } catch (error) { tell(own, explain(error)); } finally { isSending = false; }
}

export function locate(unit) { return send(unit, "locate", {}); }

export async function message(unit) {
  const text = $("unit-text").value.trim();
  if (!text) { $("unit-text").focus(); return; }
  // What is typed meanwhile is another text.
  await send(unit, "message", { text }, () => { if ($("unit-text").value.trim() === text) { $("unit-text").value = ""; } });
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
  turn += 1;
  write($("unit-told"), "");
  tracked = null;
  drawTrack([]);
}
