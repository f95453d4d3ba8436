// What is opened now and then comes after the first view, or with the first press: over a slow line the units are there sooner.
const all = [];

/** Gives a part of the page that is fetched once, by `load`, and made ready once, by `setUp`; what could not be had is asked for again with the next press. */
export function later(load, setUp) {
  let coming = null;
  const get = () => {
    if (!coming) { coming = load().then((part) => { setUp(part); return part; }).catch((error) => { coming = null; throw error; }); }
    return coming;
  };
  all.push(get);
  return get;
}

/** Fetches what is not there yet, so that it opens at once, also when the room is gone by then. */
export async function fetchAll() {
  for (const get of all) { await get().catch((error) => console.error(error)); }
}
