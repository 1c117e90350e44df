/**
 * A network in one or two ONNX files, computed by ONNX Runtime in WebAssembly on one thread.
 *
 * A network that takes hints comes in two files: the encoder turns grey into features, the decoder
 * features and hints into logits. So the encoder runs once a photograph, and a hint costs a run of
 * the decoder only. A network without hints is one file.
 *
 * @typedef {{file: string, bytes: number}} Part
 *
 * @typedef {object} Model What `models.json` says of a network.
 * @property {string} name
 * @property {"rgb" | "ab" | "ab_bins"} target What it predicts: red, green and blue, a and b, or a
 *   logit for each bin.
 * @property {number} image_size Shorter side of its input in pixels.
 * @property {number} stride Its input's sides are multiples of this.
 * @property {number} saturation
 * @property {number} temperature
 * @property {Part} encoder The whole network if there is no decoder.
 * @property {Part} [decoder]
 *
 * @typedef {object} Prediction
 * @property {Float32Array} values Plane by plane.
 * @property {number} width
 * @property {number} height
 * @property {Float32Array | null} hints The planes of the hints it was made with.
 */

import * as ort from "./onnxruntime/ort.wasm.bundle.min.mjs";

const WASM = "onnxruntime/ort-wasm-simd-threaded.wasm";
const HINT_CHANNELS = 3;

ort.env.wasm.numThreads = 1;

/**
 * Fetch a file that lies beside the page.
 *
 * @param {string} name
 * @param {(bytes: number) => void} onProgress Told how many more bytes have come.
 */
async function fetchBytes(name, onProgress) {
  const response = await fetch(new URL(name, import.meta.url)).catch(() => null);
  if (!response?.ok || !response.body)
    throw new Error(`${name} could not be loaded; check the connection and reload the page.`);
  const chunks = [];
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    onProgress(value.length);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

export class Network {
  /**
   * @param {Model} model
   * @param {ort.InferenceSession[]} sessions Encoder and, perhaps, decoder.
   */
  constructor(model, sessions) {
    this.model = model;
    [this.encoder, this.decoder] = sessions;
    /** @type {Record<string, ort.Tensor>} */
    this.features = {};
    this.sides = [0, 0];
  }

  /**
   * @param {Model} model
   * @param {number} wasmBytes Size of ONNX Runtime's file.
   * @param {(share: number) => void} onProgress Told the share that has been loaded, 0 to 1.
   */
  static async load(model, wasmBytes, onProgress) {
    const parts = [model.encoder, ...(model.decoder ? [model.decoder] : [])];
    const runtime = ort.env.wasm.wasmBinary ? 0 : wasmBytes;
    const needed = parts.reduce((sum, part) => sum + part.bytes, runtime);
    let loaded = 0;
    const count = (/** @type {number} */ bytes) => {
      loaded += bytes;
      onProgress(Math.min(1, loaded / needed));
    };
    ort.env.wasm.wasmBinary ??= await fetchBytes(WASM, count);
    const sessions = [];
    for (const part of parts)
      sessions.push(await ort.InferenceSession.create(await fetchBytes(part.file, count)));
    return new Network(model, sessions);
  }

  get takesHints() {
    return Boolean(this.decoder);
  }

  /**
   * Look at a photograph: run the encoder.
   *
   * @param {import("./network_input.js").NetworkInput} input
   */
  async see({ values, width, height }) {
    this.sides = [height, width];
    const grey = new ort.Tensor("float32", values, [1, 1, height, width]);
    this.features = await this.encoder.run({ grey });
  }

  /**
   * Predict the colours of the photograph that was seen last.
   *
   * @param {((grid: {width: number, height: number}) => Float32Array)} encodeHints
   *   Gives the planes of the hints on a grid; asked only if the network takes hints.
   * @returns {Promise<Prediction>}
   */
  async predict(encodeHints) {
    let outputs = this.features;
    let planes = null;
    if (this.decoder) {
      const [height, width] = this.sides.map((side) => side / 4);
      planes = encodeHints({ width, height });
      const hints = new ort.Tensor("float32", planes, [1, HINT_CHANNELS, height, width]);
      outputs = await this.decoder.run({ ...this.features, hints });
    }
    const [output] = Object.values(outputs);
    const [, , height, width] = output.dims;
    return { values: /** @type {Float32Array} */ (output.data), width, height, hints: planes };
  }

  /** Free the memory of the network. */
  async release() {
    await this.encoder.release();
    await this.decoder?.release();
  }
}
