import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { needs, sharedPath } from "../../testing/shared-data.ts";
import { decodeBmp } from "./bmp.ts";
import { decodeImage, prepareDecoder } from "./decode.ts";
import { readHeader } from "./header.ts";
import { chooseLevels } from "./levels.ts";
import { type OpenOptions, openDataset } from "./open.ts";
import { openPixels } from "./pixels.ts";
import { decodeOne } from "./read-records.ts";
import { describeReport } from "./report.ts";

const root = mkdtempSync(join(tmpdir(), "genius-images-"));
const options: OpenOptions = { cacheDirectory: join(root, "cache"), testFraction01: 0 };
afterAll(() => rmSync(root, { recursive: true, force: true }));

let serial = 0;
function makeFolder(files: Readonly<Record<string, Uint8Array | string>>): string {
  serial += 1;
  const folder = join(root, `made-${serial}`);
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

/** `count` files in a class, each with pixels of its own. */
function some(name: string, count: number, make: (index: number) => Uint8Array | string) {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [name.replace("*", String(i)), make(i)]));
}

const picture = (level: number, size = 12) =>
  sharp(Buffer.from(Array.from({ length: size * size * 3 }, (_, i) => (level + i * 7) % 256)), {
    raw: { width: size, height: size, channels: 3 },
  });

