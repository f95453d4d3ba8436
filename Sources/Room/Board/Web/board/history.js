// Incidents of before: looked for in the store, page after page, as far back as it goes.
import { state, ask } from "../shared/live.js";
import { element, keep, set, write } from "../shared/keyed.js";
import { placeOf, span } from "../shared/lists.js";
import { moment, shown } from "../shared/zone.js";
import { word, explain, codes, kindOf } from "../shared/words.js";

const $ = (id) => document.getElementById(id);
/** So many more with each look. */
const portion = 50;

let found = [];
/** Where the store goes on; `null` at its end. */
let next = null;
/** Counts what was asked for: an answer that was overtaken is not shown. */
let turn = 0;
let soon = null;
let board = null;

function draw(isLooking) {
  keep($("history-list"), found, {
    key: (one) => one.id,
    make: (one) => element("button", { type: "button", class: "row past", "data-past": one.id }, element("span", { class: "number" }), element("span", { class: "who" }), element("span"), element("span", { class: "n number" })),
    update(row, one) {
      write(row.children[0], shown(one.received, { year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" }));
      write(row.children[1], [kindOf(one.category), placeOf(one), one.note].filter(Boolean).join(" · "));
      write(row.children[2], [word(one.state), one.result ? word(one.result) : null, ...one.units.map((unit) => unit.unit)].filter(Boolean).join(" · "));
      write(row.children[3], one.first_arrival ? span(one.first_arrival - one.received) : "");
    },
  });
  write($("history-sum"), isLooking ? word("working") : `${found.length}${next?.before !== undefined ? ` · ${word("searchedTo")} ${shown(next.before)}` : ""}`);
  set($("history-more"), "hidden", next?.before === undefined && "");
}

async function look(isMore) {
  const own = turn += 1;
  write($("history-error"), "");
  if (!isMore) { [found, next] = [[], {}]; }
  const query = new URLSearchParams({ limit: String(portion) });
  for (const [key, value] of [["q", $("history-text").value.trim()], ["category", $("history-category").value], ["state", $("history-state").value]]) { if (value) { query.set(key, value); } }
  const from = moment($("history-from").value);
  if (Number.isFinite(from)) { query.set("from", String(from)); }
  draw(true);
  const enough = found.length + portion;
  try {
    // One answer reads a part of the store only: an empty one is no end.
    while (next && found.length < enough) {
      for (const key of ["before", "before_id"]) { if (next[key] !== undefined) { query.set(key, String(next[key])); } }
      const answer = await ask("GET", `incidents?${query}`);
      if (own !== turn) { return; }
      found.push(...answer.incidents);
      next = answer.more ? answer.next : null;
      draw(next && found.length < enough);
    }
    draw(false);
  } catch (error) { if (own === turn) { draw(false); write($("history-error"), explain(error)); } }
}

function choose(id) {
  const incident = found.find((one) => one.id === id);
  if (!state.incidents.has(id)) { state.incidents.set(id, { ...incident, isOld: true }); }
  $("history").close();
  board.chooseIncident(id);
}

/** Opens the search. */
export function openHistory() {
  for (const [id, key] of Object.entries({ "history-title": "history", "history-more": "more" })) { write($(id), word(key)); }
  $("history-text").placeholder = word("historyText");
  const chosen = [$("history-category").value, $("history-state").value];
  const groups = board.view.page.categories ?? [];
  const kinds = groups.length ? groups.flatMap((group) => group.categories.map((one) => [one.name, `${group.name} · ${one.name}`])) : [...codes.categories, "sos"].map((key) => [key, word(key)]);
  $("history-category").replaceChildren(new Option(word("all"), ""), ...kinds.map(([value, text]) => new Option(text, value)));
  $("history-state").replaceChildren(new Option(word("all"), ""), ...["open", "cleared", "cancelled"].map((one) => new Option(word(one === "open" ? "stillOpen" : one), one)));
  [$("history-category").value, $("history-state").value] = chosen;
  if (!$("history").open) { $("history").showModal(); }
  $("history-text").focus();
  look(false);
}

/** Connects the search with the page. */
export function setUpHistory(page) {
  board = page;
  const again = () => { clearTimeout(soon); soon = setTimeout(() => look(false), 300); };
  for (const id of ["history-text", "history-from"]) { $(id).oninput = again; }
  for (const id of ["history-category", "history-state"]) { $(id).onchange = again; }
  $("history-more").onclick = () => look(true);
  $("history-list").onclick = (event) => { const row = event.target.closest("[data-past]"); if (row) { choose(row.dataset.past); } };
}
