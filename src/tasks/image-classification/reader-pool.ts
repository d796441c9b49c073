// Threads that read records, so that files, hashes and pixels of a large dataset use all processors; for a small one the
// work is done here. Gives results in order. Knows nothing of what is done with a record.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type ErrorCode, GeniusError } from "../../base/errors.ts";
import { mapInOrder } from "../../base/map-in-order.ts";
import { unlessAborted } from "../../base/unless-aborted.ts";
import { prepareDecoder } from "./decode.ts";
import { type ReadTask, type RecordsRead, type RecordToRead, readRecords } from "./read-records.ts";

/** Records a message: enough that messages cost nothing, few enough that no thread waits at the end. */
export const recordsPerBlock = 64;
/** Fewer than this many records are done before threads have started. */
const fewRecords = 300;

export interface ReaderPool {
  /** Reads the blocks, several at once, in order. */
  read<Block extends { readonly records: readonly RecordToRead[] }>(
    blocks: AsyncIterable<Block>,
    task: ReadTask,
  ): AsyncGenerator<{ readonly block: Block; readonly read: RecordsRead }>;
  close(): Promise<void>;
}

export type ToReader = {
  readonly id: number;
  readonly records: readonly RecordToRead[];
  readonly task: ReadTask;
};
export type FromReader =
  | { readonly id: number; readonly read: RecordsRead }
  | { readonly id: number; readonly code: ErrorCode; readonly message: string };

/** @param signal aborting it ends the threads in the middle of what they read, which rejects with its reason */
export async function openReaderPool(recordCount: number, signal?: AbortSignal): Promise<ReaderPool> {
  await prepareDecoder();
  const threads = recordCount < fewRecords ? [] : startThreads(Math.min(8, availableParallelism()));
  const stop = () => {
    for (const thread of threads) void thread.close(signal?.reason);
  };
  signal?.addEventListener("abort", stop, { once: true });
  let turn = 0;
  const readBlock = async (records: readonly RecordToRead[], task: ReadTask): Promise<RecordsRead> => {
    // Raw pixels are there already: sending them costs more than hashing them.
    signal?.throwIfAborted();
    if (threads.length === 0 || records.every(({ image }) => image.kind === "raw"))
      return unlessAborted(readRecords(records, task), signal);
    turn += 1;
    return threads[turn % threads.length]!.read(records, task);
  };
  return {
    async *read(blocks, task) {
      const width = Math.max(1, threads.length * 3);
      yield* mapInOrder(
        blocks,
        async (block) => ({ block, read: await readBlock(block.records, task) }),
        width,
      );
    },
    async close() {
      signal?.removeEventListener("abort", stop);
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

interface Thread {
  read(records: readonly RecordToRead[], task: ReadTask): Promise<RecordsRead>;
  /** What it has not read yet rejects with `why`. */
  close(why?: unknown): Promise<void>;
}

function startThreads(count: number): Thread[] {
  return Array.from({ length: count }, startThread);
}

function startThread(): Thread {
  // tsc does not rewrite a name in a URL: in a checkout it is the .ts file, in dist the .js one.
  const isSource = import.meta.url.endsWith(".ts");
  const worker = new Worker(
    isSource
      ? new URL("./reader-worker.ts", import.meta.url)
      : new URL("./reader-worker.js", import.meta.url),
  );
  worker.unref();
  const waiting = new Map<
    number,
    { resolve: (read: RecordsRead) => void; reject: (error: unknown) => void }
  >();
  let next = 0;
  const fail = (error: unknown) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    worker.unref();
  };
  worker.on("message", (message: FromReader) => {
    const one = waiting.get(message.id);
    waiting.delete(message.id);
    if (waiting.size === 0) worker.unref();
    if ("read" in message) one?.resolve(message.read);
    else one?.reject(new GeniusError(message.code, message.message));
  });
  worker.on("error", (cause) =>
    fail(new GeniusError("internal", `A thread that reads images crashed: ${String(cause)}`, { cause })),
  );
  worker.on("exit", () => fail(new GeniusError("internal", "A thread that reads images ended.")));
  return {
    read: (records, task) =>
      new Promise((resolve, reject) => {
        next += 1;
        waiting.set(next, { resolve, reject });
        worker.ref();
        worker.postMessage({ id: next, records, task } satisfies ToReader);
      }),
    async close(why) {
      if (why !== undefined) fail(why);
      await worker.terminate();
    },
  };
}
