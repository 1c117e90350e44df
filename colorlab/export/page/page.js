/** The page: puts photograph, controls, hints and worker together. */

import { Client } from "./client.js";
import { HintPanel } from "./hint_panel.js";
import { addSamples } from "./samples.js";
import { Stage } from "./stage.js";
import { VariantPanel } from "./variant_panel.js";

const NO_WEBASSEMBLY =
  "This browser has no WebAssembly, which the network needs; use a current browser, or the " +
  "command colorlab colorize.";
const HOW_TO_ASK =
  "Click a place, or move the cross with the arrow keys and press Enter, to ask for its colours.";
const HOW_TO_WIPE =
  "Drag across the photograph, or use the arrow keys, to compare grey and colour.";

const find = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const say = (/** @type {string} */ text) => (find("status").textContent = text);

/** @type {{models: import("./network.js").Model[], wasmBytes: number, missing?: string}} */
let catalog;
/** @type {import("./network.js").Model} */
let model;
/** @type {Client} */
let client;
/** @type {{width: number, height: number, name: string} | null} */
let photograph = null;
/** @type {import("./network.js").Model | null} What the worker has, or is loading. */
let loaded = null;

const stage = new Stage(find("stage"), {
  onWipe(share) {
    find("wipe").value = 100 * share;
    stage.wipe = share;
    stage.draw();
  },
  onAsk: (place) => hintPanel.ask(place),
  onMove: (index, place, first) => hintPanel.move(index, place, first),
});

const hintPanel = new HintPanel({
  photograph: () => photograph,
  ask: (place) => client.run("ask", { ...wish(), ...place }),
  changed(hints) {
    stage.hints = hints;
    stage.draw();
    refresh();
  },
  asked() {
    stage.cursor = null;
    stage.draw();
  },
  say,
  download,
});

const variantPanel = new VariantPanel({ changed: refresh, say });

/** What the controls say. */
function wish() {
  return {
    hints: hintPanel.hints,
    saturation: Number(find("saturation").value),
    temperature: Number(find("temperature").value),
    variant: variantPanel.chosen,
  };
}

/**
 * @param {Blob | Promise<Blob>} file
 * @param {string} name
 */
async function open(file, name) {
  say("Reading the photograph …");
  try {
    client ??= new Client();
    const { image, fullWidth, fullHeight, notice } = await client.run("open", await file);
    photograph = { width: fullWidth, height: fullHeight, name };
    hintPanel.clear();
    variantPanel.clear();
    stage.open(await createImageBitmap(image), photograph);
    find("work").hidden = false;
    await load();
    await recolor();
    say(`${name}: ${fullWidth} × ${fullHeight} pixels, in colour. ${notice}`);
  } catch (error) {
    say(/** @type {Error} */ (error).message);
  }
}

/** Load the chosen network, unless it is there already. The worker does one thing at a time. */
async function load() {
  if (loaded === model) return;
  const wanted = (loaded = model);
  say(`Loading the network ${model.name}, once a visit …`);
  const progress = find("progress");
  progress.hidden = false;
  try {
    await client.run("load", { model, wasmBytes: catalog.wasmBytes }, (share) => {
      progress.value = share;
    });
  } catch (error) {
    if (loaded === wanted) loaded = null;
    throw error;
  } finally {
    progress.hidden = true;
  }
  const bins = model.target === "ab_bins";
  for (const each of document.querySelectorAll(".bins")) each.toggleAttribute("hidden", !bins);
  variantPanel.clear();
  find("hints").hidden = !model.decoder;
  find("no-hints").hidden = Boolean(model.decoder);
  stage.asks = Boolean(model.decoder);
  stage.canvas.classList.toggle("asks", stage.asks);
  find("how").textContent = stage.asks ? HOW_TO_ASK : HOW_TO_WIPE;
}

/** @type {Promise<void> | null} */
let recoloring = null;
let again = false;

/** Colour the photograph as the controls say. While that goes on, only the latest wish counts. */
async function recolor() {
  if (!photograph || !loaded) return;
  again = true;
  stage.canvas.setAttribute("aria-busy", "true");
  recoloring ??= colorAsWished().finally(() => {
    recoloring = null;
    stage.canvas.setAttribute("aria-busy", "false");
  });
  await recoloring;
}

async function colorAsWished() {
  while (again) {
    again = false;
    const current = wish();
    stage.colored = await createImageBitmap(await client.run("color", current));
    const doubts = find("doubt").checked && model.target === "ab_bins";
    stage.showDoubt(doubts ? await client.run("doubt", current) : null);
    if (variantPanel.wanted && model.target === "ab_bins" && !again)
      variantPanel.show(await client.run("variants", current));
  }
}

function refresh() {
  return recolor().catch((error) => say(error.message));
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function save() {
  if (!photograph) return;
  say("Colouring at full size …");
  find("save").disabled = true;
  try {
    const blob = await client.run("save", wish());
    const ending = blob.type === "image/png" ? "png" : "jpg";
    const kind = variantPanel.chosen ? `variant${variantPanel.chosen}` : "colour";
    const name = `${photograph.name}_${kind}.${ending}`;
    download(blob, name);
    say(`${name}: ${photograph.width} × ${photograph.height} pixels, saved.`);
  } catch (error) {
    say(/** @type {Error} */ (error).message);
  } finally {
    find("save").disabled = false;
  }
}

function showSettings() {
  for (const name of ["saturation", "temperature"]) {
    find(name).value = model[/** @type {"saturation"} */ (name)];
    find(`${name}-value`).textContent = Number(find(name).value).toFixed(2);
  }
}

/** @param {DataTransfer | null} data */
function take(data) {
  const file = data?.files[0];
  if (file) open(file, file.name.replace(/\.[^.]*$/, ""));
  else say("That was no picture; choose a JPEG, PNG or WebP file.");
}

function listen() {
  find("file").addEventListener("change", (/** @type {any} */ { target }) => {
    const [file] = target.files;
    if (file) open(file, file.name.replace(/\.[^.]*$/, ""));
    target.value = ""; // or the same file could not be chosen twice
  });
  for (const name of ["saturation", "temperature"])
    find(name).addEventListener("input", () => {
      find(`${name}-value`).textContent = Number(find(name).value).toFixed(2);
      refresh();
    });
  find("wipe").addEventListener("input", () => {
    stage.wipe = find("wipe").value / 100;
    stage.draw();
  });
  find("doubt").addEventListener("change", refresh);
  find("save").addEventListener("click", save);
  find("model").addEventListener("change", async () => {
    model = catalog.models[find("model").selectedIndex];
    showSettings();
    if (!photograph) return;
    try {
      await load();
      await recolor();
      say(`Coloured by ${model.name}.`);
    } catch (error) {
      say(/** @type {Error} */ (error).message);
    }
  });
  document.addEventListener("paste", (event) => take(event.clipboardData));
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", () => document.body.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    take(event.dataTransfer);
  });
}

async function start() {
  document.documentElement.classList.toggle("framed", window !== window.parent);
  if (typeof WebAssembly !== "object") return say(NO_WEBASSEMBLY);
  const response = await fetch(new URL("models.json", import.meta.url));
  catalog = await response.json();
  if (catalog.missing) return say(catalog.missing);
  [model] = catalog.models;
  for (const { name } of catalog.models) find("model").append(new Option(name));
  find("model-label").hidden = catalog.models.length < 2;
  showSettings();
  addSamples(find("samples"), open);
  listen();
  find("choice").hidden = false;
  say("Your photograph stays on this machine: nothing is sent anywhere.");
}

start();
