// Refinement on real digits: rounds go from the first block to the last, every design keeps to the limits, the one that
// is handed over scores what it is said to score, and the one that continues is the one that the rule names.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { createRandom } from "../../base/random.ts";
import { initialWeights } from "../../engine/index.ts";
import macroF1 from "../../metrics/macro-f1.ts";
import mobile from "../../search/spaces/mobile.ts";
import {
  channelStatistics,
  defaultAugmentation,
  openDataset,
  splitValidation,
  takeFraction,
} from "../../tasks/image-classification/index.ts";
import { blocksOf } from "./design.ts";
import { choose } from "./evidence.ts";
import { refine } from "./refine.ts";
import { scoresOf, trainDesign } from "./short-training.ts";

test("refines a trained network block by block within the limits", { timeout: 180_000 }, async () => {
  const cache = await mkdtemp(join(tmpdir(), "genius-refine-"));
  vi.stubEnv("GENIUS_CACHE_DIR", cache);
  try {
    const dataset = await openDataset("digits", { imageSize: 8 });
    const kept = takeFraction(dataset.train, { fraction01: 0.08, seed: 1 });
    const { train, validation } = splitValidation(kept, { fraction01: 0.4, seed: 1 });
    const normalisation = channelStatistics(train);
    const data = { train, validation, normalisation, augmentation: defaultAugmentation(dataset) };
    const space = mobile.create(mobile.options.parse({ imageSize: 8, channels: 1, sizeClass: "tiny" }));
    const network = space.decode(space.decisions.map(() => 0));
    const training = { epochs: 1, learningRate: 0.1, batchSize: 32, threads: 1 };
    const fresh = { network, weights: initialWeights(network.nodes, 1) };
    const start = await trainDesign(fresh, { ...training, epochs: 3, data, seed: 1 });
    const limits = { maxParamCount: 4000 };
    let calls = 0;
    const refined = await refine(start!, {
      data,
      metric: macroF1,
      training,
      candidates: 1,
      limits,
      random: createRandom("refine-test"),
      // A clock of rounds: two for each block and then none.
      spent01: () => calls++ / (3 * blocksOf(network).length),
    });
    const blocks = blocksOf(network);
    const order = refined.rounds.map(({ block }) => blocks.indexOf(block));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(new Set(order).size).toBeGreaterThan(1);
    for (const { candidates, chosen } of refined.rounds) {
      expect(candidates[0]?.words).toBeUndefined();
      expect(candidates.every(({ paramCount }) => paramCount <= limits.maxParamCount)).toBe(true);
      expect(chosen).toBe(choose(candidates));
      expect(candidates.map(({ evidence }) => evidence === undefined)).toEqual(
        candidates.map((_, place) => place === 0),
      );
      for (const { local: measures } of candidates) {
        expect(measures.classEntropy).toBeGreaterThan(0);
        expect(measures.classEntropy).toBeLessThan(Math.log(10));
        expect(measures.effectiveRank).toBeGreaterThan(1);
      }
    }
    expect(refined.rounds.some(({ candidates }) => candidates.length > 1)).toBe(true);
    const scores = await scoresOf(refined.design, { set: validation, normalisation, threads: 1 });
    expect(refined.score).toBe(macroF1.measure(scores));
  } finally {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true, force: true });
  }
});
