// Has the map's tiles painted beside the page's own thread. The page takes this file first: the thread reads its own files meanwhile.
/** A thread that could not be had, or ended, is tried again after so long, ms, so many times. */
const [again, tries] = [20000, 3];
let [worker, number, failures] = [null, 0, 0];
/** What is asked for and has not come. */
const waiting = new Map();

/** Paints on the page's own thread: an older browser has no other for it. */
async function paintHere(asked) {
  try {
    const painting = await import("./paint.js");
    asked.done(await painting.paint(asked.job, () => asked.isDropped));
  } catch (error) { asked.failed(error); }
}

function fail(made, reason) {
  console.error("the map is painted on the page's own thread:", reason);
  made?.terminate();
  worker = null;
  failures += 1;
  if (failures < tries) { setTimeout(start, again); }
  // Nothing that was asked for is lost.
  for (const asked of waiting.values()) { paintHere(asked); }
  waiting.clear();
}

function start() {
  if (!window.Worker || !window.OffscreenCanvas) { return; }
  try { worker = new Worker(new URL("./paint.js", import.meta.url), { type: "module" }); } catch (error) { fail(null, error); return; }
  const made = worker;
  made.onmessage = ({ data }) => {
    const asked = waiting.get(data.number);
    waiting.delete(data.number);
    if (!asked) { data.result?.picture?.close(); return; }
    if (data.error) { asked.failed(new Error(data.error)); } else { asked.done(data.result); }
  };
  made.onerror = (event) => fail(made, event.message ?? "it could not be read");
}
start();

/** Asks for a tile, see `paint` of paint.js: its `result` comes later, `null` when it was dropped. */
export function paint(job) {
  number += 1;
  const asked = { job, number, isDropped: false };
  asked.result = new Promise((done, failed) => { Object.assign(asked, { done, failed }); });
  if (worker) {
    waiting.set(number, asked);
    worker.postMessage({ number, job });
  } else { paintHere(asked); }
  return asked;
}

/** Nobody looks at it any more: what was asked for and is not painted yet need not be. */
export function drop(asked) {
  if (!asked || asked.isDropped) { return; }
  asked.isDropped = true;
  if (waiting.delete(asked.number)) { worker?.postMessage({ number: asked.number }); }
  asked.done(null);
}
