// Gradients of the architecture parameters against finite differences – through the softmax, through a whole supernet,
// and through a step of the weights (DARTS's second order) – and, for GDAS, against PyTorch's; and what a sample and an
// enumeration must hold to.
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { createTrainer } from "../../engine/index.ts";
import {
  beginArchitecture,
  gumbelShares,
  largest,
  segmentsOf,
  softmax,
  softShares,
  stepArchitecture,
} from "./architecture.ts";
import gdasCases from "./fixtures/gdas-gradient.json" with { type: "json" };
import { smallSpace } from "./fixtures/small-space.ts";
import { byProbability } from "./most-probable.ts";
import { createSupernet } from "./supernet.ts";
import { secondOrder } from "./training.ts";

const segments = segmentsOf(smallSpace);
const random = createRandom("architecture-test");
const draw = (count: number, scale = 1) =>
  Float32Array.from({ length: count }, () => scale * random.normal());

test("brings a gradient back through the softmax", () => {
  const parameters = draw(8);
  const weights = draw(8);
  const dot = (values: Float32Array) => values.reduce((sum, value, at) => sum + value * weights[at]!, 0);
  const gradient = softShares(parameters, segments).backward(weights);
  for (let at = 0; at < 8; at += 1) {
    const change = (by: number) => dot(softmax(parameters.with(at, parameters[at]! + by), segments));
    expect(gradient[at]).toBeCloseTo((change(1e-2) - change(-1e-2)) / 2e-2, 3);
  }
});

test("draws a path and brings its gradient back as PyTorch's autograd does for the drawn options alone", () => {
  for (const { temperature, uniform, ...wanted } of gdasCases) {
    const noise = uniform.values();
    const given = { ...random, next: () => noise.next().value! };
    const shares = gumbelShares(Float32Array.from(wanted.parameters), segments, {
      temperature,
      random: given,
    });
    expect([...shares.values]).toEqual(wanted.shares);
    const gradient = shares.backward(Float32Array.from(wanted.byShares));
    for (const [at, value] of wanted.gradient.entries()) {
      const tolerance = 1e-5 + 1e-4 * Math.abs(value);
      expect(Math.abs(gradient[at]! - value), `${temperature}: ${at}`).toBeLessThan(tolerance);
    }
  }
});

test("samples options by their probability", () => {
  const parameters = Float32Array.of(0, 1, 2, -1, 0, 0, 0, 0);
  const counts = new Float32Array(8);
  const source = createRandom("frequencies");
  for (let count = 0; count < 4000; count += 1) {
    const { values } = gumbelShares(parameters, segments, { temperature: 1, random: source });
    values.forEach((value, at) => {
      counts[at]! += value / 4000;
    });
  }
  const wanted = softmax(parameters, segments);
  for (const [at, count] of counts.entries()) expect(Math.abs(count - wanted[at]!)).toBeLessThan(0.03);
});

test("steps as Adam with β 0.5 and 0.999 does", () => {
  let state = beginArchitecture(1, createRandom(0));
  state = { ...state, parameters: Float32Array.of(1) };
  state = stepArchitecture(state, Float32Array.of(0.5), { rate: 0.1, weightDecay: 0 });
  expect(state.parameters[0]).toBeCloseTo(0.9, 6);
  state = stepArchitecture(state, Float32Array.of(-0.25), { rate: 0.1, weightDecay: 0 });
  // Means (0.5 · 0.25 − 0.5 · 0.25) / 0.75 = 0: the two gradients cancel.
  expect(state.parameters[0]).toBeCloseTo(0.9, 6);
});

