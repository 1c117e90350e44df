/** The photograph on the page, and which pointers it listens to. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Stage } from "../../colorlab/export/page/stage.js";

/** A stage of 100 by 50 pixels that shows a photograph of 200 by 100, and whom it tells what. */
function stage() {
  /** @type {any[]} */
  const told = [];
  const drawing = new Proxy({}, { get: () => () => {}, set: () => true });
  const canvas = Object.assign(new EventTarget(), {
    getContext: () => drawing,
    getBoundingClientRect: () => ({ left: 0, top: 0, width: 100, height: 50 }),
    setPointerCapture() {},
  });
  const made = new Stage(/** @type {any} */ (canvas), {
    onWipe: (share) => told.push(["wipe", share]),
    onAsk: (place) => told.push(["ask", place]),
    onMove() {},
  });
  made.open(/** @type {any} */ ({ width: 100, height: 50 }), { width: 200, height: 100 });
  made.asks = true;
  const press = (/** @type {object} */ where) =>
    canvas.dispatchEvent(Object.assign(new Event("pointerdown"), { button: 0 }, where));
  return { told, press };
}

test("a click asks for a place in pixels of the photograph, one at the wipe takes hold of it", () => {
  const { told, press } = stage();
  press({ clientX: 10, clientY: 20 });
  press({ clientX: 52, clientY: 20 });
  assert.deepEqual(told, [["ask", { x: 20, y: 40 }], ["wipe", 0.52]]);
});

test("the button that opens the browser's menu asks nothing", () => {
  const { told, press } = stage();
  press({ clientX: 10, clientY: 20, button: 2 });
  assert.deepEqual(told, []);
});
