// The memory that feature maps need while a network predicts: which buffers are live when, and one block of memory – the
// arena – in which each has a fixed place. The exported C uses this same plan, so that the peak that is promised before
// training is the one that a device needs. Weights, code and stack are not in it. What interpreters of TFLite files take is
// in deploy/tflite/arena.ts.
import { type InferenceGraph, inferenceGraph } from "./export/simplify.ts";
import type { Network, NetworkNode } from "./network.ts";
import { volume } from "./operator.ts";
import { bytesPerElement, type Precision } from "./precision.ts";
import type { Shapes } from "./shapes.ts";

/** A piece of memory that is needed from one step of the inference to another, both included. */
export interface LiveBuffer {
  readonly bytes: number;
  readonly firstStep: number;
  readonly lastStep: number;
}

export interface ArenaPlan {
  /** Of each buffer, in the order in which they were given: the place of its first byte, a multiple of `arenaAlignment`. */
  readonly offsets: readonly number[];
  /** The size of the arena. */
  readonly bytes: number;
}

/** TFLite Micro and CMSIS-NN place each buffer at a multiple of 16 bytes. */
export const arenaAlignment = 16;

const aligned = (bytes: number) => Math.ceil(bytes / arenaAlignment) * arenaAlignment;

/**
 * Places buffers so that two that are live in one step never overlap. The first plan is TFLite Micro's: the largest
 * buffer first, each at the lowest place where it fits. If the buffers that are live together need less than that plan,
 * a few other orders are tried, and the smallest plan is kept: never larger than TFLite Micro's.
 * @see https://github.com/tensorflow/tflite-micro/blob/main/tensorflow/lite/micro/memory_planner/greedy_memory_planner.h
 * @see https://arxiv.org/abs/2001.03288
 */
export function planArena(buffers: readonly LiveBuffer[]): ArenaPlan {
  const least = liveBytes(buffers);
  const bySize = orderBy(buffers, ({ bytes }) => -bytes);
  let best = place(buffers, bySize);
  if (best.bytes === least) return best;
  const orders = [
    orderBy(buffers, ({ bytes, firstStep, lastStep }) => -aligned(bytes) * (lastStep - firstStep + 1)),
    orderBy(buffers, ({ firstStep, lastStep }) => firstStep - lastStep),
    orderBy(buffers, ({ firstStep }) => firstStep),
    orderBy(buffers, ({ lastStep }) => -lastStep),
  ];
  for (const order of [bySize, ...orders]) {
    const plan = improved(buffers, order, least);
    if (plan.bytes < best.bytes) best = plan;
    if (best.bytes === least) break;
  }
  return best;
}

/** The arena of TFLite Micro's planner alone: of buffers that are as large when aligned, the last one is placed first. */
export function greedyArenaBytes(buffers: readonly LiveBuffer[]): number {
  const order = buffers.map((_, index) => index).toReversed();
  order.sort((a, b) => aligned(buffers[b]!.bytes) - aligned(buffers[a]!.bytes));
  return place(buffers, order).bytes;
}

const improvements = 12;

/** The best of the plans that come of an order when, again and again, the buffers that reach highest are placed first. */
function improved(buffers: readonly LiveBuffer[], start: readonly number[], least: number): ArenaPlan {
  let order = start;
  let best = place(buffers, order);
  let plan = best;
  for (let round = 0; round < improvements && best.bytes > least; round += 1) {
    const isHighest = (index: number) =>
      (plan.offsets[index] as number) + aligned(buffers[index]!.bytes) === plan.bytes;
    order = [...order.filter(isHighest), ...order.filter((index) => !isHighest(index))];
    plan = place(buffers, order);
    if (plan.bytes < best.bytes) best = plan;
  }
  return best;
}

/** Indices by a key, smallest first; equal ones stay in their order, as in TFLite Micro. */
function orderBy(buffers: readonly LiveBuffer[], key: (buffer: LiveBuffer) => number): readonly number[] {
  const keys = buffers.map(key);
  return buffers.map((_, index) => index).sort((a, b) => keys[a]! - keys[b]! || a - b);
}

/** Each buffer in turn at the lowest place that no buffer of its time, placed before it, takes. */
function place(buffers: readonly LiveBuffer[], order: readonly number[]): ArenaPlan {
  const offsets = buffers.map(() => 0);
  const placed: number[] = [];
  let bytes = 0;
  for (const index of order) {
    const { firstStep, lastStep, bytes: asked } = buffers[index] as LiveBuffer;
    const size = aligned(asked);
    let offset = 0;
    for (const other of placed) {
      const { firstStep: first, lastStep: last, bytes: taken } = buffers[other] as LiveBuffer;
      if (first > lastStep || last < firstStep) continue;
      const start = offsets[other] as number;
      if (start >= offset + size) break;
      offset = Math.max(offset, start + aligned(taken));
    }
    offsets[index] = offset;
    let at = placed.length;
    while (at > 0 && offsets[placed[at - 1] as number]! > offset) at -= 1;
    placed.splice(at, 0, index);
    bytes = Math.max(bytes, offset + size);
  }
  return { offsets, bytes };
}

