// Gradients over random shapes: against finite differences of the loss, and the three lowerings against each other.
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import {
  type NetworkNode,
  type Operation,
  type Pair,
  type WrittenOperation,
  withPairs,
} from "../graph/network.ts";
import { activationNames } from "../graph/ops/activation.ts";
import type { Weights } from "../graph/weights.ts";
import { drawArray, drawBatch, drawWeights } from "./fixtures/cases.ts";
import { createTrainer, type Trainer } from "./trainer.ts";

const lowerings = ["native", "plain", "portable"] as const;
const usualBatch = 3;
const classes = 4;
const optimiser = { kind: "sgd", momentum: 0, nesterov: false, weightDecay: 0 } as const;

/** A stem that gives the operator its input (and makes that input's gradient visible), the operator, a head. */
function network(
  shape: { channels: number; height: number; width: number },
  body: readonly NetworkNode[],
): NetworkNode[] {
  return [
    { id: "image", inputs: [], op: { kind: "input", shape: [2, shape.height, shape.width] } },
    { id: "stem", inputs: ["image"], op: conv({ outChannels: shape.channels, kernel: 1, bias: true }) },
    ...body,
    { id: "flat", inputs: [body.at(-1)?.id ?? "stem"], op: { kind: "flatten" } },
    { id: "head", inputs: ["flat"], op: { kind: "linear", outFeatures: classes, bias: true } },
  ];
}

type WrittenConv = Extract<WrittenOperation, { kind: "conv" }>;

function conv(op: Partial<WrittenConv> & { outChannels: number }): Operation {
  return withPairs({ kind: "conv", kernel: 3, stride: 1, padding: 0, groups: 1, bias: false, ...op });
}

const one = (op: WrittenOperation): NetworkNode[] => [{ id: "x", inputs: ["stem"], op: withPairs(op) }];
const size = fc.record({
  channels: fc.integer({ min: 1, max: 20 }),
  height: fc.integer({ min: 3, max: 10 }),
  width: fc.integer({ min: 3, max: 10 }),
});
/** A pair, of two equal numbers as often as not. */
const pair = (number: fc.Arbitrary<number>): fc.Arbitrary<Pair> =>
  fc.oneof(
    number.map((both): Pair => [both, both]),
    fc.tuple(number, number),
  );
const window = fc
  .record({
    kernel: pair(fc.integer({ min: 1, max: 7 })),
    stride: pair(fc.constantFrom(1, 2)),
    padding: pair(fc.integer({ min: 0, max: 3 })),
    bias: fc.boolean(),
  })
  .filter(({ kernel, padding }) => padding[0] <= kernel[0] / 2 && padding[1] <= kernel[1] / 2);
const fits = (
  shape: { height: number; width: number },
  { kernel, padding }: { kernel: Pair; padding: Pair },
) => shape.height + 2 * padding[0] >= kernel[0] && shape.width + 2 * padding[1] >= kernel[1];

