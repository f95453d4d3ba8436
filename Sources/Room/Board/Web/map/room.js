// Room for names on the map: a name is written where no other is, whole or not at all.
/** Edge of a square of the raster, px. */
const edge = 8;
/** Around the view, px: what begins outside of it may reach into it. */
const around = 256;

/** What is taken of a view of a size, px: `x`, `y`. What lies outside of it is nobody's. */
export class Taken {
  constructor({ x, y }) {
    this.columns = Math.ceil((x + 2 * around) / edge);
    this.lines = Math.ceil((y + 2 * around) / edge);
    this.cells = new Uint8Array(this.columns * this.lines);
  }

  /** The squares of a box that lie in the raster: the first and the last column and line. */
  squares([left, top, right, bottom]) {
    const number = (place, most) => Math.max(0, Math.min(most - 1, Math.floor((place + around) / edge)));
    return [number(left, this.columns), number(top, this.lines), number(right, this.columns), number(bottom, this.lines)];
  }

  /** Takes boxes, px, if nothing of them is taken; whether all were free. Each is left, top, right, bottom. */
  take(...boxes) {
    for (const box of boxes) {
      const [first, top, last, bottom] = this.squares(box);
      for (let y = top; y <= bottom; y += 1) {
        for (let x = first; x <= last; x += 1) { if (this.cells[y * this.columns + x]) { return false; } }
      }
    }
    for (const box of boxes) {
      const [first, top, last, bottom] = this.squares(box);
      for (let y = top; y <= bottom; y += 1) { this.cells.fill(1, y * this.columns + first, y * this.columns + last + 1); }
    }
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
