// The thread on which Parquet files are read, for parquet-thread.ts: one question after another.
import { parentPort } from "node:worker_threads";
import { GeniusError, messageOf } from "../../../base/errors.ts";
import { describeParquet, readParquetRows } from "./parquet-file.ts";
import type { FromParquet, ToParquet } from "./parquet-thread.ts";

const port = parentPort;
// The reader starts on all columns and gives up at the first that fails; the failures of the others come later, belong
// to an answer that was given, and would end the thread.
process.on("unhandledRejection", () => undefined);

port?.on("message", async ({ id, file, ask }: ToParquet) => {
  try {
    if (ask.kind === "describe") {
      const description = await describeParquet(file.path, file.where);
      port.postMessage({ id, description } satisfies FromParquet);
    } else {
      const rows = await readParquetRows(file, ask.columns, ask.range);
      port.postMessage({ id, rows } satisfies FromParquet, [
        ...new Set(rows.map(({ bytes }) => bytes.buffer).filter(({ byteLength }) => byteLength > 0)),
      ]);
    }
  } catch (thrown) {
    const code = thrown instanceof GeniusError ? thrown.code : "internal";
    port.postMessage({ id, code, message: messageOf(thrown) } satisfies FromParquet);
  }
});
