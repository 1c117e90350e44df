/** Make the input of a network from a grey photograph of any size, as `network_input` in Python. */

import { resizeGrey } from "./resample.js";

const LONGEST_SIDE = 4; // in multiples of the shorter one

/**
 * Round to the nearest whole number, halves to the even one, as Python does.
 *
 * @param {number} x
 */
export function roundHalfToEven(x) {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/**
 * @typedef {object} NetworkInput
 * @property {Float32Array} values Signed range, -1 to 1, row by row.
 * @property {number} width A multiple of the stride.
 * @property {number} height A multiple of the stride.
 * @property {[number, number]} validFraction Fractions of height and width that the photograph
 *   covers; the rest, at the bottom and at the right, is padding by reflection.
 */

/**
 * @param {Uint8Array | Uint8ClampedArray} grey Row by row.
 * @param {number} width
 * @param {number} height
 * @param {number} imageSize The shorter side of what the network sees.
 * @param {number} stride The network takes sides that are multiples of this.
 * @returns {NetworkInput}
 */
export function networkInput(grey, width, height, imageSize, stride) {
  const shorter = Math.min(width, height);
  const [newHeight, newWidth] = [height, width].map((side) => {
    const rounded = Math.max(1, roundHalfToEven((side * imageSize) / shorter));
    return Math.min(rounded, LONGEST_SIDE * imageSize);
  });
  const small = resizeGrey(grey, width, height, newWidth, newHeight);
  const paddedWidth = Math.ceil(newWidth / stride) * stride;
  const paddedHeight = Math.ceil(newHeight / stride) * stride;
  const values = new Float32Array(paddedWidth * paddedHeight);
  for (let y = 0; y < paddedHeight; y++) {
    const row = reflect(y, newHeight) * newWidth;
    for (let x = 0; x < paddedWidth; x++)
      values[y * paddedWidth + x] = small[row + reflect(x, newWidth)] / 127.5 - 1;
  }
  return {
    values,
    width: paddedWidth,
    height: paddedHeight,
    validFraction: [newHeight / paddedHeight, newWidth / paddedWidth],
  };
}

/**
 * Give the place inside a line that a place beyond its end mirrors; the last one is repeated.
 *
 * @param {number} place
 * @param {number} length
 */
function reflect(place, length) {
  const inPeriod = place % (2 * length);
  return inPeriod < length ? inPeriod : 2 * length - 1 - inPeriod;
}
