// Has the map's tiles painted beside the page's own thread. The page takes this file first: the thread reads its own files meanwhile.
let worker = null;
let number = 0;
/** What is asked for and has not come. */
const waiting = new Map();

/** Paints on the page's own thread: an older browser has no other for it. */
async function paintHere({ job, done, failed }) {
  try { done(await (await import("./paint.js")).paint(job)); } catch (error) { failed(error); }
}

function start() {
  if (!window.Worker || !window.OffscreenCanvas) { return null; }
  const made = new Worker(new URL("./paint.js", import.meta.url), { type: "module" });
  made.onmessage = ({ data }) => {
    const asked = waiting.get(data.number);
    waiting.delete(data.number);
    if (data.error) { asked?.failed(new Error(data.error)); } else { asked?.done(data.result); }
  };
  // It could not be read, or not be run: nothing that was asked for is lost.
  made.onerror = (event) => {
    console.error("the map is painted on the page's own thread", event.message ?? "");
    worker = null;
    for (const asked of waiting.values()) { paintHere(asked); }
    waiting.clear();
  };
  return made;
}
worker = start();

/** Paints a tile; see `paint` of paint.js. */
export function paint(job) {
  return new Promise((done, failed) => {
    if (!worker) { paintHere({ job, done, failed }); return; }
    number += 1;
    waiting.set(number, { job, done, failed });
    worker.postMessage({ number, job });
  });
}
