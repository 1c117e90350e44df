/** The map of doubt as a picture: the less sure, the more opaque its orange. */

/**
 * @param {{values: Float32Array, width: number, height: number,
 *   validFraction: [number, number]}} doubt
 *   Normalized entropy, 0 to 1, on the network's grid.
 * @returns {OffscreenCanvas} One pixel a cell, without the padding.
 */
export function doubtImage({ values, width, height, validFraction }) {
  const shownHeight = Math.max(1, Math.round(height * validFraction[0]));
  const shownWidth = Math.max(1, Math.round(width * validFraction[1]));
  const canvas = new OffscreenCanvas(shownWidth, shownHeight);
  const image = new ImageData(shownWidth, shownHeight);
  for (let y = 0; y < shownHeight; y++)
    for (let x = 0; x < shownWidth; x++)
      image.data.set([255, 120, 0, 255 * values[y * width + x]], 4 * (y * shownWidth + x));
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}
