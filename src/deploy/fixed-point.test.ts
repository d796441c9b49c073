// TFLite's rounding, on values worked out by hand and against its C code written out in whole numbers of any length.
import { expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import {
  dividedByPower,
  doublingHighProduct,
  fixedPoint,
  gridOver,
  onGrid,
  timesFixedPoint,
} from "./fixed-point.ts";

test("a factor is a fraction of 31 bits from a half to below one, and a power of two", () => {
  expect(fixedPoint(0.5)).toEqual({ multiplier: 2 ** 30, shift: 0 });
  expect(fixedPoint(1)).toEqual({ multiplier: 2 ** 30, shift: 1 });
  expect(fixedPoint(0.3)).toEqual({ multiplier: 1288490189, shift: -1 });
  expect(fixedPoint(3)).toEqual({ multiplier: 1610612736, shift: 2 });
  // Rounds up to the next power of two.
  expect(fixedPoint(1 - 2 ** -40)).toEqual({ multiplier: 2 ** 30, shift: 1 });
  expect(fixedPoint(0)).toEqual({ multiplier: 0, shift: 0 });
  expect(fixedPoint(2 ** -33)).toEqual({ multiplier: 0, shift: 0 });
});

test("the high half of a product rounds a half upwards, and a power of two rounds it away from zero", () => {
  const half = 2 ** 30;
  expect([1, 3, -1, -3, -4].map((value) => doublingHighProduct(value, half))).toEqual([1, 2, 0, -1, -2]);
  expect(doublingHighProduct(-(2 ** 31), -(2 ** 31))).toBe(2 ** 31 - 1);
  expect([5, -5, 6, -6, -1].map((value) => dividedByPower(value, 1))).toEqual([3, -3, 3, -3, -1]);
  expect([6, -6, 5, -5].map((value) => dividedByPower(value, 2))).toEqual([2, -2, 1, -1]);
});

test("both roundings count: 0.3 of 5 is 2 and of -5 is -2, 0.5 of 3 is 2 and of -3 is -1", () => {
  expect([5, -5, 1000].map((value) => timesFixedPoint(value, fixedPoint(0.3)))).toEqual([2, -2, 300]);
  expect([3, -3].map((value) => timesFixedPoint(value, fixedPoint(0.5)))).toEqual([2, -1]);
  expect([3, -3].map((value) => timesFixedPoint(value, fixedPoint(3)))).toEqual([9, -9]);
});

/** TFLite's C code, line by line, in integers that cannot overflow. */
function asInC(x: number, { multiplier, shift }: { multiplier: number; shift: number }): number {
  const left = BigInt(Math.max(0, shift));
  const raised = BigInt.asIntN(32, BigInt(x) * (1n << left));
  const product = raised * BigInt(multiplier);
  const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n);
  // BigInt's division goes towards zero, as C's does.
  const high = (product + nudge) / (1n << 31n);
  const right = BigInt(Math.max(0, -shift));
  const mask = (1n << right) - 1n;
  const remainder = high & mask;
  const threshold = (mask >> 1n) + (high < 0n ? 1n : 0n);
  return Number((high >> right) + (remainder > threshold ? 1n : 0n));
}

test("twenty thousand products are those of TFLite's C code", () => {
  const random = createRandom(1, "products");
  for (let i = 0; i < 20_000; i += 1) {
    const value = Math.trunc((random.next() - 0.5) * 2 ** (2 + 30 * random.next()));
    const factor = fixedPoint(2 ** (4 - 34 * random.next()));
    expect(timesFixedPoint(value, factor), `${value} ${JSON.stringify(factor)}`).toBe(asInC(value, factor));
  }
});

test("a grid holds zero exactly, whatever the range", () => {
  expect(gridOver(0, 255)).toEqual({ scale: 1, zeroPoint: -128 });
  expect(gridOver(-1, 1)).toEqual({ scale: Math.fround(2 / 255), zeroPoint: -1 });
  expect(gridOver(0.5, 2.55)).toEqual({ scale: Math.fround(0.01), zeroPoint: -128 });
  expect(gridOver(0, 0)).toEqual({ scale: 1, zeroPoint: 0 });
  for (const [min, max] of [
    [-3, 0.1],
    [-1e-3, 40],
    [-7, 7],
  ] as const) {
    const grid = gridOver(min, max);
    expect(onGrid(0, grid)).toBe(grid.zeroPoint);
    expect([onGrid(min, grid), onGrid(max, grid)]).toEqual([-128, 127]);
  }
});
