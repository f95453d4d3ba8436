// What the chief's tables are made of.
import { safe, span as duration } from "./lists.js";
import { word } from "./words.js";

/** A time as the room is asked for it. */
export const query = ([first, last]) => `from=${first}&to=${last}`;
export const percent = (share) => (Number.isFinite(share) ? `${Math.round(share * 100)} %` : "–");
export const seconds = (value) => (Number.isFinite(value) ? duration(value * 1000) : "–");
export const fact = (key, text, more = "") => `<div><span>${word(key)}</span><b>${text}</b><small>${more}</small></div>`;
export const cell = (value, kind = "") => `<td class="n number ${kind}">${value ?? "–"}</td>`;
export const withBar = (value, most, format = String) => `<td class="n number with">${format(value)}<i style="width:${most > 0 ? Math.round(value / most * 100) : 0}%"></i></td>`;
export const sheet = (heads, rows) => `<figure><table class="sheet"><thead><tr>${heads.map((head, index) => `<th class="${index ? "n" : ""}">${word(head)}</th>`).join("")}</tr></thead><tbody>${rows.join("") || `<tr><td colspan="${heads.length}">${word("nothing")}</td></tr>`}</tbody></table></figure>`;
export const hours = [...Array(24).keys()].map(String);

/** The share of the change against the time before, or nothing where there was none. */
export function change(value, before) {
  if (!Number.isFinite(value) || !(before > 0)) { return ""; }
  const share = Math.round((value / before - 1) * 100);
  return `${share > 0 ? "+" : ""}${share} %`;
}

/** Where a proposed post is: by its street and grid, and where it is exactly. */
export function postName(one) {
  const names = [one.near ? word("nearPlace").replace("…", () => safe(one.near)) : null, one.grid ? safe(one.grid) : null].filter(Boolean);
  const exactly = `${one.lat.toFixed(5)}, ${one.lon.toFixed(5)}`;
  return names.length > 0 ? `${names.join(" · ")} <small>${exactly}</small>` : exactly;
}

/** The answer of `GET placement`: how many units to put where, and what that would reach; nothing where there is none. */
export function proposal(placement) {
  if (!placement) { return ""; }
  const shares = ["1", "3", "5"].map((minutes) => `${minutes} ${word("minutes")}: ${percent(placement.shares[minutes])}`).join(" · ");
  const rows = placement.units.map((one, index) => `<tr><td>${index + 1}</td>${cell(postName(one))}${cell(`+${percent(one.gain)}`)}${cell(percent(one.share))}</tr>`);
  return `<h2>${word("placement")}</h2><p>${word("placementBasis")} ${placement.incidents} · ${shares}</p>${sheet(["unit", "placeName", "gain", "within3"], rows)}`;
}