/** The largest sum of buffers that are live in one step: no arena is smaller. */
export function liveBytes(buffers: readonly LiveBuffer[]): number {
  const changes = new Map<number, number>();
  const change = (step: number, by: number) => changes.set(step, (changes.get(step) ?? 0) + by);
  for (const { bytes, firstStep, lastStep } of buffers) {
    change(firstStep, aligned(bytes));
    change(lastStep + 1, -aligned(bytes));
  }
  let live = 0;
  let peak = 0;
  for (const [, by] of [...changes].sort(([a], [b]) => a - b)) {
    live += by;
    peak = Math.max(peak, live);
  }
  return peak;
}

/** A place for one or more feature maps of a network, of which each overwrites the one before it. */
export interface ActivationBuffer {
  /** Of one image. */
  readonly elements: number;
  /** By their place in the list of nodes. */
  readonly firstStep: number;
  readonly lastStep: number;
  /** Ids of the nodes whose output is in it, in their order. */
  readonly nodeIds: readonly string[];
}

/**
 * The buffers of a network in inference; step i is node i of `withoutZeros(network)`. Batch norms need none of their own
 * where they can be folded. A pointwise operation overwrites its input where nothing reads that later; of a sum one of the
 * first two terms is overwritten, since the terms may be added one after another. The image is never overwritten.
 * Flattening and dropout move nothing. Every other operation writes a new buffer.
 */
export function activationBuffers(network: Network): readonly ActivationBuffer[] {
  return buffersOf(inferenceGraph(network));
}

function buffersOf({ nodes, shapes }: InferenceGraph): readonly ActivationBuffer[] {
  const lastReads = lastReadsOf(nodes);
  const buffers: { elements: number; firstStep: number; lastStep: number; nodeIds: string[] }[] = [];
  const bufferOf = new Map<string, number>();
  nodes.forEach(({ id, inputs, op }, step) => {
    const lastStep = lastReads.get(id) as number;
    const isFree = (source: string) => {
      const buffer = buffers[bufferOf.get(source) as number]!;
      return buffer.firstStep > 0 && buffer.lastStep === step;
    };
    const shared = unchanging.has(op.kind)
      ? inputs[0]
      : overwritable({ id, inputs, op }, shapes).find(isFree);
    if (shared !== undefined) {
      const place = bufferOf.get(shared) as number;
      const buffer = buffers[place]!;
      buffer.lastStep = Math.max(buffer.lastStep, lastStep);
      buffer.nodeIds.push(id);
      bufferOf.set(id, place);
      return;
    }
    bufferOf.set(id, buffers.length);
    buffers.push({ elements: volume(shapes.get(id)!), firstStep: step, lastStep, nodeIds: [id] });
  });
  return buffers;
}

/** By node id: the last step that reads it; for the output, one step after the last. */
function lastReadsOf(nodes: readonly NetworkNode[]): ReadonlyMap<string, number> {
  const lastReads = new Map(nodes.map(({ id }, step) => [id, step]));
  nodes.forEach(({ inputs }, step) => {
    for (const id of inputs) lastReads.set(id, step);
  });
  const output = nodes.at(-1);
  if (output !== undefined) lastReads.set(output.id, nodes.length);
  return lastReads;
}

/** In inference these give the numbers that they read. */
const unchanging: ReadonlySet<string> = new Set(["flatten", "dropout", "drop-path"]);

/** The inputs in whose place an operation may write its output, if nothing reads them later. */
function overwritable({ id, inputs, op }: NetworkNode, shapes: Shapes): readonly string[] {
  switch (op.kind) {
    case "activation":
    case "batch-norm":
    case "layer-norm":
    case "scale":
      return inputs;
    case "multiply":
      // A gate is smaller than the map that it opens.
      return inputs.filter((input) => volume(shapes.get(input)!) === volume(shapes.get(id)!));
    case "add":
      return inputs
        .slice(0, 2)
        .filter((input) => inputs.length === 2 || inputs.indexOf(input) === inputs.lastIndexOf(input));
    default:
      return [];
  }
}

export interface NetworkArena {
  readonly bytes: number;
  readonly buffers: readonly (ActivationBuffer & { readonly offset: number })[];
}

/** The arena of a network for one image. */
export function networkArena(network: Network, precision: Precision): NetworkArena {
  return arenaOf(inferenceGraph(network), precision);
}

/** The same of a graph that is simplified already. */
export function arenaOf(graph: InferenceGraph, precision: Precision): NetworkArena {
  const buffers = buffersOf(graph);
  const { offsets, bytes } = planArena(
    buffers.map(({ elements, firstStep, lastStep }) => ({
      bytes: elements * bytesPerElement[precision],
      firstStep,
      lastStep,
    })),
  );
  return {
    bytes,
    buffers: buffers.map((buffer, index) => ({ ...buffer, offset: offsets[index] as number })),
  };
}
