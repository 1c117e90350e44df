/** Photographs that come with the page. */

const SAMPLES = [
  ["camera", "a man with a camera; it was always grey"],
  ["astronaut", "an astronaut"],
  ["chelsea", "a cat"],
  ["coffee", "a cup of coffee"],
];

/**
 * Add a button for each sample.
 *
 * @param {HTMLElement} place
 * @param {(file: Blob, name: string) => void} open
 */
export function addSamples(place, open) {
  for (const [name, words] of SAMPLES) {
    const button = document.createElement("button");
    const picture = document.createElement("img");
    picture.src = `samples/${name}.jpg`;
    picture.alt = `Sample: ${words}`;
    button.type = "button";
    button.append(picture);
    button.addEventListener("click", async () => {
      const response = await fetch(new URL(`samples/${name}.jpg`, import.meta.url));
      open(await response.blob(), name);
    });
    place.append(button);
  }
}
