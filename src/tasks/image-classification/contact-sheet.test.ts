// The picture of sample images: what lies where in it, its size for any classes and images, and its hash.
import fc from "fast-check";
import sharp from "sharp";
import { expect, test } from "vitest";
import { contactSheet } from "./contact-sheet.ts";
import type { ImageSet } from "./dataset.ts";
import { sheetLayout } from "./sheet-layout.ts";

/** Images of one colour each: red is the class, green the number within it. */
function coloured(counts: readonly number[], shape: ImageSet["shape"] = [3, 20, 30]): ImageSet {
  const labels = counts.flatMap((count, label) => Array<number>(count).fill(label));
  const within = counts.flatMap((count) => Array.from({ length: count }, (_, index) => index));
  const [channels, height, width] = shape;
  const bytes = new Uint8Array(new SharedArrayBuffer(labels.length * channels * height * width));
  for (const [record, label] of labels.entries()) {
    const values = [40 * label, 20 * (within[record] as number), 7];
    for (let channel = 0; channel < channels; channel += 1) {
      const from = (record * channels + channel) * height * width;
      bytes.fill(values[channel] as number, from, from + height * width);
    }
  }
  return {
    ...{ count: labels.length, classCount: counts.length, shape },
    ...{ labels: Uint16Array.from(labels), records: Uint32Array.from(labels, (_, record) => record) },
    pixels: { kind: "memory", bytes },
  };
}

async function pixelsOf(png: Uint8Array) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3),
  ];
  return { ...info, at };
}

test("a row a class, images in order and evenly from the whole class, white where a class has fewer", async () => {
  const sheet = await contactSheet(coloured([9, 2]), { classNames: ["cat", "dog"], perClass: 3 });
  expect(sheet.classNames).toEqual(["cat", "dog"]);
  // Twenty by thirty pixels, enlarged to 40 × 60, two white ones around each.
  expect([sheet.width, sheet.height]).toEqual([2 + 3 * 62, 2 + 2 * 42]);
  const { at, width, height } = await pixelsOf(sheet.png);
  expect([width, height]).toEqual([sheet.width, sheet.height]);
  expect([at(2, 2), at(64, 2), at(126, 41)]).toEqual([
    [0, 0, 7],
    [0, 60, 7],
    [0, 120, 7],
  ]);
  expect([at(2, 44), at(64, 44)]).toEqual([
    [40, 0, 7],
    [40, 20, 7],
  ]);
  expect([at(1, 1), at(62, 10), at(10, 42), at(126, 44)]).toEqual(Array(4).fill([255, 255, 255]));
});

test("one channel is grey, and large images are made smaller", async () => {
  const grey = await contactSheet(coloured([1, 1], [1, 8, 8]), { classNames: ["a", "b"], perClass: 1 });
  const { at } = await pixelsOf(grey.png);
  expect(at(10, grey.height - 10)).toEqual([40, 40, 40]);
  const large = await contactSheet(coloured([2, 2], [3, 600, 800]), { classNames: ["a", "b"], perClass: 2 });
  expect(Math.max(large.width, large.height)).toBeLessThanOrEqual(1024);
  expect((await pixelsOf(large.png)).at(20, large.height - 20)).toEqual([40, 0, 7]);
});

test("the hash is of the images, their names and their places", async () => {
  const hashOf = async (set: ImageSet, names: readonly string[], perClass = 2) =>
    (await contactSheet(set, { classNames: names, perClass })).hash;
  const set = coloured([4, 4]);
  const first = await hashOf(set, ["a", "b"]);
  expect(await hashOf(coloured([4, 4]), ["a", "b"])).toBe(first);
  const others = [
    await hashOf(set, ["a", "c"]),
    await hashOf(set, ["a", "b"], 3),
    await hashOf(coloured([3, 4]), ["a", "b"]),
  ];
  expect(new Set([first, ...others]).size).toBe(4);
});

test("whatever the classes and images, a picture fits into 1,024 pixels, or is refused with what to do", () => {
  const sizes = fc.record({
    height: fc.integer({ min: 1, max: 2000 }),
    width: fc.integer({ min: 1, max: 2000 }),
    classCount: fc.integer({ min: 1, max: 2000 }),
    perClass: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(sizes, ({ height, width, ...rest }) => {
      let layout: ReturnType<typeof sheetLayout>;
      try {
        layout = sheetLayout([3, height, width], rest);
      } catch (thrown) {
        expect(String(thrown)).toContain("(--images)");
        return;
      }
      expect(Math.max(layout.width, layout.height)).toBeLessThanOrEqual(1024);
      expect(Math.min(...layout.cell)).toBeGreaterThanOrEqual(1);
      expect(new Set(layout.rows).size).toBe(Math.min(rest.classCount, 32));
      expect(Math.max(...layout.rows)).toBeLessThan(rest.classCount);
      // Seldom are sides of whole pixels in the very proportion.
      const stretched = layout.cell[0] / height / (layout.cell[1] / width);
      if (Math.min(...layout.cell) >= 8) expect(Math.abs(stretched - 1)).toBeLessThan(0.126);
    }),
    { numRuns: 500 },
  );
  expect(() => sheetLayout([3, 64, 64], { classCount: 100, perClass: 20 })).not.toThrow();
});
