// The room's live state as this page has it: the newest of each thing, and whether the room is still there.
export const state = {
  units: new Map(), incidents: new Map(), responses: [], alarms: [], closures: [], links: {}, rollcalls: new Map(),
  /** What the room says of itself: `status` and `faults`; `null` while it says nothing. */
  room: null,
  /** The room's clock less this page's, ms. */
  offset: 0,
  isLive: false,
  /** Whether a message could not be read, and everything was asked for again. */
  isSpoilt: false,
  /** Grows when the order of the units may have changed. */
  unitOrder: 0,
};

/** Without a word for so long, ms, the room is gone. */
const silence = 2500;
/** A timer that comes so late, ms, tells that the page was asleep. */
const sleep = 10000;
/** A connection that brings nothing for so long, ms, is begun anew. */
const patience = 6000;
/** Ended incidents are kept so long, ms, as the room does. */
const endedKept = 12 * 3600000;

let lastWord = 0;
/** Whether this connection has said anything: until then it is waited for longer. */
let isFollowed = false;
let lastTick = Date.now();
let begun = 0;
let hiddenSince = null;
let source = null;
let retry = null;
let spoilt = { at: 0, times: 0 };
let hasEnded = true;
let token = null;
const listeners = [];

/** Calls back after each change with what changed. */
export function onChange(listener) { listeners.push(listener); }

/** The room's time, ms since 1970. */
export function now() { return Date.now() + state.offset; }

/** The header that proves that this page acts, and no other site. */
export function setToken(value) { token = value; }

export function isOver(incident) { return incident.state === "cleared" || incident.state === "cancelled"; }

/** Takes an incident from an answer, unless something newer is known already. */
export function learn(incident) {
  if ((state.incidents.get(incident.id)?.version ?? -1) <= incident.version) { state.incidents.set(incident.id, incident); }
}

function tell(changed) {
  for (const listener of listeners) {
    // A part that cannot be drawn must not stop the others, nor the connection.
    try { listener(changed); } catch (error) { console.error(error); }
  }
}

function hear(at) {
  if (!Number.isFinite(at)) { throw new TypeError("a message without the room's time"); }
  lastWord = Date.now();
  state.offset = at - lastWord;
  if (!state.isLive) { state.isLive = true; tell({ link: true }); }
}

/** Throws when a message is not what the page can show: then nothing of it is taken. */
function check(data) {
  const need = (isSo, what) => { if (!isSo) { throw new TypeError(`a message with a spoilt ${what}`); } };
  const isText = (value) => typeof value === "string";
  const list = (key) => { const value = data[key] ?? []; need(Array.isArray(value), key); return value; };
  for (const unit of list("units")) { need(isText(unit.station) && isText(unit.device) && isText(unit.unit), "unit"); }
  for (const one of list("incidents")) {
    need(isText(one.id) && Array.isArray(one.units) && Array.isArray(one.steps), "incident");
  }
  for (const call of list("rollcalls")) { need(isText(call.id) && Array.isArray(call.units), "roll call"); }
  for (const way of list("responses")) { need(Array.isArray(way.line), "way"); }
  for (const closure of list("closures")) { need(Array.isArray(closure.places), "closure"); }
  for (const alarm of list("alarms")) { need(isText(alarm.kind) && isText(alarm.incident), "alarm"); }
}

function take(data) {
  check(data);
  hear(data.at);
  if (data.whole) {
    state.units.clear();
    state.incidents.clear();
    state.rollcalls.clear();
    state.unitOrder += 1;
    state.isSpoilt = false;
  }
  const moved = [];
  for (const unit of data.units ?? []) {
    unit.id = `${unit.station}/${unit.device}`;
    const last = state.units.get(unit.id);
    if (!last || last.status !== unit.status || last.unit !== unit.unit) { state.unitOrder += 1; }
    state.units.set(unit.id, unit);
    moved.push(unit.id);
  }
  for (const incident of data.incidents ?? []) { state.incidents.set(incident.id, incident); }
  for (const call of data.rollcalls ?? []) { state.rollcalls.set(call.id, call); }
  for (const key of ["responses", "alarms", "closures", "links", "room"]) { if (data[key]) { state[key] = data[key]; } }
  tell({ whole: data.whole, moved, incidents: data.incidents, alarms: data.alarms, responses: data.responses,
    closures: data.closures, rollcalls: data.rollcalls, link: data.links || data.room || data.whole });
}

/** A message that cannot be read costs no more than the connection: the next one brings everything. */
function reading(work) {
  return (event) => {
    isFollowed = true;
    try { work(event.data); } catch (error) {
      console.error(error);
      [state.isSpoilt, state.isLive] = [true, false];
      drop();
      // A room that goes on sending what cannot be read is asked less and less often.
      spoilt = { at: Date.now(), times: Date.now() - spoilt.at < 60000 ? spoilt.times + 1 : 0 };
      retry = setTimeout(connect, Math.min(10000, 1000 * 2 ** spoilt.times));
      tell({ link: true });
    }
  };
}

