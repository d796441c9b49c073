// A changed network begins its training with the weights of the network that it was changed from: where the change preserves the
// function, it is at once as good as that one was at its end.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { moves } from "../graph/changes/index.ts";
import { readNetwork } from "../language/index.ts";
import { accuracy } from "../metrics/index.ts";
import { openDataset } from "../tasks/image-classification/index.ts";
import { evaluateJob } from "./evaluate-job.ts";
import type { TrainingSetting } from "./job.ts";
import { openTraining } from "./open-training.ts";
import { trainOptions } from "./options.ts";
import { planTraining } from "./plan.ts";

let root: string;
let setting: TrainingSetting;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-inherit-"));
  const dataset = await openDataset("digits", { cacheDirectory: join(root, "cache"), imageSize: 12 });
  const network = readNetwork(`input 1x12x12
conv 8 k3 norm relu
residual(conv 8 k3 norm relu conv 8 k3 norm) relu
conv 16 k3 s2 norm relu
globalpool flatten linear 10`);
  setting = {
    ...{ network, metric: accuracy, seed: 5, threads: 1 },
    data: { cachePath: dataset.cachePath, validationFraction01: 0.05, splitSeed: 1, dataFraction01: 0.1 },
    plan: planTraining(trainOptions.parse({ batchSize: 32 }), { dataset, imageCount: 800 }),
  };
});

afterAll(() => rm(root, { recursive: true, force: true }));

const changes = ["widen", "grow", "insert-block"] as const;

test.each([
  ["by epochs", { epochs: 6 }],
  ["by the clock, with the averaged weights", { seconds: 60 }],
] as const)("%s", async (name, length) => {
  const path = join(root, name);
  let looks = 0;
  const now = () => {
    looks += 20;
    return looks;
  };
  const training = { ...setting, ...length };
  const end = await evaluateJob({ kind: "evaluate", training, keep: path }, () => {}, { started: 0, now });
  if (end.kind !== "trained") throw new Error(JSON.stringify(end));
  const before = end.curve.at(-1);
  expect(end.metrics.accuracy).toBeGreaterThan(0.2);
  for (const change of changes) {
    const changed = moves[change]?.(setting.network, { random: createRandom("inherit", change) });
    if (changed === undefined) throw new Error(change);
    const heirOf = { path, network: setting.network };
    await using open = await openTraining({ ...setting, network: changed.network, heirOf }, {});
    const { loss, metrics } = await open.measureWeights(open.trainer.weights());
    expect(loss, changed.words).toBeCloseTo(before?.validationLoss as number, 4);
    expect(metrics.accuracy, changed.words).toBeCloseTo(end.metrics.accuracy as number, 2);
  }
});
