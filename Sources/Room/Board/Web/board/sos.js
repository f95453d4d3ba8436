// Distress: a strip above everything, a tone until somebody takes it, and the map goes there once.
import { state, now } from "../shared/live.js";
import { element, keep, set, write } from "../shared/keyed.js";
import { callSign } from "../shared/lists.js";
import { word } from "../shared/words.js";
import { clock } from "../shared/zone.js";

const $ = (id) => document.getElementById(id);
/** Between two tones, ms. */
const beat = 2000;
/** So much later than the press, ms, a distress call is told as late, even when the room does not say so. */
const lateAfter = 60000;

/** What was heard and done, for who tests: how often the tone was given. */
export const distress = { tones: 0 };

let audio = null;
let board = null;
/** The alarms that the map went to already. */
const visited = new Set();

/** The distress calls that nobody has taken, the newest first. */
function waiting() {
  return state.alarms.filter((alarm) => alarm.kind === "sos" && !alarm.taken).sort((a, b) => b.since - a.since);
}

/** The page's sound; a browser may keep it silent until somebody has clicked. */
export function sound() {
  try { audio = audio ?? new AudioContext(); } catch { /* A browser without sound still shows everything. */ }
  return audio;
}

/** To open the sound takes a sixth of a second on a slow machine: so long, ms, it waits, and what sounds is seen before. */
const soundWaits = 100;

/** Gives a tone: frequency in Hz, begin and length in s from now. */
export function tone(...how) {
  if (audio) { ring(...how); } else { setTimeout(() => ring(...how), soundWaits); }
}

function ring(frequency, begin, length, kind = "sine") {
  const place = sound();
  if (!place) { return; }
  const [source, volume] = [place.createOscillator(), place.createGain()];
  source.type = kind;
  source.frequency.value = frequency;
  volume.gain.value = kind === "sine" ? 0.15 : 0.2;
  source.connect(volume).connect(place.destination);
  source.start(place.currentTime + begin);
  source.stop(place.currentTime + begin + length);
}

/** The tones, each a kind of its own: a new incident, an alarm, distress. */
export const tones = {
  incident() { tone(660, 0, 0.12); tone(880, 0.16, 0.18); },
  alarm() { tone(880, 0, 0.25); },
  distress() { for (const at of [0, 0.3, 0.6]) { tone(1250, at, 0.15, "square"); tone(800, at + 0.15, 0.15, "square"); } },
};

/** Gives each tone once, so that somebody hears whether the loudspeaker is on. */
export async function testTones() {
  await sound()?.resume();
  for (const give of [tones.incident, tones.alarm, tones.distress]) {
    give();
    await new Promise((resolve) => { setTimeout(resolve, 1200); });
  }
}

function cry() {
  if (waiting().length === 0) { return; }
  distress.tones += 1;
  // A tone that waits for permission would come all at once later.
  if (sound()?.state === "running") { tones.distress(); }
  drawDistress(board?.view.canAct);
}

function ago(since) {
  const seconds = Math.max(0, Math.round((now() - since) / 1000));
  if (seconds < 120) { return `${seconds} ${word("secondsAgo")}`; }
  if (seconds < 7200) { return `${Math.floor(seconds / 60)} ${word("minutesAgo")}`; }
  return `${Math.floor(seconds / 3600)} ${word("hoursAgo")}`;
}

function where(incident) {
  if (!incident || incident.placeless) { return word("placeless"); }
  return incident.place || `${incident.lat.toFixed(5)}, ${incident.lon.toFixed(5)}`;
}

function make(alarm) {
  const text = element("button", { type: "button", class: "sos-text", "data-incident": alarm.incident });
  const take = element("button", { type: "button", class: "sos-take", "data-alarm": alarm.alarm, "data-of": alarm.incident });
  return Object.assign(element("div", { class: "sos-row" }, text, take), { parts: { text, take } });
}

function update(row, alarm, canAct) {
  const incident = state.incidents.get(alarm.incident);
  const device = alarm.device ?? incident?.sos?.device;
  const station = alarm.station ?? incident?.sos?.station;
  const officers = state.units.get(`${station}/${device}`)?.officers ?? [];
  const isLate = alarm.late || (incident?.sos?.heard ?? 0) - alarm.since > lateAfter;
  const late = isLate ? `${word("sosLate")} (${clock(alarm.since)})` : null;
  write(row.parts.text, [`⚠ SOS ${word("sos")}`, `${word("unit")} ${incident?.sos?.unit ?? callSign(station, device)}`,
    officers.length > 0 ? officers.join(word("listComma")) : null, where(incident), ago(alarm.since), late]
    .filter(Boolean).join(" · "));
  write(row.parts.take, word("takeSOS"));
  set(row.parts.take, "hidden", !canAct && "");
}

/** Writes the strip; it stands in the dialog that is open, because nothing outside of that could be pressed. */
export function drawDistress(canAct) {
  const strip = $("sos");
  const calls = waiting();
  keep($("sos-calls"), calls, { key: (alarm) => `${alarm.incident} ${alarm.alarm}`, make, update: (row, one) => update(row, one, canAct) });
  set(strip, "hidden", calls.length === 0 && "");
  const dialogs = document.querySelectorAll("dialog:modal");
  const home = dialogs.length > 0 && calls.length > 0 ? dialogs[dialogs.length - 1] : document.body;
  if (strip.parentNode !== home) { home.prepend(strip); }
  const isMute = calls.length > 0 && sound()?.state !== "running";
  write($("sos-sound"), word("soundOff"));
  set($("sos-sound"), "hidden", !isMute && "");
  // What lies under it begins below.
  if (calls.length > 0) { document.documentElement.style.setProperty("--sos", `${strip.offsetHeight}px`); }
}

/** Goes to each distress call once: the map, the incident and who is near; not again against the dispatcher's will. */
export function goToDistress() {
  const fresh = waiting().filter((alarm) => state.incidents.has(alarm.incident) && !visited.has(`${alarm.incident} ${alarm.alarm}`));
  if (fresh.length === 0) { return; }
  for (const alarm of fresh) { visited.add(`${alarm.incident} ${alarm.alarm}`); }
  board.visit(state.incidents.get(fresh[0].incident));
  cry();
}

/** Connects the distress strip with the page: `visit` shows an incident on the map and chooses it. */
export function setUpDistress(theBoard) {
  board = theBoard;
  $("sos-sound").onclick = () => sound()?.resume().then(() => drawDistress(board.view.canAct), () => {});
  for (const dialog of document.querySelectorAll("dialog")) { dialog.addEventListener("close", () => drawDistress(board.view.canAct)); }
  setInterval(cry, beat);
}
