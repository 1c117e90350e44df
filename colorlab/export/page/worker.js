/**
 * The worker: keeps the photograph and the network, and colours without holding up the page.
 *
 * A message is `{id, task, argument}`, the answer `{id, result}` or `{id, error}`, where the error
 * is one line for a person; `{id, progress}` may come before it. Tasks run one after the other.
 */

import { annealedMean, normalizedEntropy, probabilitiesAt, suggestions } from "./ab_bins.js";
import { addResiduals } from "./hint_residuals.js";
import { cellAt, encodeHints, hexOf } from "./hints.js";
import { Network } from "./network.js";
import { networkInput } from "./network_input.js";
import { recombineRgb } from "./own_luma.js";
import { readPhotograph } from "./photograph.js";
import { colorAt, recombine } from "./recombine.js";
import { resizeGrey } from "./resample.js";
import { tiltedLogits } from "./variants.js";

const PREVIEW_SIDE = 1024; // longest side of what the page shows
const SMALL_SIDE = 320; // of the variants side by side
const VARIANTS = 3;
const SUGGESTIONS = 5;
const LEAST_PROBABILITY = 0.005; // what is less likely is not suggested
const JPEG_QUALITY = 0.93;

/**
 * @typedef {object} Wish
 * @property {import("./hints.js").Hint[]} hints
 * @property {number} saturation
 * @property {number} temperature
 * @property {number} variant Which of the variants, from 1; 0 is the likeliest colouring.
 */

/** @type {Network | null} */
let network = null;
/** @type {import("./photograph.js").Photograph | null} */
let photograph = null;
/** @type {{grey: Uint8Array | Uint8ClampedArray, width: number, height: number} | null} */
let preview = null;
/** @type {import("./network_input.js").NetworkInput | null} */
let input = null;
/** @type {{key: string, prediction: import("./network.js").Prediction} | null} */
let latest = null;
/** @type {WeakMap<Float32Array, {temperature: number, ab: Float32Array}>} The colours of logits: a
 *  change of the saturation alone costs none. */
const means = new WeakMap();
/** @type {WeakMap<Float32Array, Float32Array[]>} The variants of logits. */
const variants = new WeakMap();

const tasks = {
  /**
   * Load a network, and let it see the photograph that is open.
   *
   * @param {{model: import("./network.js").Model, wasmBytes: number}} argument
   * @param {(share: number) => void} onProgress
   */
  async load({ model, wasmBytes }, onProgress) {
    const loaded = await Network.load(model, wasmBytes, onProgress);
    await network?.release();
    network = loaded;
    if (photograph) await see();
  },

  /** @param {Blob} file */
  async open(file) {
    const opened = await readPhotograph(file);
    photograph = opened;
    const scale = Math.min(1, PREVIEW_SIDE / Math.max(opened.width, opened.height));
    const width = Math.max(1, Math.round(opened.width * scale));
    const height = Math.max(1, Math.round(opened.height * scale));
    const grey = resizeGrey(opened.grey, opened.width, opened.height, width, height);
    preview = { grey, width, height };
    if (network) await see();
    const rgba = new Uint8ClampedArray(4 * grey.length);
    grey.forEach((level, i) => rgba.fill(level, 4 * i, 4 * i + 3).fill(255, 4 * i + 3, 4 * i + 4));
    const { width: fullWidth, height: fullHeight, notice } = opened;
    return { image: new ImageData(rgba, width, height), fullWidth, fullHeight, notice };
  },

  /** @param {Wish} wish */
  async color(wish) {
    const predicted = await planes(wish);
    const { grey, width, height } = required(preview);
    return new ImageData(paint(grey, width, height, predicted, wish.saturation), width, height);
  },

  /** @param {Wish} wish */
  async save(wish) {
    const predicted = await planes(wish);
    const { grey, alpha, width, height } = required(photograph);
    const rgba = paint(grey, width, height, predicted, wish.saturation, alpha);
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("The browser has no memory left for the full size.");
    context.putImageData(new ImageData(rgba, width, height), 0, 0);
    return alpha
      ? canvas.convertToBlob({ type: "image/png" })
      : canvas.convertToBlob({ type: "image/jpeg", quality: JPEG_QUALITY });
  },

  /**
   * Tell what the network believes about a place.
   *
   * @param {Wish & {x: number, y: number}} wish
   */
  async ask(wish) {
    const { values, width, height } = await predict(wish);
    const whole = required(photograph);
    const grid = { width, height, validFraction: required(input).validFraction };
    const cell = cellAt(wish.x, wish.y, whole, grid);
    const grey = whole.grey[wish.y * whole.width + wish.x];
    const probabilities = probabilitiesAt(values, width * height, cell);
    const colors = suggestions(probabilities, SUGGESTIONS)
      .filter(({ probability }) => probability >= LEAST_PROBABILITY)
      .map(({ a, b, probability }) => ({ color: hexOf(colorAt(grey, a, b)), probability }));
    return { grey, probabilities, colors };
  },

  /**
   * Colour the photograph, small, in the likeliest way and in others.
   *
   * @param {Wish} wish
   */
  async variants(wish) {
    const { grey, width, height } = required(preview);
    const scale = Math.min(1, SMALL_SIDE / Math.max(width, height));
    const [across, down] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
    const small = resizeGrey(grey, width, height, across, down);
    const images = [];
    for (let variant = 0; variant <= VARIANTS; variant++) {
      const predicted = await planes({ ...wish, variant });
      const rgba = paint(small, across, down, predicted, wish.saturation);
      images.push(new ImageData(rgba, across, down));
    }
    return images;
  },

  /** @param {Wish} wish */
  async doubt(wish) {
    const { values, width, height } = await predict(wish);
    const { validFraction } = required(input);
    return { values: normalizedEntropy(values, width * height), width, height, validFraction };
  },
};

