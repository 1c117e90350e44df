/** The hints of a photograph: ask about a place, choose its colour, move, remove, undo. */

import { hintsFromJson, hintsToJson } from "./hints.js";
import { drawPlane } from "./plane.js";

/** @typedef {import("./hints.js").Hint} Hint */
/** @typedef {import("./stage.js").Place} Place */

const find = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));

export class HintPanel {
  /**
   * @param {object} calls
   * @param {() => {width: number, height: number, name: string} | null} calls.photograph
   * @param {(place: Place) => Promise<{grey: number, probabilities: Float64Array,
   *   colors: {color: string, probability: number}[]}>} calls.ask
   * @param {(hints: Hint[]) => void} calls.changed Told the hints after each change.
   * @param {() => void} calls.asked Told that the question has its answer.
   * @param {(text: string) => void} calls.say
   * @param {(blob: Blob, name: string) => void} calls.download
   */
  constructor(calls) {
    this.calls = calls;
    /** @type {Hint[]} */
    this.hints = [];
    /** @type {Hint[][]} */
    this.past = [];
    /** @type {Hint[] | null} What the latest move made. */
    this.moved = null;
    /** @type {Place | null} The place whose colours are shown. */
    this.place = null;
    /** @type {Place | null} The one that was asked about last; its answer may still be on its way. */
    this.wanted = null;
    find("picker").addEventListener("change", () => this.add(find("picker").value));
    find("undo").addEventListener("click", () => this.undo());
    find("save-hints").addEventListener("click", () => this.save());
    find("open-hints").addEventListener("change", (/** @type {any} */ { target }) => {
      const [file] = target.files;
      if (file) this.read(file);
      target.value = "";
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "z" && (event.ctrlKey || event.metaKey) && this.past.length) {
        event.preventDefault();
        this.undo();
      }
    });
    this.list();
  }

  /** Forget everything: another photograph has come. */
  clear() {
    [this.hints, this.past] = [[], []];
    this.place = this.wanted = null;
    find("asked").hidden = true;
    this.list();
  }

  /** @param {Place} place */
  async ask(place) {
    this.wanted = place;
    try {
      const { grey, probabilities, colors } = await this.calls.ask(place);
      if (this.wanted !== place) return; // another place, or another photograph, is shown by now
      this.place = place;
      const ink = getComputedStyle(document.body).color;
      const plane = find("plane");
      drawPlane(plane, probabilities, grey, ink);
      const likeliest = `${colors[0].color}, ${percent(colors[0].probability)}`;
      plane.setAttribute("aria-label", `Probabilities on the a-b plane; likeliest ${likeliest}`);
      find("place").textContent = `Column ${place.x}, row ${place.y}: which colour?`;
      find("suggestions").replaceChildren(...colors.map((each) => this.suggestion(each)));
      find("asked").hidden = false;
      const count = `${colors.length} colour${colors.length === 1 ? "" : "s"}`;
      this.calls.say(`${count} suggested for column ${place.x}, row ${place.y}.`);
      if (document.activeElement?.id === "stage") find("suggestions").firstElementChild?.focus();
    } catch (error) {
      this.calls.say(/** @type {Error} */ (error).message);
    }
  }

  /** @param {{color: string, probability: number}} suggested */
  suggestion({ color, probability }) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(swatch(color), percent(probability));
    button.setAttribute("aria-label", `${color}, ${percent(probability)}`);
    button.addEventListener("click", () => this.add(color));
    return button;
  }

  /** @param {string} color */
  add(color) {
    if (!this.place) return;
    this.change([...this.hints, { ...this.place, color, radius: 0 }]);
    this.place = null;
    find("asked").hidden = true;
    this.calls.asked();
  }

  /**
   * @param {number} index
   * @param {Place} place
   * @param {boolean} first Whether the hint begins to move: undo brings it back to where it was.
   */
  move(index, place, first) {
    // One step for the whole way, unless something else, such as undo, came in between.
    if (!first && this.hints === this.moved) this.hints = this.past.pop() ?? [];
    this.change(this.hints.map((hint, i) => (i === index ? { ...hint, ...place } : hint)));
    this.moved = this.hints;
  }

  /** @param {Hint[]} hints */
  change(hints) {
    this.past.push(this.hints);
    this.hints = hints;
    this.list();
    this.calls.changed(hints);
  }

  undo() {
    const before = this.past.pop();
    if (!before) return;
    this.hints = before;
    this.list();
    this.calls.changed(before);
    this.calls.say(`Undone; ${before.length} hint${before.length === 1 ? "" : "s"}.`);
  }

  /** Show the hints as a list, each with a button that removes it. */
  list() {
    const items = this.hints.map((hint, index) => {
      const item = document.createElement("li");
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = "Remove";
      remove.setAttribute("aria-label", `Remove the hint at column ${hint.x}, row ${hint.y}`);
      remove.addEventListener("click", () => this.change(this.hints.filter((_, i) => i !== index)));
      item.append(swatch(hint.color), ` ${hint.color} at ${hint.x}, ${hint.y} `, remove);
      return item;
    });
    find("list").replaceChildren(...items);
    find("undo").disabled = !this.past.length;
    find("save-hints").disabled = !this.hints.length;
  }

  save() {
    const photograph = this.calls.photograph();
    if (!photograph) return;
    const text = hintsToJson(this.hints, photograph);
    const blob = new Blob([text], { type: "application/json" });
    this.calls.download(blob, `${photograph.name}.hints.json`);
  }

  /** @param {Blob} file */
  async read(file) {
    const photograph = this.calls.photograph();
    if (!photograph) return;
    try {
      this.change(hintsFromJson(await file.text(), photograph));
      this.calls.say(`${this.hints.length} hints were read.`);
    } catch (error) {
      this.calls.say(/** @type {Error} */ (error).message);
    }
  }
}

/** @param {string} color */
function swatch(color) {
  const square = document.createElement("span");
  square.className = "swatch";
  square.style.background = color;
  return square;
}

/** @param {number} share */
function percent(share) {
  return `${Math.round(100 * share)} %`;
}
