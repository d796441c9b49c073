// The trainer as a whole: learning, exact resumption, averaging, masks, prediction and its errors.
import { afterAll, beforeAll, expect, test } from "vitest";
import { GeniusError } from "../base/errors.ts";
import { type NetworkNode, type WrittenOperation, withPairs } from "../graph/network.ts";
import type { Weights } from "../graph/weights.ts";
import { drawLearnableBatch } from "./fixtures/cases.ts";
import { countCorrect, createPredictor } from "./predictor.ts";
import { createTrainer, type Trainer, type TrainerOptions } from "./trainer.ts";

const chain = (...ops: WrittenOperation[]): NetworkNode[] =>
  ops.map((op, index) => ({
    id: `n${index}`,
    inputs: index === 0 ? [] : [`n${index - 1}`],
    op: withPairs(op),
  }));
const nodes = chain(
  { kind: "input", shape: [3, 12, 12] },
  { kind: "conv", outChannels: 16, kernel: 3, stride: 1, padding: 1, groups: 1, bias: false },
  { kind: "batch-norm", epsilon: 1e-5, momentum: 0.1 },
  { kind: "activation", function: "relu" },
  { kind: "conv", outChannels: 16, kernel: 3, stride: 2, padding: 1, groups: 16, bias: false },
  { kind: "batch-norm", epsilon: 1e-5, momentum: 0.1 },
  { kind: "activation", function: "silu" },
  { kind: "drop-path", rate: 0.1 },
  { kind: "pool", mode: "max", kernel: 2, stride: 2, padding: 0, countPadding: false },
  { kind: "flatten" },
  { kind: "dropout", rate: 0.2 },
  { kind: "linear", outFeatures: 6, bias: true },
);
const options: TrainerOptions = {
  nodes,
  classCount: 6,
  batchSize: 16,
  optimiser: { kind: "adamw", weightDecay: 0.01 },
  labelSmoothing: 0.05,
  clipNorm: 5,
  averageDecay: 0.9,
  seed: 11,
  threads: 1,
};
const batch = (step: number) =>
  drawLearnableBatch("trainer", { step, batchSize: 16, shape: [3, 12, 12], classes: 6 });

async function train(trainer: Trainer, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = from; step < to; step += 1) {
    losses.push((await trainer.step({ ...batch(step), learningRate: 0.003 })).loss);
  }
  return losses;
}

const flat = (weights: Weights | undefined) =>
  [...(weights ?? [])].map(([name, { data }]) => [name, [...data]]);

let trained: Trainer;
let losses: number[];
let checkpoint: Uint8Array;
beforeAll(async () => {
  trained = await createTrainer(options);
  losses = await train(trained, 0, 40);
  checkpoint = trained.checkpoint();
  losses.push(...(await train(trained, 40, 80)));
});
afterAll(() => trained.dispose());

test("a network learns, and its averaged weights predict images that it has not seen", async () => {
  expect(losses.slice(-10).reduce((a, b) => a + b) / 10).toBeLessThan(0.6 * (losses[0] as number));
  const unseen = drawLearnableBatch("unseen", { step: 0, batchSize: 100, shape: [3, 12, 12], classes: 6 });
  const labels = Array.from({ length: 100 }, (_, image) => unseen.targets.indexOf(1, image * 6) - image * 6);
  const predictor = await createPredictor({ nodes, weights: trained.averagedWeights() as Weights });
  const logits = await predictor.run(unseen.images);
  expect(logits).toHaveLength(600);
  expect(countCorrect(logits, labels)).toBeGreaterThan(80);
  await predictor.dispose();
});

test("a restored checkpoint continues exactly, masks and averages included", async () => {
  const resumed = await createTrainer({ ...options, seed: 11 });
  resumed.restore(checkpoint);
  expect(resumed.stepCount()).toBe(40);
  expect(await train(resumed, 40, 80)).toEqual(losses.slice(40));
  expect(flat(resumed.weights())).toEqual(flat(trained.weights()));
  expect(flat(resumed.averagedWeights())).toEqual(flat(trained.averagedWeights()));
  await resumed.dispose();
});

