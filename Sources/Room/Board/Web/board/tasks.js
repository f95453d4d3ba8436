// Tasks that somebody owns: overdue ones first, each with all that was done with it, and finished where it is listed.
import { now, ask } from "../shared/live.js";
import { element, keep, set, write } from "../shared/keyed.js";
import { word, explain, codes } from "../shared/words.js";
import { shown } from "../shared/zone.js";

const $ = (id) => document.getElementById(id);
let tasks = [];
let isCut = false;
let officers = new Map();
/** Whether the list of officers has come: it may be empty. */
let isListed = false;
let chosen = null;
let canAct = true;
/** More are no list that anybody reads: then it says so. */
const mostShown = 2000;

const day = (time) => shown(time, { year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
const nameOf = (number) => (officers.get(number) ? `${officers.get(number)} (${number})` : number);

/** What may be done with a task, with what each asks for: a text, an owner, a time or a rating. */
const steps = [
  { step: "answer", states: ["open"], text: "result" },
  { step: "hand-on", states: ["open", "answered"], text: "reason", owner: true },
  { step: "remind", states: ["open"], text: "text", isOptional: true },
  { step: "give-back", states: ["answered"], text: "reason", due: true },
  { step: "revisit", states: ["answered", "closed"], text: "text", rating: true },
  { step: "close", states: ["open", "answered"], text: "note", isOptional: true },
  { step: "reopen", states: ["closed"], text: "reason", due: true },
];

function makeRow(task) {
  const parts = { grade: element("span", { class: "n" }), text: element("span", { class: "who" }), owner: element("span"),
    due: element("span", { class: "n number" }), state: element("span") };
  const row = element("div", { class: "row task", role: "listitem", tabindex: 0, "data-task": task.id },
    parts.grade, parts.text, parts.owner, parts.due, parts.state);
  return Object.assign(row, { parts });
}

function updateRow({ parts, classList }, task) {
  write(parts.grade, task.grade);
  write(parts.text, `${word(`task ${task.kind}`)} · ${task.text}`);
  write(parts.owner, nameOf(task.owner));
  write(parts.due, day(task.due));
  write(parts.state, word(task.overdue && task.state === "open" ? "overdue" : `task ${task.state}`));
  classList.toggle("late", task.overdue && task.state === "open");
  classList.toggle("chosen", task.id === chosen);
}

function drawSteps(task) {
  const lines = task ? [...task.steps].reverse() : [];
  keep($("task-steps"), lines.map((step, index) => ({ step, index: lines.length - index })), {
    key: ({ index }) => `${task.id} ${index}`,
    make: () => element("div", {}, element("span", { class: "number" }), element("span"), element("span")),
    update(row, { step }) {
      write(row.children[0], day(step.t));
      const rest = [step.text, step.owner && nameOf(step.owner), step.due && day(step.due), step.rating && `${step.rating}/5`];
      write(row.children[1], [word(`task ${step.what}`), ...rest.filter(Boolean)].join(" · "));
      write(row.children[2], step.by);
    },
  });
  const possible = task && canAct ? steps.filter((one) => one.states.includes(task.state)) : [];
  keep($("task-acts"), possible, {
    key: (one) => `${task.id} ${one.step}`, make: (one) => element("button", { type: "button", "data-step": one.step }),
    update: (button, one) => write(button, word(`task ${one.step}`)),
  });
  set($("task-more"), "hidden", !task && "");
  set($("task-rated"), "hidden", !possible.some((one) => one.rating) && "");
}

function draw() {
  const at = now();
  const isLate = (task) => task.state === "open" && task.due < at;
  const sorted = [...tasks].sort((a, b) => isLate(b) - isLate(a) || (a.state === "closed") - (b.state === "closed") || a.due - b.due);
  keep($("tasks-list"), sorted, { key: (task) => task.id, make: makeRow, update: updateRow });
  const lines = [tasks.length === 0 && word("noTasks"), isCut && word("tasksCut"), canAct && isListed && officers.size === 0 && word("noOfficers")];
  write($("tasks-none"), lines.filter(Boolean).join(" · "));
  const late = tasks.filter(isLate).length;
  write($("tasks-title"), `${word("tasks")} ${tasks.filter((one) => one.state !== "closed").length}${isCut ? "+" : ""}${late ? ` · ${word("overdue")} ${late}` : ""}`);
  drawSteps(tasks.find((one) => one.id === chosen));
}

/** Counts what was asked for: an answer that was overtaken is not shown. */
let turn = 0;

/** The tasks of a state, page after page, and whether there are more than are listed. */
async function all(state, owner, isOverdue = false) {
  const found = [];
  let next = {};
  while (next && found.length < mostShown) {
    const from = next.before_id ? `&before=${next.before}&before_id=${encodeURIComponent(next.before_id)}` : "";
    const answer = await ask("GET", `tasks?limit=200&state=${state}${isOverdue ? "&overdue=true" : ""}${owner ? `&owner=${encodeURIComponent(owner)}` : ""}${from}`);
    found.push(...answer.tasks);
    next = answer.next;
  }
  return { found, isCut: Boolean(next) };
}

async function load() {
  turn += 1;
  const [own, owner] = [turn, $("tasks-owner").value];
  const states = ["open", "answered", ...($("tasks-closed").checked ? ["closed"] : [])];
  write($("tasks-error"), "");
  try {
    // What is overdue is the oldest, and would be what a list that is too long leaves out.
    const lists = [await all("open", owner, true)];
    for (const state of states) { lists.push(await all(state, owner)); }
    if (own !== turn) { return; }
    [tasks, isCut] = [[...new Map(lists.flatMap((one) => one.found).map((one) => [one.id, one])).values()], lists.some((one) => one.isCut)];
    draw();
  } catch (error) { if (own === turn) { write($("tasks-error"), explain(error)); } }
}

/** A time of a form's field, in ms since 1970; NaN when there is none. */
const time = (id) => new Date($(id).value).getTime();

async function act(step) {
  const one = steps.find((each) => each.step === step);
  const body = { [one.text]: $("task-text").value };
  if (one.owner) { body.owner = $("task-owner").value; }
  if (one.due || (one.owner && $("task-due").value)) { body.due = time("task-due"); }
  if (one.rating) { body.rating = Number($("task-rating").value); }
  if (one.isOptional && !body[one.text]) { delete body[one.text]; }
  // Whoever acts on what has changed meanwhile is told.
  body.version = tasks.find((task) => task.id === chosen)?.version;
  try {
    await ask("POST", `tasks/${encodeURIComponent(chosen)}/${step}`, body);
    $("task-text").value = "";
    await load();
  } catch (error) { write($("tasks-error"), explain(error)); }
}

async function raise() {
  const body = { kind: $("task-kind").value, grade: Number($("task-grade").value), text: $("task-text").value,
    owner: $("task-owner").value, due: time("task-due") };
  if (!body.text || !body.owner || Number.isNaN(body.due)) { write($("tasks-error"), word("taskNeeds")); return; }
  try {
    chosen = (await ask("POST", "tasks", body)).id;
    $("task-text").value = "";
    await load();
  } catch (error) { write($("tasks-error"), explain(error)); }
}

function choices(id, options) {
  const before = $(id).value;
  $(id).replaceChildren(...options.map(([value, text]) => new Option(text, value)));
  if (options.some(([value]) => value === before)) { $(id).value = before; }
}

/** Opens the list of tasks. */
export async function openTasks(mayAct) {
  canAct = mayAct;
  if (!$("tasks").open) { $("tasks").showModal(); }
  for (const [id, key] of Object.entries({ "tasks-raise": "taskRaise", "tasks-closed-label": "taskClosedToo" })) { write($(id), word(key)); }
  choices("task-kind", codes.taskKinds.map((key) => [key.slice("task ".length), word(key)]));
  choices("task-grade", [1, 2, 3].map((n) => [String(n), `${word("grade")} ${n}`]));
  choices("task-rating", [5, 4, 3, 2, 1].map((n) => [String(n), `${n}/5`]));
  $("task-text").placeholder = word("taskText");
  set($("task-form"), "hidden", !canAct && "");
  try {
    const people = (await ask("GET", "register/officers")).officers;
    officers = new Map(people.map((one) => [one.number, one.name]));
    isListed = true;
    choices("task-owner", people.map((one) => [one.number, `${one.name} (${one.number})`]));
    choices("tasks-owner", [["", word("everybodysTasks")], ...people.map((one) => [one.number, one.name])]);
  } catch (error) { write($("tasks-error"), explain(error)); }
  load();
}

/** Connects the list with the page. */
export function setUpTasks() {
  $("tasks-owner").onchange = load;
  $("tasks-closed").onchange = load;
  $("tasks-raise").onclick = raise;
  const choose = (event) => {
    const row = event.target.closest("[data-task]");
    if (row) { chosen = row.dataset.task; draw(); }
  };
  $("tasks-list").onclick = choose;
  $("tasks-list").onkeydown = (event) => { if (event.key === "Enter") { choose(event); } };
  $("task-acts").onclick = (event) => { if (event.target.dataset.step) { act(event.target.dataset.step); } };
}
