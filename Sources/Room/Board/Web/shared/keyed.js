// Lists whose elements stay: a row is made once, and only what differs on it is written. A list that is rebuilt
// under the pointer loses the click, and one that is rebuilt under the keyboard loses the focus.

/** While a press lasts so long, ms, nothing of the lists is drawn: a row must not slide away between down and up. */
const shortPress = 3000;
/** The order of a list stands still so long, ms, after the last touch: a list that never moves again would lie. */
const settles = 10000;
/** The same after the pointer's last move above a list, ms. */
const hovers = 1500;
/** Of longer lists only the rows in sight, and so many before and after them, are elements. */
const manyRows = 100;
const spareRows = 15;

let pressed = null;
/** Presses so far: tells one from the next. */
let presses = 0;
let touched = -settles;
let moved = { at: -hovers, over: null };

const clock = () => performance.now();
const release = () => { pressed = null; };

document.addEventListener("pointerdown", () => { presses += 1; pressed = touched = clock(); }, true);
document.addEventListener("pointermove", (event) => { moved = { at: clock(), over: event.target }; }, true);
document.addEventListener("keydown", () => { touched = clock(); }, true);
// The click comes after the pointer has gone up: only then may the row move. Where the page is busy the next press may have
// begun by then, and that one is not over.
document.addEventListener("pointerup", () => {
  const ended = presses;
  setTimeout(() => { if (presses === ended) { release(); } }, 0);
}, true);
document.addEventListener("click", release, true);
document.addEventListener("pointercancel", release, true);
window.addEventListener("blur", release);

/** Whether the lists may be drawn now: not in the middle of a press. */
export function mayDraw() { return pressed === null || clock() - pressed > shortPress; }

function isStill(list) {
  const at = clock();
  if (pressed !== null && at - pressed < settles) { return true; }
  if (list.contains(document.activeElement) && at - touched < settles) { return true; }
  return at - moved.at < hovers && list.contains(moved.over);
}

/** Makes an element; what is text stays text. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) { set(made, name, value); }
  made.append(...children);
  return made;
}

/** Writes a text where it differs. */
export function write(node, text) {
  const next = String(text ?? "");
  if (node.textContent !== next) { node.textContent = next; }
}

/** Writes an attribute where it differs; `null` and `false` take it away. */
export function set(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) { node.removeAttribute(name); }
  } else if (node.getAttribute(name) !== String(value)) { node.setAttribute(name, String(value)); }
}

/**
 * Gives a list one element for each item, in the order of the items.
 *
 * - `key(item)`: what tells the items apart.
 * - `make(item)`: makes the element of an item that is new.
 * - `update(element, item)`: writes what may have changed.
 */
export function keep(list, items, { key, make, update }) {
  const known = list.kept ?? new Map();
  const rows = new Map();
  for (const item of items) {
    const name = key(item);
    const row = known.get(name) ?? make(item);
    update(row, item);
    rows.set(name, row);
  }
  for (const [name, row] of known) { if (rows.get(name) !== row) { row.remove(); } }
  list.kept = rows;
  arrange(list, [...rows.values()]);
}

/**
 * The same for a list that may be of thousands: then its rows are of one height, those out of sight are no elements,
 * and their room is kept free. `scroller` is the element that the list scrolls in; whoever calls draws after a scroll.
 */
export function keepInSight(list, scroller, items, how) {
  const isLong = items.length > manyRows;
  list.classList.toggle("long", isLong);
  if (!isLong) {
    set(list, "style", null);
    keep(list, items, how);
    return;
  }
  const [place, frame] = [list.getBoundingClientRect(), scroller.getBoundingClientRect()];
  const height = list.querySelector(".row")?.offsetHeight || parseFloat(getComputedStyle(list).fontSize) * 2;
  const number = (y) => Math.floor((y - place.top) / height);
  let first = Math.min(items.length, Math.max(0, number(Math.max(0, frame.top)) - spareRows));
  let last = Math.min(items.length, Math.max(first, number(Math.min(window.innerHeight, frame.bottom)) + spareRows));
  // Who scrolls on keeps the focus: its row stays, with those on the way to it.
  const focused = list.contains(document.activeElement)
    ? items.findIndex((item) => list.kept?.get(how.key(item))?.contains(document.activeElement)) : -1;
  if (focused >= 0) { [first, last] = [Math.min(first, focused), Math.max(last, focused + 1)]; }
  set(list, "style", `padding-top:${first * height}px;padding-bottom:${(items.length - last) * height}px`);
  keep(list, items.slice(first, last), how);
}

function arrange(list, rows) {
  if (isStill(list)) {
    // A new row stands where it belongs; one that was there stays where it was.
    rows.forEach((row, index) => {
      if (row.parentNode !== list) { list.insertBefore(row, index > 0 ? rows[index - 1].nextSibling : list.firstChild); }
    });
    return;
  }
  // An element that is moved loses the focus: the others are moved around it.
  const fixed = rows.findIndex((row) => row.parentNode === list && row.contains(document.activeElement));
  for (let index = fixed - 1; index >= 0; index -= 1) {
    if (rows[index].nextSibling !== rows[index + 1]) { list.insertBefore(rows[index], rows[index + 1]); }
  }
  for (let index = Math.max(0, fixed + 1); index < rows.length; index += 1) {
    const place = index > 0 ? rows[index - 1].nextSibling : list.firstChild;
    if (place !== rows[index]) { list.insertBefore(rows[index], place); }
  }
}