/** An uncompressed bitmap: `[H, W]` pixels of `bits`, with a palette or masks. */
function bitmap(
  pixels: readonly (readonly number[])[],
  more: { bits: number; palette?: readonly number[]; isTopDown?: boolean; masks?: readonly number[] },
): Buffer {
  const { bits, palette = [], isTopDown = false, masks = [] } = more;
  const [height, width] = [pixels.length, pixels[0]!.length];
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const at = 54 + 4 * (palette.length + masks.length);
  const bytes = Buffer.alloc(at + rowBytes * height);
  bytes.write("BM");
  bytes.writeUInt32LE(at, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(isTopDown ? -height : height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  bytes.writeUInt32LE(masks.length > 0 ? 3 : 0, 30);
  bytes.writeUInt32LE(palette.length, 46);
  for (const [i, value] of [...masks, ...palette].entries()) bytes.writeUInt32LE(value, 54 + 4 * i);
  for (const [y, row] of pixels.entries()) {
    const start = at + (isTopDown ? y : height - 1 - y) * rowBytes;
    for (const [x, value] of row.entries()) {
      if (bits < 8) bytes[start + Math.floor((x * bits) / 8)]! |= value << (8 - bits - ((x * bits) % 8));
      else bytes.writeUIntLE(value, start + (x * bits) / 8, bits / 8);
    }
  }
  return bytes;
}

describe("the kind of an image is that of its content", () => {
  test("every kind is read under any name, and a wrong ending is said", async () => {
    const files = {
      "a/1.jfif": await picture(0).jpeg().toBuffer(),
      "a/2.JPG": await picture(1).jpeg().toBuffer(),
      "a/3.jpg": await picture(2).png().toBuffer(),
      "a/4": await picture(3).webp({ lossless: true }).toBuffer(),
      "b/5.gif": await picture(4).gif().toBuffer(),
      "b/6.tiff": await picture(5).tiff().toBuffer(),
      "b/7.avif": await picture(6).avif().toBuffer(),
      "b/8.bmp": bitmap([[0xff0000, 0x00ff00, 0x0000ff]], { bits: 24 }),
    };
    const { train, report } = await openDataset(makeFolder(files), options);
    expect(train.count).toBe(8);
    expect(report.wrongEndings).toEqual({ count: 1, examples: ["a/3.jpg (PNG)"] });
  });

  test("a class that is mostly HEIC, video or damage is refused by name; text beside images is not", async () => {
    const ok = some("a/*.png", 0, () => "");
    for (let i = 0; i < 6; i += 1) {
      ok[`a/${i}.png`] = await picture(i).png().toBuffer();
      ok[`b/${i}.png`] = await picture(40 + i)
        .png()
        .toBuffer();
    }
    const heic = (i: number) => Buffer.from(`\0\0\0\x18ftypheic\0\0\0\0mif1heic${i}`);
    await expect(openDataset(makeFolder({ ...ok, ...some("b/*.HEIC", 20, heic) }), options)).rejects.toThrow(
      /20 of 32 images cannot be read: b\/0.HEIC \(HEIC, which is not read\)/,
    );
    const film = (i: number) => Buffer.from(`\0\0\0\x18ftypisom\0\0\x02\0isom${i}`);
    await expect(openDataset(makeFolder({ ...ok, ...some("b/*.mp4", 8, film) }), options)).rejects.toThrow(
      /8 of 20 images cannot be read: b\/0.mp4 \(no image\)/,
    );
    const labelled = makeFolder({ ...ok, ...some("b/*.txt", 20, (i) => `0 0.${i}`) });
    const { train, report } = await openDataset(labelled, options);
    expect([train.count, report.textFiles.count, report.corrupt.count]).toEqual([12, 20, 0]);
  });

  test("most of one class lost in a large set is refused, though it is little of the whole", async () => {
    const png = await picture(0).png().toBuffer();
    const files = { ...some("a/*.png", 60, () => png), ...some("b/*.png", 2, () => png) };
    const psd = (i: number) => `8BPS${i}\0`;
    await expect(openDataset(makeFolder({ ...files, ...some("b/*.psd", 5, psd) }), options)).rejects.toThrow(
      /5 of 7 images of the class b cannot be read: b\/0.psd \(Photoshop, which is not read\)/,
    );
  });
});

describe("bitmaps", () => {
  const red = 0xff0000;
  const rows = [
    [red, 0x00ff00, 0x0000ff],
    [0x010203, 0xffffff, 0x000000],
  ];
  const rgb = rows.flat().flatMap((value) => [value >> 16, (value >> 8) & 255, value & 255]);
  test.each([
    ["24 bits", bitmap(rows, { bits: 24 })],
    ["24 bits from the top", bitmap(rows, { bits: 24, isTopDown: true })],
    ["32 bits", bitmap(rows, { bits: 32 })],
    [
      "a palette of 8 bits",
      bitmap(
        [
          [0, 1, 2],
          [3, 4, 5],
        ],
        { bits: 8, palette: rows.flat() },
      ),
    ],
    [
      "a palette of 4 bits",
      bitmap(
        [
          [0, 1, 2],
          [3, 4, 5],
        ],
        { bits: 4, palette: rows.flat() },
      ),
    ],
    [
      "masks in another order",
      bitmap(
        rows.map((row) => row.map((value) => ((value & 0xff) << 16) | (value & 0xff00) | (value >> 16))),
        { bits: 32, masks: [0xff, 0xff00, 0xff0000] },
      ),
    ],
  ])("%s", (_, bytes) => {
    expect(decodeBmp(bytes)).toEqual({ width: 3, height: 2, channels: 3, pixels: Uint8Array.from(rgb) });
  });

  test("a palette of greys gives one channel, 16 bits their full range, two colours one bit each", () => {
    const grey = bitmap([[1, 0]], { bits: 1, palette: [0x202020, 0xf0f0f0] });
    expect(decodeBmp(grey)).toEqual({ width: 2, height: 1, channels: 1, pixels: Uint8Array.of(0xf0, 0x20) });
    const fives = bitmap([[0x7c00, 0x03e0, 0x001f]], { bits: 16 });
    expect([...decodeBmp(fives).pixels]).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255]);
  });

  test("what is cut off or compressed is broken, and says why", async () => {
    const whole = bitmap(rows, { bits: 24 });
    const packed = Buffer.from(whole);
    packed.writeUInt32LE(1, 30);
    const huge = Buffer.from(whole);
    huge.writeInt32LE(60_000, 18);
    huge.writeInt32LE(60_000, 22);
    const target = { shape: [3, 2, 3] } as const;
    expect(await decodeOne(whole.subarray(0, 60), "x.bmp", target)).toEqual({
      broken: "its pixels are cut off",
    });
    expect(await decodeOne(packed, "x.bmp", target)).toEqual({
      broken: "compressed bitmaps are not read (method 1)",
    });
    expect(await decodeOne(huge, "x.bmp", target)).toEqual({
      broken: "60000×60000 pixels announced; up to 250 million pixels are read",
    });
  });
});

test("a damaged picture is told of in plain words, not in those of its decoder", async () => {
  const noise = Uint8Array.from({ length: 3 * 64 * 64 }, (_, place) => (place * 7919) % 251);
  const png = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toBuffer();
  await prepareDecoder();
  const cut = await decodeOne(png.subarray(0, png.length >> 1), "cut.png", { shape: [3, 64, 64] });
  expect(cut).toEqual({ broken: "it is damaged or cut off" });
  const headless = Buffer.concat([png.subarray(0, 8), Buffer.from("nothing")]);
  expect(await decodeOne(headless, "headless.png", { shape: [3, 64, 64] })).toEqual({
    broken: "its beginning is damaged",
  });
});

