// The map itself, and where a true place lies on its tiles.
const L = window.L;
const pi = Math.PI;

export const map = L.map("map", { zoomControl: false, preferCanvas: true, zoomSnap: 0.5, fadeAnimation: false });
L.control.zoom({ position: "bottomright" }).addTo(map);
map.attributionControl.setPrefix("");

// A strip that comes or goes above the map makes it another size, and Leaflet only looks at the window.
new ResizeObserver(() => map.invalidateSize({ pan: false, debounceMoveend: true })).observe(map.getContainer());

/** What the page looks like, as it was read: to ask for it may lay the whole page anew, and each picture asks a dozen times. */
const look = new Map();
/** By day, by night, on the wall: for which page it was read. */
let lookOf = null;
window.addEventListener("resize", () => { lookOf = null; });

function lookUp(name, read) {
  if (lookOf !== document.body.className) { look.clear(); lookOf = document.body.className; }
  if (!look.has(name)) { look.set(name, read(getComputedStyle(document.body))); }
  return look.get(name);
}

/** The size of the page's letters, px. */
export function fontSize() { return lookUp("font-size", (style) => parseFloat(style.fontSize)); }

/** A colour of the page, as it is now: by day or on the wall. */
export function colour(name) { return lookUp(name, (style) => style.getPropertyValue(`--${name}`).trim()); }

// GCJ-02 shifts places by hundreds of metres in China; source: the published approximation of the shift.
function shifted(lat, lon) {
  if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) { return [lat, lon]; }
  const a = 6378245.0, e = 0.00669342162296594323, x = lon - 105, y = lat - 35;
  let u = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x));
  let v = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x));
  const wave = (20 * Math.sin(6 * x * pi) + 20 * Math.sin(2 * x * pi)) * 2 / 3;
  u += wave + (20 * Math.sin(y * pi) + 40 * Math.sin(y / 3 * pi)) * 2 / 3
    + (160 * Math.sin(y / 12 * pi) + 320 * Math.sin(y * pi / 30)) * 2 / 3;
  v += wave + (20 * Math.sin(x * pi) + 40 * Math.sin(x / 3 * pi)) * 2 / 3
    + (150 * Math.sin(x / 12 * pi) + 300 * Math.sin(x / 30 * pi)) * 2 / 3;
  const r = lat / 180 * pi, m = 1 - e * Math.sin(r) ** 2, s = Math.sqrt(m);
  return [lat + u * 180 / (a * (1 - e) / (m * s) * pi), lon + v * 180 / (a / s * Math.cos(r) * pi)];
}

let isShifted = false;
/** Where a true place lies on this map's tiles. */
export function onMap(lat, lon) { return isShifted ? shifted(lat, lon) : [lat, lon]; }

/** The true place of a click: the shift is undone by going there and back twice. */
export function fromMap(lat, lon) {
  if (!isShifted) { return [lat, lon]; }
  let place = [lat, lon];
  for (let i = 0; i < 3; i += 1) {
    const there = shifted(place[0], place[1]);
    place = [place[0] + lat - there[0], place[1] + lon - there[1]];
  }
  return place;
}

/** Takes what the room says of itself: whether the tiles are shifted, and what lies on them with them. */
export function setShift(page) { isShifted = Boolean(page.tiles) && page.gcj02; }
