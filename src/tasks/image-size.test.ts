import { expect, test } from "vitest";
import { imageSizeOption, shortSideOf, sidesOf, sizeText, withShortSide } from "./image-size.ts";

const option = imageSizeOption({ min: 8, max: 1024 });

test.each([
  [32, 32],
  ["32", 32],
  ["32x32", 32],
  [[32, 32], 32],
  ["24x32", [24, 32]],
  [" 24×32 ", [24, 32]],
  [
    [24, 32],
    [24, 32],
  ],
])("%j is read as %j, and what was read is read again", (given, size) => {
  expect(option.parse(given)).toEqual(size);
  expect(option.parse(JSON.parse(JSON.stringify(option.parse(given))))).toEqual(size);
});

test.each([7, 1025, 31.5, "24x", "x32", "24x32x3", "24x7", "large", [24], [24, 32, 3], null, true])(
  "%j is refused, and what is allowed is said",
  (given) => {
    const { error } = option.safeParse(given);
    expect(error?.issues[0]?.message).toBe(
      "expected pixels from 8 to 1024, such as 32 or 24x32 (height x width)",
    );
  },
);

test("height comes first, and another short side keeps the aspect ratio", () => {
  expect([sidesOf(32), sidesOf([24, 32])]).toEqual([
    [32, 32],
    [24, 32],
  ]);
  expect([sizeText(32), sizeText([24, 32]), shortSideOf([32, 24])]).toEqual(["32×32", "24×32", 24]);
  expect([withShortSide(32, 16), withShortSide([48, 64], 24), withShortSide([100, 75], 20)]).toEqual([
    16,
    [24, 32],
    [27, 20],
  ]);
});
