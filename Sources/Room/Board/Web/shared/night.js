// Dark colours for the night. This browser remembers the choice.
import { set, write } from "./keyed.js";
import { word } from "./words.js";

const $ = (id) => document.getElementById(id);
const key = "night";

function isNight() { return document.body.classList.contains("night"); }

/** Writes the button in the language of the page. */
export function labelNight() {
  write($("night"), word(isNight() ? "byDay" : "byNight"));
  set($("night"), "aria-pressed", String(isNight()));
}

/** Takes the colours that were chosen last; `changed` is called whenever they are others. */
export function setUpNight(changed) {
  // A browser that keeps nothing begins by day.
  let stored = null;
  try { stored = localStorage.getItem(key); } catch { /* By day. */ }
  document.body.classList.toggle("night", stored === "yes");
  $("night").onclick = () => {
    document.body.classList.toggle("night");
    try { localStorage.setItem(key, isNight() ? "yes" : "no"); } catch { /* It holds until the page is left. */ }
    labelNight();
    changed();
  };
  labelNight();
}
