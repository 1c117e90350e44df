/**
 * Hints: places of a photograph whose colour a person knows.
 *
 * @typedef {object} Hint
 * @property {number} x Column in pixels of the photograph, from 0 at the left.
 * @property {number} y Row in pixels of the photograph, from 0 at the top.
 * @property {string} color "#rrggbb"; only its a and b count, the photograph keeps its luma.
 * @property {number} radius Pixels around the place that have the colour too.
 */

import { srgbToLab } from "./color.js";

const FORMAT = "colorlab hints";
const VERSION = 1;
const CHANNELS = 3; // a, b and a mask

/**
 * @param {string} color "#rrggbb"
 * @returns {[number, number, number]} Levels.
 */
export function levelsOf(color) {
  const number = Number.parseInt(color.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

/** @param {number[]} levels */
export function hexOf(levels) {
  return `#${levels.map((level) => level.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * Give hints as the network takes them: a, b and 1 in each cell that a hint touches.
 *
 * A cell that several hints touch has the mean of their colours.
 *
 * @param {Hint[]} hints
 * @param {{width: number, height: number}} photograph In pixels.
 * @param {{width: number, height: number, validFraction: [number, number]}} grid
 *   In cells; the photograph covers the valid fractions of its height and width.
 * @returns {Float32Array} The planes of a, of b and of the mask; 0 where there is no hint.
 */
export function encodeHints(hints, photograph, grid) {
  const cells = grid.width * grid.height;
  const encoded = new Float32Array(CHANNELS * cells);
  for (const hint of hints) {
    const [, a, b] = srgbToLab(
      /** @type {[number, number, number]} */ (levelsOf(hint.color).map((level) => level / 255)),
    );
    const [rows, columns] = grid.validFraction;
    const { x, y, radius } = hint;
    const [top, bottom] = span(y, radius, photograph.height, grid.height, rows);
    const [left, right] = span(x, radius, photograph.width, grid.width, columns);
    for (let row = top; row <= bottom; row++)
      for (let column = left; column <= right; column++) {
        const cell = row * grid.width + column;
        encoded[cell] += a;
        encoded[cells + cell] += b;
        encoded[2 * cells + cell] += 1;
      }
  }
  for (let cell = 0; cell < cells; cell++) {
    const count = encoded[2 * cells + cell];
    if (count > 1) {
      encoded[cell] /= count;
      encoded[cells + cell] /= count;
      encoded[2 * cells + cell] = 1;
    }
  }
  return encoded;
}

/**
 * Give the first and the last cell that pixels around a place touch.
 *
 * @param {number} place
 * @param {number} radius
 * @param {number} pixels
 * @param {number} cells
 * @param {number} fraction
 */
function span(place, radius, pixels, cells, fraction) {
  const cellOf = (/** @type {number} */ pixel) => {
    const inside = Math.min(Math.max(pixel, 0), pixels - 1);
    return Math.min(Math.floor((inside * fraction * cells) / pixels), cells - 1);
  };
  return [cellOf(place - radius), cellOf(place + radius)];
}

/**
 * Give the index of the cell that a pixel lies in.
 *
 * @param {number} x
 * @param {number} y
 * @param {{width: number, height: number}} photograph
 * @param {{width: number, height: number, validFraction: [number, number]}} grid
 */
export function cellAt(x, y, photograph, grid) {
  const [row] = span(y, 0, photograph.height, grid.height, grid.validFraction[0]);
  const [column] = span(x, 0, photograph.width, grid.width, grid.validFraction[1]);
  return row * grid.width + column;
}

/**
 * Write hints as the text of a file. See web/README.md for the format.
 *
 * @param {Hint[]} hints
 * @param {{width: number, height: number}} photograph
 */
export function hintsToJson(hints, photograph) {
  const { width, height } = photograph;
  return `${JSON.stringify({ format: FORMAT, version: VERSION, width, height, hints }, null, 2)}\n`;
}

/**
 * Read hints from the text of a file.
 *
 * @param {string} text
 * @param {{width: number, height: number}} photograph
 * @returns {Hint[]}
 * @throws {Error} If they are none, or those of another photograph; one line says what is wrong.
 */
export function hintsFromJson(text, photograph) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    throw new Error("This file holds no hints: it is not JSON.");
  }
  if (file?.format !== FORMAT || file.version !== VERSION || !Array.isArray(file.hints))
    throw new Error(
      `This file holds no hints: expected the format "${FORMAT}", version ${VERSION}.`,
    );
  const { width, height } = photograph;
  if (file.width !== width || file.height !== height)
    throw new Error(
      `These hints belong to a photograph of ${file.width} × ${file.height} pixels; ` +
        `this one has ${width} × ${height}.`,
    );
  return file.hints.map((/** @type {any} */ each, /** @type {number} */ index) => {
    const { x, y, color, radius = 0 } = each ?? {};
    const whole = [x, y, radius].every((value) => Number.isInteger(value) && value >= 0);
    // A list of one text would pass for the text itself.
    const known = typeof color === "string" && /^#[0-9a-f]{6}$/i.test(color);
    if (!whole || x >= width || y >= height || !known)
      throw new Error(
        `Hint ${index + 1} cannot be used: expected whole x and y inside the photograph, ` +
          'a radius from 0 and a color such as "#a02020".',
      );
    return { x, y, color: color.toLowerCase(), radius };
  });
}
