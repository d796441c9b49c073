import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { accuracy } from "../metrics/index.ts";
import mobile from "../search/spaces/mobile.ts";
import { openTask } from "../tasks/index.ts";
import { trainOptions } from "../training/options.ts";
import { planTraining } from "../training/plan.ts";
import { openTrainingData } from "../training/training-data.ts";
import { describeData, openStudyImages } from "./open-images.ts";

const root = mkdtempSync(join(tmpdir(), "genius-counts-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const task = await openTask();
let serial = 0;
/** Class folders with these numbers of images, of `width`×`height`. */
async function make(counts: readonly number[], [width, height]: readonly number[] = [8, 8]): Promise<string> {
  serial += 1;
  const folder = join(root, `set-${serial}`);
  for (const [label, count] of counts.entries()) {
    mkdirSync(join(folder, `class-${label}`), { recursive: true });
    for (let i = 0; i < count; i += 1) {
      const pixels = Buffer.alloc(width! * height! * 3, (label * 40 + i * 3) % 256);
      const png = await sharp(pixels, { raw: { width: width!, height: height!, channels: 3 } })
        .png()
        .toBuffer();
      writeFileSync(join(folder, `class-${label}`, `${i}.png`), png);
    }
  }
  return folder;
}

const environment = { GENIUS_CACHE_DIR: join(root, "cache") };

async function open(
  counts: readonly number[],
  options: Readonly<Record<string, unknown>> = {},
  size?: readonly number[],
) {
  const dataset = await make(counts, size);
  const described = await describeData(task, { dataset, environment });
  const space = mobile.create(mobile.options.parse(mobile.fit!(described.images!, {})));
  const all = trainOptions.parse(options);
  const metric = accuracy;
  const images = await openStudyImages(
    { task, metric },
    { space, dataset, folder: root, seed: 3, environment },
    all,
  );
  return { images, options: all };
}

test.each([
  [[12, 6], {}],
  [[12, 6], { batchSize: 64 }],
  [new Array(10).fill(20), { dataFraction01: 0.1 }],
  [[3, 3], {}],
  [[3, 3, 3, 40], { dataFraction01: 0.05, validationFraction01: 0.5 }],
  [[200, 2], { dataFraction01: 0.3, batchSize: 128 }],
])("%j with %j: the batch fits the images that there are, and they are counted", async (counts, given) => {
  const { images, options } = await open(counts as number[], given);
  const { dataset, imageCounts, countAt } = images;
  for (const dataFraction01 of [options.dataFraction01, 0.01, 0.5, 1]) {
    const { train } = await openTrainingData({
      cachePath: dataset.cachePath,
      validationFraction01: options.validationFraction01,
      splitSeed: 3,
      dataFraction01,
    });
    expect(countAt(dataFraction01)).toBe(train.count);
    const data = { dataset, imageCount: imageCounts.search, batchLimit: countAt(dataFraction01) };
    expect(planTraining(options, data).batchSize).toBeLessThanOrEqual(train.count);
  }
  expect(imageCounts.search).toBe(countAt(options.dataFraction01));
  expect(imageCounts.final).toBe(countAt(1));
});

test("too few images are refused before anything is trained, with the number that is needed", async () => {
  await expect(open([2, 2])).rejects.toThrow(/at least three images/);
});

test("icons and strips are brought to a side that the space takes", async () => {
  for (const [size, imageSize] of [
    [[4, 4], 8],
    [
      [1, 300],
      [1024, 8],
    ],
    [
      [300, 3],
      [8, 800],
    ],
  ] as const) {
    const { images } = await describeData(task, { dataset: await make([4, 4], size), environment });
    expect(images).toMatchObject({ imageSize, classCount: 2 });
  }
});

test("a fidelity scales images in the ratio of the study, unless it says both sides", async () => {
  const { images } = await open([4, 4], {}, [64, 48]);
  const { size, sizeAt, cacheOf } = images;
  expect(size).toEqual([48, 64]);
  expect([sizeAt({}), sizeAt({ imageSize: 24 }), sizeAt({ imageSize: [24, 24] })]).toEqual([
    [48, 64],
    [24, 32],
    24,
  ]);
  const halved = await task.reopen(await cacheOf(sizeAt({ imageSize: 24 })));
  expect(halved.shape).toEqual([3, 24, 32]);
});
