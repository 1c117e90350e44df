/**
 * Recombine a photograph's own luma with predicted colour channels of any size.
 *
 * As `colorlab.color.luma.recombine`: the colour channels are enlarged with a cubic filter, each
 * pixel is shifted so that its luma is the photograph's, and a colour outside the sRGB gamut is
 * moved towards its grey until it fits.
 */

import {
  GREY_WEIGHTS,
  LINEAR_FROM_XYZ,
  labF,
  labFInverse,
  linearToSrgb,
  srgbToLinear,
} from "./color.js";
import { BICUBIC, windows } from "./resample.js";

// f of Lab at the luminance of each grey level.
const F_OF_GREY = Float64Array.from({ length: 256 }, (_, level) => labF(srgbToLinear(level / 255)));

// sRGB levels of linear light from -3 to 5, so fine that the nearest is within a tenth of a level.
const FINE = 2 ** 14;
const LEVELS = Float32Array.from({ length: 8 * FINE }, (_, i) => 255 * linearToSrgb(i / FINE - 3));

/** @param {number} linear */
function levelOf(linear) {
  const index = (linear + 3) * FINE + 0.5;
  return LEVELS[index < 0 ? 0 : index > LEVELS.length - 1 ? LEVELS.length - 1 : index | 0];
}

/**
 * @typedef {object} AbPlanes
 * @property {Float32Array} values The plane of a, then that of b, in Lab units.
 * @property {number} width
 * @property {number} height
 * @property {[number, number]} validFraction See `networkInput`.
 */

/**
 * @param {Uint8Array | Uint8ClampedArray} grey Row by row.
 * @param {number} width
 * @param {number} height
 * @param {AbPlanes} ab
 * @param {number} saturation Factor of a and b.
 * @param {Uint8Array | null} [alpha] Of each pixel; opaque without it.
 * @returns {Uint8ClampedArray} sRGB and alpha, four levels a pixel.
 */
export function recombine(grey, width, height, ab, saturation, alpha = null) {
  const rgba = new Uint8ClampedArray(4 * width * height);
  const rows = windows(ab.height, ab.height * ab.validFraction[0], height, BICUBIC);
  const columns = windows(ab.width, ab.width * ab.validFraction[1], width, BICUBIC);
  const cells = ab.width * ab.height;
  // One row of each plane, as high as the photograph but still as narrow as the prediction.
  const narrowA = new Float64Array(ab.width);
  const narrowB = new Float64Array(ab.width);
  for (let y = 0; y < height; y++) {
    narrowA.fill(0);
    narrowB.fill(0);
    for (let k = 0; k < rows.count[y]; k++) {
      const weight = rows.weights[y * rows.width + k];
      const start = (rows.first[y] + k) * ab.width;
      for (let x = 0; x < ab.width; x++) {
        narrowA[x] += weight * ab.values[start + x];
        narrowB[x] += weight * ab.values[cells + start + x];
      }
    }
    for (let x = 0; x < width; x++) {
      let a = 0;
      let b = 0;
      const base = x * columns.width;
      for (let k = 0, at = columns.first[x]; k < columns.count[x]; k++, at++) {
        a += columns.weights[base + k] * narrowA[at];
        b += columns.weights[base + k] * narrowB[at];
      }
      const pixel = y * width + x;
      paint(rgba, 4 * pixel, grey[pixel], saturation * a, saturation * b);
      rgba[4 * pixel + 3] = alpha ? alpha[pixel] : 255;
    }
  }
  return rgba;
}

/**
 * Write the colour with this luma and these a and b into a picture.
 *
 * @param {Uint8ClampedArray} rgba
 * @param {number} at
 * @param {number} grey Level.
 * @param {number} a
 * @param {number} b
 */
function paint(rgba, at, grey, a, b) {
  const f = F_OF_GREY[grey];
  const X = labFInverse(f + a / 500);
  const Y = labFInverse(f);
  const Z = labFInverse(f - b / 200);
  const [toRed, toGreen, toBlue] = LINEAR_FROM_XYZ;
  let red = levelOf(toRed[0] * X + toRed[1] * Y + toRed[2] * Z);
  let green = levelOf(toGreen[0] * X + toGreen[1] * Y + toGreen[2] * Z);
  let blue = levelOf(toBlue[0] * X + toBlue[1] * Y + toBlue[2] * Z);
  const shift =
    grey - (GREY_WEIGHTS[0] * red + GREY_WEIGHTS[1] * green + GREY_WEIGHTS[2] * blue);
  red += shift;
  green += shift;
  blue += shift;
  const lowest = Math.min(red, green, blue);
  const highest = Math.max(red, green, blue);
  if (lowest < 0 || highest > 255) {
    const kept = Math.min(
      grey / Math.max(grey - Math.min(lowest, 0), 1e-6),
      (255 - grey) / Math.max(Math.max(highest, 255) - grey, 1e-6),
    );
    red = grey + kept * (red - grey);
    green = grey + kept * (green - grey);
    blue = grey + kept * (blue - grey);
  }
  // A clamped array clips; it would round halves to even, Python's recombination rounds them up.
  rgba[at] = Math.floor(red + 0.5);
  rgba[at + 1] = Math.floor(green + 0.5);
  rgba[at + 2] = Math.floor(blue + 0.5);
}

/**
 * Give the colour with this luma and these a and b.
 *
 * @param {number} grey Level.
 * @param {number} a
 * @param {number} b
 * @returns {[number, number, number]} sRGB levels.
 */
export function colorAt(grey, a, b) {
  const rgba = new Uint8ClampedArray(4);
  paint(rgba, 0, grey, a, b);
  return [rgba[0], rgba[1], rgba[2]];
}
