// On the wall: which grids have a unit now, and since when the others have none. Pages of it turn by themselves.
import { state, now } from "../shared/live.js";
import { element, keep, set, write } from "../shared/keyed.js";
import { age } from "../shared/lists.js";
import { word } from "../shared/words.js";

/** A page of grids stands so long, ms, and has so many. */
const stands = 10000;
const shown = 12;
/** A position older than this, ms, says no more where a unit is. */
const stale = 180000;

let grids = [];
/** By grid, when a unit was last seen in it, ms since 1970. */
const seen = new Map();
let turned = 0;
let first = 0;

/** Takes the grids of the finest level of the plan. */
export function setGrids(plan) {
  const all = plan.features.filter((one) => one.properties.kind === "grid");
  const finest = Math.max(...all.map((one) => one.properties.level));
  grids = all.filter((one) => one.properties.level === finest).map((one) => ({ id: String(one.id), name: one.properties.name || String(one.id) }));
}

/** Whether the plan has grids. */
export function hasGrids() { return grids.length > 0; }

/** Notes where units are; called as they move. */
export function noteGrids() {
  for (const unit of state.units.values()) {
    if (!unit.online || !unit.seen) { continue; }
    for (const grid of unit.grids ?? []) { if ((seen.get(grid) ?? 0) < unit.seen) { seen.set(grid, unit.seen); } }
  }
}

/** Writes a page of the grids: those without anybody first. Returns how many there are. */
export function drawGrids(list) {
  const at = now();
  const counts = new Map();
  for (const unit of state.units.values()) {
    if (!unit.online || !unit.seen || at - unit.seen > stale) { continue; }
    for (const grid of unit.grids ?? []) { counts.set(grid, (counts.get(grid) ?? 0) + 1); }
  }
  const order = [...grids].sort((a, b) => Boolean(counts.get(a.id)) - Boolean(counts.get(b.id)) || (seen.get(a.id) ?? 0) - (seen.get(b.id) ?? 0));
  if (at - turned > stands) { turned = at; first = first + shown < order.length ? first + shown : 0; }
  keep(list, order.slice(first, first + shown), {
    key: (grid) => grid.id,
    make: () => element("div", { role: "listitem" }, element("span"), element("b", { class: "n number" }), element("span", { class: "n number" })),
    update(row, grid) {
      const count = counts.get(grid.id) ?? 0;
      set(row, "class", `row grid${count === 0 ? " poor" : ""}`);
      write(row.children[0], grid.name);
      write(row.children[1], count === 0 ? "–" : String(count));
      write(row.children[2], count > 0 ? "" : seen.has(grid.id) ? age(seen.get(grid.id)) : word("notSeen"));
    },
  });
  return order.length;
}
