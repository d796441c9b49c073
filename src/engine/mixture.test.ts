// Mixtures: the gradient by their shares against finite differences, in both layouts and with channels that do not fill
// a block; a one-hot mixture against the network without it; and gradients without a step, which must change nothing.
import { expect, test } from "vitest";
import { type NetworkNode, withPairs } from "../graph/network.ts";
import { drawArray, drawBatch, drawWeights } from "./fixtures/cases.ts";
import { createTrainer } from "./trainer.ts";

const batchSize = 4;
const classCount = 3;
const optimiser = { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay: 1e-3 } as const;
const pool = {
  kind: "pool",
  mode: "average",
  kernel: [3, 3],
  stride: [1, 1],
  padding: [1, 1],
  countPadding: false,
} as const;

const conv = (id: string, input: string, kernel: number, channels: number): NetworkNode => ({
  id,
  inputs: [input],
  op: withPairs({
    kind: "conv",
    outChannels: channels,
    kernel,
    stride: 1,
    padding: (kernel - 1) / 2,
    groups: 1,
    bias: false,
  }),
});

/** Two mixtures one after the other; the second reads the same shares as the first. */
function network(channels: number): NetworkNode[] {
  const mix = (id: string, input: string): NetworkNode[] => [
    { id: `${id}.none`, inputs: [input], op: { kind: "zero", outChannels: channels, stride: [1, 1] } },
    conv(`${id}.one`, input, 1, channels),
    { id: `${id}.pool`, inputs: [input], op: pool },
    conv(`${id}.three`, input, 3, channels),
    {
      id,
      inputs: [`${id}.none`, input, `${id}.one`, `${id}.three`, `${id}.pool`],
      op: { kind: "mixture", firstShare: 0 },
    },
  ];
  return [
    { id: "image", inputs: [], op: { kind: "input", shape: [2, 6, 6] } },
    conv("stem", "image", 3, channels),
    { id: "norm", inputs: ["stem"], op: { kind: "batch-norm", epsilon: 1e-5, momentum: 0.1 } },
    ...mix("first", "norm"),
    ...mix("second", "first"),
    { id: "pooled", inputs: ["second"], op: { kind: "global-pool" } },
    { id: "flat", inputs: ["pooled"], op: { kind: "flatten" } },
    { id: "head", inputs: ["flat"], op: { kind: "linear", outFeatures: classCount, bias: true } },
  ];
}

for (const lowering of ["native", "plain", "portable"] as const) {
  for (const channels of [3, 16]) {
    test(`gives the gradient by its shares (${lowering}, ${channels} channels)`, async () => {
      const nodes = network(channels);
      const trainer = await createTrainer({ nodes, classCount, batchSize, optimiser, seed: 1, lowering });
      trainer.setWeights(drawWeights("mixture", nodes));
      const batch = drawBatch("mixture", { step: 0, batchSize, shape: [2, 6, 6], classes: classCount });
      const shares = Float32Array.of(0.1, 0.3, 0.5, -0.2, 0.4);
      await trainer.gradientsOnly({ ...batch, shares });
      const gradient = trainer.shareGradient().slice();
      expect(gradient[0]).toBe(0);
      const epsilon = 1e-2;
      for (let place = 1; place < shares.length; place += 1) {
        const lossAt = async (change: number) =>
          (await trainer.gradientsOnly({ ...batch, shares: shares.with(place, shares[place]! + change) }))
            .loss;
        const slope = ((await lossAt(epsilon)) - (await lossAt(-epsilon))) / (2 * epsilon);
        expect(Math.abs(slope)).toBeGreaterThan(1e-3);
        expect(Math.abs(gradient[place]! - slope)).toBeLessThan(2e-4 + 0.01 * Math.abs(slope));
      }
      await trainer.dispose();
    });
  }
}

test("with one share is the network of that option, and moves only its weights", async () => {
  const nodes = network(5);
  const weights = drawWeights("mixture", nodes);
  const batch = drawBatch("mixture", { step: 0, batchSize, shape: [2, 6, 6], classes: classCount });
  const plainOptimiser = { ...optimiser, weightDecay: 0 };
  const setting = { classCount, batchSize, optimiser: plainOptimiser, seed: 1 };
  const mixed = await createTrainer({ ...setting, nodes });
  mixed.setWeights(weights);
  const chosen = await mixed.step({ ...batch, shares: Float32Array.of(0, 0, 0, 1, 0), learningRate: 0.1 });
  const path = nodes.flatMap((node) => {
    if (node.op.kind === "mixture" || /\.(none|one|pool)$/.test(node.id)) return [];
    return [
      { ...node, inputs: node.inputs.map((id) => (id === "first" || id === "second" ? `${id}.three` : id)) },
    ];
  });
  const plain = await createTrainer({ ...setting, nodes: path });
  plain.setWeights(weights);
  const { loss } = await plain.step({ ...batch, learningRate: 0.1 });
  expect(chosen.loss).toBeCloseTo(loss, 5);
  const moved = mixed.weights();
  for (const [name, { data }] of plain.weights()) {
    const worst = Math.max(...data.map((value, index) => Math.abs(value - moved.get(name)!.data[index]!)));
    expect(worst, name).toBeLessThan(1e-4);
  }
  expect(moved.get("first.one.weight")).toEqual(weights.get("first.one.weight"));
  await Promise.all([mixed.dispose(), plain.dispose()]);
});

test("gradients alone change nothing, freezing keeps what it names, and shares must be there", async () => {
  const nodes = network(5);
  const isFrozen = ({ role }: { role: string }) => role === "norm-scale";
  const trainer = await createTrainer({ nodes, classCount, batchSize, optimiser, seed: 1, isFrozen });
  const batch = {
    ...drawBatch("mixture", { step: 0, batchSize, shape: [2, 6, 6], classes: classCount }),
    shares: drawArray("shares", 5),
  };
  const before = trainer.checkpoint();
  const first = await trainer.gradientsOnly(batch);
  expect(trainer.checkpoint()).toEqual(before);
  expect(await trainer.step({ ...batch, learningRate: 0.1 })).toEqual(first);
  expect(trainer.checkpoint()).not.toEqual(before);
  expect([...trainer.weights().get("norm.weight")!.data]).toEqual([1, 1, 1, 1, 1]);
  expect([...trainer.weights().get("norm.bias")!.data]).not.toEqual([0, 0, 0, 0, 0]);
  const { shares: _, ...without } = batch;
  await expect(trainer.gradientsOnly(without)).rejects.toThrow("A batch of shares must hold 5 numbers");
  await trainer.dispose();
});
