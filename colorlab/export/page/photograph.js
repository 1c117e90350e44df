/** A photograph as the browser decodes it: its grey and its transparency, upright. */

import { greyOf } from "./color.js";

/** Larger photographs are reduced to this many pixels: beyond it phones run out of memory. */
export const MOST_PIXELS = 24e6;

/**
 * @typedef {object} Photograph
 * @property {Uint8Array} grey Row by row.
 * @property {Uint8Array | null} alpha Null if it is opaque.
 * @property {number} width
 * @property {number} height
 * @property {string} notice What a person should know of it, one sentence, or nothing.
 */

/**
 * Decode a picture file. The browser applies the EXIF orientation and converts to sRGB.
 *
 * @param {Blob} file
 * @returns {Promise<Photograph>}
 * @throws {Error} If it is no picture; the message is one line for a person.
 */
export async function readPhotograph(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, {
      imageOrientation: "from-image",
      premultiplyAlpha: "none",
    });
  } catch {
    throw new Error(
      "This is not a picture that the browser can decode; choose a JPEG, PNG or WebP file.",
    );
  }
  const pixels = bitmap.width * bitmap.height;
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / pixels));
  const width = Math.max(1, Math.floor(bitmap.width * scale));
  const height = Math.max(1, Math.floor(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("The browser has no memory left for this picture.");
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  const notice =
    scale < 1
      ? `The photograph has ${Math.round(pixels / 1e6)} megapixels and is reduced to ` +
        `${width} × ${height} here; the command colorlab colorize keeps them all.`
      : "";
  return { grey: greyOf(rgba), alpha: alphaOf(rgba), width, height, notice };
}

/** @param {Uint8ClampedArray} rgba */
function alphaOf(rgba) {
  const alpha = new Uint8Array(rgba.length / 4);
  let opaque = true;
  for (let i = 0; i < alpha.length; i++) {
    alpha[i] = rgba[4 * i + 3];
    opaque &&= alpha[i] === 255;
  }
  return opaque ? null : alpha;
}
