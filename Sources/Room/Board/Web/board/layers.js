// Which layers of the map are shown: the choice stays with this browser.
import { map } from "../map/base.js";
import { element, set, write } from "../shared/keyed.js";
import { namesLayer, redrawNames } from "../map/names.js";
import { planLayer } from "../map/plan.js";
import { word } from "../shared/words.js";

const $ = (id) => document.getElementById(id);
const all = ["plan", "coverage", "closures", "heat", "trails", "callSigns", "names"];
const key = "layers";

function stored() {
  // A browser that keeps nothing shows everything.
  try { return new Set(JSON.parse(localStorage.getItem(key) ?? "[]")); } catch { return new Set(); }
}

const hidden = stored();
let layers = {};

/** Whether a layer is to be seen. */
export function isShown(name) { return !hidden.has(name); }

function apply() {
  for (const [name, layer] of Object.entries({ ...layers, plan: planLayer })) {
    if (name === "units") { layer.isDirty = true; continue; }
    if (isShown(name)) { layer.addTo(map); } else { layer.remove(); }
  }
  namesLayer.isHidden = !isShown("names");
  redrawNames();
}

/** Takes the layers that can be switched. */
export function onLayers(known) { layers = known; apply(); }

/** Writes the switches in the language of the page. */
export function labelLayers() {
  write($("layers-open"), word("layers"));
  $("layers-list").replaceChildren(...all.map((name) => {
    const box = element("input", { type: "checkbox", "data-layer": name });
    box.checked = isShown(name);
    box.onchange = () => {
      if (box.checked) { hidden.delete(name); } else { hidden.add(name); }
      try { localStorage.setItem(key, JSON.stringify([...hidden])); } catch { /* It holds until the page is left. */ }
      apply();
    };
    return element("label", {}, box, ` ${word(`layer ${name}`)}`);
  }));
}

/** Connects the switches with the page. */
export function setUpLayers() {
  window.L.DomEvent.disableClickPropagation($("map-tools"));
  $("layers-open").onclick = () => {
    const isOpen = $("layers-list").hidden;
    $("layers-list").hidden = !isOpen;
    set($("layers-open"), "aria-expanded", String(isOpen));
  };
  labelLayers();
}
