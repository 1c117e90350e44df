/** Several colourings side by side; the chosen one is shown large, and downloaded. */

const find = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));

export class VariantPanel {
  /**
   * @param {object} calls
   * @param {() => Promise<void>} calls.changed Told that others are wanted, or another one is
   *   chosen; colours the photograph.
   * @param {(text: string) => void} calls.say
   */
  constructor(calls) {
    this.calls = calls;
    this.chosen = 0; // 0 is the likeliest colouring, the others are variants
    /** @type {HTMLButtonElement[]} */
    this.buttons = [];
    find("several").addEventListener("change", () => {
      find("colorings").hidden = !this.wanted;
      if (!this.wanted) this.chosen = 0;
      this.mark();
      calls.changed();
    });
  }

  get wanted() {
    return find("several").checked;
  }

  /** Forget everything: another photograph has come, or a network without variants. */
  clear() {
    this.chosen = 0;
    this.buttons = [];
    find("colorings").replaceChildren();
  }

  /** @param {ImageData[]} images The likeliest colouring and its variants. */
  show(images) {
    if (this.buttons.length !== images.length) {
      this.buttons = images.map((_, number) => this.button(number, images.length - 1));
      find("colorings").replaceChildren(...this.buttons);
      this.mark();
      this.calls.say(`${images.length - 1} other colourings are shown below the photograph.`);
    }
    images.forEach((image, number) => {
      const canvas = /** @type {HTMLCanvasElement} */ (this.buttons[number].firstElementChild);
      [canvas.width, canvas.height] = [image.width, image.height];
      canvas.getContext("2d")?.putImageData(image, 0, 0);
    });
  }

  /**
   * @param {number} number
   * @param {number} count
   */
  button(number, count) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(document.createElement("canvas"), number ? `Variant ${number}` : "Likeliest");
    button.addEventListener("click", async () => {
      this.chosen = number;
      this.mark();
      await this.calls.changed();
      const name = number ? `Variant ${number} of ${count}` : "The likeliest colouring";
      this.calls.say(`${name} is shown, and is what you download.`);
    });
    return button;
  }

  mark() {
    this.buttons.forEach((button, number) =>
      button.setAttribute("aria-pressed", String(number === this.chosen)),
    );
  }
}
