// Damaged and invented input for every parser of data: whatever it is, the answer is data, or an error of ours that says
// what is wrong, and never a crash or a hang. About a thousand inputs each from a fixed seed; GENIUS_FUZZ_MINUTES gives
// the time for more, from a new seed, which a failure prints.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GeniusError } from "../../../base/errors.ts";
import { fuzzEffort, fuzzTimeout } from "../../../testing/fuzz.ts";
import { prepareDecoder } from "../decode.ts";
import { imageKindOf } from "../image-kind.ts";
import { decodeOne } from "../read-records.ts";
import { cifarLayouts, parseCifarRecords } from "./cifar-binary.ts";
import { parseIdx } from "./idx.ts";
import { openParquetThread } from "./parquet-thread.ts";
import { partOfName } from "./part-names.ts";

const root = mkdtempSync(join(tmpdir(), "genius-fuzz-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const whole = new Map<string, Buffer>();
beforeAll(async () => {
  await prepareDecoder();
  const pixels = Buffer.from(Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * 37) % 256));
  const image = () => sharp(pixels, { raw: { width: 16, height: 16, channels: 3 } });
  whole.set("jpg", await image().jpeg().toBuffer());
  whole.set("png", await image().png().toBuffer());
  whole.set("gif", await image().gif().toBuffer());
  whole.set("webp", await image().webp().toBuffer());
  whole.set("tiff", await image().tiff().toBuffer());
  whole.set("deep.png", await image().toColourspace("rgb16").png().toBuffer());
  const bmp = Buffer.alloc(54 + 16 * 16 * 4, 99);
  bmp.write("BM");
  for (const [at, value] of [
    [10, 54],
    [14, 40],
    [18, 16],
    [22, 16],
    [28, 32],
    [30, 0],
  ] as const)
    bmp.writeUInt32LE(value, at);
  whole.set("bmp", bmp);
});

/** Anything but a GeniusError is a crash. */
async function onlyGeniusErrors(action: () => unknown): Promise<void> {
  try {
    await action();
  } catch (thrown) {
    if (!(thrown instanceof GeniusError)) throw thrown;
  }
}

/** A few bytes changed, most often near the beginning, where headers are; sometimes the end cut off. */
const damage = fc.record({
  changes: fc.array(
    fc.tuple(
      fc.oneof(fc.double({ min: 0, max: 0.2, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      fc.nat(255),
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  ),
  keep01: fc.oneof(
    { weight: 3, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  ),
});

function damaged(
  bytes: Buffer,
  { changes, keep01 }: { changes: [number, number][]; keep01: number },
): Buffer {
  const copy = Buffer.from(bytes.subarray(0, Math.round(keep01 * bytes.length)));
  for (const [at01, value] of changes)
    if (copy.length > 0) copy[Math.floor(at01 * (copy.length - 1))] = value;
  return copy;
}

test("images with damaged headers and bodies", { timeout: fuzzTimeout() }, async () => {
  const target = { shape: [3, 8, 8] } as const;
  const kinds = fc.constantFrom("jpg", "png", "gif", "webp", "tiff", "deep.png", "bmp");
  await fc.assert(
    fc.asyncProperty(kinds, damage, async (kind, harm) => {
      const decoded = await decodeOne(damaged(whole.get(kind)!, harm), `x.${kind}`, target);
      if ("pixels" in decoded) expect(decoded.pixels.length).toBe(192);
      else expect(decoded.broken).not.toBe("");
    }),
    fuzzEffort(1000),
  );
});

test("bytes of any kind are of some kind or none", { timeout: fuzzTimeout() }, () => {
  const starts = fc.constantFrom("", "BM", "RIFF", "GIF89a", "\0\0\0\x18ftyp", "P6 3 3", "<svg ", "II*\0");
  fc.assert(
    fc.property(starts, fc.uint8Array({ maxLength: 60 }), (start, rest) => {
      imageKindOf(Buffer.concat([Buffer.from(start, "latin1"), rest]));
    }),
    fuzzEffort(1000),
  );
});

test("Parquet files with damaged footers and pages", { timeout: fuzzTimeout() }, async () => {
  const file = readFileSync(join(import.meta.dirname, "../fixtures/hub.parquet"));
  const footer = file.length - 8 - file.readUInt32LE(file.length - 8);
  const limits = { timeLimitMs: 10_000, heapMb: 256 };
  let thread = openParquetThread([], limits);
  let count = 0;
  const inFooter = fc.array(fc.tuple(fc.integer({ min: footer, max: file.length - 1 }), fc.nat(255)), {
    maxLength: 2,
  });
  await fc.assert(
    fc.asyncProperty(inFooter, damage, fc.boolean(), async (changes, harm, isCut) => {
      const bytes = isCut ? damaged(file, harm) : Buffer.from(file);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      count += 1;
      const path = join(root, `${count}.parquet`);
      writeFileSync(path, bytes);
      try {
        await onlyGeniusErrors(async () => {
          const { groups, image, label } = await thread.describe({ path, where: "x" });
          const range = { rowStart: 0, rowEnd: groups[0] ?? 0 };
          await thread.rows({ path, where: "x" }, { image, label }, range);
        });
      } catch (thrown) {
        if (!(thrown instanceof GeniusError)) throw thrown;
      } finally {
        rmSync(path);
      }
      // A thread that was stopped answers nothing more; the next file gets another one.
      if (thread.isEnded()) thread = openParquetThread([], limits);
    }),
    fuzzEffort(1000),
  );
  await thread[Symbol.asyncDispose]();
});

test("IDX: bytes of any kind, sensible headers included", { timeout: fuzzTimeout() }, async () => {
  const header = fc.tuple(
    fc.nat(4),
    fc.array(fc.nat(300), { maxLength: 4 }),
    fc.array(fc.nat(255), { maxLength: 60 }),
  );
  const like = header.map(([dimensions, sizes, values]) => {
    const bytes = Buffer.alloc(4 + 4 * sizes.length);
    bytes.writeUInt32BE(0x800 + dimensions);
    for (const [i, size] of sizes.entries()) bytes.writeUInt32BE(size, 4 + 4 * i);
    return Buffer.concat([bytes, Buffer.from(values)]);
  });
  const parse = (bytes: Uint8Array) => onlyGeniusErrors(() => parseIdx(bytes, { where: "x", dimensions: 3 }));
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 40 }), like), parse),
    fuzzEffort(1000),
  );
});

test("CIFAR binary: bytes of any kind, whole records included", { timeout: fuzzTimeout() }, async () => {
  const from = { part: "train", file: "x.bin", first: 0, layout: cifarLayouts[0]! } as const;
  const parse = (bytes: Uint8Array) => onlyGeniusErrors(() => parseCifarRecords(bytes, from));
  const lengths = fc.oneof(fc.nat(100), fc.constantFrom(3073, 6146, 3074));
  const bytes = fc.tuple(lengths, fc.nat(255)).map(([length, value]) => Buffer.alloc(length, value));
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 100 }), bytes), parse),
    fuzzEffort(1000),
  );
});

test("folder names of any kind mean one part or none", { timeout: fuzzTimeout() }, () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (name) => {
      const found = partOfName(name);
      expect(partOfName(`${name}_train_test`)).toBeUndefined();
      if (found !== undefined) expect(["train", "validation", "test", "evaluation"]).toContain(found.part);
    }),
    fuzzEffort(1000),
  );
});
