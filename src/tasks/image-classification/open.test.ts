import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs, sharedPath } from "../../testing/shared-data.ts";
import { type DatasetListing, defineFormat, type ImageRecord } from "./dataset.ts";
import { type OpenOptions, openDataset, openWith, reopenDataset } from "./open.ts";
import { openPixels } from "./pixels.ts";
import { describeReport } from "./report.ts";
import { channelStatistics } from "./statistics.ts";
import { countClasses, splitForTraining } from "./subset.ts";

const archive = "cifar10-jpeg.tar.xz";
const classNames = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/** Extracts the first images of each class to `folder`/{train,test}/<class>/NNNN.jpg. */
function extractCifar(folder: string, perClass: { train: number; test: number }): void {
  mkdirSync(folder, { recursive: true });
  const members = Object.entries(perClass).flatMap(([part, count]) =>
    classNames.flatMap((name) =>
      Array.from({ length: count }, (_, i) => `${part}/${name}/${String(i).padStart(4, "0")}.jpg`),
    ),
  );
  execFileSync("tar", ["-xJf", sharedPath(archive), "-C", folder, "-T", "-"], { input: members.join("\n") });
}

const root = mkdtempSync(join(tmpdir(), "genius-open-"));
const options: OpenOptions = { cacheDirectory: join(root, "cache") };
afterAll(() => rmSync(root, { recursive: true, force: true }));

let serial = 0;
/** Writes pictures to a new folder: path → encoder, plain bytes, or undefined for an empty folder. */
async function makeFolder(files: Readonly<Record<string, Buffer | undefined>>): Promise<string> {
  serial += 1;
  const folder = join(root, `made-${serial}`);
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(bytes === undefined ? path : join(path, ".."), { recursive: true });
    if (bytes !== undefined) writeFileSync(path, bytes);
  }
  return folder;
}

const colours = { red: { r: 255, g: 0, b: 0 }, blue: { r: 0, g: 0, b: 255 } };
const picture = (colour: keyof typeof colours, width = 16, height = 16) =>
  sharp({ create: { width, height, channels: 3, background: colours[colour] } });
const greyPicture = (value: number, side = 16) =>
  sharp(Buffer.alloc(side * side, value), { raw: { width: side, height: side, channels: 1 } }).toColourspace(
    "b-w",
  );

