/** The page's arithmetic against numbers that the Python library computed. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { annealedMean, CENTERS, normalizedEntropy } from "../../colorlab/export/page/ab_bins.js";
import { greyOf, labToSrgb, srgbToLab } from "../../colorlab/export/page/color.js";
import { addResiduals } from "../../colorlab/export/page/hint_residuals.js";
import { encodeHints } from "../../colorlab/export/page/hints.js";
import { networkInput, roundHalfToEven } from "../../colorlab/export/page/network_input.js";
import { tiltedLogits } from "../../colorlab/export/page/variants.js";
import { recombine } from "../../colorlab/export/page/recombine.js";

const python = JSON.parse(readFileSync(new URL("numbers.json", import.meta.url), "utf8"));

/**
 * @param {ArrayLike<number>} one
 * @param {ArrayLike<number>} other
 */
function largestDifference(one, other) {
  assert.equal(one.length, other.length);
  return Array.from(one).reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0);
}

/** @param {number[]} rgb */
function withAlpha(rgb) {
  return Uint8Array.from({ length: (rgb.length / 3) * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : rgb[Math.floor(i / 4) * 3 + (i % 4)],
  );
}

test("the grey of a colour picture is Pillow's", () => {
  assert.deepEqual(Array.from(greyOf(withAlpha(python.rgb))), python.grey);
});

for (const each of python.inputs)
  test(`the network's input of ${each.width} x ${each.height} pixels is Python's`, () => {
    const { grey, width, height, imageSize, stride } = each;
    const input = networkInput(Uint8Array.from(grey), width, height, imageSize, stride);
    assert.equal(input.width, each.paddedWidth);
    assert.ok(largestDifference(input.validFraction, each.validFraction) < 1e-6);
    const levels = input.values.map((value) => (value + 1) * 127.5);
    assert.ok(largestDifference(levels, each.padded) < 1e-4);
  });

test("halves are rounded to the even number", () => {
  assert.deepEqual([0.5, 1.5, 2.5, 2.4, 2.6].map(roundHalfToEven), [0, 2, 2, 2, 3]);
});

test("Lab is Python's, and leads back", () => {
  for (const [rgb, lab] of python.lab) {
    assert.ok(largestDifference(srgbToLab(rgb), lab) < 1e-3);
    assert.ok(largestDifference(labToSrgb(lab), rgb) < 0.5 / 255);
  }
});

test("the bins are Python's, in its order", () => {
  assert.deepEqual(CENTERS, python.centers);
});

const cells = python.logitsWidth * python.logitsHeight;
const logits = Float32Array.from(python.logits);

for (const [temperature, ab] of Object.entries(python.ab))
  test(`the annealed mean at temperature ${temperature} is Python's`, () => {
    assert.ok(largestDifference(annealedMean(logits, cells, Number(temperature)), ab) < 1e-3);
  });

test("the entropy is Python's; it is 1 where all bins are alike and 0 where one is certain", () => {
  assert.ok(largestDifference(normalizedEntropy(logits, cells), python.entropy) < 1e-5);
  const certain = new Float32Array(CENTERS.length);
  assert.ok(Math.abs(normalizedEntropy(certain, 1)[0] - 1) < 1e-6);
  certain[3] = 200;
  assert.ok(normalizedEntropy(certain, 1)[0] < 1e-6);
});

for (const { ab, saturation, validFraction, rgb } of python.recombined)
  test(`recombination at saturation ${saturation} is within a level of Python's`, () => {
    const planes = {
      values: Float32Array.from(ab),
      width: python.logitsWidth,
      height: python.logitsHeight,
      validFraction,
    };
    const grey = Uint8Array.from(python.grey);
    const rgba = recombine(grey, python.width, python.height, planes, saturation);
    assert.ok(largestDifference(rgba, withAlpha(rgb)) <= 1);
  });

test("a hint marks the cell that Python marks, with its a and b", () => {
  const { grid, place, planes } = python.point;
  const [height, width] = grid;
  const hint = { x: place[1], y: place[0], color: "#a02020", radius: 0 };
  const encoded = encodeHints([hint], python, { width, height, validFraction: [1, 1] });
  assert.ok(largestDifference(encoded, planes) < 1e-3);
});

for (const { width, height, ab, grey, hints, added } of python.residuals)
  test(`residuals of hints on ${width} x ${height} cells are carried on as in Python`, () => {
    const input = {
      values: Float32Array.from(grey, (/** @type {number} */ level) => level / 127.5 - 1),
      width: 4 * width,
      height: 4 * height,
      validFraction: /** @type {[number, number]} */ ([1, 1]),
    };
    const planes = [ab, hints].map((each) => Float32Array.from(each));
    const found = addResiduals(planes[0], { width, height }, input, planes[1]);
    assert.ok(largestDifference(found, added) < 1e-3);
    assert.ok(largestDifference(found, ab) > 10);
    const none = addResiduals(planes[0], { width, height }, input, planes[1].map(() => 0));
    assert.deepEqual(none, planes[0]);
  });

for (const [name, { logits, ab }] of [
  ["of three regions", python.variants[0]],
  ["of places that are nearly alike", python.variants[1]],
])
  test(`variants ${name} are Python's, and differ`, () => {
    const cells = logits.length / CENTERS.length;
    const tilted = tiltedLogits(Float32Array.from(logits), cells, ab.length);
    const means = tilted.map((each) => annealedMean(each, cells, 0.4));
    means.forEach((mean, number) => assert.ok(largestDifference(mean, ab[number]) < 1e-2));
    assert.ok(largestDifference(means[0], means[1]) > 10);
  });

for (const [name, noise] of /** @type {[string, number][]} */ ([["alike", 0], ["nearly alike", 0.1]]))
  test(`where all places are ${name}, variants still differ`, () => {
    const cells = 9;
    const logits = new Float32Array(cells * CENTERS.length).map((_, i) => noise * Math.sin(i * i));
    const means = tiltedLogits(logits, cells, 2).map((each) => annealedMean(each, cells, 1));
    assert.ok(largestDifference(means[0], means[1]) > 10);
    for (const mean of means)
      for (let cell = 1; cell < cells; cell++) assert.ok(Math.abs(mean[cell] - mean[0]) < 3);
  });
