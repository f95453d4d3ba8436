// What a chief goes through with others: what happened, what was missed, what is overdue, what the coming days lack.
import { percent, seconds } from "./tables.js";
import { safe } from "./lists.js";
import { kindOf, word } from "./words.js";

/** The answer of `GET briefing`, in lists. */
export function briefing(report) {
  const list = (key, items) => `<h3>${word(key)}</h3>${items.length ? `<ul>${items.map((text) => `<li>${text}</li>`).join("")}</ul>` : `<p>${word("nothing")}</p>`}`;
  const change = (one) => `${one.count} (${word("periodBefore")} ${one.before}${one.change_percent === undefined || one.change_percent === null ? "" : `, ${one.change_percent > 0 ? "+" : ""}${one.change_percent} %${one.noise ? ` ${word("noise")}` : ""}`})`;
  const within = ["1", "3", "5"].map((n) => `${word(`within${n}`)} ${percent(report.response.within[n]) ?? "–"}`).join(" · ");
  return `${list("incidents", [`${word("all")} ${change(report.incidents)}`, ...Object.entries(report.by_category).map(([name, one]) => `${safe(kindOf(name))} ${change(one)}`)])}
    ${list("response", [`${word("reached")} ${report.response.reached}/${report.response.counted} · ${word("medianResponse")} ${seconds(report.response.median_s)} · ${within}`])}
    ${list("leastPresence", report.grids.map((one) => `${safe(one.name ?? one.id)}: ${percent(one.presence_share) ?? "–"} · ${word("incidents")} ${one.incidents}`).concat(report.more_grids ? [`${word("more")} ${report.more_grids}`] : []))}
    ${list("missedDuties", report.missed.map((one) => `${safe(one.name ?? one.id)}: ${word("done")} ${one.done} · ${word(one.kind === "line" ? "missedLine" : "missedPost")} ${one.missed}`))}
    ${list("overdueTasks", report.overdue.map((one) => `${safe(one.text)} · ${safe(one.owner)}`))}
    ${list("roster", report.roster.map((one) => `${one.date} ${safe(one.shift)} · ${word(`roster ${one.kind}`)}: ${safe(one.text)}`))}`;
}