const networks: Readonly<Record<string, fc.Arbitrary<NetworkNode[]>>> = {
  convolution: fc
    .tuple(size, window, fc.integer({ min: 1, max: 20 }))
    .filter(([shape, w]) => fits(shape, w))
    .map(([shape, w, outChannels]) => network(shape, one(conv({ ...w, outChannels })))),
  "depthwise convolution": fc
    .tuple(size, window)
    .filter(([shape, w]) => fits(shape, w))
    .map(([shape, w]) =>
      network(shape, one(conv({ ...w, outChannels: shape.channels, groups: shape.channels }))),
    ),
  "grouped convolution": fc
    .tuple(size, window, fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 3 }))
    .filter(([shape, w]) => fits(shape, w))
    .map(([shape, w, groups, multiple]) => {
      const channels = groups * Math.ceil(shape.channels / groups);
      return network({ ...shape, channels }, one(conv({ ...w, groups, outChannels: groups * multiple })));
    }),
  "batch norm": size.map((shape) =>
    network(shape, one({ kind: "batch-norm", epsilon: 1e-3, momentum: 0.1 })),
  ),
  activation: fc
    .tuple(size, fc.constantFrom(...activationNames))
    .map(([shape, name]) => network(shape, one({ kind: "activation", function: name }))),
  pool: fc
    .tuple(size, window, fc.constantFrom("average", "max"), fc.boolean())
    .filter(([shape, w]) => fits(shape, w))
    .map(([shape, { kernel, stride, padding }, mode, countPadding]) =>
      network(shape, one({ kind: "pool", mode, kernel, stride, padding, countPadding })),
    ),
  "layer norm": size
    // Over one channel, or nearly one value, a norm is a step.
    .filter(({ channels }) => channels > 3)
    .map((shape) => network(shape, one({ kind: "layer-norm", epsilon: 1e-3 }))),
  "channel shuffle": fc
    .tuple(size, fc.integer({ min: 1, max: 4 }))
    .map(([shape, groups]) =>
      network(
        { ...shape, channels: groups * Math.ceil(shape.channels / groups) },
        one({ kind: "channel-shuffle", groups }),
      ),
    ),
  "slice of channels": fc
    .tuple(size, fc.constantFrom([0, 16], [16, 32], [3, 17], [0, 32]))
    .map(([shape, range]) => {
      const [from, to] = range as [number, number];
      return network({ ...shape, channels: 32 }, [
        { id: "other", inputs: ["stem"], op: conv({ outChannels: 32, padding: 1 }) },
        { id: "x", inputs: ["other"], op: { kind: "slice", from, to } },
      ]);
    }),
  upsampling: fc.tuple(size, fc.integer({ min: 1, max: 3 })).map(([shape, factor]) =>
    network({ ...shape, height: Math.min(shape.height, 5), width: Math.min(shape.width, 5) }, [
      { id: "other", inputs: ["stem"], op: conv({ outChannels: shape.channels, padding: 1 }) },
      { id: "wide", inputs: ["other"], op: { kind: "upsample", factor } },
      { id: "x", inputs: ["wide"], op: conv({ outChannels: 3 }) },
    ]),
  ),
  "squeeze-excite": size.map((shape) =>
    network(shape, [
      { id: "pooled", inputs: ["stem"], op: { kind: "global-pool" } },
      { id: "reduce", inputs: ["pooled"], op: conv({ outChannels: 3, kernel: 1, bias: true }) },
      { id: "silu", inputs: ["reduce"], op: { kind: "activation", function: "silu" } },
      { id: "expand", inputs: ["silu"], op: conv({ outChannels: shape.channels, kernel: 1, bias: true }) },
      { id: "gate", inputs: ["expand"], op: { kind: "activation", function: "sigmoid" } },
      { id: "x", inputs: ["gate", "stem"], op: { kind: "multiply" } },
    ]),
  ),
  "sums, products and concatenations": fc
    .tuple(size, fc.constantFrom("add", "multiply", "concat"))
    .map(([shape, kind]) =>
      network(shape, [
        { id: "other", inputs: ["image"], op: conv({ outChannels: shape.channels, padding: 1 }) },
        { id: "half", inputs: ["other"], op: { kind: "scale", factor: -0.5 } },
        { id: "none", inputs: ["stem"], op: { kind: "zero", outChannels: shape.channels, stride: [1, 1] } },
        { id: "sum", inputs: ["half", "none", "stem"], op: { kind: "add" } },
        { id: "x", inputs: ["stem", "sum"], op: { kind } },
      ]),
    ),
  "dropout and stochastic depth": fc
    .tuple(size, fc.constantFrom("dropout", "drop-path"))
    .map(([shape, kind]) =>
      network(shape, [
        { id: "other", inputs: ["stem"], op: conv({ outChannels: shape.channels, padding: 1 }) },
        { id: "dropped", inputs: ["other"], op: { kind, rate: 0.4 } },
        { id: "x", inputs: ["dropped", "stem"], op: { kind: "add" } },
      ]),
    ),
};

async function gradientsOf(
  nodes: readonly NetworkNode[],
  lowering: (typeof lowerings)[number],
  batchSize = usualBatch,
) {
  const trainer = await createTrainer({
    nodes,
    classCount: classes,
    batchSize,
    seed: 5,
    optimiser,
    lowering,
    labelSmoothing: 0.1,
  });
  const weights = drawWeights("gradient", nodes);
  trainer.setWeights(weights);
  const start = trainer.checkpoint();
  const loss = await lossAt(trainer, nodes, { start, weights }, batchSize);
  return { trainer, start, weights, loss, gradients: trainer.gradients() };
}

