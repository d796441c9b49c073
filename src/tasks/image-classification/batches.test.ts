import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { noAugmentation } from "./augment/augmentation.ts";
import { type Batch, createBatches, createEvaluationBatches } from "./batches.ts";
import type { ImageSet } from "./dataset.ts";
import { openDataset } from "./open.ts";
import { openPixels } from "./pixels.ts";
import { channelStatistics, type Normalisation } from "./statistics.ts";
import { takeFraction } from "./subset.ts";

const cacheDirectory = mkdtempSync(join(tmpdir(), "genius-batches-"));
afterAll(() => rmSync(cacheDirectory, { recursive: true, force: true }));

let set: ImageSet;
let normalisation: Normalisation;
beforeAll(async () => {
  const digits = await openDataset("digits", { cacheDirectory });
  set = takeFraction(digits.train, { fraction01: 0.05, seed: 1 });
  normalisation = channelStatistics(set);
});

const everything = {
  cropPadding: 3,
  flip: true,
  warp: 0.5,
  colourJitter: 0.3,
  trivialAugment: true,
  cutoutSize: 8,
  mixupAlpha: 0.4,
};

/** All batches of an epoch, copied, since their arrays are reused. */
async function collect(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) {
    const { index, count, images, targets, labels } = batch;
    all.push({ index, count, images: images.slice(), targets: targets.slice(), labels: labels.slice() });
  }
  return all;
}

test("evaluation gives every image once, in order, normalised, the last batch shorter", async () => {
  await using batches = createEvaluationBatches({ set, batchSize: 64, normalisation });
  const all = await collect(batches.epoch(0));
  expect(all.map((batch) => batch.count)).toEqual([64, 64, 64, 64, 64, 64, set.count - 6 * 64]);
  expect(all.flatMap((batch) => [...batch.labels])).toEqual([...set.labels]);
  const reader = openPixels(set);
  for (const position of [0, 63, 64, set.count - 1]) {
    const image = all[Math.floor(position / 64)]?.images.slice(
      (position % 64) * 784,
      ((position % 64) + 1) * 784,
    );
    const expected = [...reader.read(position)].map(
      (value) => (value / 255 - normalisation.mean01[0]!) / normalisation.sd01[0]!,
    );
    expect(Math.max(...expected.map((value, i) => Math.abs(value - (image?.[i] as number))))).toBeLessThan(
      1e-6,
    );
  }
  const pixels = all.flatMap((batch) => [...batch.images]);
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  expect(mean).toBeCloseTo(0, 5);
  expect(pixels.reduce((sum, value) => sum + value * value, 0) / pixels.length).toBeCloseTo(1, 5);
});

