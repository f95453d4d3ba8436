// The strip above the board: how the station stands now, in a few numbers, and the units by state, each a filter.
import { state, now, ask, isOver } from "./live.js";
import { element, keep, set, write } from "./keyed.js";
import { span } from "./lists.js";
import { word } from "./words.js";

const $ = (id) => document.getElementById(id);
/** Numbers older than this, ms, are shown no more. */
const stale = 60000;
/** The states of units, in the order of the strip. */
const states = ["patrol", "enroute", "scene", "busy", "break", "off", "offline"];

let today = null;

/** Asks the room how the station stands; what was known stays, until it is too old, while the room does not answer. */
export async function loadToday() {
  try { today = await ask("GET", "today"); } catch (error) { console.error(error); }
}

/** When the day began by the station's clock, ms since 1970. */
export function since() { return today?.since ?? Math.round(now() - 12 * 3600000); }

/** The station's own target from the call to the first unit there, s. */
export function target() { return today?.target_s ?? 155; }

/** Which of the strip's states a unit is in. */
export function stateOf(unit) {
  if (!unit.online) { return "offline"; }
  return states.includes(unit.status) ? unit.status : "patrol";
}

const percent = (share) => (Number.isFinite(share) ? `${Math.round(share * 100)} %` : "–");
const seconds = (value) => (Number.isFinite(value) ? span(value * 1000) : "–");

/** What waits for somebody: how many, and the longest wait, ms. */
function waiting() {
  const open = [...state.incidents.values()].filter((one) => one.state === "received" && !isOver(one));
  return { count: open.length, longest: open.reduce((most, one) => Math.max(most, now() - one.received), 0) };
}

/** The numbers, each with its word, and whether it is one to worry about. */
function numbers() {
  const wait = waiting();
  const all = [{ key: "queueWaiting", text: String(wait.count), more: wait.count > 0 ? `${word("longestWait")} ${span(wait.longest)}` : "",
    isBad: wait.count > 0 && wait.longest > 60000 }];
  const known = today && now() - today.at < stale ? today : null;
  const response = known?.response;
  const limit = `≤ ${span(target() * 1000)}`;
  all.push({ key: "responseToday", text: seconds(response?.median_s), more: `${word("p90Short")} ${seconds(response?.p90_s)}`,
    isBad: Number.isFinite(response?.median_s) && response.median_s > target() });
  all.push({ key: "inTarget", name: limit, text: percent(response?.within_target),
    more: ["1", "3", "5"].map((minutes) => `${minutes}′ ${percent(response?.within?.[minutes])}`).join(" · ") });
  all.push({ key: "officersOnDuty", text: known ? String(known.officers.signed_in) : "–",
    more: known?.officers.rostered ? `${word("rostered")} ${known.officers.rostered}` : "",
    isBad: Boolean(known && known.officers.signed_in < known.officers.rostered) });
  if (known?.presence) {
    all.push({ key: "presenceNow", text: percent(known.presence.present / Math.max(1, known.presence.grids)),
      more: `${known.presence.present}/${known.presence.grids} ${word("grids")}` });
  }
  all.push({ key: "roadsIn3", text: percent(known?.road_share), more: "" });
  return all;
}

/** Writes the strip. `chosen` is the state that the list of units is held to. */
export function drawToday(chosen) {
  keep($("today-numbers"), numbers(), {
    key: (one) => one.key,
    make: (one) => element("div", { class: "kpi", "data-kpi": one.key }, element("span", { class: "label" }), element("b", { class: "number" }), element("small", { class: "number" })),
    update(row, one) {
      set(row, "class", one.isBad ? "kpi poor" : "kpi");
      write(row.children[0], one.name ?? word(one.key));
      write(row.children[1], one.text);
      write(row.children[2], one.more);
    },
  });
  const counts = new Map(states.map((name) => [name, 0]));
  for (const unit of state.units.values()) { counts.set(stateOf(unit), counts.get(stateOf(unit)) + 1); }
  keep($("today-states"), states.filter((name) => counts.get(name) > 0 || name === chosen || name === "patrol"), {
    key: (name) => name,
    make: (name) => element("button", { type: "button", class: "chip", "data-state": name }, element("i"), element("span"), element("b", { class: "number" })),
    update(chip, name) {
      set(chip, "aria-pressed", String(name === chosen));
      set(chip.children[0], "class", `dot ${name === "offline" ? "gone" : name}`);
      write(chip.children[1], word(name));
      write(chip.children[2], String(counts.get(name)));
    },
  });
}
