/**
 * Several plausible colourings of one photograph, as `colorlab.inference.variants`.
 *
 * Places of similar distributions form a cluster, and each colouring tilts the distributions of a
 * cluster in another direction of the a-b plane, by a share of their standard deviation.
 */

import { CENTERS } from "./ab_bins.js";

const TILT = 0.6; // standard deviations
const CLUSTERS = 6;
const ROUNDS = 10;
const LEAST_VARIANCE = 25;
const SOFTNESS = 0.05;
const GOLDEN = 0.6180339887498949;
const BINS = CENTERS.length;

/**
 * Tilt a photograph's distributions to several plausible colourings.
 *
 * @param {Float32Array} logits Plane by plane.
 * @param {number} cells
 * @param {number} count How many colourings.
 * @returns {Float32Array[]} Logits of each, plane by plane.
 */
export function tiltedLogits(logits, cells, count) {
  const shares = sharesOf(logits, cells);
  const members = memberships(shares, cells);
  const clusters = members.length / cells;
  const whitening = inverseDeviations(shares, cells);
  return Array.from({ length: count }, (_, number) => {
    const tilted = Float32Array.from(logits);
    const angles = Array.from(
      { length: clusters },
      (_, each) => 2 * Math.PI * (draw(CLUSTERS + each) + number / count),
    );
    for (let cell = 0; cell < cells; cell++) {
      let [across, down] = [0, 0];
      for (let each = 0; each < clusters; each++) {
        across += members[cell * clusters + each] * Math.cos(angles[each]);
        down += members[cell * clusters + each] * Math.sin(angles[each]);
      }
      const [aa, ab, bb] = whitening.subarray(3 * cell, 3 * cell + 3);
      const toA = TILT * (aa * across + ab * down);
      const toB = TILT * (ab * across + bb * down);
      for (let bin = 0; bin < BINS; bin++)
        tilted[bin * cells + cell] += toA * CENTERS[bin][0] + toB * CENTERS[bin][1];
    }
    return tilted;
  });
}

/**
 * Give a number from 0 to 1; successive ones lie far apart.
 *
 * @param {number} number
 */
function draw(number) {
  return ((number + 1) * GOLDEN) % 1;
}

/**
 * @param {Float32Array} logits
 * @param {number} cells
 * @returns {Float32Array} Probabilities, cell by cell.
 */
function sharesOf(logits, cells) {
  const shares = new Float32Array(cells * BINS);
  for (let cell = 0; cell < cells; cell++) {
    let highest = -Infinity;
    for (let bin = 0; bin < BINS; bin++)
      highest = Math.max(highest, logits[bin * cells + cell]);
    let total = 0;
    const base = cell * BINS;
    for (let bin = 0; bin < BINS; bin++)
      total += shares[base + bin] = Math.exp(logits[bin * cells + cell] - highest);
    for (let bin = 0; bin < BINS; bin++) shares[base + bin] /= total;
  }
  return shares;
}

/**
 * Cluster distributions by k-means under Hellinger's distance.
 *
 * @param {Float32Array} shares
 * @param {number} cells
 * @returns {Float64Array} How much each cell belongs to each cluster, cell by cell, of sum 1.
 */
function memberships(shares, cells) {
  const points = shares.map(Math.sqrt);
  const pointAt = (/** @type {number} */ cell) => points.slice(cell * BINS, (cell + 1) * BINS);
  let means = [pointAt(Math.floor(draw(0) * cells))];
  while (means.length < Math.min(CLUSTERS, cells)) {
    // The next one is far from the others (k-means++).
    const far = new Float64Array(cells);
    let total = 0;
    for (let cell = 0; cell < cells; cell++) {
      let nearest = Infinity;
      for (const mean of means) nearest = Math.min(nearest, squaredDistance(points, cell, mean));
      far[cell] = total += nearest;
    }
    if (total <= (means.length === 1 ? SOFTNESS * cells : 1e-9)) break; // all are alike
    const wanted = draw(means.length) * total;
    const drawn = far.findIndex((sum) => sum > wanted);
    means.push(pointAt(drawn < 0 ? cells - 1 : drawn));
  }
  const sizes = new Int32Array(means.length);
  for (let round = 0; round < ROUNDS; round++) {
    sizes.fill(0);
    const sums = means.map(() => new Float64Array(BINS));
    for (let cell = 0; cell < cells; cell++) {
      let [nearest, least] = [0, Infinity];
      for (let each = 0; each < means.length; each++) {
        const distance = squaredDistance(points, cell, means[each]);
        if (distance < least) [nearest, least] = [each, distance];
      }
      sizes[nearest]++;
      const sum = sums[nearest];
      for (let bin = 0; bin < BINS; bin++) sum[bin] += points[cell * BINS + bin];
    }
    means = sums.map((sum, each) =>
      sizes[each] ? Float32Array.from(sum, (value) => value / sizes[each]) : means[each],
    );
  }
  // A large cluster outweighs a small one that is much like it.
  const members = new Float64Array(cells * means.length);
  for (let cell = 0; cell < cells; cell++) {
    const weights = means.map(
      (mean, each) =>
        Math.log(Math.max(sizes[each], 1)) - squaredDistance(points, cell, mean) / SOFTNESS,
    );
    const highest = Math.max(...weights);
    const raised = weights.map((weight) => Math.exp(weight - highest));
    const total = raised.reduce((sum, each) => sum + each, 0);
    members.set(
      raised.map((each) => each / total),
      cell * means.length,
    );
  }
  return members;
}

/**
 * @param {Float32Array} points
 * @param {number} cell Whose point is meant.
 * @param {Float32Array} mean
 */
function squaredDistance(points, cell, mean) {
  let sum = 0;
  for (let bin = 0, at = cell * BINS; bin < BINS; bin++, at++) {
    const apart = points[at] - mean[bin];
    sum += apart * apart;
  }
  return sum;
}

/**
 * Compute the inverse square roots of the covariance matrices.
 *
 * @param {Float32Array} shares
 * @param {number} cells
 * @returns {Float64Array} Three numbers a cell: a with a, a with b, b with b.
 */
function inverseDeviations(shares, cells) {
  const inverse = new Float64Array(3 * cells);
  for (let cell = 0; cell < cells; cell++) {
    let [meanA, meanB, aa, ab, bb] = [0, 0, 0, 0, 0];
    for (let bin = 0; bin < BINS; bin++) {
      const share = shares[cell * BINS + bin];
      const [a, b] = CENTERS[bin];
      meanA += share * a;
      meanB += share * b;
      aa += share * a * a;
      ab += share * a * b;
      bb += share * b * b;
    }
    aa -= meanA * meanA;
    ab -= meanA * meanB;
    bb -= meanB * meanB;
    // A symmetric matrix of two rows is turned to its axes by one angle.
    const angle = 0.5 * Math.atan2(2 * ab, aa - bb);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const spread = Math.hypot(aa - bb, 2 * ab);
    const [along, beside] = [(aa + bb + spread) / 2, (aa + bb - spread) / 2].map(
      (variance) => 1 / Math.sqrt(Math.max(variance, LEAST_VARIANCE)),
    );
    inverse.set(
      [
        along * cos * cos + beside * sin * sin,
        (along - beside) * cos * sin,
        along * sin * sin + beside * cos * cos,
      ],
      3 * cell,
    );
  }
  return inverse;
}