describe("CIFAR-10 as class folders", needs(archive), () => {
  const folder = join(root, "cifar");
  beforeAll(() => extractCifar(folder, { train: 20, test: 5 }));

  test("pixels are what sharp decodes, in the order of parts, classes and names", async () => {
    const dataset = await openDataset(folder, options);
    expect(dataset.classNames.slice(0, 3)).toEqual(["airplane", "automobile", "bird"]);
    expect(dataset.shape).toEqual([3, 32, 32]);
    expect([dataset.train.count, dataset.test?.count, dataset.mirrorable]).toEqual([200, 50, true]);
    expect(dataset.report.imbalance).toBe(1);
    const reader = openPixels(dataset.test!);
    const truth = await sharp(join(folder, "test/bird/0003.jpg")).raw().toBuffer();
    const pixels = reader.read(2 * 5 + 3);
    for (const [channel, at] of [
      [0, 0],
      [1, 500],
      [2, 1023],
    ] as const) {
      expect(pixels[channel * 1024 + at]).toBe(truth[at * 3 + channel]);
    }
    expect(describeReport(dataset)[0]).toBe("200 training and 50 test images of 10 classes (image-folder).");
  });

  test("an unchanged source is not decoded again; kept in the file, it gives the same pixels", async () => {
    await openDataset(folder, options);
    let steps = 0;
    const again = await openDataset(folder, {
      ...options,
      memoryLimitBytes: 0,
      onProgress: () => (steps += 1),
    });
    expect(steps).toBe(0);
    expect(again.train.pixels.kind).toBe("file");
    const inMemory = await reopenDataset(again.cachePath);
    const [one, other] = [openPixels(again.test!), openPixels(inMemory.test!)];
    for (const position of [0, 17, 49]) expect([...one.read(position)]).toEqual([...other.read(position)]);
    one.close();
    expect(channelStatistics(again.train)).toEqual(channelStatistics(inMemory.train));
  });

  test("the hash is that of the content: the same for a copy and another size, another when an image changes", async () => {
    const dataset = await openDataset(folder, options);
    const copy = join(root, "cifar-copy");
    cpSync(folder, copy, { recursive: true });
    const small = await openDataset(copy, { ...options, imageSize: 16 });
    expect(small.shape).toEqual([3, 16, 16]);
    expect(small.report.resized.count).toBe(250);
    expect(small.hash).toBe(dataset.hash);
    const changed = join(copy, "train/cat/0004.jpg");
    copyFileSync(join(copy, "train/cat/0005.jpg"), changed);
    utimesSync(changed, 1, 1);
    const other = await openDataset(copy, options);
    expect(other.hash).not.toBe(dataset.hash);
    expect(other.report.duplicates).toEqual({
      count: 1,
      examples: ["train/cat/0005.jpg = train/cat/0004.jpg"],
    });
  });

  test("normalisation statistics are close to the published ones of CIFAR-10", async () => {
    const { mean01, sd01 } = channelStatistics((await openDataset(folder, options)).train);
    for (const [channel, value] of [0.4914, 0.4822, 0.4465].entries())
      expect(mean01[channel]).toBeCloseTo(value, 1);
    for (const [channel, value] of [0.247, 0.2435, 0.2616].entries())
      expect(sd01[channel]).toBeCloseTo(value, 1);
  });

  test("a damaged JPEG is left out, counted and named", async () => {
    const damaged = join(root, "cifar-damaged");
    cpSync(folder, damaged, { recursive: true });
    const path = join(damaged, "train/dog/0007.jpg");
    writeFileSync(path, readFileSync(path).subarray(0, 500));
    writeFileSync(join(damaged, "train/dog/0008.jpg"), "");
    const dataset = await openDataset(damaged, options);
    const { train, report } = dataset;
    expect(train.count).toBe(198);
    expect(report.corrupt.count).toBe(2);
    expect(report.corrupt.examples.join()).toMatch(/train\/dog\/0008.jpg \(empty file\)/);
    expect(report.corrupt.examples.join()).toMatch(/train\/dog\/0007.jpg \(/);
    expect(countClasses(train)[5]).toBe(18);
    expect(describeReport(dataset).join(" ")).toMatch(/2 images could not be read and were left out/);
  });
});

describe("what people have in folders", () => {
  test("PNG and WebP, grey, transparent, 16 bits and sizes mixed: brought to one form and reported", async () => {
    const folder = await makeFolder({
      "red/a.png": await picture("red").png().toBuffer(),
      "red/b.webp": await picture("red", 40, 20).webp({ lossless: true }).toBuffer(),
      "red/c.png": await picture("red").ensureAlpha(0).png().toBuffer(),
      "blue/deep/down/d.PNG": await picture("blue", 8, 8).png().toBuffer(),
      "blue/e.png": await greyPicture(100).png().toBuffer(),
      "blue/f.png": await picture("blue").toColourspace("rgb16").png().toBuffer(),
      "blue/notes.txt": Buffer.from("not an image"),
      ".hidden/g.png": Buffer.from("not looked at"),
    });
    const { shape, train, report, classNames } = await openDataset(folder, { ...options, testFraction01: 0 });
    expect(classNames).toEqual(["blue", "red"]);
    expect(shape).toEqual([3, 16, 16]);
    const reader = openPixels(train);
    const colourOf = (position: number) => [0, 300, 600].map((at) => reader.read(position)[at]);
    expect(Array.from({ length: 6 }, (_, position) => colourOf(position))).toEqual([
      [0, 0, 255], // deep/down/d.PNG
      [100, 100, 100], // e.png, grey repeated
      [0, 0, 255], // f.png, 16 bits
      [255, 0, 0],
      [255, 0, 0],
      [255, 255, 255], // c.png, fully transparent on white
    ]);
    expect(report.greyAmongColour).toEqual({ count: 1, examples: ["blue/e.png"] });
    expect(report.transparent).toEqual({ count: 1, examples: ["red/c.png"] });
    expect(report.cropped).toEqual({ count: 1, examples: ["red/b.webp (20×40)"] });
    expect(report.resized.count).toBe(2);
    expect(report.textFiles).toEqual({ count: 1, examples: ["blue/notes.txt"] });
    expect(report.skipped).toEqual({ count: 1, examples: [join(".hidden", "g.png")] });
    expect(report.storedSizes).toEqual({ smallest: "8×8", largest: "20×40" });
  });

  test("only grey images give one channel; a test part is held out, the same each time, and said so", async () => {
    const files: Record<string, Buffer> = {};
    for (let i = 0; i < 10; i += 1) {
      files[`0/${i}.png`] = await greyPicture(i).png().toBuffer();
      files[`1/${i}.png`] = await greyPicture(200 + i)
        .png()
        .toBuffer();
    }
    const dataset = await openDataset(await makeFolder(files), options);
    expect(dataset.shape).toEqual([1, 16, 16]);
    expect(dataset.mirrorable).toBe(false);
    expect([...countClasses(dataset.test!)]).toEqual([2, 2]);
    expect(dataset.report.notes.join()).toMatch(/4 images, the same in every study, are held out/);
    expect((await reopenDataset(dataset.cachePath)).test?.records).toEqual(dataset.test?.records);
    const values = openPixels(dataset.train);
    for (let position = 0; position < 16; position += 1) {
      expect((values.read(position)[0] as number) >= 200).toBe(dataset.train.labels[position] === 1);
    }
  });

  test("test images that are also trained on are counted, uneven classes reported, val/ is used for validation", async () => {
    const red = await picture("red").png().toBuffer();
    const folder = await makeFolder({
      "train/red/1.png": red,
      "train/blue/1.png": await picture("blue").png().toBuffer(),
      "train/blue/2.png": await picture("blue").png({ compressionLevel: 0 }).toBuffer(),
      "train/blue/3.png": await picture("blue", 17, 16).png().toBuffer(),
      "val/red/9.png": red,
    });
    const dataset = await openDataset(folder, { ...options, testFraction01: 0 });
    const { report, validation, train, test: held } = dataset;
    expect([train.count, validation?.count, held]).toEqual([4, 1, undefined]);
    expect(splitForTraining(dataset, { fraction01: 0.5, seed: 1 })).toEqual({ train, validation });
    expect(report.testInTrain).toEqual({ count: 1, examples: ["val/red/9.png = train/red/1.png"] });
    expect(report.imbalance).toBe(3);
    expect(describeReport(dataset).join(" ")).toMatch(
      /3.0 times.*val\/ is used for validation; nothing is split off/s,
    );
  });

  test("a class may be called train; a phone's rotation is applied; black-and-white print colours are converted", async () => {
    const halves = sharp(Buffer.from([255, 0, 0, 0, 0, 255]), { raw: { width: 2, height: 1, channels: 3 } })
      .resize(16, 16, { fit: "fill", kernel: "nearest" })
      .withMetadata({ orientation: 3 });
    const folder = await makeFolder({
      "car/upside-down.png": await halves.png().toBuffer(),
      "train/cmyk.jpg": await picture("red").toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer(),
    });
    const { classNames, train } = await openDataset(folder, { ...options, testFraction01: 0 });
    expect(classNames).toEqual(["car", "train"]);
    const reader = openPixels(train);
    expect([0, 15, 512, 527].map((at) => reader.read(0)[at])).toEqual([0, 255, 255, 0]);
    const [red, green, blue] = [0, 256, 512].map((at) => reader.read(1)[at] as number);
    expect([red! > 200, green! < 60, blue! < 60]).toEqual([true, true, true]);
  });

  test.each([
    [
      "an empty class",
      { "a/1.png": "ok", b: undefined, "c/x.txt": "text" },
      /no training image in 2 of 3 classes: b, c/,
    ],
    ["one class", { "a/1.png": "ok" }, /only one class \(a\)/],
    [
      "a class only in test/",
      { "train/a/1.png": "ok", "train/b/1.png": "ok", "test/z/1.png": "ok" },
      /without a training folder: z/,
    ],
    [
      "too many broken images",
      { "a/1.png": "text", "a/2.png": "ok", "b/1.png": "ok" },
      /1 of 3 images cannot be read: a\/1.png \(/,
    ],
    [
      "no images at all",
      { "a/x.txt": "text" },
      /holds no dataset that can be read. Accepted are:.*digits.*class folders/s,
    ],
  ])("%s is refused", async (_, files, message) => {
    const red = await picture("red").png().toBuffer();
    const contents = Object.entries(files).map(([name, kind]) => [
      name,
      kind === "ok" ? red : kind && Buffer.from(kind),
    ]);
    const folder = await makeFolder(Object.fromEntries(contents) as Record<string, Buffer | undefined>);
    await expect(openDataset(folder, options)).rejects.toThrow(
      expect.objectContaining({ name: "GeniusError", message: expect.stringMatching(message) }),
    );
  });

  test("a name that is nothing gets a suggestion; an impossible size is refused", async () => {
    await expect(openDataset("digts", options)).rejects.toThrow(
      /no file or folder digts.*Did you mean "digits"\?/,
    );
    await expect(openDataset("digits", { ...options, imageSize: 0 })).rejects.toThrow(/image size of 0/);
  });
});

describe("the cache", () => {
  const source = async () =>
    makeFolder({
      "a/1.png": await picture("red").png().toBuffer(),
      "b/1.png": await picture("blue").png().toBuffer(),
    });

  test("what is cut off is made again; two at once do not disturb each other", async () => {
    const folder = await source();
    const plain = { ...options, testFraction01: 0 };
    const [one, other] = await Promise.all([openDataset(folder, plain), openDataset(folder, plain)]);
    expect(one.cachePath).toBe(other.cachePath);
    truncateSync(join(one.cachePath, "pixels.bin"), 100);
    await expect(reopenDataset(one.cachePath)).rejects.toThrow(/no decoded dataset at/);
    const again = await openDataset(folder, plain);
    expect([...openPixels(again.train).read(1).slice(700, 702)]).toEqual([255, 255]);
    expect(readdirSync(join(root, "cache", "datasets")).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("a folder that cannot be written, and an interruption, are said and leave nothing behind", async () => {
    const folder = await source();
    const file = join(root, "a-file");
    writeFileSync(file, "");
    await expect(openDataset(folder, { cacheDirectory: file })).rejects.toThrow(
      /cannot write the dataset cache.*GENIUS_CACHE_DIR/i,
    );
    const stop = new AbortController();
    const cacheDirectory = join(root, "interrupted");
    const onProgress = ({ stage }: { stage: string }) => stage === "reading" && stop.abort();
    await expect(openDataset(folder, { cacheDirectory, onProgress, signal: stop.signal })).rejects.toThrow(
      /abort/i,
    );
    expect(readdirSync(join(cacheDirectory, "datasets"))).toEqual([]);
  });
});

test("a reader of one's own: raw and encoded records together; a label that is no class is refused", async () => {
  const listing = (label: number): DatasetListing => ({
    name: "own",
    classNames: ["low", "high"],
    mirrorable: true,
    files: [],
    recordCount: 2,
    ignoredFiles: [],
    notes: [`label ${label}`],
    async *records(): AsyncIterable<ImageRecord> {
      const bytes = Uint8Array.from({ length: 48 }, (_, i) => i);
      yield { part: "train", label: 0, where: "first", image: { kind: "raw", bytes, shape: [3, 4, 4] } };
      const png = await greyPicture(9, 4).png().toBuffer();
      yield { part: "train", label, where: "second", image: { kind: "encoded", bytes: png } };
    },
  });
  const own = (label: number) =>
    defineFormat({ name: "own", summary: "", source: "", list: async () => listing(label) });
  const { train } = await openWith(own(1), undefined, { ...options, testFraction01: 0 });
  expect([...openPixels(train).read(0)]).toEqual(Array.from({ length: 48 }, (_, i) => i));
  expect([...openPixels(train).read(1)]).toEqual(new Array(48).fill(9));
  await expect(openWith(own(2), undefined, options)).rejects.toThrow(
    /second: label 2 is out of range. Allowed are 0 to 1/,
  );
});

test("digits: 10,000 of them, a fifth of each class held out, whole pixel values", async () => {
  const digits = await openDataset("digits", options);
  expect(digits.shape).toEqual([1, 28, 28]);
  expect([digits.train.count, digits.test?.count]).toEqual([8000, 2000]);
  expect(digits.report.classes.map((one) => one.trainCount + one.testCount)).toEqual([
    1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978,
  ]);
  const { mean01, sd01 } = channelStatistics(digits.train);
  expect(mean01[0]).toBeCloseTo(0.1307, 2); // MNIST's published mean and standard deviation
  expect(sd01[0]).toBeCloseTo(0.3081, 2);
  expect(digits.hash).toBe("afcdafd4a02df5d42890113246830febf3984e3d0f765be8e2684415baa21798");
});