function drop() {
  clearTimeout(retry);
  source?.close();
  source = null;
}

/** Connects, and asks for what changed after a state; without one for everything: a new `EventSource` does not say how far the old one had come. */
export function connect(after = null) {
  drop();
  [hasEnded, begun, isFollowed] = [false, Date.now(), false];
  const mine = new EventSource(`api/v1/live${after ? `?after=${encodeURIComponent(after)}` : ""}`);
  source = mine;
  mine.onmessage = reading((text) => take(JSON.parse(text)));
  mine.addEventListener("beat", reading((text) => hear(Number(text))));
  mine.onerror = () => { if (source === mine && mine.readyState === EventSource.CLOSED) { refused(); } };
}

/** Begins with the whole state as it was asked for by itself: over a slow line it comes compressed, the stream does not. */
export function startWith(whole) {
  try {
    // The stream is asked for first: what the page fetches for what it now knows would stand before it in the line.
    connect(whole.after);
    take(whole);
  } catch (error) {
    console.error(error);
    connect();
  }
}

/** The room has answered, and not with its state: the session may have ended. */
async function refused() {
  drop();
  try {
    await ask("GET", "session");
  } catch (error) {
    if (error.status === 401) { endSession(); return; }
  }
  if (!hasEnded) { retry = setTimeout(connect, 1000); }
}

function endSession() {
  if (hasEnded) { return; }
  drop();
  [hasEnded, state.isLive] = [true, false];
  tell({ link: true, ended: true });
}

function wakeUp() { if (!hasEnded) { state.isLive = false; tell({ link: true }); connect(); } }

function tick() {
  const at = Date.now();
  const hasSlept = at - lastTick > sleep;
  lastTick = at;
  for (const [id, one] of state.incidents) {
    if (isOver(one) && !one.isOld && now() - one.changed > endedKept) { state.incidents.delete(id); }
  }
  if (hasEnded) { return; }
  // What waited while the page slept is old; the whole state is not.
  if (hasSlept && at - lastWord > silence) { wakeUp(); return; }
  if (state.isLive && at - lastWord > (isFollowed ? silence : patience)) { wakeUp(); return; }
  if (!state.isLive && source && at - begun > patience) { connect(); }
}

setInterval(tick, 250);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) { hiddenSince = Date.now(); return; }
  if (hiddenSince !== null && Date.now() - hiddenSince > sleep) { wakeUp(); }
  hiddenSince = null;
});
window.addEventListener("pageshow", (event) => { if (event.persisted) { wakeUp(); } });
window.addEventListener("online", wakeUp);

/** Asks the room; what it throws has the answer's `status` (0 when there was none) and the room's own words. */
export async function ask(method, path, body) {
  return talk(method, path, body === undefined ? undefined : JSON.stringify(body), "application/json", () => false);
}

/** Asks for a report; one that takes long is made meanwhile, and `isAwaited` hears how far it is, until it says that nobody waits. */
export async function askReport(path, isAwaited) {
  let value = await talk("GET", path, undefined, "application/json", () => false, { Prefer: "respond-async" });
  while (value?.job !== undefined && value.progress !== undefined) {
    const id = value.job;
    if (!isAwaited(value.progress)) {
      await ask("DELETE", `reports/jobs/${id}`).catch(() => null);
      return null;
    }
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
    // A line that is down for a moment must not lose minutes of work.
    for (let tries = 0; ; tries += 1) {
      try { value = await ask("GET", `reports/jobs/${id}`); break; } catch (error) {
        if (error.status !== 0 || tries >= 10) { throw error; }
        await new Promise((resolve) => { setTimeout(resolve, 1000); });
      }
    }
    if (value?.job === undefined) { ask("DELETE", `reports/jobs/${id}`).catch(() => null); }
  }
  return value;
}

/** Sends a table; one with faults is answered with them and not thrown. */
export async function sendTable(path, text) {
  return talk("POST", path, text, "text/csv", (status, value) => status === 422 && Array.isArray(value?.problems));
}

async function talk(method, path, body, type, isAnswer, more = {}) {
  const headers = body === undefined ? { ...more } : { "Content-Type": type, ...more };
  if (token) { headers["X-CSRF-Token"] = token; }
  const fail = (status, detail, value) => Object.assign(new Error(detail), { status, reason: value?.reason, names: value?.names ?? {} });
  let answer;
  let text;
  try {
    answer = await fetch(`api/v1/${path}`, { method, headers, body });
    text = answer.status === 204 ? "" : await answer.text();
  } catch { throw fail(0, ""); }
  let value = null;
  try { value = text ? JSON.parse(text) : null; } catch { if (answer.ok) { throw fail(502, ""); } }
  if (!answer.ok && !isAnswer(answer.status, value)) {
    if (answer.status === 401 && path !== "session") { endSession(); }
    throw fail(answer.status, value?.detail ?? answer.statusText, value);
  }
  return value;
}
