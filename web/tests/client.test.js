/** The page's side of the worker, with a worker that does not start. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "../../colorlab/export/page/client.js";

test("without a worker every task fails in one line, also the later ones", async () => {
  globalThis.Worker = /** @type {any} */ (
    class extends EventTarget {
      postMessage() {}
    }
  );
  const client = new Client();
  const first = client.run("open", null);
  client.worker.dispatchEvent(new Event("error"));
  await assert.rejects(first, /could not start its worker/);
  await assert.rejects(client.run("open", null), /could not start its worker/);
});
