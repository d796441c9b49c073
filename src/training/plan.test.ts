import { expect, test } from "vitest";
import { trainOptions } from "./options.ts";
import { planEpochs, planTraining, usefulThreads } from "./plan.ts";

const digits = { shape: [1, 28, 28], mirrorable: false } as const;
const photos = { shape: [3, 32, 32], mirrorable: true } as const;
const none = trainOptions.parse({});

test("fewer images get more epochs, smaller batches and smaller steps; a person's word comes first", () => {
  const sizes = [100, 1_000, 7_200, 45_000];
  const epochs = sizes.map((count) => planEpochs(none, { search: count, final: count }));
  for (const { min, search, final } of epochs) {
    expect(min).toBeGreaterThanOrEqual(1);
    expect(min).toBeLessThanOrEqual(search);
    expect(search).toBeLessThanOrEqual(final);
  }
  expect(epochs.map(({ search }) => search)).toEqual([30, 15, 2, 2]);
  expect(epochs.map(({ final }) => final)).toEqual([150, 150, 40, 25]);
  expect(
    planEpochs(trainOptions.parse({ epochs: 60, minEpochs: 90 }), { search: 45_000, final: 45_000 }),
  ).toEqual({
    min: 60,
    search: 60,
    final: 60,
  });
  const ofAFifth = planEpochs(none, { search: 9_000, final: 45_000 });
  expect(ofAFifth).toMatchObject({ search: 2, final: 25 });
  const plans = sizes.map((imageCount) => planTraining(none, { dataset: digits, imageCount }));
  expect(plans.map(({ batchSize }) => batchSize)).toEqual([16, 32, 32, 64]);
  expect(plans.map(({ learningRate }) => learningRate)).toEqual([0.025, 0.05, 0.05, 0.1]);
  expect(planTraining(none, { dataset: digits, imageCount: 7 }).batchSize).toBe(7);
});

test("what the space decides wins over an option, and an option over what is usual", () => {
  const data = { dataset: photos, imageCount: 45_000 };
  const own = trainOptions.parse({ learningRate: 0.3, weightDecay: 0.1 });
  expect(planTraining(own, data)).toMatchObject({ learningRate: 0.3, optimiser: { weightDecay: 0.1 } });
  const decided = planTraining(own, data, { learningRate: 0.01, weightDecay: 0.02 });
  expect(decided).toMatchObject({ learningRate: 0.01, optimiser: { weightDecay: 0.02 } });
  expect(planTraining(trainOptions.parse({ optimiser: "adamw" }), data).optimiser).toEqual({
    kind: "adamw",
    weightDecay: 0.01,
  });
});

test("a GPU is part of the plan, and the processor is left unsaid, so that plans of before stay the same", () => {
  const data = { dataset: photos, imageCount: 45_000 };
  const planned = (executionProvider: string) =>
    planTraining(trainOptions.parse({ executionProvider }), data);
  expect(planned("webgpu")).toEqual({ ...planTraining(none, data), executionProvider: "webgpu" });
  expect(planned("cpu")).toEqual(planTraining(none, data));
});

test("photographs are mirrored and stay upright, handwriting is turned and never mirrored", () => {
  const of = (dataset: typeof photos | typeof digits, augmentation: string) =>
    planTraining(trainOptions.parse({ augmentation, mixup: 0.2 }), { dataset, imageCount: 5_000 })
      .augmentation;
  expect(of(photos, "auto")).toMatchObject({ flip: true, warp: 0, mixupAlpha: 0.2, trivialAugment: false });
  expect(of(digits, "auto")).toMatchObject({ flip: false, warp: 0.4 });
  expect(of(photos, "strong")).toMatchObject({ flip: true, trivialAugment: true, cutoutSize: 8 });
  expect(of(photos, "none")).toMatchObject({ flip: false, cropPadding: 0, trivialAugment: false });
});

test("a step too small to be shared out gets one thread, however many cores there are", () => {
  const digits = 1_450_000 * 32;
  const cifar = 12_000_000 * 64;
  expect([usefulThreads(digits, 8), usefulThreads(cifar, 8)]).toEqual([1, 8]);
});
