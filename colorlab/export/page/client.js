/** The page's side of the worker: each task is a promise. */

/** @typedef {"load" | "open" | "color" | "save" | "ask" | "doubt" | "variants"} Task */

export class Client {
  constructor() {
    // A worker made from a blob inherits the page's content security policy; one made from an
    // address would have none, and could ask anybody.
    const address = new URL("worker.js", import.meta.url).href;
    const source = new Blob([`import ${JSON.stringify(address)};`], { type: "text/javascript" });
    this.worker = new Worker(URL.createObjectURL(source), { type: "module" });
    /** @type {Map<number, {resolve: Function, reject: Function, onProgress?: Function}>} */
    this.waiting = new Map();
    this.count = 0;
    /** @type {Error | null} */
    this.failure = null;
    this.worker.addEventListener("message", ({ data }) => this.receive(data));
    this.worker.addEventListener("error", () => this.fail());
  }

  /** @param {{id: number, result?: any, error?: string, progress?: number}} answer */
  receive({ id, result, error, progress }) {
    const caller = this.waiting.get(id);
    if (!caller) return;
    if (progress !== undefined) {
      caller.onProgress?.(progress);
      return;
    }
    this.waiting.delete(id);
    if (error === undefined) caller.resolve(result);
    else caller.reject(new Error(error));
  }

  fail() {
    this.failure = new Error(
      "The page could not start its worker; reload the page, or use a current browser.",
    );
    for (const { reject } of this.waiting.values()) reject(this.failure);
    this.waiting.clear();
  }

  /**
   * @param {Task} task
   * @param {any} argument
   * @param {(share: number) => void} [onProgress]
   * @returns {Promise<any>}
   */
  run(task, argument, onProgress) {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      const id = ++this.count;
      this.waiting.set(id, { resolve, reject, onProgress });
      this.worker.postMessage({ id, task, argument });
    });
  }
}
