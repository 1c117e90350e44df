/**
 * A distribution over the bins of the a-b plane, and what can be read from it.
 *
 * Logits lie plane by plane, as ONNX Runtime gives them: bin `n` of cell `i` is at
 * `n * cells + i`.
 */

import { inGamut } from "./color.js";

const SPACING = 10;
const FARTHEST = 110;
// Bins with a smaller share than e to this power do not move a mean, and are most of them.
const NEGLIGIBLE = -20;
// Suggestions that lie closer than this in the a-b plane are one colour to most people.
const DISTINCT = 25;

/**
 * Give the points of a grid over the a-b plane that sRGB contains at some lightness.
 *
 * @returns {[number, number][]} a and b of each bin, in the order of `bin_centers` in Python.
 */
export function binCenters() {
  /** @type {[number, number][]} */
  const centers = [];
  for (let a = -FARTHEST; a <= FARTHEST; a += SPACING)
    for (let b = -FARTHEST; b <= FARTHEST; b += SPACING)
      for (let lightness = 1; lightness < 100; lightness++)
        if (inGamut([lightness, a, b])) {
          centers.push([a, b]);
          break;
        }
  return centers;
}

export const CENTERS = binCenters();

/**
 * Turn logits into a and b: the mean of the distribution, sharpened by a temperature.
 *
 * @param {Float32Array} logits
 * @param {number} cells
 * @param {number} temperature Above 0; 1 gives the mean, towards 0 the most probable bin.
 * @returns {Float32Array} The plane of a, then that of b.
 */
export function annealedMean(logits, cells, temperature) {
  const ab = new Float32Array(2 * cells);
  const total = new Float64Array(cells);
  const highest = maxima(logits, cells);
  for (let bin = 0; bin < CENTERS.length; bin++) {
    const [a, b] = CENTERS[bin];
    for (let i = 0; i < cells; i++) {
      const exponent = (logits[bin * cells + i] - highest[i]) / temperature;
      if (exponent < NEGLIGIBLE) continue;
      const weight = Math.exp(exponent);
      total[i] += weight;
      ab[i] += weight * a;
      ab[cells + i] += weight * b;
    }
  }
  for (let i = 0; i < cells; i++) {
    ab[i] /= total[i];
    ab[cells + i] /= total[i];
  }
  return ab;
}

/**
 * Give the entropy of each cell's distribution, as a fraction of the largest possible one.
 *
 * @param {Float32Array} logits
 * @param {number} cells
 * @returns {Float32Array} 0 where one bin has all the probability, 1 where all have the same.
 */
export function normalizedEntropy(logits, cells) {
  const total = new Float64Array(cells);
  const moment = new Float64Array(cells);
  const highest = maxima(logits, cells);
  for (let bin = 0; bin < CENTERS.length; bin++)
    for (let i = 0; i < cells; i++) {
      const logit = logits[bin * cells + i] - highest[i];
      const weight = Math.exp(logit);
      total[i] += weight;
      moment[i] += weight * logit;
    }
  const largest = Math.log(CENTERS.length);
  return Float32Array.from(total, (sum, i) => (Math.log(sum) - moment[i] / sum) / largest);
}

/**
 * @param {Float32Array} logits
 * @param {number} cells
 */
function maxima(logits, cells) {
  const highest = logits.slice(0, cells);
  for (let bin = 1; bin < CENTERS.length; bin++)
    for (let i = 0; i < cells; i++)
      if (logits[bin * cells + i] > highest[i]) highest[i] = logits[bin * cells + i];
  return highest;
}

/**
 * Give the probability of each bin in one cell.
 *
 * @param {Float32Array} logits
 * @param {number} cells
 * @param {number} cell
 * @returns {Float64Array} Of sum 1.
 */
export function probabilitiesAt(logits, cells, cell) {
  const own = Float64Array.from(CENTERS, (_, bin) => logits[bin * cells + cell]);
  const highest = Math.max(...own);
  const weights = own.map((logit) => Math.exp(logit - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/**
 * Choose the likeliest colours that look different.
 *
 * From the likeliest bin to the least likely: a bin near one that is already chosen adds its
 * probability to it, the others are chosen.
 *
 * @param {Float64Array} probabilities Of the bins.
 * @param {number} count
 * @returns {{a: number, b: number, probability: number}[]} Likeliest first, at most `count`.
 */
export function suggestions(probabilities, count) {
  /** @type {{a: number, b: number, probability: number}[]} */
  const chosen = [];
  const order = Array.from(probabilities.keys());
  order.sort((one, other) => probabilities[other] - probabilities[one]);
  for (const bin of order) {
    const [a, b] = CENTERS[bin];
    const near = chosen.find((each) => Math.hypot(each.a - a, each.b - b) < DISTINCT);
    if (near) near.probability += probabilities[bin];
    else chosen.push({ a, b, probability: probabilities[bin] });
  }
  chosen.sort((one, other) => other.probability - one.probability);
  return chosen.slice(0, count);
}