/** The loss at some weights, with the masks of the first step. */
async function lossAt(
  trainer: Trainer,
  nodes: readonly NetworkNode[],
  at: { start: Uint8Array; weights: Weights },
  batchSize = usualBatch,
) {
  const op = nodes[0]?.op;
  if (op?.kind !== "input") throw new Error("no input");
  const batch = drawBatch("gradient", { step: 0, batchSize, shape: op.shape, classes });
  trainer.restore(at.start);
  trainer.setWeights(at.weights);
  return (await trainer.step({ ...batch, learningRate: 0 })).loss;
}

let checked = 0;
afterAll(() => expect(checked).toBeGreaterThan(300));

test.for(Object.keys(networks))(
  "%s: gradients agree with finite differences and between lowerings",
  async (name) => {
    await fc.assert(
      fc.asyncProperty(networks[name] as fc.Arbitrary<NetworkNode[]>, async (nodes) => {
        const { trainer, start, weights, loss, gradients } = await gradientsOf(nodes, "native");
        // Along a direction, for each parameter: its gradient with the sign of every other element drawn at random.
        for (const [parameter, { dims, data }] of gradients) {
          const signs = drawArray(parameter, data.length);
          const direction = data.map((value, index) => value * ((signs[index] as number) > -0.5 ? 1 : -1));
          const slope = data.reduce((sum, value, index) => sum + value * (direction[index] as number), 0);
          const norm = Math.hypot(...direction);
          if (norm < 0.02) continue;
          const base = weights.get(parameter)?.data ?? data;
          const at = (epsilon: number) =>
            lossAt(trainer, nodes, {
              start,
              weights: new Map(weights).set(parameter, {
                dims,
                data: base.map((value, index) => value + (epsilon / norm) * (direction[index] as number)),
              }),
            });
          // A large step averages over the kinks of ReLU and pools, a small one over the rounding of the loss: one of
          // them must agree.
          const errors: number[] = [];
          for (const epsilon of [0.01, 0.003, 0.001]) {
            const measured = ((await at(epsilon)) - (await at(-epsilon))) / (2 * epsilon);
            const rounding = (4e-7 * loss) / epsilon;
            errors.push(Math.abs(measured - slope / norm) / (0.02 * norm + rounding));
            if (Math.min(...errors) < 1) break;
          }
          expect(Math.min(...errors), parameter).toBeLessThan(1);
          checked += 1;
        }
        await trainer.dispose();
        for (const lowering of lowerings.slice(1)) {
          const other = await gradientsOf(nodes, lowering);
          expect(other.loss).toBeCloseTo(loss, 5);
          await other.trainer.dispose();
          expectSame(gradients, other.gradients, lowering);
        }
      }),
      { numRuns: 25, seed: 20261124 },
    );
  },
);

test.each([1, 15, 16, 17, 40, 58])(
  "a batch of %d images has the same gradients in every lowering",
  async (batchSize) => {
    const nodes = network({ channels: 20, height: 6, width: 5 }, [
      { id: "full", inputs: ["stem"], op: conv({ outChannels: 18, padding: 1, stride: 2 }) },
      { id: "point", inputs: ["full"], op: conv({ outChannels: 33, kernel: 1 }) },
      { id: "depth", inputs: ["point"], op: conv({ outChannels: 33, padding: 1, groups: 33 }) },
      { id: "norm", inputs: ["depth"], op: { kind: "batch-norm", epsilon: 1e-3, momentum: 0.1 } },
      { id: "x", inputs: ["norm"], op: conv({ outChannels: 12, padding: 1, groups: 3 }) },
    ]);
    const [own, ...others] = await Promise.all(
      lowerings.map((lowering) => gradientsOf(nodes, lowering, batchSize)),
    );
    for (const [at, other] of others.entries()) {
      expect(other.loss).toBeCloseTo(own!.loss, 5);
      expectSame(own!.gradients, other.gradients, lowerings[at + 1]!);
    }
    for (const { trainer } of [own!, ...others]) await trainer.dispose();
  },
);

function expectSame(own: Weights, others: Weights, lowering: string): void {
  for (const [parameter, { data }] of others) {
    const mine = own.get(parameter)?.data ?? data;
    const scale = Math.max(1e-2, ...data.map(Math.abs));
    const worst = Math.max(...data.map((value, index) => Math.abs(value - (mine[index] as number)) / scale));
    expect(worst, `${lowering}: ${parameter}`).toBeLessThan(2e-4);
  }
}
