// A unit's mark on the map: what it does by colour, whether it can be reached by shape.
const pi = Math.PI;
/** Slower, m/s, a unit has no direction worth an arrow. */
const arrowSpeed = 1.5;
/** The arrow's corners behind its tip, radians. */
const arrowTurn = 2.45;

/** The colours that marks are drawn with, as they are now. */
export function markColours(colour) {
  return Object.fromEntries(["free", "enroute", "scene", "busy", "off", "ink", "ground", "alarm"].map((name) => [name, colour(name)]));
}

/** The colour of a status. */
export function tone(colours, status) {
  return { patrol: colours.free, enroute: colours.enroute, scene: colours.scene, busy: colours.busy, break: colours.busy }[status] ?? colours.off;
}

/** A cross through who is offline, a triangle beside who is in trouble. */
function drawTrouble(pen, spot, radius, isOffline, colours) {
  pen.lineWidth = 2;
  pen.strokeStyle = colours.alarm;
  pen.fillStyle = colours.alarm;
  pen.beginPath();
  if (isOffline) {
    const far = radius * 1.2;
    pen.moveTo(spot.x - far, spot.y - far);
    pen.lineTo(spot.x + far, spot.y + far);
    pen.moveTo(spot.x + far, spot.y - far);
    pen.lineTo(spot.x - far, spot.y + far);
    pen.stroke();
    return;
  }
  const [x, y, side] = [spot.x + radius * 1.2, spot.y - radius * 1.3, radius * 0.9];
  pen.moveTo(x, y - side);
  pen.lineTo(x + side, y + side * 0.7);
  pen.lineTo(x - side, y + side * 0.7);
  pen.closePath();
  pen.fill();
}

/**
 * Draws a unit's mark.
 *
 * - `unit`: `status`, `speed` m/s, `course` degrees or undefined, `isReached`, `isCrossed`, `isInTrouble`, `isChosen`.
 */
export function drawMark(pen, spot, radius, unit, colours) {
  const paint = tone(colours, unit.status);
  // Hollow and crossed out is who cannot be reached; a colour alone would say nothing to many an eye.
  pen.fillStyle = unit.isReached ? paint : colours.ground;
  pen.strokeStyle = unit.isChosen ? colours.ink : unit.isReached ? colours.ground : paint;
  pen.lineWidth = unit.isChosen ? 3 : unit.isReached ? 1.5 : 2.5;
  pen.beginPath();
  if ((unit.speed ?? 0) > arrowSpeed && unit.course !== undefined) {
    const turn = unit.course * pi / 180;
    const tip = (angle, far) => [spot.x + Math.sin(angle) * far, spot.y - Math.cos(angle) * far];
    pen.moveTo(...tip(turn, radius * 1.7));
    pen.lineTo(...tip(turn + arrowTurn, radius * 1.25));
    pen.lineTo(...tip(turn + pi, radius * 0.5));
    pen.lineTo(...tip(turn - arrowTurn, radius * 1.25));
    pen.closePath();
  } else {
    pen.arc(spot.x, spot.y, radius, 0, 2 * pi);
  }
  pen.fill();
  pen.stroke();
  if (unit.isInTrouble || unit.isCrossed) { drawTrouble(pen, spot, radius, unit.isCrossed, colours); }
}

/** So many widths of texts are known at once. */
const mostWidths = 10000;
const widths = new Map();
/** How wide a text is, px: thousands of names are the same in each picture, and to measure them takes longer than to draw. */
export function widthOf(pen, text) {
  const key = `${pen.font} ${text}`;
  if (!widths.has(key)) {
    if (widths.size >= mostWidths) { widths.clear(); }
    widths.set(key, pen.measureText(text).width);
  }
  return widths.get(key);
}

/** Writes what a unit is called beside its mark. */
export function drawName(pen, spot, radius, text, colours) {
  pen.lineWidth = 3;
  pen.strokeStyle = colours.ground;
  pen.strokeText(text, spot.x + radius * 1.8, spot.y + radius * 0.6);
  pen.fillStyle = colours.ink;
  pen.fillText(text, spot.x + radius * 1.8, spot.y + radius * 0.6);
}

/** A layer of a Leaflet map that is one canvas over all of it; `draw(pen)` draws on it. */
export function canvasLayer(map, draw) {
  const L = window.L;
  const Layer = L.Layer.extend({
    onAdd() {
      this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", map.getPanes().overlayPane);
      this.canvas.style.pointerEvents = "none";
      map.on("moveend zoomend resize viewreset", this.place, this);
      this.place();
    },
    place() {
      const size = map.getSize();
      const ratio = window.devicePixelRatio || 1;
      // A canvas that is told its size is made anew, also where it is the same.
      if (this.canvas.width !== Math.floor(size.x * ratio) || this.canvas.height !== Math.floor(size.y * ratio)) {
        this.canvas.width = size.x * ratio;
        this.canvas.height = size.y * ratio;
      }
      this.canvas.style.width = `${size.x}px`;
      this.canvas.style.height = `${size.y}px`;
      L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
      this.isDirty = true;
    },
    draw() {
      const pen = this.canvas.getContext("2d");
      const ratio = window.devicePixelRatio || 1;
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      // While the map is being dragged its panes move, and the canvas stays where the window is.
      L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
      pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
      draw(pen);
    },
  });
  const made = new Layer();
  let [isDirty, isAsked] = [false, false];
  // Frames are asked for only when there is something to draw: a page that asks for each of them keeps a core warm.
  Object.defineProperty(made, "isDirty", {
    get: () => isDirty,
    set(value) {
      isDirty = value;
      if (!isDirty || isAsked) { return; }
      isAsked = true;
      requestAnimationFrame(() => {
        isAsked = false;
        // While the map zooms the layer is hidden; where the zoom ends it is put in its place, and drawn.
        if (!isDirty || !made.canvas || map._animatingZoom) { return; }
        isDirty = false;
        made.draw();
      });
    },
  });
  return made.addTo(map);
}