test("the same seed trains the same network, another seed another", async () => {
  const run = async (seed: number) => {
    const trainer = await createTrainer({ ...options, seed });
    const result = await train(trainer, 0, 5);
    await trainer.dispose();
    return result;
  };
  expect(await run(11)).toEqual(losses.slice(0, 5));
  expect(await run(12)).not.toEqual(losses.slice(0, 5));
});

test("the average follows the weights by its decay", async () => {
  const trainer = await createTrainer({ ...options, averageDecay: 0.5 });
  const head = (weights: Weights | undefined) => [...(weights?.get("n11.bias")?.data ?? [])];
  let expected = head(trainer.averagedWeights());
  for (let step = 0; step < 20; step += 1) {
    await trainer.step({ ...batch(step), learningRate: 0.01 });
    const keep = Math.min(0.5, (step + 1) / (step + 10));
    const now = head(trainer.weights());
    expected = expected.map((old, index) => keep * old + (1 - keep) * (now[index] as number));
  }
  const average = head(trainer.averagedWeights());
  for (const [index, value] of expected.entries()) expect(average[index]).toBeCloseTo(value, 6);
  await trainer.dispose();
});

test("a parameter with a factor of the learning rate moves by so much more, with both optimisers", async () => {
  const moved = async (optimiser: TrainerOptions["optimiser"], factor: number) => {
    const trainer = await createTrainer({
      ...options,
      optimiser,
      rateFactor: ({ role }) => (role === "norm-shift" ? factor : 1),
    });
    await trainer.step({ ...batch(0), learningRate: 0.003 });
    const after = trainer.weights();
    await trainer.dispose();
    return after;
  };
  for (const optimiser of [
    { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0.01 },
    { kind: "adamw", weightDecay: 0.01 },
  ] as const) {
    const [plain, fast] = [await moved(optimiser, 1), await moved(optimiser, 16)];
    // Shifts begin at zero.
    for (const [index, value] of (plain.get("n2.bias")?.data ?? []).entries())
      expect(fast.get("n2.bias")?.data[index]).toBeCloseTo(16 * value, 5);
    expect([...fast.get("n1.weight")!.data]).toEqual([...plain.get("n1.weight")!.data]);
  }
});

test("with momentum 1 the running statistics are the batch's, and prediction repeats training's logits", async () => {
  const plain = nodes.map((node): NetworkNode => {
    if (node.op.kind === "batch-norm") return { ...node, op: { ...node.op, momentum: 1 } };
    const dropped = node.op.kind === "dropout" || node.op.kind === "drop-path";
    return dropped ? { ...node, op: { kind: "scale", factor: 1 } } : node;
  });
  const trainer = await createTrainer({ ...options, nodes: plain });
  await trainer.step({ ...batch(0), learningRate: 0 });
  const predictor = await createPredictor({ nodes: plain, weights: trainer.weights() });
  const predicted = await predictor.run(batch(0).images);
  // The running variance is the unbiased one: larger by 1 / (16 · 144 − 1) and, behind the stride, 1 / (16 · 36 − 1).
  for (const [index, value] of trainer.logits().entries()) expect(predicted[index]).toBeCloseTo(value, 2);
  await predictor.dispose();
  await trainer.dispose();
});

test("errors say what does not fit", async () => {
  const failure = async (changed: Partial<TrainerOptions>) => {
    const error: unknown = await createTrainer({ ...options, ...changed }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GeniusError);
    return (error as GeniusError).message;
  };
  expect(await failure({ classCount: 10 })).toContain("6 logits");
  expect(await failure({ batchSize: 0 })).toContain("batchSize");
  expect(await failure({ nodes: nodes.slice(0, 8) })).toContain('"n7"');
  expect(await failure({ nodes: nodes.slice(1) })).toContain("input");
  expect(await failure({ executionProvider: "cuda" })).toContain("cuda");
  await expect(trained.step({ ...batch(0), images: new Float32Array(5), learningRate: 0 })).rejects.toThrow(
    "6912",
  );
  expect(() => trained.setWeights(new Map())).toThrow("n1.weight");
  expect(() => trained.restore(new Uint8Array(3))).toThrow("too short");
  expect(() => trained.restore(checkpoint.subarray(0, 2000))).toThrow("ends too early");
  const other = await createTrainer({
    ...options,
    optimiser: { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0 },
  });
  expect(() => other.restore(checkpoint)).toThrow("another network");
  await other.dispose();
});
