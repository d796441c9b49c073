// The only file that talks to onnxruntime: opens sessions, wraps typed arrays as tensors without copying, and finds
// out what this processor's kernels can do. It must not know what a graph computes.
import { InferenceSession, Tensor } from "onnxruntime-node";
import { GeniusError, messageOf } from "../base/errors.ts";
import type { Target } from "./lower/context.ts";
import { blockedDomain, createGraphBuilder, openBatch } from "./tensor-graph/builder.ts";

/** Where a graph runs. `cpu` is the default; the others need an onnxruntime build and a device that have them. */
export type ExecutionProvider = "cpu" | "webgpu" | "cuda" | "dml" | "coreml";

export interface SessionOptions {
  /** Threads within one operator; 1 or more. */
  readonly threads: number;
  readonly executionProvider: ExecutionProvider;
}

export type { InferenceSession, Tensor } from "onnxruntime-node";

/**
 * Opens a session on the bytes of a model.
 * @throws GeniusError `training-failed` when onnxruntime refuses the model or lacks the execution provider.
 */
export async function openSession(
  bytes: Uint8Array,
  options: SessionOptions & { readonly graph: "lowered" | "standard" },
): Promise<InferenceSession> {
  // A graph that we lowered ourselves has nothing left to optimise: looking for it only triples the time to open it.
  // Planning memory by pattern would double the memory of a training and makes it no faster.
  const lowered = options.graph === "lowered";
  try {
    return await InferenceSession.create(bytes, {
      executionProviders: [options.executionProvider],
      graphOptimizationLevel: lowered ? "disabled" : "all",
      enableMemPattern: !lowered,
      executionMode: "sequential",
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      extra: { session: { dynamic_block_base: "4" } },
    });
  } catch (thrown) {
    throw new GeniusError(
      "training-failed",
      `onnxruntime could not open the model on "${options.executionProvider}": ${messageOf(thrown)}`,
      { cause: thrown },
    );
  }
}

/**
 * Computes one number with a provider.
 * @throws GeniusError `missing-feature` when this machine or this onnxruntime does not have it.
 */
export async function checkExecutionProvider(executionProvider: ExecutionProvider): Promise<void> {
  if (executionProvider === "cpu") return;
  const graph = createGraphBuilder();
  const input = graph.input("x", [1]);
  graph.output(graph.emit("Add", [input, input], [1]));
  try {
    const session = await openSession(graph.encode(), { threads: 1, executionProvider, graph: "standard" });
    await session.run({ x: asTensor(new Float32Array(1), [1]) });
    await session.release();
  } catch (thrown) {
    const [first = ""] = messageOf(thrown instanceof GeniusError ? thrown.cause : thrown).split("\n");
    // onnxruntime puts the place in its source and the broken condition first.
    const why = first.replace(/^.* was (?:false|true)\. /, "").replace(/\.$/, "");
    throw new GeniusError(
      "missing-feature",
      `Nothing can be trained with "${executionProvider}" on this machine: ${why}. Leave --execution-provider out to train on the processor.`,
      { cause: thrown },
    );
  }
}

/** A tensor over the array itself: what is written into the array later is what the session reads. */
export function asTensor(data: Float32Array, dims: readonly number[]): Tensor {
  return new Tensor("float32", data, dims);
}

let blockSizeOfProcessor: Promise<number> | undefined;

/** What to write a graph for: blocked kernels where this processor has them, standard operators elsewhere. */
export async function targetFor(provider: ExecutionProvider): Promise<Target> {
  if (provider !== "cpu") return { blockSize: 1, microsoft: false };
  blockSizeOfProcessor ??= measureBlockSize();
  return { blockSize: await blockSizeOfProcessor, microsoft: true };
}

/** The channels per block of the blocked layout, read off the shape that a reordering gives; 1 if there is none. */
async function measureBlockSize(): Promise<number> {
  const graph = createGraphBuilder();
  const input = graph.input("map", [1, 4, 1, 1]);
  graph.output(graph.emit("ReorderInput", [input], [1, openBatch, 1, 1], {}, blockedDomain));
  try {
    const session = await InferenceSession.create(graph.encode(), {
      logSeverityLevel: 4,
      intraOpNumThreads: 1,
    });
    const results = await session.run({ map: asTensor(new Float32Array(4), [1, 4, 1, 1]) });
    const [result] = Object.values(results);
    await session.release();
    const channels = result?.dims[1] ?? 1;
    return channels >= 8 ? channels : 1;
  } catch {
    return 1;
  }
}
