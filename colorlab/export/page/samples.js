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
 * @param {(file: Promise<Blob>, name: string) => void} open
 */
export function addSamples(place, open) {
  for (const [name, words] of SAMPLES) {
    const button = document.createElement("button");
    const picture = document.createElement("img");
    picture.src = `samples/${name}.jpg`;
    picture.alt = `Sample: ${words}`;
    button.type = "button";
    button.append(picture);
    button.addEventListener("click", () => open(fetchSample(name), name));
    place.append(button);
  }
}

/** @param {string} name */
async function fetchSample(name) {
  const response = await fetch(new URL(`samples/${name}.jpg`, import.meta.url)).catch(() => null);
  if (!response?.ok)
    throw new Error(`${name} could not be loaded; check the connection and reload the page.`);
  return response.blob();
}
