/**
 * Resize pictures as Pillow does: separable filters that widen when a picture becomes smaller.
 *
 * The Lanczos filter of 8-bit pictures follows Pillow's fixed-point arithmetic to the last level;
 * a network then sees the same input here and in Python.
 */

const FRACTION_BITS = 22; // Pillow keeps 22 bits of each weight of an 8-bit picture.

/** @typedef {{reach: number, weight: (x: number) => number}} Filter */

/** @param {number} x */
function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** @type {Filter} */
export const LANCZOS = {
  reach: 3,
  weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0),
};

/** @type {Filter} Catmull-Rom, a = -0.5. */
export const BICUBIC = {
  reach: 2,
  weight(x) {
    x = Math.abs(x);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
  },
};

/**
 * Give for each output position where its window begins, and the weights of its window.
 *
 * @param {number} inputSize Length of the input line.
 * @param {number} covered How much of the input line the output shows, from its beginning.
 * @param {number} outputSize Length of the output line.
 * @param {Filter} filter
 * @returns {{first: Int32Array, count: Int32Array, weights: Float64Array, width: number}}
 *   The weights of position `i` begin at `i * width`; there are `count[i]` of them, of sum 1.
 */
export function windows(inputSize, covered, outputSize, filter) {
  const scale = covered / outputSize;
  const stretch = Math.max(scale, 1);
  const reach = filter.reach * stretch;
  const width = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Float64Array(outputSize * width);
  for (let i = 0; i < outputSize; i++) {
    const center = (i + 0.5) * scale;
    first[i] = Math.max(0, Math.trunc(center - reach + 0.5));
    count[i] = Math.min(inputSize, Math.trunc(center + reach + 0.5)) - first[i];
    let sum = 0;
    for (let k = 0; k < count[i]; k++) {
      const weight = filter.weight((k + first[i] - center + 0.5) / stretch);
      weights[i * width + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < count[i]; k++) weights[i * width + k] /= sum;
  }
  return { first, count, weights, width };
}

/** @param {Float64Array} weights */
function fixedPoint(weights) {
  const one = 2 ** FRACTION_BITS;
  return Int32Array.from(weights, (weight) => Math.trunc(weight * one + Math.sign(weight) * 0.5));
}

/**
 * Filter along one axis of an 8-bit picture.
 *
 * @param {Uint8Array | Uint8ClampedArray} source
 * @param {number} length Of the axis.
 * @param {number} newLength
 * @param {number} lines How many lines lie across the axis.
 * @param {number} step Between neighbours on the axis, in the source.
 * @param {number} lineStep Between neighbouring lines, in the source.
 * @param {number} newStep
 * @param {number} newLineStep
 */
function filterAxis(source, length, newLength, lines, step, lineStep, newStep, newLineStep) {
  const { first, count, weights, width } = windows(length, length, newLength, LANCZOS);
  const fixed = fixedPoint(weights);
  const target = new Uint8Array(newLength * lines);
  for (let i = 0; i < newLength; i++) {
    const start = first[i] * step;
    const base = i * width;
    for (let line = 0; line < lines; line++) {
      let sum = 2 ** (FRACTION_BITS - 1);
      let at = line * lineStep + start;
      for (let k = 0; k < count[i]; k++, at += step) sum += source[at] * fixed[base + k];
      const level = sum >> FRACTION_BITS;
      target[line * newLineStep + i * newStep] = level < 0 ? 0 : level > 255 ? 255 : level;
    }
  }
  return target;
}

/**
 * Resize a grey picture with the Lanczos filter.
 *
 * @param {Uint8Array | Uint8ClampedArray} grey Row by row.
 * @param {number} width
 * @param {number} height
 * @param {number} newWidth
 * @param {number} newHeight
 * @returns {Uint8Array | Uint8ClampedArray} The picture itself if the size is already right.
 */
export function resizeGrey(grey, width, height, newWidth, newHeight) {
  let picture = grey;
  if (newWidth !== width)
    picture = filterAxis(picture, width, newWidth, height, 1, width, 1, newWidth);
  if (newHeight !== height)
    picture = filterAxis(picture, height, newHeight, newWidth, newWidth, 1, newWidth, 1);
  return picture;
}
