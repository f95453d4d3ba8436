// Plots as plain SVG: legible in print and without colour, since each line has a dash of its own and each bar its number.
import { safe } from "../shared/lists.js";

const wide = 900;
const high = 240;
const edge = { left: 52, right: 22, top: 14, bottom: 34 };

/** The top of an axis, so that its quarters are round: a round multiple of four units. */
function ceiling(value, unit) {
  for (let power = 1; ; power *= 10) {
    const step = [1, 1.5, 2, 3, 4, 5, 6, 8].map((one) => one * power * 4 * unit).find((one) => one >= value && Number.isInteger(one / 4 / unit));
    if (step !== undefined) { return step; }
  }
}

function frame(most, ticks, format, body, title) {
  const y = (value) => high - edge.bottom - (high - edge.top - edge.bottom) * value / most;
  const levels = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = y(most * share);
    return `<line class="grid" x1="${edge.left}" x2="${wide - edge.right}" y1="${at}" y2="${at}"/><text class="axis end" x="${edge.left - 6}" y="${at + 4}">${safe(format(most * share))}</text>`;
  });
  const names = ticks.map(({ x, text }) => `<text class="axis middle" x="${x}" y="${high - 12}">${safe(text)}</text>`);
  return `<svg class="plot" viewBox="0 0 ${wide} ${high}" role="img" aria-label="${safe(title)}"><title>${safe(title)}</title>${levels.join("")}${names.join("")}${body(y)}</svg>`;
}

/** Every so many of the names find room below the axis. */
function thinned(names, x) {
  const step = Math.max(1, Math.ceil(names.length / 14));
  return names.map((text, index) => ({ text, x: x(index) })).filter((_, index) => index % step === 0);
}

/**
 * Lines over names of days or weeks: `series` are `{ name, values, dash }`, a value of `null` is a gap; `mark` is a value with
 * a line of its own, such as a target.
 */
export function lines({ title, names, series, format = String, mark = null, unit = 1 }) {
  const values = series.flatMap((one) => one.values).filter((value) => Number.isFinite(value));
  const most = ceiling(Math.max(...values, mark?.value ?? 0, 0), unit);
  const x = (index) => edge.left + (wide - edge.left - edge.right) * (names.length > 1 ? index / (names.length - 1) : 0.5);
  const body = (y) => {
    const drawn = series.map((one, number) => {
      let path = "";
      let isOpen = false;
      one.values.forEach((value, index) => {
        if (!Number.isFinite(value)) { isOpen = false; return; }
        path += `${isOpen ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
        isOpen = true;
      });
      const dots = one.values.map((value, index) => (Number.isFinite(value)
        ? `<circle class="dot${number}" cx="${x(index).toFixed(1)}" cy="${y(value).toFixed(1)}" r="3"><title>${safe(`${names[index]} ${one.name} ${format(value)}`)}</title></circle>` : "")).join("");
      return `<path class="line${number}" d="${path}"/>${dots}`;
    });
    const target = mark ? `<line class="mark" x1="${edge.left}" x2="${wide - edge.right}" y1="${y(mark.value)}" y2="${y(mark.value)}"/><text class="axis end" x="${wide - edge.right}" y="${y(mark.value) - 4}">${safe(mark.name)}</text>` : "";
    return target + drawn.join("");
  };
  const legend = series.map((one, number) => `<span class="key key${number}">${safe(one.name)}</span>`).join("");
  return `<figure><figcaption>${safe(title)} ${legend}</figcaption>${frame(most, thinned(names, x), format, body, title)}</figure>`;
}

/** Bars over names: `values`, and beside each of them `before`, the same of the time that it is held against. */
export function bars({ title, names, values, before = null, format = String, keys = [], unit = 1 }) {
  const most = ceiling(Math.max(...values, ...(before ?? []), 0), unit);
  const room = (wide - edge.left - edge.right) / Math.max(1, names.length);
  const x = (index) => edge.left + room * (index + 0.5);
  const body = (y) => values.map((value, index) => {
    const width = Math.min(34, room * (before ? 0.36 : 0.7));
    const bar = (at, tall, kind) => (Number.isFinite(tall) ? `<rect class="${kind}" x="${at.toFixed(1)}" y="${y(tall).toFixed(1)}" width="${width.toFixed(1)}" height="${(y(0) - y(tall)).toFixed(1)}"><title>${safe(`${names[index]} ${format(tall)}`)}</title></rect>` : "");
    const number = `<text class="axis middle" x="${before ? x(index) - width / 2 : x(index)}" y="${y(value) - 4}">${value > 0 ? safe(format(value)) : ""}</text>`;
    return before ? bar(x(index) - width - 1, value, "bar0") + bar(x(index) + 1, before[index], "bar1") + number : bar(x(index) - width / 2, value, "bar0") + number;
  }).join("");
  const legend = keys.map((name, number) => `<span class="key bars${number}">${safe(name)}</span>`).join("");
  return `<figure><figcaption>${safe(title)} ${legend}</figcaption>${frame(most, thinned(names, x), format, body, title)}</figure>`;
}

/**
 * A matrix of shares, 0 to 1: `rows` are `{ name, id, values }`; a value of `null` is hatched, since nothing is known of it.
 * Each cell has its number, so that it can be read without colour. Of shares 0 is framed; of counts it is nothing special.
 */
export function matrix({ title, columns, rows, isCount = false, format = (share) => String(Math.round(share * 100)) }) {
  const cells = (row) => row.values.map((value, index) => (value === null || value === undefined
    ? `<td class="nothing" title="${safe(`${row.name} ${columns[index]}`)}"></td>`
    : `<td class="share${value >= 0.8 ? " deep" : ""}${value === 0 && !isCount ? " none" : ""}" style="--share:${Math.round(value * 100)}%" title="${safe(`${row.name} ${columns[index]}: ${format(value)}`)}">${safe(format(value))}</td>`)).join("");
  return `<figure><figcaption>${safe(title)}</figcaption><table class="matrix"><thead><tr><th></th>${columns.map((name) => `<th>${safe(name)}</th>`).join("")}</tr></thead>
    <tbody>${rows.map((row) => `<tr ${row.id === undefined ? "" : `data-place="${safe(row.id)}" tabindex="0"`}><th>${safe(row.name)}</th>${cells(row)}</tr>`).join("")}</tbody></table></figure>`;
}
