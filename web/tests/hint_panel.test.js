/** The panel of hints, with answers that come late. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { HintPanel } from "../../colorlab/export/page/hint_panel.js";

/** An element of the page, as far as the panel asks. */
class Element extends EventTarget {
  style = {};
  /** @type {any[]} */
  children = [];
  hidden = true;
  get firstElementChild() {
    return this.children[0];
  }
  append(/** @type {any[]} */ ...more) {
    this.children.push(...more);
  }
  replaceChildren(/** @type {any[]} */ ...all) {
    this.children = all;
  }
  setAttribute() {}
  getContext() {
    return null;
  }
  click() {
    this.dispatchEvent(new Event("click"));
  }
}

/** @type {Record<string, Element>} */
let elements;
/** @type {{place: any, answer: (colors: string[]) => Promise<void>}[]} */
let questions;
/** @type {HintPanel} */
let panel;

beforeEach(() => {
  [elements, questions] = [{}, []];
  Object.assign(globalThis, {
    document: Object.assign(new EventTarget(), {
      getElementById: (/** @type {string} */ id) => (elements[id] ??= new Element()),
      createElement: () => new Element(),
    }),
    getComputedStyle: () => ({ color: "black" }),
  });
  panel = new HintPanel({
    photograph: () => null,
    ask: (place) =>
      new Promise((resolve) => {
        const answer = async (/** @type {string[]} */ colors) => {
          const suggested = colors.map((color) => ({ color, probability: 0.5 }));
          resolve({ grey: 90, probabilities: new Float64Array(2), colors: suggested });
          await new Promise((done) => setImmediate(done));
        };
        questions.push({ place, answer });
      }),
    changed() {},
    asked() {},
    say() {},
    download() {},
  });
});

test("a colour that is chosen goes to the place that it was suggested for", async () => {
  panel.ask({ x: 1, y: 2 });
  await questions[0].answer(["#ff0000"]);
  panel.ask({ x: 30, y: 40 }); // its colours are not there yet
  elements.suggestions.children[0].click();
  assert.deepEqual(panel.hints, [{ x: 1, y: 2, color: "#ff0000", radius: 0 }]);
  await questions[1].answer(["#0000ff"]);
  elements.suggestions.children[0].click();
  assert.deepEqual(panel.hints[1], { x: 30, y: 40, color: "#0000ff", radius: 0 });
});

test("an answer about a photograph that is gone is not shown", async () => {
  panel.ask({ x: 1, y: 2 });
  panel.clear();
  await questions[0].answer(["#ff0000"]);
  assert.equal(elements.asked.hidden, true);
});

test("an answer that another question has overtaken is not shown", async () => {
  panel.ask({ x: 1, y: 2 });
  panel.ask({ x: 30, y: 40 });
  await questions[1].answer(["#0000ff"]);
  await questions[0].answer(["#ff0000"]);
  elements.suggestions.children[0].click();
  assert.deepEqual(panel.hints, [{ x: 30, y: 40, color: "#0000ff", radius: 0 }]);
});