async function see() {
  const { grey, width, height } = required(photograph);
  const { model } = required(network);
  input = networkInput(grey, width, height, model.image_size, model.stride);
  latest = null;
  await required(network).see(input);
}

/** @param {Wish} wish */
async function predict({ hints }) {
  const key = JSON.stringify(hints);
  if (latest?.key !== key) {
    const { validFraction } = required(input);
    const encode = (/** @type {{width: number, height: number}} */ grid) =>
      encodeHints(hints, required(photograph), { ...grid, validFraction });
    latest = { key, prediction: await required(network).predict(encode) };
  }
  return latest.prediction;
}

/** @type {typeof recombine} */
function paint(...all) {
  return required(network).model.target === "rgb" ? recombineRgb(...all) : recombine(...all);
}

/**
 * Give the planes of red, green and blue, or of a and b.
 *
 * @param {Wish} wish
 */
async function planes(wish) {
  const { values, width, height, hints } = await predict(wish);
  const { validFraction } = required(input);
  const { target } = required(network).model;
  const hinted = (/** @type {Float32Array} */ ab) =>
    hints ? addResiduals(ab, { width, height }, required(input), hints) : ab;
  if (target !== "ab_bins")
    return { values: hinted(values), width, height, validFraction };
  const cells = width * height;
  const { temperature, variant } = wish;
  if (variant && !variants.has(values))
    variants.set(values, tiltedLogits(values, cells, VARIANTS));
  const logits = variant ? required(variants.get(values) ?? null)[variant - 1] : values;
  let mean = means.get(logits);
  if (mean?.temperature !== temperature) {
    mean = { temperature, ab: hinted(annealedMean(logits, cells, temperature)) };
    means.set(logits, mean);
  }
  return { values: required(mean ?? null).ab, width, height, validFraction };
}

/**
 * @template T
 * @param {T | null} value
 * @returns {T}
 */
function required(value) {
  if (value === null) throw new Error("No photograph is open.");
  return value;
}

let queue = Promise.resolve();

/** @param {{id: number, task: keyof typeof tasks, argument: any}} message */
async function work({ id, task, argument }) {
  const onProgress = (/** @type {number} */ progress) => postMessage({ id, progress });
  try {
    postMessage({ id, result: await tasks[task](argument, onProgress) });
  } catch (error) {
    postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

self.addEventListener("message", ({ data }) => {
  queue = queue.then(() => work(data));
});
