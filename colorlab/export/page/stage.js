/**
 * The photograph on the page: grey on the left of the wipe, colour on its right; hints on top.
 *
 * Places are in pixels of the photograph at full size.
 */

import { doubtImage } from "./doubt.js";

const GRIP = 16; // how near the wipe, in CSS pixels, a pointer takes hold of it
const STEP = 0.02; // of the photograph's side, for an arrow key; five times that with Shift

/** @typedef {{x: number, y: number}} Place */

export class Stage {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {object} calls
   * @param {(share: number) => void} calls.onWipe Told where the wipe was dragged, 0 to 1.
   * @param {(place: Place) => void} calls.onAsk Told the place that was asked about.
   * @param {(index: number, place: Place, first: boolean) => void} calls.onMove Told where a hint
   *   is dragged, and whether the drag begins.
   */
  constructor(canvas, calls) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.calls = calls;
    this.wipe = 0.5;
    this.asks = false;
    /** @type {Place | null} */
    this.cursor = null;
    /** @type {import("./hints.js").Hint[]} */
    this.hints = [];
    /** @type {OffscreenCanvas | null} */
    this.overlay = null;
    /** @type {ImageBitmap | null} */
    this.colored = null;
    /** @type {((event: PointerEvent) => void) | null} */
    this.drag = null;
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.drag?.(event));
    for (const end of ["pointerup", "pointercancel"])
      canvas.addEventListener(end, () => (this.drag = null));
    canvas.addEventListener("keydown", (event) => this.type(event));
  }

  /**
   * Show a photograph in grey.
   *
   * @param {ImageBitmap} grey
   * @param {{width: number, height: number}} full Its size.
   */
  open(grey, full) {
    this.grey = grey;
    this.full = full;
    this.colored = this.overlay = this.cursor = null;
    this.hints = [];
    this.canvas.width = grey.width;
    this.canvas.height = grey.height;
    this.draw();
  }

  /** @param {{values: Float32Array, width: number, height: number,
   *   validFraction: [number, number]} | null} doubt */
  showDoubt(doubt) {
    this.overlay = doubt && doubtImage(doubt);
    this.draw();
  }

  draw() {
    const { context, canvas, grey } = this;
    if (!grey) return;
    const { width, height } = canvas;
    const edge = Math.round(width * this.wipe);
    context.globalAlpha = 1;
    // The map lies on grey: on colours it would be taken for one of them.
    context.drawImage(this.overlay ? grey : (this.colored ?? grey), 0, 0);
    if (this.overlay) {
      context.imageSmoothingQuality = "high";
      context.drawImage(this.overlay, 0, 0, width, height);
    }
    if (edge > 0) context.drawImage(grey, 0, 0, edge, height, 0, 0, edge, height);
    const unit = width / (canvas.clientWidth || width); // canvas pixels for one CSS pixel
    for (const [color, thickness] of /** @type {[string, number][]} */ ([
      ["#000", 4],
      ["#fff", 2],
    ])) {
      context.lineWidth = thickness * unit;
      context.strokeStyle = color;
      context.beginPath();
      context.moveTo(edge, 0);
      context.lineTo(edge, height);
      context.stroke();
      for (const hint of this.hints) this.ring(hint, 9 * unit);
      if (this.cursor) this.cross(this.cursor, 12 * unit);
    }
    for (const hint of this.hints) {
      const { x, y } = this.onCanvas(hint);
      context.fillStyle = hint.color;
      context.beginPath();
      context.arc(x, y, 7 * unit, 0, 2 * Math.PI);
      context.fill();
    }
  }

  /**
   * @param {Place} place
   * @param {number} radius
   */
  ring(place, radius) {
    const { x, y } = this.onCanvas(place);
    this.context.beginPath();
    this.context.arc(x, y, radius, 0, 2 * Math.PI);
    this.context.stroke();
  }

  /**
   * @param {Place} place
   * @param {number} reach
   */
  cross(place, reach) {
    const { x, y } = this.onCanvas(place);
    this.context.beginPath();
    for (const [dx, dy] of [
      [reach, 0],
      [0, reach],
    ]) {
      this.context.moveTo(x - dx, y - dy);
      this.context.lineTo(x + dx, y + dy);
    }
    this.context.stroke();
  }

  /** @param {Place} place */
  onCanvas({ x, y }) {
    const { width, height } = this.full ?? this.canvas;
    return {
      x: ((x + 0.5) * this.canvas.width) / width,
      y: ((y + 0.5) * this.canvas.height) / height,
    };
  }

  /** @param {PointerEvent} event */
  placeOf(event) {
    const { width, height } = this.full ?? this.canvas;
    const box = this.canvas.getBoundingClientRect();
    return inside(
      ((event.clientX - box.left) / box.width) * width,
      ((event.clientY - box.top) / box.height) * height,
      { width, height },
    );
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (!this.grey || event.button) return; // another button opens the browser's menu
    const box = this.canvas.getBoundingClientRect();
    const near = Math.abs(event.clientX - box.left - this.wipe * box.width) < GRIP;
    const wipe = (/** @type {PointerEvent} */ moved) =>
      this.calls.onWipe(Math.min(Math.max((moved.clientX - box.left) / box.width, 0), 1));
    const index = this.hintAt(event, box);
    this.canvas.setPointerCapture(event.pointerId);
    let first = true;
    if (index >= 0)
      this.drag = (moved) => {
        this.calls.onMove(index, this.placeOf(moved), first);
        first = false;
      };
    else if (near || !this.asks) this.drag = wipe;
    if (index < 0 && !near && this.asks) this.ask(this.placeOf(event));
    else if (this.drag === wipe) wipe(event);
  }

  /**
   * @param {PointerEvent} event
   * @param {DOMRect} box
   */
  hintAt(event, box) {
    const { width, height } = this.full ?? this.canvas;
    return this.hints.findIndex(({ x, y }) => {
      const across = (x / width) * box.width - (event.clientX - box.left);
      const down = (y / height) * box.height - (event.clientY - box.top);
      return Math.hypot(across, down) < GRIP;
    });
  }

  /** @param {Place} place */
  ask(place) {
    this.cursor = place;
    this.draw();
    this.calls.onAsk(place);
  }

  /** @param {KeyboardEvent} event */
  type(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (!this.full || !(move || (event.key === "Enter" && this.asks))) return;
    event.preventDefault();
    const step = event.shiftKey ? 5 * STEP : STEP;
    if (!this.asks) {
      this.calls.onWipe(Math.min(Math.max(this.wipe + (move?.[0] ?? 0) * step, 0), 1));
      return;
    }
    const { width, height } = this.full;
    const { x, y } = this.cursor ?? { x: width / 2, y: height / 2 };
    const [across, down] = move ?? [0, 0];
    const place = inside(x + across * step * width, y + down * step * height, this.full);
    if (move) {
      this.cursor = place;
      this.draw();
    } else this.ask(place);
  }
}

/**
 * @param {number} x
 * @param {number} y
 * @param {{width: number, height: number}} size
 * @returns {Place} The nearest whole place inside.
 */
function inside(x, y, { width, height }) {
  const within = (/** @type {number} */ value, /** @type {number} */ side) =>
    Math.min(Math.max(Math.floor(value), 0), side - 1);
  return { x: within(x, width), y: within(y, height) };
}
