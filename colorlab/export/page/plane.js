/** What the network believes about a place, drawn on the a-b plane. */

import { CENTERS } from "./ab_bins.js";
import { colorAt } from "./recombine.js";

const FARTHEST = 115;
const LARGEST = 9; // side of the likeliest bin's square in Lab units: bins lie 10 apart

/**
 * Draw each bin as a square in its colour; the area is its probability, the likeliest is full size.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Float64Array} probabilities Of the bins.
 * @param {number} grey The level of the place: the colours have its luma.
 * @param {string} ink Colour of the axes.
 */
export function drawPlane(canvas, probabilities, grey, ink) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const unit = canvas.width / (2 * FARTHEST);
  const [across, down] = [
    (/** @type {number} */ a) => (a + FARTHEST) * unit,
    (/** @type {number} */ b) => (FARTHEST - b) * unit,
  ];
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.strokeStyle = context.fillStyle = ink;
  context.globalAlpha = 0.5;
  context.beginPath();
  context.moveTo(across(0), 0);
  context.lineTo(across(0), canvas.height);
  context.moveTo(0, down(0));
  context.lineTo(canvas.width, down(0));
  context.stroke();
  // A dot for each bin, so that the unlikely ones are seen to be there.
  for (const [a, b] of CENTERS) context.fillRect(across(a) - 0.5, down(b) - 0.5, 1, 1);
  context.globalAlpha = 1;
  context.font = "12px system-ui, sans-serif";
  context.fillText("a", canvas.width - 12, down(0) - 5);
  context.fillText("b", across(0) + 6, 12);
  const highest = Math.max(...probabilities);
  CENTERS.forEach(([a, b], bin) => {
    const side = LARGEST * unit * Math.sqrt(probabilities[bin] / highest);
    if (side < 1) return;
    context.fillStyle = `rgb(${colorAt(grey, a, b).join(" ")})`;
    context.fillRect(across(a) - side / 2, down(b) - side / 2, side, side);
    if (side > 5) context.strokeRect(across(a) - side / 2, down(b) - side / 2, side, side);
  });
}
