// The width between two convolutions, changed with the weights: wider by copies of channels whose outgoing weights are
// split, so that the function stays the same (Net2Net), or narrower by leaving out the channels that weigh least.
import type { Random } from "../../base/random.ts";
import type { Weights } from "../../engine/index.ts";
import type { NetworkNode } from "../../graph/network.ts";
import { operatorOf } from "../../graph/ops/index.ts";
import { inferShapes } from "../../graph/shapes.ts";
import { blockOf, type Change, conform, type Design, readersOf, withOp } from "./design.ts";

/** A convolution, what treats its channels one by one, and the convolution that reads them; nobody else does. */
interface Span {
  readonly producer: NetworkNode;
  readonly between: readonly NetworkNode[];
  readonly consumer: NetworkNode;
}

/** Differs from the paper: copies share the outgoing weight unevenly, which keeps the function and lets them part. @see https://arxiv.org/abs/1511.05641 */
export function changeWidth(
  design: Design,
  block: string,
  { factor, random }: { readonly factor: number; readonly random: Random },
): Change | undefined {
  const spans = spansOf(design, block);
  if (spans.length === 0) return undefined;
  const { producer, between, consumer } = random.pick(spans);
  if (producer.op.kind !== "conv" || consumer.op.kind !== "conv") return undefined;
  const { outChannels: before } = producer.op;
  const after = Math.max(2, Math.round(before * factor));
  if (after === before) return undefined;
  const wider = after > before;
  const kept = wider ? undefined : strongest(design, { producer, between }, after);
  /** Which old channel each new one is. */
  const source =
    kept ?? Array.from({ length: after }, (_, at) => (at < before ? at : random.integer(before)));
  const weights = new Map(design.weights);
  for (const { id } of [producer, ...between]) {
    for (const suffix of ["weight", "bias", "runningMean", "runningVariance"]) {
      const name = `${id}.${suffix}`;
      const given = weights.get(name);
      if (given !== undefined) weights.set(name, pickRows(given, source));
    }
  }
  weights.set(
    `${consumer.id}.weight`,
    pickColumns(design.weights, consumer.id, { source, shares: sharesOf(source, before, random) }),
  );
  let nodes = withOp(design.network.nodes, producer.id, { ...producer.op, outChannels: after });
  for (const { id, op } of between)
    if (op.kind === "conv") nodes = withOp(nodes, id, { ...op, outChannels: after, groups: after });
  const changed = conform(design, nodes, weights, random.integer(2 ** 31));
  const words = `${block}: ${producer.id.slice(block.length + 1)} from ${before} to ${after} channels`;
  return changed && { design: changed, words, preserves: wider };
}

function spansOf({ network }: Design, block: string): readonly Span[] {
  const { nodes } = network;
  const shapes = inferShapes(nodes);
  return nodes.flatMap((producer) => {
    if (blockOf(producer.id) !== block || producer.op.kind !== "conv" || producer.op.groups !== 1) return [];
    const between: NetworkNode[] = [];
    for (let id = producer.id; ; ) {
      const [next, another] = readersOf(nodes, id);
      if (next === undefined || another !== undefined || blockOf(next.id) !== block) return [];
      if (next.op.kind === "conv" && next.op.groups === 1) return [{ producer, between, consumer: next }];
      const channels = shapes.get(id)![0];
      const single =
        operatorOf(next.op).channelwise ||
        (next.op.kind === "conv" && next.op.groups === channels && next.op.outChannels === channels);
      if (!single || next.inputs.length !== 1) return [];
      between.push(next);
      id = next.id;
    }
  });
}

/** The channels with the largest weights, in their order: the filter's norm times the scale that follows it. */
function strongest(
  { weights }: Design,
  { producer, between }: Omit<Span, "consumer">,
  count: number,
): number[] {
  const { data, dims } = weights.get(`${producer.id}.weight`)!;
  const norm = between.find(({ op }) => op.kind === "batch-norm");
  const scale = norm && weights.get(`${norm.id}.weight`)?.data;
  const length = data.length / dims[0]!;
  const strength = Array.from({ length: dims[0]! }, (_, channel) =>
    scale === undefined
      ? Math.hypot(...data.subarray(channel * length, (channel + 1) * length))
      : Math.abs(scale[channel]!),
  );
  return strength
    .map((value, channel) => ({ value, channel }))
    .sort((a, b) => b.value - a.value)
    .slice(0, count)
    .map(({ channel }) => channel)
    .sort((a, b) => a - b);
}

/** How much of the old outgoing weight each channel takes: the copies of one channel add up to 1. */
function sharesOf(source: readonly number[], before: number, random: Random): readonly number[] {
  const draws = source.map(() => 0.5 + random.next());
  const sums = new Float64Array(before);
  for (const [at, channel] of source.entries()) sums[channel]! += draws[at]!;
  return source.map((channel, at) => draws[at]! / sums[channel]!);
}

type Entry = { readonly dims: readonly number[]; readonly data: Float32Array };

function pickRows({ dims, data }: Entry, source: readonly number[]): Entry {
  const length = data.length / dims[0]!;
  const picked = new Float32Array(source.length * length);
  for (const [row, from] of source.entries())
    picked.set(data.subarray(from * length, (from + 1) * length), row * length);
  return { dims: [source.length, ...dims.slice(1)], data: picked };
}

function pickColumns(
  weights: Weights,
  id: string,
  { source, shares }: { readonly source: readonly number[]; readonly shares: readonly number[] },
): Entry {
  const { dims, data } = weights.get(`${id}.weight`)!;
  const [rows, columns] = dims as readonly [number, number];
  const area = data.length / rows / columns;
  const picked = new Float32Array(rows * source.length * area);
  for (let row = 0; row < rows; row += 1) {
    for (const [column, from] of source.entries()) {
      for (let tap = 0; tap < area; tap += 1)
        picked[(row * source.length + column) * area + tap] =
          shares[column]! * data[(row * columns + from) * area + tap]!;
    }
  }
  return { dims: [rows, source.length, ...dims.slice(2)], data: picked };
}