test("a small file that announces more pixels than memory holds is refused by its header", async () => {
  const chunk = (kind: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(30_000, 0);
  header.writeUInt32BE(30_000, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const start = Buffer.from("89504e470d0a1a0a", "hex");
  const data = deflateSync(Buffer.alloc(100_000));
  const bomb = Buffer.concat([
    start,
    chunk("IHDR", header),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  expect(await readHeader(bomb, "bomb.png")).toEqual({
    broken: "30000×30000 pixels announced; up to 250 million pixels are read",
  });
});

describe("colours", () => {
  const decoded = async (bytes: Buffer, channels = 3) => {
    const result = await decodeOne(bytes, "x.png", { shape: [channels, 4, 4] });
    if ("broken" in result) throw new Error(result.broken);
    return [0, 16, 32].slice(0, channels).map((at) => result.pixels[at]);
  };
  const plain = (background: { r: number; g: number; b: number; alpha: number }) =>
    sharp({ create: { width: 4, height: 4, channels: 4, background } });

  test("half-transparent red on white is pink, in every kind that has transparency", async () => {
    const red = () => plain({ r: 255, g: 0, b: 0, alpha: 0.5 });
    for (const bytes of [await red().png().toBuffer(), await red().webp({ lossless: true }).toBuffer()])
      expect(await decoded(bytes)).toEqual([255, 127, 127]);
  });

  test("a palette gives its colours, and a grey one for one channel its greys", async () => {
    const colour = plain({ r: 200, g: 100, b: 50, alpha: 1 });
    expect(await decoded(await colour.png({ palette: true }).toBuffer())).toEqual([200, 100, 50]);
    const grey = plain({ r: 90, g: 90, b: 90, alpha: 1 });
    expect(await decoded(await grey.gif().toBuffer(), 1)).toEqual([90]);
  });

  test("colour for one channel becomes its luminance", async () => {
    const [value] = await decoded(await plain({ r: 0, g: 255, b: 0, alpha: 1 }).png().toBuffer(), 1);
    expect(value).toBeGreaterThan(150);
    expect(value).toBeLessThan(230);
  });
});

describe("16 bits", () => {
  const deep = (values: readonly number[], size: number, channels: 1 | 2 | 3 = 1) =>
    sharp(Uint16Array.from(values), {
      raw: { width: size, height: values.length / size / channels, channels },
    });
  const grey16 = (values: readonly number[]) => deep(values, 2).toColourspace("grey16").png().toBuffer();

  test("the scale is that of the values in use, the same for the whole set, and is said", async () => {
    const set = makeFolder({
      "low/1.png": await grey16([0, 1000, 2000, 4095]),
      "high/1.png": await grey16([3000, 3000, 3000, 3000]),
    });
    const dataset = await openDataset(set, { ...options, imageSize: 4 });
    const { train, levels } = dataset;
    expect(levels).toEqual({ low: 0, high: 4095 });
    expect(describeReport(dataset).join()).toMatch(/2 images of 16 bits .* 0 to black and 4095 to white/);
    expect(openPixels(train).read(0)[0]).toBe(Math.round((3000 / 4095) * 255));
  });

  test("a narrow band of values, as thermal cameras give, is spread out", async () => {
    const band = (from: number) => Array.from({ length: 144 }, (_, i) => from + (i % 60));
    const image = (from: number) => deep(band(from), 12).toColourspace("grey16").png().toBuffer();
    const set = makeFolder({ "low/1.png": await image(1000), "high/1.png": await image(1120) });
    const { train, levels } = await openDataset(set, options);
    expect(levels).toEqual({ low: 1000, high: 1179 });
    const pixels = openPixels(train);
    expect(new Set([...pixels.read(0)]).size).toBe(60);
    expect([...pixels.read(1)].slice(0, 3)).toEqual([0, 1, 3]);
  });

  test("beside images of 8 bits a full scale stays the full scale; transparency is no value", async () => {
    const red = Array.from({ length: 16 }, () => [65_535, 0, 0]).flat();
    const clear = deep(Array.from({ length: 16 }, () => [5, 0]).flat(), 4, 2);
    const set = makeFolder({
      "a/1.png": await deep(red, 4, 3).toColourspace("rgb16").png().toBuffer(),
      "a/2.png": await clear.toColourspace("grey16").png().toBuffer(),
      "b/1.png": await picture(9, 4).png().toBuffer(),
    });
    const { train, levels } = await openDataset(set, options);
    expect(levels).toEqual({ low: 0, high: 65_535 });
    const pixels = openPixels(train);
    expect([0, 16, 32].map((at) => pixels.read(0)[at])).toEqual([255, 0, 0]);
    expect([0, 16, 32].map((at) => pixels.read(1)[at])).toEqual([255, 255, 255]);
  });

  test("TIFF files, too", async () => {
    const tiff = (from: number) =>
      deep(
        Array.from({ length: 144 }, (_, i) => from + i),
        12,
      )
        .toColourspace("grey16")
        .tiff({ compression: "lzw" })
        .toBuffer();
    const set = makeFolder({ "low/1.tif": await tiff(0), "high/1.tif": await tiff(880) });
    const { train, levels } = await openDataset(set, options);
    expect(levels).toEqual({ low: 0, high: 1023 });
    expect(openPixels(train).read(0)[143]).toBe(255);
  });

  test("a few dead pixels do not decide the scale; one value alone is no band", () => {
    const counts = new Float64Array(65_536);
    counts.fill(1000, 0, 1024);
    counts[65_535] = 3;
    expect(chooseLevels(counts, true)).toEqual({ low: 0, high: 1023 });
    expect(chooseLevels(new Float64Array(65_536).fill(7, 300, 301), true)).toEqual({ low: 0, high: 511 });
  });
});

const archive = "cifar10-jpeg.tar.xz";
describe("the short way for JPEG files", () => {
  test("gives the very bytes of sharp, on photographs", needs(archive), async () => {
    const members = Array.from({ length: 40 }, (_, i) => `test/frog/${String(i).padStart(4, "0")}.jpg`);
    execFileSync("tar", ["-xJf", sharedPath(archive), "-C", root, "-T", "-"], { input: members.join("\n") });
    await prepareDecoder();
    const folder = join(root, "test/frog");
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name));
      const looked = await readHeader(bytes, name);
      if (!("image" in looked)) throw new Error("not read");
      const { plainJpeg, ...plain } = looked.image;
      expect(plainJpeg).toEqual({ width: 32, height: 32, channels: 3 });
      const target = { shape: [3, 32, 32] } as const;
      expect(await decodeImage(bytes, looked.image, target)).toEqual(await decodeImage(bytes, plain, target));
    }
  });

  test.each([
    [
      "4:2:0, progressive, an odd size",
      3,
      (image: Sharp) => image.resize(33, 17).jpeg({ progressive: true }),
    ],
    ["4:4:4", 3, (image: Sharp) => image.jpeg({ chromaSubsampling: "4:4:4" })],
    ["grey", 3, (image: Sharp) => image.toColourspace("b-w").jpeg()],
    ["grey, for one channel", 1, (image: Sharp) => image.toColourspace("b-w").jpeg()],
    ["arithmetic tables of its own", 3, (image: Sharp) => image.jpeg({ optimiseCoding: false })],
    ["colour, for one channel", 1, (image: Sharp) => image.jpeg()],
    ["print colours", 3, (image: Sharp) => image.toColourspace("cmyk").jpeg()],
    ["a profile", 3, (image: Sharp) => image.withIccProfile("p3").jpeg()],
    ["turned by EXIF", 3, (image: Sharp) => image.resize(20, 20).withMetadata({ orientation: 6 }).jpeg()],
  ] as const)("%s: the same as by sharp alone", async (_, channels, encode) => {
    await prepareDecoder();
    const bytes = await encode(picture(50, 40)).toBuffer();
    const looked = await readHeader(bytes, "x.jpg");
    if (!("image" in looked)) throw new Error("not read");
    const { plainJpeg: _plain, ...plain } = looked.image;
    const target = { shape: [channels, plain.height, plain.width] } as const;
    const decoded = await decodeImage(bytes, looked.image, target);
    expect(decoded).toHaveProperty("pixels");
    expect(decoded).toEqual(await decodeImage(bytes, plain, target));
  });

  test("a cut file is not taken for a whole one", async () => {
    const bytes = await picture(50, 40).jpeg().toBuffer();
    expect(
      await decodeOne(bytes.subarray(0, bytes.length - 40), "x.jpg", { shape: [3, 40, 40] }),
    ).toHaveProperty("broken");
  });
});

test("threads and the caller read the same, in the same order", async () => {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 320; i += 1) files[`${i % 2}/${i}.png`] = await picture(i, 4).png().toBuffer();
  const folder = makeFolder(files);
  const many = await openDataset(folder, options);
  const order = [0, 1].flatMap((name) =>
    readdirSync(join(folder, String(name))).map((file) => `${name}/${file}`),
  );
  const few = openPixels(many.train);
  expect(order.length).toBe(320);
  for (const [position, name] of order.sort().entries()) {
    const truth = await decodeOne(files[name]!, name, { shape: many.shape });
    expect(truth).toEqual({ pixels: Uint8Array.from(few.read(position)) });
  }
});

test("tiny images and strips are brought to a side that can be trained on, where that is asked for", async () => {
  const strip = sharp({ create: { width: 1, height: 300, channels: 3, background: "#ff0000" } });
  const icon = sharp({ create: { width: 4, height: 4, channels: 3, background: "#0000ff" } });
  const set = makeFolder({ "a/1.png": await strip.png().toBuffer(), "b/1.png": await icon.png().toBuffer() });
  const { shape, train } = await openDataset(set, { ...options, minSize: 8, maxSize: 64 });
  expect(shape).toEqual([3, 8, 8]);
  expect([openPixels(train).read(0)[63], openPixels(train).read(1)[191]]).toEqual([255, 255]);
});
