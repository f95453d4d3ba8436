// Room for names on the map: a name is written where no other is, whole or not at all.
/** Edge of a square of the raster, px. */
const edge = 8;

/** What is taken of a view. */
export class Taken {
  constructor() { this.cells = new Set(); }

  /** Takes boxes, px, if nothing of them is taken; whether all were free. Each is left, top, right, bottom. */
  take(...boxes) {
    const wanted = new Set();
    for (const [left, top, right, bottom] of boxes) {
      for (let y = Math.floor(top / edge); y <= Math.floor(bottom / edge); y += 1) {
        for (let x = Math.floor(left / edge); x <= Math.floor(right / edge); x += 1) {
          const cell = y * 65536 + x;
          if (this.cells.has(cell)) { return false; }
          wanted.add(cell);
        }
      }
    }
    for (const cell of wanted) { this.cells.add(cell); }
    return true;
  }

  /** The same for a text that lies aslant around its middle: boxes along it. */
  takeAlong([x, y], width, height, turn) {
    const parts = Math.max(1, Math.ceil(width / height));
    const boxes = [];
    for (let i = 0; i <= parts; i += 1) {
      const far = (i / parts - 0.5) * width;
      const spot = [x + Math.cos(turn) * far, y + Math.sin(turn) * far];
      boxes.push([spot[0] - height / 2, spot[1] - height / 2, spot[0] + height / 2, spot[1] + height / 2]);
    }
    return this.take(...boxes);
  }
}
