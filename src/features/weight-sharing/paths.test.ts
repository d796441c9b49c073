// One-shot on real digits: paths of a trained supernet must know digits without any training of their own, and evolution
// must find what is best on a landscape that is known.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { createTrainer } from "../../engine/index.ts";
import { accuracy } from "../../metrics/index.ts";
import macroF1 from "../../metrics/macro-f1.ts";
import { createDomain } from "../../search/constraints/create-domain.ts";
import macro from "../../search/spaces/nas-bench-macro.ts";
import { createBatches, openDataset } from "../../tasks/image-classification/index.ts";
import { oneHot, segmentsOf } from "./architecture.ts";
import { supernetData } from "./data.ts";
import { smallSpace } from "./fixtures/small-space.ts";
import { evolvePaths, measurePath } from "./paths.ts";
import { createSupernet } from "./supernet.ts";
import { trainSupernet } from "./training.ts";

test("measures paths with the weights that they share", { timeout: 180_000 }, async () => {
  const cache = await mkdtemp(join(tmpdir(), "genius-paths-"));
  try {
    const dataset = await openDataset("digits", { imageSize: 8, cacheDirectory: cache });
    const data = supernetData(dataset, { space: smallSpace, fraction01: 0.3, seed: 1 });
    const supernet = createSupernet(smallSpace);
    const plan = { method: "one-shot", epochs: 6, batchSize: 32, learningRate: 0.1 } as const;
    const rest = { weightDecay: 1e-4, architectureRate: 0, seed: 2 };
    const trained = await trainSupernet({ supernet, data, threads: 1, plan: { ...plan, ...rest } });
    const { weights } = trained;
    const measure = { supernet, weights, data, metric: accuracy, imageCount: 512, threads: 1 };
    const measured = await measurePath(measure, [3, 3]);
    // The whole supernet with that path open, on the same batches.
    const whole = await createTrainer({
      nodes: supernet.nodes,
      classCount: 10,
      batchSize: 128,
      optimiser: { kind: "sgd", momentum: 0, nesterov: false, weightDecay: 0 },
      seed: 0,
    });
    whole.setWeights(weights);
    const shares = oneHot([3, 3], segmentsOf(smallSpace));
    const { validation: set, normalisation } = data;
    let correct = 0;
    const scored = { logits: [] as number[], labels: [] as number[] };
    const seen = new Set<number>();
    const batches = createBatches({ set, batchSize: 128, normalisation, seed: "paths", thread: "caller" });
    for await (const batch of batches.epoch(0)) {
      if (batch.index === 4) break;
      correct += (await whole.gradientsOnly({ ...batch, shares })).correctCount;
      scored.logits.push(...whole.logits());
      scored.labels.push(...batch.labels);
      for (const label of batch.labels) seen.add(label);
    }
    await whole.dispose();
    expect(seen.size).toBe(10);
    expect(measured).toBeCloseTo(correct / 512, 2);
    // Ten classes by chance: 0.1.
    expect(measured).toBeGreaterThan(0.18);
    expect(await measurePath(measure, [3, 3])).toBe(measured);
    const logits = Float32Array.from(scored.logits);
    const f1 = macroF1.measure({ logits, labels: scored.labels, classCount: 10 });
    expect(await measurePath({ ...measure, metric: macroF1 }, [3, 3])).toBeCloseTo(f1, 2);
    expect(Math.abs(f1 - measured)).toBeGreaterThan(0.01);
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
});

test("finds the best of a known landscape, within the limits, and measures nothing twice", async () => {
  const domain = createDomain(macro.create({}), { maxMacCount: 90_000_000 });
  const measured: string[] = [];
  const landscape = async (choices: readonly number[]) => {
    measured.push(choices.join(""));
    return choices.reduce((sum, choice, place) => sum + choice * (place + 1), 0) / 100;
  };
  const ranked = await evolvePaths(landscape, {
    domain,
    random: createRandom("evolve-test"),
    population: 20,
    measured: 150,
  });
  expect(ranked).toHaveLength(150);
  expect(new Set(measured).size).toBe(150);
  expect(ranked.every(({ choices }) => domain.isFeasible(choices))).toBe(true);
  const chance = Array.from({ length: 150 }, (_, index) => domain.sample(createRandom("chance", index))!);
  const best = Math.max(
    ...chance.map((choices) => choices.reduce((sum, choice, place) => sum + choice * (place + 1), 0) / 100),
  );
  expect(ranked[0]!.score).toBeGreaterThan(best);
});
