/**
 * The photograph's own luma in the colours of a network that predicts red, green and blue, as
 * `colorlab.inference.own_luma`.
 */

import { GREY_WEIGHTS } from "./color.js";
import { roundHalfToEven } from "./network_input.js";
import { resizeGrey } from "./resample.js";

/**
 * Enlarge a prediction, and replace its luma by the photograph's.
 *
 * @param {Uint8Array | Uint8ClampedArray} grey Row by row.
 * @param {number} width
 * @param {number} height
 * @param {{values: Float32Array, width: number, height: number,
 *   validFraction: [number, number]}} rgb The planes of red, green and blue, signed range.
 * @param {number} saturation Factor of the colours' distance from grey.
 * @param {Uint8Array | null} [alpha] Of each pixel; opaque without it.
 * @returns {Uint8ClampedArray} sRGB and alpha, four levels a pixel.
 */
export function recombineRgb(grey, width, height, rgb, saturation, alpha = null) {
  const rows = roundHalfToEven(rgb.height * rgb.validFraction[0]);
  const columns = roundHalfToEven(rgb.width * rgb.validFraction[1]);
  const [red, green, blue] = [0, 1, 2].map((channel) => {
    // A clamped array clips, and rounds halves to the even level.
    const small = new Uint8ClampedArray(rows * columns);
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++)
        small[y * columns + x] =
          127.5 * (rgb.values[(channel * rgb.height + y) * rgb.width + x] + 1);
    return resizeGrey(small, columns, rows, width, height);
  });
  const rgba = new Uint8ClampedArray(4 * width * height);
  const clipped = (/** @type {number} */ level) => Math.min(Math.max(level, 0), 255);
  for (let i = 0; i < grey.length; i++) {
    const luma =
      GREY_WEIGHTS[0] * red[i] + GREY_WEIGHTS[1] * green[i] + GREY_WEIGHTS[2] * blue[i];
    const shift = grey[i] - luma;
    rgba[4 * i] = grey[i] + saturation * (clipped(red[i] + shift) - grey[i]);
    rgba[4 * i + 1] = grey[i] + saturation * (clipped(green[i] + shift) - grey[i]);
    rgba[4 * i + 2] = grey[i] + saturation * (clipped(blue[i] + shift) - grey[i]);
    rgba[4 * i + 3] = alpha ? alpha[i] : 255;
  }
  return rgba;
}
