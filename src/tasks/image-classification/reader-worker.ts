// A thread that reads records for reader-pool.ts, one block after another.
import { parentPort } from "node:worker_threads";
import { GeniusError, messageOf } from "../../base/errors.ts";
import { prepareDecoder } from "./decode.ts";
import { readRecords } from "./read-records.ts";
import type { FromReader, ToReader } from "./reader-pool.ts";

const port = parentPort;
const ready = prepareDecoder();
let last: Promise<unknown> = ready;

port?.on("message", ({ id, records, task }: ToReader) => {
  last = last.then(async () => {
    try {
      const read = await readRecords(records, task);
      const { pixels, histogram } = read;
      const moved = [pixels.buffer as ArrayBuffer, ...(histogram === undefined ? [] : [histogram.buffer])];
      port.postMessage({ id, read } satisfies FromReader, moved);
    } catch (thrown) {
      const code = thrown instanceof GeniusError ? thrown.code : "internal";
      port.postMessage({ id, code, message: messageOf(thrown) } satisfies FromReader);
    }
  });
});
