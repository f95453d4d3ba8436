// Reads vector tiles (Mapbox Vector Tile Specification 2.1): the layers of a square of the map, with what lies on them.
const decoder = new TextDecoder();
/** A tile that has not come after so long, ms, is asked for again by the next look: a line may be dead without a word. */
const patience = 30000;

/** The fields of a message: number, and a number or the bytes of each. */
function* fields(bytes) {
  let at = 0;
  const number = () => {
    let [value, factor] = [0, 1];
    for (let i = 0; i < 10; i += 1) {
      if (at >= bytes.length) { throw new RangeError("a tile that ends early"); }
      const byte = bytes[at];
      at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) { return value; }
      factor *= 128;
    }
    throw new RangeError("a tile with a spoilt number");
  };
  while (at < bytes.length) {
    const head = number();
    const kind = head & 7;
    if (kind === 0) { yield [head >> 3, number()]; continue; }
    const length = kind === 2 ? number() : kind === 1 ? 8 : kind === 5 ? 4 : NaN;
    if (!(at + length <= bytes.length)) { throw new RangeError("a tile with a spoilt field"); }
    yield [head >> 3, bytes.subarray(at, at + length)];
    at += length;
  }
}

/** The numbers of 32 bits that are packed in bytes: a tile's tags and commands are most of it, and are read without a list that grows. */
function numbers(bytes) {
  const list = new Uint32Array(bytes.length);
  let count = 0;
  let value = 0;
  let shift = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    value |= (byte & 0x7f) << shift;
    if (byte >= 0x80) {
      shift += 7;
      if (shift > 28) { throw new RangeError("a tile with a number that is too long"); }
      continue;
    }
    list[count] = value;
    count += 1;
    value = 0;
    shift = 0;
  }
  if (shift > 0) { throw new RangeError("a tile that ends within a number"); }
  return list.subarray(0, count);
}

/** A feature's parts, each a row of x and y, and the box around them. */
function geometry(commands) {
  const parts = [];
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  let [x, y] = [0, 0];
  for (let i = 0; i < commands.length;) {
    const [command, count] = [commands[i] & 7, commands[i] >> 3];
    i += 1;
    if (command === 7) { continue; }
    for (let n = 0; n < count; n += 1, i += 2) {
      x += (commands[i] >>> 1) ^ -(commands[i] & 1);
      y += (commands[i + 1] >>> 1) ^ -(commands[i + 1] & 1);
      if (command === 1) { parts.push([]); }
      parts[parts.length - 1].push(x, y);
      box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y); box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
    }
  }
  return { parts, box };
}

function layer(bytes) {
  const [features, keys, values] = [[], [], []];
  let [name, extent] = ["", 4096];
  for (const [number, value] of fields(bytes)) {
    if (number === 1) { name = decoder.decode(value); }
    if (number === 2) { features.push(value); }
    if (number === 3) { keys.push(decoder.decode(value)); }
    if (number === 4) { for (const [kind, text] of fields(value)) { values.push(kind === 1 ? decoder.decode(text) : text); } }
    if (number === 5) { extent = value; }
  }
  return { name, extent, features: features.map((feature) => {
    let [tags, commands, type] = [[], [], 0];
    for (const [number, value] of fields(feature)) {
      if (number === 2) { tags = numbers(value); }
      if (number === 3) { type = value; }
      if (number === 4) { commands = numbers(value); }
    }
    const known = {};
    for (let i = 0; i + 1 < tags.length; i += 2) { known[keys[tags[i]]] = values[tags[i + 1]]; }
    return { type, ...known, ...geometry(commands) };
  }) };
}

/** The layers of a tile, by name. */
export function readTile(buffer) {
  const layers = {};
  for (const [number, value] of fields(new Uint8Array(buffer))) { if (number === 3) { const one = layer(value); layers[one.name] = one; } }
  return layers;
}

/** Asks the room for a tile; `null` where it cannot be had. */
export async function fetchTile(path) {
  try {
    // By where this file is: what asks may be a thread, and has no page to start from.
    const answer = await fetch(new URL(`../api/v1/${path}`, import.meta.url), { signal: AbortSignal.timeout?.(patience) });
    if (!answer.ok) { throw new Error(answer.statusText); }
    return readTile(await answer.arrayBuffer());
  } catch (error) {
    console.error(error);
    return null;
  }
}
