import { expect, test } from "vitest";
import { chooseShape, type RecordFacts } from "./survey.ts";

type Fact = Omit<RecordFacts, "digest">;

/** Facts of images, by `[height, width]`. */
const images = (...sizes: readonly (readonly [number, number])[]): readonly Fact[] =>
  sizes.map(
    ([height, width]) => ({ ...{ height, width, grey: false }, part: "train", label: 0, where: "x" }) as Fact,
  );
const many = (count: number, size: readonly [number, number]) => Array.from({ length: count }, () => size);
const usual = { minSize: 8, maxSize: 64 };

test.each([
  ["photos of one size keep it", many(5, [48, 64]), [48, 64]],
  ["however little they differ from a square", many(5, [30, 32]), [30, 32]],
  ["large photos are made smaller, in their ratio", many(5, [3000, 4000]), [64, 85]],
  ["and so are upright ones", many(5, [4000, 3000]), [85, 64]],
  [
    "sizes may differ while the ratio is the same",
    [
      [300, 400],
      [600, 800],
      [60, 81],
    ],
    [64, 85],
  ],
  ["a few others do not count", [...many(8, [300, 400]), [400, 300], [100, 100]], [64, 85]],
  [
    "without a common ratio they are brought to squares",
    [...many(5, [300, 400]), ...many(5, [400, 300])],
    [64, 64],
  ],
  [
    "nearly square ones of many sizes, too",
    [
      [300, 310],
      [200, 195],
      [100, 104],
    ],
    [64, 64],
  ],
  ["icons grow to what a space takes", many(3, [4, 4]), [8, 8]],
  ["a strip has at most twice the area of the largest square", many(3, [100, 1600]), [22, 352]],
  ["down to the smallest side", many(3, [1, 300]), [8, 1024]],
] as const)("%s", (_, sizes, expected) => {
  expect(chooseShape(images(...sizes), usual)).toEqual([3, ...expected]);
});

test("a size that is asked for is taken, one number as a square", () => {
  const photos = images(...many(5, [48, 64]));
  expect(chooseShape(photos, { imageSize: 32 })).toEqual([3, 32, 32]);
  expect(chooseShape(photos, { imageSize: [24, 32] })).toEqual([3, 24, 32]);
});
