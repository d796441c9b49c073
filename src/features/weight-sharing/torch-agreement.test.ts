// The supernet in process against the one that the trainer has on PyTorch: same graph, weights and batches, hence the
// same gradients by the architecture for DARTS of both orders and for GDAS. The numbers come from
// fixtures/supernet-gradients.py; trainer/tests/test_supernet.py holds the trainer to the same file.
import { expect, test } from "vitest";
import { createTrainer } from "../../engine/index.ts";
import { gumbelShares, segmentsOf, softShares } from "./architecture.ts";
import { smallSpace } from "./fixtures/small-space.ts";
import wanted from "./fixtures/supernet-gradients.json" with { type: "json" };
import graph from "./fixtures/supernet-nodes.json" with { type: "json" };
import { createSupernet } from "./supernet.ts";
import { graphOf } from "./torch.ts";
import { isOptionNorm, secondOrder } from "./training.ts";

const batchSize = 8;
const segments = segmentsOf(smallSpace);
/** As `waves` of the script. */
const waves = (count: number, phase: number, scale: number) =>
  Float32Array.from({ length: count }, (_, n) => scale * Math.sin(phase + 1.7 * n + 0.01 * n ** 2));
const batchOf = (phase: number, stride: number) => {
  const targets = new Float32Array(batchSize * 10);
  for (let at = 0; at < batchSize; at += 1) targets[10 * at + ((at * stride) % 10)] = 1;
  return { images: waves(batchSize * 64, phase, 1.5), targets };
};
const [batch, other] = [batchOf(0.1, 3), batchOf(0.9, 7)];

async function open() {
  const trainer = await createTrainer({
    nodes: createSupernet(smallSpace).nodes,
    classCount: 10,
    batchSize,
    optimiser: { kind: "sgd", momentum: 0.9, nesterov: false, weightDecay: 0 },
    seed: 1,
    isFrozen: isOptionNorm,
  });
  const weights = new Map(trainer.weights());
  const names = [...weights.keys()].filter((name) => /conv|classifier/.test(name)).sort();
  for (const [place, name] of names.entries()) {
    const { dims, data } = weights.get(name)!;
    weights.set(name, { dims, data: waves(data.length, place, name.includes("classifier") ? 2 : 0.4) });
  }
  trainer.setWeights(weights);
  return trainer;
}

function same(found: Float32Array, expected: readonly number[]): void {
  const most = Math.max(...expected.map(Math.abs));
  for (const [at, value] of expected.entries())
    expect(Math.abs(found[at]! - value) / most, `parameter ${at}`).toBeLessThan(2e-3);
}

test("has PyTorch's gradients by the architecture, in first and second order and for GDAS", async () => {
  const parameters = waves(8, 0.3, 0.5);
  const shares = softShares(parameters, segments);
  const trainer = await open();
  await trainer.gradientsOnly({ ...other, shares: shares.values });
  same(shares.backward(trainer.shareGradient()), wanted.first);

  const given = { batch, other, shares: shares.values, learningRate: 0.2 };
  const second = await secondOrder(trainer, given);
  expect(second.loss).toBeCloseTo(wanted.lossAhead, 4);
  same(shares.backward(second.byShares), wanted.second);

  const noise = waves(8, 4.7, 0.49)
    .map((value) => value + 0.5)
    .values();
  const random = { next: () => noise.next().value! } as Parameters<typeof gumbelShares>[2]["random"];
  const path = gumbelShares(parameters, segments, { temperature: 2, random });
  expect([...path.values]).toEqual(wanted.drawn);
  await trainer.gradientsOnly({ ...other, shares: path.values });
  same(path.backward(trainer.shareGradient()), wanted.gdas);
  await trainer.dispose();
});

test("is compared on the graph that the script had", () => {
  expect(graphOf(createSupernet(smallSpace).nodes)).toEqual(graph);
});
