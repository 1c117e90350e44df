/** What a person may ask: suggestions for a place, colours for a hint, hints as a file. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { CENTERS, probabilitiesAt, suggestions } from "../../colorlab/export/page/ab_bins.js";
import { cellAt, encodeHints, hexOf, hintsFromJson, hintsToJson } from "../../colorlab/export/page/hints.js";
import { colorAt } from "../../colorlab/export/page/recombine.js";
import { GREY_WEIGHTS } from "../../colorlab/export/page/color.js";

const photograph = { width: 400, height: 300 };
const whole = { width: 8, height: 6, validFraction: /** @type {[number, number]} */ ([1, 1]) };

/** @param {Record<string, number>} shares By "a,b". */
function distribution(shares) {
  return Float64Array.from(CENTERS, ([a, b]) => shares[`${a},${b}`] ?? 0);
}

test("suggestions are the likeliest colours; neighbours count as one", () => {
  const chosen = suggestions(
    distribution({ "50,30": 0.3, "50,40": 0.25, "0,0": 0.35, "-40,40": 0.1 }),
    2,
  );
  assert.deepEqual(chosen.map(({ a, b }) => [a, b]), [[50, 30], [0, 0]]);
  assert.ok(Math.abs(chosen[0].probability - 0.55) < 1e-12);
});

test("probabilities are those of the asked cell, and add up to one", () => {
  const logits = new Float32Array(2 * CENTERS.length);
  logits[2 * 5 + 1] = 3;
  const even = probabilitiesAt(logits, 2, 0);
  const sharp = probabilitiesAt(logits, 2, 1);
  assert.ok(Math.abs(even[5] - 1 / CENTERS.length) < 1e-12);
  assert.ok(Math.abs(sharp[5] - Math.exp(3) / (Math.exp(3) + CENTERS.length - 1)) < 1e-12);
  assert.ok(Math.abs(sharp.reduce((sum, each) => sum + each, 0) - 1) < 1e-12);
});

test("the last pixel lies in the last cell that the photograph covers", () => {
  const padded = { ...whole, validFraction: /** @type {[number, number]} */ ([0.5, 0.75]) };
  assert.equal(cellAt(0, 0, photograph, padded), 0);
  assert.equal(cellAt(399, 299, photograph, padded), 2 * 8 + 5);
  assert.equal(cellAt(399, 299, photograph, whole), 5 * 8 + 7);
});

test("a radius reaches into the neighbouring cells, and not past the edge", () => {
  const mask = (/** @type {number} */ radius) =>
    encodeHints([{ x: 0, y: 25, color: "#ff0000", radius }], photograph, whole).slice(2 * 48);
  const sum = (/** @type {Float32Array} */ plane) => plane.reduce((total, each) => total + each, 0);
  assert.equal(sum(mask(0)), 1);
  assert.equal(sum(mask(25)), 2);
  assert.equal(sum(mask(1000)), 48);
});

test("where two hints touch one cell, their colours are averaged", () => {
  const one = { x: 10, y: 10, color: "#ff0000", radius: 0 };
  const other = { ...one, color: "#0000ff" };
  const alone = [one, other].map((hint) => encodeHints([hint], photograph, whole));
  const both = encodeHints([one, other], photograph, whole);
  for (const cell of [0, 48]) {
    assert.ok(Math.abs(both[cell] - (alone[0][cell] + alone[1][cell]) / 2) < 1e-4);
  }
  assert.equal(both[96], 1);
});

test("a suggested colour has the luma of its place", () => {
  const levels = colorAt(120, 40, 30);
  const luma = levels.reduce((sum, level, i) => sum + GREY_WEIGHTS[i] * level, 0);
  assert.ok(Math.abs(luma - 120) <= 0.5);
  assert.ok(levels[0] > levels[1] && levels[1] > levels[2]);
  assert.equal(hexOf([255, 0, 10]), "#ff000a");
});

const hints = [{ x: 120, y: 80, color: "#a02020", radius: 4 }];

test("hints come back from their file", () => {
  assert.deepEqual(hintsFromJson(hintsToJson(hints, photograph), photograph), hints);
});

const good = JSON.parse(hintsToJson(hints, photograph));
for (const [name, text, says] of [
  ["no JSON", "Dear Sir", /not JSON/],
  ["null", "null", /expected the format/],
  ["another version", JSON.stringify({ ...good, version: 2 }), /version 1/],
  ["another photograph", JSON.stringify({ ...good, width: 10 }), /400 × 300/],
  ["a place outside", JSON.stringify({ ...good, hints: [{ ...hints[0], x: 400 }] }), /Hint 1/],
  ["no colour", JSON.stringify({ ...good, hints: [{ ...hints[0], color: "red" }] }), /Hint 1/],
  ["a list", JSON.stringify({ ...good, hints: [{ ...hints[0], color: ["#a02020"] }] }), /Hint 1/],
  ["null for a hint", JSON.stringify({ ...good, hints: [null] }), /Hint 1/],
])
  test(`a file of hints is refused: ${name}`, () => {
    assert.throws(() => hintsFromJson(/** @type {string} */ (text), photograph), { message: says });
  });
