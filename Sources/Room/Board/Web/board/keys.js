// What the keyboard does, and the search.
import { map, onMap } from "../map/base.js";
import * as dialogs from "./dialogs.js";
import { closeDrawer, findPlace, isOpen, openIncident, tellApart } from "./drawer.js";
import { isCommand, moveColumn, moveFocus, runCommand, showKeys } from "../shared/commands.js";
import { element } from "../shared/keyed.js";
import { complain } from "./top.js";
import { drawSoon } from "./panes.js";

const $ = (id) => document.getElementById(id);

function search(view) {
  let found = [];
  let asked = 0;
  $("search").oninput = async () => {
    const number = asked += 1;
    if (isCommand($("search").value)) {
      found = [];
      $("found").hidden = true;
      view.filter = "";
      drawSoon("right");
      return;
    }
    view.filter = $("search").value.toLowerCase();
    drawSoon("right");
    await new Promise((resolve) => { setTimeout(resolve, 150); });
    if (number !== asked) { return; }
    const places = await findPlace($("search").value);
    // An answer that was overtaken is not shown.
    if (number !== asked) { return; }
    found = places;
    $("found").hidden = found.length === 0;
    $("found").replaceChildren(...found.map((place, index) => {
      return element("li", { "data-place": index }, element("span", {}, place.name), element("small", {}, tellApart(place)));
    }));
  };
  $("found").onclick = (event) => {
    const place = found[Number(event.target.closest("[data-place]")?.dataset.place)];
    $("found").hidden = true;
    if (place) { map.setView(onMap(place.lat, place.lon), 16); }
  };
}

/** Connects the keys: n new, 1 to 9 send, / search, Enter chooses, Esc goes back. */
export function setUpKeys({ view, send, choose, back, acts }) {
  search(view);
  document.addEventListener("keydown", (event) => {
    // The keys of an input method choose its characters, and nothing here.
    if (event.isComposing || event.keyCode === 229) { return; }
    // The drawer leaves the board in use; its own fields take their keys.
    const isInDialog = document.querySelector("dialog:modal") !== null;
    const isFree = !isInDialog && !event.target.matches("input, textarea, select, #hint button");
    if (dialogs.isSketching() && ["Escape", "Enter"].includes(event.key) && isFree) {
      event.preventDefault();
      dialogs.endSketch(event.key === "Enter");
      return;
    }
    if (event.key === "Escape") {
      $("found").hidden = true;
      $("search").blur();
      if (isOpen() && !isInDialog) { closeDrawer(); return; }
      if (!isInDialog) { back(); }
      return;
    }
    if (isInDialog) { return; }
    if (event.target.matches("input, textarea, select") || event.ctrlKey || event.altKey || event.metaKey) {
      if (event.target !== $("search") || event.key !== "Enter") { return; }
      if (isCommand($("search").value)) {
        // The keys belong to the board again: who has chosen an incident so sends with the next digit.
        try { runCommand($("search").value, acts, acts.chosen()); $("search").value = ""; $("search").blur(); } catch (error) { complain(error); }
      } else if (!$("found").hidden) { $("found").firstChild?.click(); }
      return;
    }
    // A key that is held down repeats itself: one press is one unit.
    if (event.repeat) { return; }
    if (event.key === "n" && view.canAct) { event.preventDefault(); openIncident(); }
    const arrows = { ArrowDown: [moveFocus, 1], ArrowUp: [moveFocus, -1], ArrowRight: [moveColumn, 1], ArrowLeft: [moveColumn, -1] };
    if (arrows[event.key] && !event.target.closest("#map")) { event.preventDefault(); arrows[event.key][0](arrows[event.key][1]); }
    if (event.key === "?") { event.preventDefault(); showKeys(); }
    if (event.key === "/") { event.preventDefault(); $("search").focus(); }
    if (event.key === "Enter") { choose(event.target.dataset); }
    if (/^[1-9]$/.test(event.key) && view.canAct && view.incident && view.candidates) {
      const one = view.candidates.units[Number(event.key) - 1];
      if (one) { send(one.device, one.station); }
    }
  });
}
