// Batches for a trainer, prepared ahead on a thread of their own in shared memory, or on the caller's thread. Both
// give the same numbers. Owns the thread and the buffers; what a batch contains is decided by fill-batch.ts.
import { Worker } from "node:worker_threads";
import { type ErrorCode, GeniusError } from "../../base/errors.ts";
import { type BatchBuffers, type BatchPlan, countBatches, createBatchFiller } from "./fill-batch.ts";

/** One batch. Its arrays are reused: they hold until the next batch is asked for. */
export interface Batch extends BatchBuffers {
  /** 0-based within the epoch. */
  readonly index: number;
  /** Images in it: the batch size, but for a last batch of `lastBatch: "keep"` (arrays are shorter) or `"pad"` (zero rows follow). */
  readonly count: number;
}

/** A source of batches, epoch by epoch. One epoch at a time. */
export interface Batches extends AsyncDisposable {
  readonly batchCount: number;
  readonly batchSize: number;
  /** The batches of an epoch, 0-based. The same arguments give the same numbers. @throws GeniusError when the thread fails. */
  epoch(epoch: number): AsyncGenerator<Batch, void, void>;
  /** Ends the thread. */
  close(): Promise<void>;
}

export interface BatchOptions extends BatchPlan {
  /** Where batches are made. Default `worker`. */
  readonly thread?: "worker" | "caller";
  /** Batches made ahead on the worker. Default 3. */
  readonly prefetch?: number;
}

/**
 * Training batches of `set`: shuffled, augmented, of full size.
 * `images` are float32 `[N, C, H, W]`, normalised; `targets` float32 `[N, classes]`, rows sum to 1; `labels` uint16.
 * @throws GeniusError `wrong-use` when the options are impossible.
 * @example
 * await using batches = createBatches({ set: train, batchSize: 64, normalisation: channelStatistics(train), seed: 7 });
 * for await (const { images, targets } of batches.epoch(0)) await trainStep(images, targets);
 */
export function createBatches(options: BatchOptions): Batches {
  const { thread = "worker", prefetch = 3, ...plan } = options;
  return thread === "worker" ? startWorker(plan, Math.max(2, prefetch)) : onCallersThread(plan);
}

/** Batches for measuring: in order, without augmentation, every image once; the last batch may be shorter. On the caller's thread by default. */
export function createEvaluationBatches(
  options: Omit<BatchOptions, "augmentation" | "order" | "seed">,
): Batches {
  return createBatches({ thread: "caller", lastBatch: "keep", ...options, order: "sequential" });
}

/** What the worker is started with and the messages between the two ends. */
export interface WorkerSetup {
  readonly plan: BatchPlan;
  readonly slots: readonly BatchBuffers[];
}
export type ToWorker =
  | { readonly kind: "epoch"; readonly run: number; readonly epoch: number }
  | { readonly kind: "free"; readonly run: number; readonly slot: number }
  | { readonly kind: "stop" };
export type FromWorker =
  | {
      readonly kind: "filled";
      readonly run: number;
      readonly slot: number;
      readonly index: number;
      readonly count: number;
    }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string };

function onCallersThread(plan: BatchPlan): Batches {
  const batchCount = countBatches(plan);
  const filler = createBatchFiller(plan);
  const buffers = allocate(plan);
  let closed = false;
  const close = async () => {
    if (!closed) filler.close();
    closed = true;
  };
  return {
    batchCount,
    batchSize: plan.batchSize,
    async *epoch(epoch) {
      for (let index = 0; index < batchCount; index += 1) {
        if (closed) throw closedError();
        const count = filler.fill(epoch, index, buffers);
        yield { index, count, ...view(plan, buffers, count) };
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function startWorker(plan: BatchPlan, slotCount: number): Batches {
  const batchCount = countBatches(plan);
  createBatchFiller(plan).close(); // impossible options fail here, not later and elsewhere
  const slots = Array.from({ length: slotCount }, () => allocate(plan));
  // tsc does not rewrite a name in a URL: in a checkout it is the .ts file, in dist the .js one.
  const isSource = import.meta.url.endsWith(".ts");
  const file = isSource
    ? new URL("./batch-worker.ts", import.meta.url)
    : new URL("./batch-worker.js", import.meta.url);
  const worker = new Worker(file, {
    workerData: { plan, slots } satisfies WorkerSetup,
  });
  worker.unref();
  let run = 0;
  let failure: Error | undefined;
  let filled: Extract<FromWorker, { kind: "filled" }>[] = [];
  let wake: () => void = () => undefined;
  const fail = (error: Error) => {
    failure ??= error;
    wake();
  };
  worker.on("message", (message: FromWorker) => {
    if (message.kind === "failed")
      return fail(new GeniusError(message.code, `Preparing batches failed: ${message.message}`));
    if (message.run === run) filled.push(message);
    wake();
  });
  worker.on("error", (cause) =>
    fail(
      new GeniusError("internal", `The thread that prepares batches crashed: ${String(cause)}`, { cause }),
    ),
  );
  worker.on("exit", () => fail(closedError()));
  const send = (message: ToWorker) => worker.postMessage(message);
  const next = async () => {
    while (filled.length === 0) {
      if (failure !== undefined) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return filled.shift()!;
  };
  const close = async () => {
    await worker.terminate();
  };
  return {
    batchCount,
    batchSize: plan.batchSize,
    async *epoch(epoch) {
      run += 1;
      const id = run;
      filled = [];
      worker.ref();
      try {
        send({ kind: "epoch", run: id, epoch });
        for (let expected = 0; expected < batchCount; expected += 1) {
          if (id !== run) throw new GeniusError("internal", "Another epoch was begun before this one ended.");
          const { slot, index, count } = await next();
          yield { index, count, ...view(plan, slots[slot]!, count) };
          send({ kind: "free", run: id, slot });
        }
      } finally {
        if (id === run) {
          send({ kind: "stop" });
          worker.unref();
        }
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function allocate({ set, batchSize }: BatchPlan): BatchBuffers {
  const imageLength = set.shape[0] * set.shape[1] * set.shape[2];
  return {
    images: new Float32Array(new SharedArrayBuffer(batchSize * imageLength * 4)),
    targets: new Float32Array(new SharedArrayBuffer(batchSize * set.classCount * 4)),
    labels: new Uint16Array(new SharedArrayBuffer(batchSize * 2)),
  };
}

function view({ set, batchSize, lastBatch }: BatchPlan, buffers: BatchBuffers, count: number): BatchBuffers {
  if (count === batchSize || lastBatch === "pad") return buffers;
  return {
    images: buffers.images.subarray(0, count * set.shape[0] * set.shape[1] * set.shape[2]),
    targets: buffers.targets.subarray(0, count * set.classCount),
    labels: buffers.labels.subarray(0, count),
  };
}

function closedError(): GeniusError {
  return new GeniusError("internal", "These batches were closed.");
}
