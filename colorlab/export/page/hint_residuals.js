/**
 * What the network leaves of a hint's colour, carried to the places that resemble the hinted one.
 *
 * As `colorlab.inference.hint_residuals.add_residuals`, whose docstring names the method: Gaussian
 * process regression of the residuals over place, grey and predicted colour.
 */

const DISTANCE = 0.3; // in shorter sides of the grid
const LIGHTNESS = 0.2; // in the range of grey
const AB = 15; // in units of a and b
const NOISE = 0.5;
const MOST_KEYS = 200;
const FEATURES = 5; // row, column, grey, a, b

/**
 * @typedef {object} Grid
 * @property {number} width In cells.
 * @property {number} height
 */

/**
 * Add to predicted colour channels what they lack of the hinted colours.
 *
 * @param {Float32Array} ab The plane of a, then that of b.
 * @param {Grid} grid
 * @param {import("./network_input.js").NetworkInput} input
 * @param {Float32Array} hints The planes of a, of b and of the mask.
 * @returns {Float32Array} The same planes as `ab`.
 */
export function addResiduals(ab, grid, input, hints) {
  const cells = grid.width * grid.height;
  const hinted = [];
  for (let cell = 0; cell < cells; cell++) if (hints[2 * cells + cell] > 0) hinted.push(cell);
  if (!hinted.length) return ab;
  const described = describe(ab, grid, input);
  const { keys, residuals, counts } = pool(described, hinted, grid.width, (cell) => [
    hints[cell] - ab[cell],
    hints[cells + cell] - ab[cells + cell],
  ]);
  const count = keys.length / FEATURES;
  const covariance = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) covariance[i * count + j] = kernel(keys, i, keys, j);
    covariance[i * count + i] += NOISE / counts[i];
  }
  const [ofA, ofB] = solve(covariance, residuals);
  const corrected = ab.slice();
  for (let cell = 0; cell < cells; cell++)
    for (let key = 0; key < count; key++) {
      const share = kernel(described, cell, keys, key);
      corrected[cell] += share * ofA[key];
      corrected[cells + cell] += share * ofB[key];
    }
  return corrected;
}

/**
 * Give place, grey, a and b of each cell, divided by their scales.
 *
 * @param {Float32Array} ab
 * @param {Grid} grid
 * @param {import("./network_input.js").NetworkInput} input
 */
function describe(ab, { width, height }, input) {
  const cells = width * height;
  const stride = input.width / width;
  const unit = Math.min(width, height) * DISTANCE;
  const described = new Float64Array(FEATURES * cells);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let y = row * stride; y < (row + 1) * stride; y++)
        for (let x = column * stride; x < (column + 1) * stride; x++)
          sum += input.values[y * input.width + x];
      const light = (sum / stride ** 2 + 1) / 2;
      const cell = row * width + column;
      described.set(
        [row / unit, column / unit, light / LIGHTNESS, ab[cell] / AB, ab[cells + cell] / AB],
        FEATURES * cell,
      );
    }
  return described;
}

/**
 * Average hinted cells over squares, until at most `MOST_KEYS` are left.
 *
 * @param {Float64Array} described
 * @param {number[]} hinted
 * @param {number} width Of the grid.
 * @param {(cell: number) => [number, number]} residual
 */
function pool(described, hinted, width, residual) {
  /** @type {Map<number, number[]>} */
  let squares = new Map();
  for (let side = 1; ; side *= 2) {
    squares = new Map();
    for (const cell of hinted) {
      const square =
        Math.floor(Math.floor(cell / width) / side) * width + Math.floor((cell % width) / side);
      const members = squares.get(square);
      if (members) members.push(cell);
      else squares.set(square, [cell]);
    }
    if (squares.size <= MOST_KEYS) break;
  }
  const keys = new Float64Array(FEATURES * squares.size);
  const residuals = [new Float64Array(squares.size), new Float64Array(squares.size)];
  [...squares.values()].forEach((members, key) => {
    for (const cell of members) {
      for (let i = 0; i < FEATURES; i++)
        keys[FEATURES * key + i] += described[FEATURES * cell + i] / members.length;
      const [a, b] = residual(cell);
      residuals[0][key] += a / members.length;
      residuals[1][key] += b / members.length;
    }
  });
  return { keys, residuals, counts: [...squares.values()].map(({ length }) => length) };
}

/**
 * @param {Float64Array} first
 * @param {number} i
 * @param {Float64Array} second
 * @param {number} j
 */
function kernel(first, i, second, j) {
  let squared = 0;
  for (let k = 0; k < FEATURES; k++)
    squared += (first[FEATURES * i + k] - second[FEATURES * j + k]) ** 2;
  return Math.exp(-0.5 * squared);
}

/**
 * Solve symmetric, positive definite equations by Cholesky's method.
 *
 * @param {Float64Array} matrix Row by row; overwritten.
 * @param {Float64Array[]} rightSides
 * @returns {Float64Array[]} The solution for each right side.
 */
function solve(matrix, rightSides) {
  const n = rightSides[0].length;
  for (let j = 0; j < n; j++)
    for (let i = j; i < n; i++) {
      let value = matrix[i * n + j];
      for (let k = 0; k < j; k++) value -= matrix[i * n + k] * matrix[j * n + k];
      matrix[i * n + j] = i === j ? Math.sqrt(value) : value / matrix[j * n + j];
    }
  return rightSides.map((side) => {
    const x = side.slice();
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) x[i] -= matrix[i * n + k] * x[k];
      x[i] /= matrix[i * n + i];
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) x[i] -= matrix[k * n + i] * x[k];
      x[i] /= matrix[i * n + i];
    }
    return x;
  });
}
