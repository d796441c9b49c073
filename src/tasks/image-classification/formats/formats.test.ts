import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetMetadata } from "hyparquet";
import { afterAll, describe, expect, test } from "vitest";
import { openDataset } from "../open.ts";
import { openPixels } from "../pixels.ts";
import { cifarLayouts } from "./cifar-binary.ts";
import parquet from "./parquet.ts";
import { openParquetThread } from "./parquet-thread.ts";

const root = mkdtempSync(join(tmpdir(), "genius-formats-"));
const options = { cacheDirectory: join(root, "cache") };
const fixtures = join(import.meta.dirname, "../fixtures");
afterAll(() => rmSync(root, { recursive: true, force: true }));

let serial = 0;
function makeFolder(files: Readonly<Record<string, Uint8Array | string>>): string {
  serial += 1;
  const folder = join(root, `made-${serial}`);
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

describe("CIFAR binary", () => {
  /** Records whose pixels tell class, channel and record. */
  const records = (layout: (typeof cifarLayouts)[number], labels: readonly number[]) =>
    Buffer.concat(
      labels.map((label, record) => {
        const bytes = Buffer.alloc(layout.labelBytes + 3072, record);
        bytes[layout.labelAt] = label;
        bytes.fill(200, layout.labelBytes, layout.labelBytes + 1024);
        return bytes;
      }),
    );
  const all = (count: number) => Array.from({ length: count }, (_, label) => label);
  const [cifar10, cifar100] = cifarLayouts as [(typeof cifarLayouts)[number], (typeof cifarLayouts)[number]];
  const names10 = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";

  test("CIFAR-10: pixels, labels and names are those of the files, even below the folder that was given", async () => {
    const folder = makeFolder({
      "cifar-10-batches-bin/data_batch_1.bin": records(cifar10, all(10)),
      "cifar-10-batches-bin/data_batch_2.bin": records(cifar10, [3, 3]),
      "cifar-10-batches-bin/test_batch.bin": records(cifar10, [9, 8]),
      "cifar-10-batches-bin/batches.meta.txt": names10,
    });
    const dataset = await openDataset(folder, options);
    expect([dataset.name, dataset.classNames[3], dataset.shape]).toEqual(["cifar10", "cat", [3, 32, 32]]);
    expect([...dataset.train.labels]).toEqual([...all(10), 3, 3]);
    expect([...(dataset.test?.labels ?? [])]).toEqual([9, 8]);
    const pixels = openPixels(dataset.train).read(4);
    expect([pixels[0], pixels[1023], pixels[1024], pixels[3071]]).toEqual([200, 200, 4, 4]);
    expect(dataset.report.notes.join()).toMatch(
      /data_batch_3.bin, data_batch_4.bin, data_batch_5.bin are missing/,
    );
  });

  test("CIFAR-100 is read with its fine labels, resized when asked to", async () => {
    const folder = makeFolder({
      "train.bin": records(cifar100, [...all(100), 99]),
      "test.bin": records(cifar100, [42]),
    });
    const dataset = await openDataset(folder, { ...options, imageSize: 8 });
    expect([dataset.name, dataset.classNames.length, dataset.shape]).toEqual(["cifar100", 100, [3, 8, 8]]);
    expect([dataset.train.labels[100], dataset.test?.labels[0]]).toEqual([99, 42]);
    const pixels = openPixels(dataset.train).read(50);
    expect([pixels[0], pixels[64], pixels[191]]).toEqual([200, 50, 50]);
  });

  test.each([
    [
      "a file that is cut off",
      { "data_batch_1.bin": records(cifar10, all(10)).subarray(0, 30_000) },
      /30000 bytes are not a whole number of records of 3073/,
    ],
    ["an empty file", { "data_batch_1.bin": "" }, /0 bytes are not a whole number/],
    [
      "a label out of range",
      { "data_batch_1.bin": records(cifar10, [0, 1, 10]) },
      /data_batch_1.bin, record 2: label 10 is out of range. cifar10 has 0 to 9/,
    ],
    [
      "too few names",
      { "data_batch_1.bin": records(cifar10, all(10)), "batches.meta.txt": "cat\ndog" },
      /expected 10 different class names/,
    ],
    [
      "a class without images",
      { "data_batch_1.bin": records(cifar10, all(9)) },
      /no training image in 1 of 10 classes: 9/,
    ],
  ])("%s is refused by name", async (_, files, message) => {
    await expect(openDataset(makeFolder(files), options)).rejects.toThrow(message);
  });
});

describe("IDX", () => {
  const array = (sizes: readonly number[], values: readonly number[]) => {
    const header = Buffer.alloc(4 + 4 * sizes.length);
    header.writeUInt32BE(0x800 + sizes.length);
    for (const [i, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * i);
    return Buffer.concat([header, Buffer.from(values)]);
  };
  const images = (count: number) =>
    array(
      [count, 6, 5],
      Array.from({ length: count * 30 }, (_, i) => i % 251),
    );
  const labels = (values: readonly number[]) => array([values.length], values);
  const whole = {
    "train-images-idx3-ubyte": images(4),
    "train-labels-idx1-ubyte": labels([1, 26, 1, 26]),
    "t10k-images-idx3-ubyte.gz": gzipSync(images(2)),
    "t10k-labels-idx1-ubyte.gz": gzipSync(labels([26, 1])),
  };

  test("plain and gzipped files, labels that do not start at 0, images that are not square", async () => {
    const dataset = await openDataset(makeFolder(whole), options);
    expect([dataset.classNames, dataset.shape, dataset.mirrorable]).toEqual([["1", "26"], [1, 6, 5], false]);
    expect([[...dataset.train.labels], [...(dataset.test?.labels ?? [])]]).toEqual([
      [0, 1, 0, 1],
      [1, 0],
    ]);
    expect(dataset.report.resized.count).toBe(0);
  });

  test("pixels of square images are those of the file", async () => {
    const values = Array.from({ length: 32 }, (_, i) => i * 3);
    const folder = makeFolder({
      "emnist-x-train-images-idx3-ubyte": array([2, 4, 4], values),
      "emnist-x-train-labels-idx1-ubyte": labels([7, 5]),
    });
    const dataset = await openDataset(folder, { ...options, testFraction01: 0 });
    expect([...openPixels(dataset.train).read(1)]).toEqual(values.slice(16));
    expect([...dataset.train.labels]).toEqual([1, 0]);
  });

  const { "train-labels-idx1-ubyte": _, ...withoutLabels } = whole;
  test.each([
    [
      "images without labels",
      withoutLabels,
      /the file of train labels is missing \(train-labels-idx1-ubyte\)/,
    ],
    [
      "fewer images than labels",
      { ...whole, "train-images-idx3-ubyte": images(3) },
      /3 images of 5×6 for 4 labels/,
    ],
    [
      "missing values",
      { ...whole, "train-images-idx3-ubyte": images(4).subarray(0, 100) },
      /84 values where 4×6×5 are announced/,
    ],
    ["another kind of file", { ...whole, "train-labels-idx1-ubyte": "hello world" }, /begins with 68656c6c/],
    [
      "a broken gzip",
      { ...whole, "t10k-labels-idx1-ubyte.gz": "hello" },
      /t10k-labels-idx1-ubyte.gz: cannot be unpacked/,
    ],
    [
      "two data sets in one folder",
      { ...whole, "kmnist-train-images-idx3-ubyte": images(1) },
      /holds 2 data sets \(.*kmnist-/,
    ],
    [
      "a label that only the test part has",
      { ...whole, "t10k-labels-idx1-ubyte.gz": gzipSync(labels([2, 1])) },
      /no training image in 1 of 3 classes: 2/,
    ],
  ])("%s: refused by name", async (_, files, message) => {
    await expect(openDataset(makeFolder(files), options)).rejects.toThrow(message);
  });

  test("a gzipped file is unpacked as far as its header announces, and that is believed within bounds", async () => {
    const bomb = gzipSync(Buffer.alloc(80_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    const labelled = { ...whole, "t10k-labels-idx1-ubyte.gz": bomb };
    await expect(openDataset(makeFolder(labelled), options)).rejects.toThrow(/cannot be unpacked/);
    const huge = { ...whole, "t10k-images-idx3-ubyte.gz": gzipSync(array([60_000, 60_000, 4], [])) };
    await expect(openDataset(makeFolder(huge), options)).rejects.toThrow(
      /t10k-images-idx3-ubyte.gz: cannot be unpacked \(14400000000 values are announced/,
    );
  });
});

describe("Parquet", () => {
  test("hub metadata gives columns and class names; row groups are read in order; parts come from file names", async () => {
    const folder = join(root, "hub");
    cpSync(join(fixtures, "hub.parquet"), join(folder, "data/train-00000-of-00001.parquet"));
    cpSync(join(fixtures, "hub.parquet"), join(folder, "data/test-00000-of-00001.parquet"));
    const dataset = await openDataset(folder, options);
    expect([dataset.classNames, dataset.shape]).toEqual([
      ["cat", "dog", "owl"],
      [3, 8, 8],
    ]);
    expect([...dataset.train.labels]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    const pixels = openPixels(dataset.train);
    for (const record of [0, 6, 11])
      expect([0, 64, 128].map((at) => pixels.read(record)[at])).toEqual([record, 255 - record, 7]);
    expect(dataset.report.testInTrain).toMatchObject({
      count: 12,
      examples: expect.arrayContaining([
        "data/test-00000-of-00001.parquet, row 0 = data/train-00000-of-00001.parquet, row 0",
      ]),
    });
  });

  test.each([
    ["words.parquet", ["aaa", "bbb"]],
    ["numbers.parquet", ["5", "7"]],
  ])("%s: one file without hub metadata, zstd and gzip", async (file, classNames) => {
    const dataset = await openDataset(join(fixtures, file), { ...options, testFraction01: 0 });
    expect(dataset.classNames).toEqual(classNames);
    expect([...dataset.train.labels]).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    expect([0, 64, 128].map((at) => openPixels(dataset.train).read(9)[at])).toEqual([9, 246, 7]);
  });

  test("several data sets in one folder and files that are none are refused", async () => {
    const folder = makeFolder({ "mnist/train-0.parquet": "x", "fashion/train-0.parquet": "x" });
    await expect(openDataset(folder, options)).rejects.toThrow(/several data sets: fashion, mnist/);
    await expect(
      openDataset(makeFolder({ "train.parquet": "hello world, no parquet" }), options),
    ).rejects.toThrow(/train.parquet: cannot be read as Parquet/);
    await expect(openDataset(makeFolder({ "test.parquet": "x" }), options)).rejects.toThrow(
      /no training part/,
    );
  });

  test("a column that is not where it is announced, beside one that is broken, does not end the process", async () => {
    const whole = readFileSync(join(fixtures, "hub.parquet"));
    const [first] = parquetMetadata(whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.length))
      .row_groups[0]!.columns;
    const page = Number(first!.meta_data!.dictionary_page_offset);
    const footer = whole.length - 8 - whole.readUInt32LE(whole.length - 8);
    const found = whole.indexOf("coarse_label", footer);
    const places = [found, whole.indexOf("coarse_label", found + 1)];
    for (const place of places) {
      const bytes = Buffer.from(whole);
      bytes.fill(0x8c, page, page + 12);
      bytes[place] = 0x58;
      const path = join(makeFolder({ "x.parquet": bytes }), "x.parquet");
      await expect(parquet.list(path)).rejects.toThrow(/row groups do not hold the columns/);
    }
  });

  test("a parser that finds no end in its time is stopped; the message names the file, and nothing more is read", async () => {
    const path = join(fixtures, "hub.parquet");
    const file = { path, where: "x.parquet" };
    // No thread answers within a millisecond, so this one is as good as one in a loop.
    await using thread = openParquetThread([path], { timeLimitMs: 1, heapMb: 256 });
    await expect(thread.describe(file)).rejects.toThrow(/x.parquet: .*found no end within 0 s.*damaged/);
    await expect(thread.describe(file)).rejects.toThrow(/found no end/);
    expect(thread.isEnded()).toBe(true);
  });
});

test("a folder that nothing fits names everything that is accepted", async () => {
  const folder = makeFolder({ "readme.txt": "no images" });
  await expect(openDataset(folder, options)).rejects.toThrow(
    /CIFAR-10's.*digits.*MNIST's.*Parquet.*class folders/s,
  );
});
