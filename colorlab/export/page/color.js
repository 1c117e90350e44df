/**
 * Conversions between sRGB, grey and CIE Lab under D65, as `colorlab.color.conversions`.
 *
 * sRGB is in the unit range, 0 to 1; L is 0 to 100, a and b about -108 to 99.
 */

/** @typedef {[number, number, number]} Triple */

/** Weights of red, green and blue in the luma of ITU-R BT.601. */
export const GREY_WEIGHTS = /** @type {Triple} */ ([0.299, 0.587, 0.114]);

const XYZ_FROM_LINEAR = [
  [0.412453, 0.35758, 0.180423],
  [0.212671, 0.71516, 0.072169],
  [0.019334, 0.119193, 0.950227],
];
const WHITE = [0.95047, 1.0, 1.08883];

/** From XYZ, each divided by that of the white point, to linear sRGB. */
export const LINEAR_FROM_XYZ = inverse(XYZ_FROM_LINEAR).map((row) =>
  row.map((value, column) => value * WHITE[column]),
);

const LAB_KNEE = 0.008856;
const LAB_SLOPE = 7.787;
const LAB_OFFSET = 16 / 116;
const LAB_KNEE_ROOT = 0.2068966;

/**
 * Invert a 3 x 3 matrix by its cofactors.
 *
 * @param {number[][]} m
 */
function inverse(m) {
  const cofactor = (/** @type {number} */ row, /** @type {number} */ column) => {
    const [r1, r2] = [(row + 1) % 3, (row + 2) % 3];
    const [c1, c2] = [(column + 1) % 3, (column + 2) % 3];
    return m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1];
  };
  const determinant = m[0].reduce((sum, value, column) => sum + value * cofactor(0, column), 0);
  return [0, 1, 2].map((row) => [0, 1, 2].map((column) => cofactor(column, row) / determinant));
}

/** @param {number} value sRGB in the unit range. */
export function srgbToLinear(value) {
  return value > 0.04045 ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92;
}

/** @param {number} linear Linear light in the unit range. */
export function linearToSrgb(linear) {
  return linear > 0.0031308 ? 1.055 * linear ** (1 / 2.4) - 0.055 : 12.92 * linear;
}

/** @param {number} t X, Y or Z over that of the white point. */
export function labF(t) {
  return t > LAB_KNEE ? Math.cbrt(t) : LAB_SLOPE * t + LAB_OFFSET;
}

/** @param {number} f */
export function labFInverse(f) {
  return f > LAB_KNEE_ROOT ? f * f * f : (f - LAB_OFFSET) / LAB_SLOPE;
}

/**
 * @param {Triple} rgb sRGB in the unit range.
 * @returns {Triple} CIE Lab.
 */
export function srgbToLab(rgb) {
  const linear = rgb.map((value) => srgbToLinear(Math.min(Math.max(value, 0), 1)));
  const [x, y, z] = XYZ_FROM_LINEAR.map((row, channel) =>
    labF(row.reduce((sum, weight, each) => sum + weight * linear[each], 0) / WHITE[channel]),
  );
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/**
 * @param {Triple} lab CIE Lab.
 * @returns {Triple} sRGB in the unit range; values below 0 or above 1 are out of gamut.
 */
export function labToSrgb([lightness, a, b]) {
  const y = (lightness + 16) / 116;
  const xyz = [y + a / 500, y, y - b / 200].map(labFInverse);
  const mix = (/** @type {number[]} */ row) =>
    linearToSrgb(row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2]);
  return [mix(LINEAR_FROM_XYZ[0]), mix(LINEAR_FROM_XYZ[1]), mix(LINEAR_FROM_XYZ[2])];
}

/**
 * Test whether sRGB can show a Lab colour, up to half a level of 8 bits.
 *
 * @param {Triple} lab
 */
export function inGamut(lab) {
  const tolerance = 0.5 / 255;
  return labToSrgb(lab).every((value) => value >= -tolerance && value <= 1 + tolerance);
}

/**
 * Give the luma of the pixels of a picture, rounded as Pillow rounds it.
 *
 * @param {Uint8Array | Uint8ClampedArray} rgba Four levels a pixel.
 * @returns {Uint8Array} One level a pixel.
 */
export function greyOf(rgba) {
  const grey = new Uint8Array(rgba.length / 4);
  for (let i = 0, at = 0; i < grey.length; i++, at += 4)
    grey[i] = (19595 * rgba[at] + 38470 * rgba[at + 1] + 7471 * rgba[at + 2] + 32768) >> 16;
  return grey;
}