test("the worker gives the same numbers as the caller's thread, epoch after epoch, regardless of which is slow", async () => {
  const options = { set, batchSize: 50, normalisation, augmentation: everything, seed: 3 };
  await using onWorker = createBatches({ ...options, prefetch: 2 });
  await using onCaller = createBatches({ ...options, thread: "caller" });
  const expected = await collect(onCaller.epoch(1));
  expect(expected).toHaveLength(Math.floor(set.count / 50));
  for await (const batch of onWorker.epoch(0)) if (batch.index === 1) break; // leave an epoch half-way
  const slowly: Batch[] = [];
  for await (const batch of onWorker.epoch(1)) {
    slowly.push(...(await collect(oneOf(batch))));
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(slowly).toEqual(expected);
  expect(await collect(onWorker.epoch(1))).toEqual(expected);
  expect((await collect(onWorker.epoch(2)))[0]?.images).not.toEqual(expected[0]?.images);
});

async function* oneOf(batch: Batch): AsyncGenerator<Batch> {
  yield batch;
}

test("a batch does not depend on which were made before it, and the seed decides", async () => {
  const options = { set, batchSize: 50, normalisation, augmentation: everything, thread: "caller" } as const;
  const third = async (seed: number, epochsBefore: readonly number[]) => {
    await using batches = createBatches({ ...options, seed });
    for (const epoch of epochsBefore) await collect(batches.epoch(epoch));
    return (await collect(batches.epoch(4)))[2];
  };
  expect(await third(1, [])).toEqual(await third(1, [0, 7]));
  expect((await third(1, []))?.images).not.toEqual((await third(2, []))?.images);
});

test("an epoch is a permutation of the set, another each epoch; targets are one-hot", async () => {
  await using batches = createBatches({
    set,
    batchSize: 10,
    normalisation,
    lastBatch: "keep",
    thread: "caller",
  });
  const [first, second] = [await collect(batches.epoch(0)), await collect(batches.epoch(1))];
  const labels = (all: Batch[]) => all.flatMap((batch) => [...batch.labels]);
  expect(labels(first).toSorted()).toEqual([...set.labels].toSorted());
  expect(labels(first)).not.toEqual(labels(second));
  for (const batch of first) {
    for (const [row, label] of batch.labels.entries()) {
      const target = [...batch.targets.slice(row * 10, row * 10 + 10)];
      expect(target).toEqual(Array.from({ length: 10 }, (_, k) => (k === label ? 1 : 0)));
    }
  }
});

test("alternating flips show every image mirrored in every second epoch, about half of them in the first", async () => {
  const augmentation = { ...noAugmentation, flip: true };
  const plan = { set, batchSize: 1, normalisation, seed: 3, augmentation, thread: "caller" } as const;
  const count = 60;
  const few = { ...plan, set: takeFraction(set, { fraction01: count / set.count, seed: 2 }) };
  await using batches = createBatches({ ...few, order: "sequential", alternatingFlip: true });
  await using plain = createBatches({ ...few, order: "sequential", augmentation: noAugmentation });
  const [first, second, third, own] = [
    await collect(batches.epoch(0)),
    await collect(batches.epoch(1)),
    await collect(batches.epoch(2)),
    await collect(plain.epoch(0)),
  ];
  const mirrored = (image: Float32Array) =>
    image.map((_, at) => image[at - (at % 28) + 27 - (at % 28)] as number);
  let unmirrored = 0;
  for (const [index, { images }] of own.entries()) {
    const [one, two] = [first[index]!.images, second[index]!.images];
    unmirrored += images.every((value, at) => value === one[at]) ? 1 : 0;
    expect(two).toEqual(mirrored(one));
    expect(third[index]!.images).toEqual(one);
  }
  expect(unmirrored).toBeGreaterThan(own.length / 4);
  expect(unmirrored).toBeLessThan((own.length * 3) / 4);
});

test("mixup blends images and targets by the same weight; rows still sum to one", async () => {
  const options = { set, batchSize: 40, normalisation, seed: 5, thread: "caller" } as const;
  await using plain = createBatches(options);
  await using mixed = createBatches({ ...options, augmentation: { ...noAugmentation, mixupAlpha: 1 } });
  const [before, after] = [(await collect(plain.epoch(0)))[0]!, (await collect(mixed.epoch(0)))[0]!];
  expect(after.labels).toEqual(before.labels);
  for (let row = 0; row < 40; row += 1) {
    const target = after.targets.slice(row * 10, row * 10 + 10);
    expect(target.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
    expect(target.filter((value) => value > 0).length).toBeLessThanOrEqual(2);
  }
  const total = (batch: Batch) => batch.images.reduce((sum, value) => sum + value, 0);
  expect(Math.abs(total(after) - total(before))).toBeLessThan(Math.abs(total(before)) * 1e-3 + 1);
  expect(after.images).not.toEqual(before.images);
});

test("cutout sets at most its square to the mean", async () => {
  const options = { set, batchSize: 40, normalisation, seed: 5, thread: "caller" } as const;
  await using plain = createBatches(options);
  await using cut = createBatches({ ...options, augmentation: { ...noAugmentation, cutoutSize: 6 } });
  const [before, after] = [(await collect(plain.epoch(0)))[0]!, (await collect(cut.epoch(0)))[0]!];
  for (let row = 0; row < 40; row += 1) {
    let changed = 0;
    for (let i = row * 784; i < (row + 1) * 784; i += 1) {
      if (before.images[i] === after.images[i]) continue;
      changed += 1;
      expect(after.images[i]).toBe(0);
    }
    expect(changed).toBeGreaterThanOrEqual(9); // at a corner a quarter of the square remains
    expect(changed).toBeLessThanOrEqual(36);
  }
});

test("a padded last batch has zero rows and zero targets", async () => {
  await using batches = createBatches({
    set,
    batchSize: 300,
    normalisation,
    lastBatch: "pad",
    order: "sequential",
  });
  const last = (await collect(batches.epoch(0)))[1]!;
  expect(last.count).toBe(set.count - 300);
  expect(last.images.length).toBe(300 * 784);
  expect(last.images.slice(last.count * 784).every((value) => value === 0)).toBe(true);
  expect(last.targets.slice(last.count * 10).every((value) => value === 0)).toBe(true);
});

test("what cannot be is refused at once; closed batches say so", async () => {
  const options = { set, normalisation, thread: "caller" } as const;
  expect(() => createBatches({ ...options, batchSize: 5000 })).toThrow(/do not fill one batch of 5000/);
  expect(() => createBatches({ ...options, batchSize: 0 })).toThrow(/batch size of 0/);
  expect(() => createBatches({ ...options, batchSize: 5, normalisation: { mean01: [], sd01: [] } })).toThrow(
    /channel 0/,
  );
  for (const thread of ["caller", "worker"] as const) {
    const batches = createBatches({ ...options, batchSize: 50, thread });
    await batches.close();
    await expect(collect(batches.epoch(0))).rejects.toThrow(/were closed/);
  }
});