test("lists every design once, the most probable first", () => {
  const probabilities = softmax(draw(8), segments);
  const all = [...byProbability(probabilities, segments)];
  expect(new Set(all.map(({ choices }) => choices.join())).size).toBe(16);
  expect(all[0]?.choices).toEqual(largest(probabilities, segments));
  for (const [place, { choices, probability01 }] of all.entries()) {
    expect(probability01).toBeCloseTo(
      choices.reduce((product, choice, decision) => product * probabilities[4 * decision + choice]!, 1),
      6,
    );
    expect(probability01).toBeLessThanOrEqual((all[place - 1]?.probability01 ?? 1) + 1e-9);
  }
});

const batchSize = 8;
const drawBatch = () => ({
  images: draw(batchSize * 64),
  targets: Float32Array.from({ length: batchSize * 10 }, (_, at) => Number(at % 11 === 0)),
});

async function openSmall() {
  const { nodes } = createSupernet(smallSpace);
  const trainer = await createTrainer({
    nodes,
    classCount: 10,
    batchSize,
    optimiser: { kind: "sgd", momentum: 0.9, nesterov: false, weightDecay: 0 },
    seed: 4,
  });
  // A head that is sure of itself, so that gradients stand out from the rounding of the loss.
  const weights = new Map(trainer.weights());
  const { dims, data } = weights.get("head.classifier.weight")!;
  trainer.setWeights(weights.set("head.classifier.weight", { dims, data: data.map((value) => 12 * value) }));
  return trainer;
}

/** Holds a gradient by the parameters against central differences of a loss. */
async function compare(
  gradient: Float32Array,
  parameters: Float32Array,
  lossAt: (parameters: Float32Array) => Promise<number>,
): Promise<void> {
  const step = 0.05;
  for (let at = 0; at < parameters.length; at += 1) {
    const change = (by: number) => lossAt(parameters.with(at, parameters[at]! + by));
    const slope = ((await change(step)) - (await change(-step))) / (2 * step);
    expect(Math.abs(gradient[at]! - slope), `parameter ${at}`).toBeLessThan(3e-4 + 0.03 * Math.abs(slope));
  }
}

test("has the first-order gradient of the loss by the architecture", async () => {
  const trainer = await openSmall();
  const parameters = draw(8, 0.5);
  const batch = drawBatch();
  const shares = softShares(parameters, segments);
  await trainer.gradientsOnly({ ...batch, shares: shares.values });
  const gradient = shares.backward(trainer.shareGradient());
  expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(5e-3);
  await compare(gradient, parameters, async (changed) => {
    return (await trainer.gradientsOnly({ ...batch, shares: softmax(changed, segments) })).loss;
  });
  await trainer.dispose();
});

test("has the gradient through a step of the weights in second order, and not in first", async () => {
  const trainer = await openSmall();
  const parameters = draw(8, 0.5);
  const [batch, other] = [drawBatch(), drawBatch()];
  const learningRate = 0.2;
  const before = trainer.checkpoint();
  const shares = softShares(parameters, segments);
  const second = await secondOrder(trainer, {
    batch,
    other,
    shares: shares.values,
    learningRate,
  });
  expect(trainer.checkpoint()).toEqual(before);
  const start = trainer.parameterVector().slice();
  /** The loss on the other batch after one step of the weights on the first, as a function of the architecture. */
  const lossAhead = async (changed: Float32Array) => {
    const now = softmax(changed, segments);
    await trainer.gradientsOnly({ ...batch, shares: now });
    const gradient = trainer.gradientVector().slice();
    const vector = trainer.parameterVector();
    vector.forEach((value, at) => {
      vector[at] = value - learningRate * gradient[at]!;
    });
    const { loss } = await trainer.gradientsOnly({ ...other, shares: now });
    vector.set(start);
    return loss;
  };
  const gradient = shares.backward(second.byShares);
  await compare(gradient, parameters, lossAhead);
  await trainer.gradientsOnly({ ...other, shares: shares.values });
  const first = shares.backward(trainer.shareGradient());
  const apart = Math.max(...first.map((value, at) => Math.abs(value - gradient[at]!)));
  expect(apart).toBeGreaterThan(5e-3);
  await trainer.dispose();
});
