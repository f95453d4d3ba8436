// The room's live state as this page has it: the newest of each thing, and whether the room is still there.
export const state = {
  units: new Map(), incidents: new Map(), responses: [], alarms: [], closures: [], links: {}, rollcalls: new Map(),
  /** The room's clock less this page's, ms. */
  offset: 0,
  isLive: false,
};

const silence = 2500;
let lastWord = 0;
let source = null;
let token = null;
const listeners = [];

/** Calls back after each change with what changed. */
export function onChange(listener) { listeners.push(listener); }

/** The room's time, ms since 1970. */
export function now() { return Date.now() + state.offset; }

/** The header that proves that this page acts, and no other site. */
export function setToken(value) { token = value; }

function tell(changed) { for (const listener of listeners) { listener(changed); } }

function hear(at) {
  lastWord = Date.now();
  state.offset = at - lastWord;
  if (!state.isLive) { state.isLive = true; tell({ link: true }); }
}

function take(data) {
  hear(data.at);
  if (data.whole) { state.units.clear(); state.incidents.clear(); state.rollcalls.clear(); }
  const moved = [];
  for (const unit of data.units ?? []) {
    unit.id = `${unit.station}/${unit.device}`;
    state.units.set(unit.id, unit);
    moved.push(unit.id);
  }
  for (const incident of data.incidents ?? []) { state.incidents.set(incident.id, incident); }
  for (const call of data.rollcalls ?? []) { state.rollcalls.set(call.id, call); }
  for (const key of ["responses", "alarms", "closures", "links"]) { if (data[key]) { state[key] = data[key]; } }
  tell({ whole: data.whole, moved, incidents: data.incidents, alarms: data.alarms, responses: data.responses,
    closures: data.closures, rollcalls: data.rollcalls, link: data.links });
}

/** Connects, and again whenever the connection is gone. */
export function connect() {
  if (source) { source.close(); }
  source = new EventSource("api/v1/live");
  source.onmessage = (event) => take(JSON.parse(event.data));
  source.addEventListener("beat", (event) => hear(Number(event.data)));
  source.onerror = () => { if (source.readyState === EventSource.CLOSED) { setTimeout(connect, 1000); } };
}

setInterval(() => {
  if (state.isLive && Date.now() - lastWord > silence) {
    state.isLive = false;
    tell({ link: true });
    connect();
  }
}, 250);

/** Asks the room; throws the problem's own words. */
export async function ask(method, path, body) {
  const headers = { "Content-Type": "application/json" };
  if (token) { headers["X-CSRF-Token"] = token; }
  const answer = await fetch(`api/v1/${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  if (answer.status === 204) { return null; }
  const text = await answer.text();
  const value = text ? JSON.parse(text) : null;
  if (!answer.ok) {
    const problem = new Error(value?.detail ?? answer.statusText);
    problem.status = answer.status;
    throw problem;
  }
  return value;
}
