// Intervals of a mean and of the difference of two groups, against R's t.test.
import { expect, test } from "vitest";
import { estimate, inWords, isClear, unpairedDifference } from "./estimates.ts";

test("Welch's interval is R's: t.test(1:5, c(2, 4, 6, 8, 10))", () => {
  const { mean, ci95, count } = unpairedDifference([1, 2, 3, 4, 5], [2, 4, 6, 8, 10]);
  expect([mean, count]).toEqual([-3, 5]);
  expect(ci95[0]).toBeCloseTo(-6.888, 2);
  expect(ci95[1]).toBeCloseTo(0.888, 2);
});

test("one search says nothing for certain", () => {
  const alone = unpairedDifference([0.3], [0.1, 0.2]);
  expect(isClear(alone)).toBe(false);
  expect(inWords(alone)).toBe("15.00");
  expect(isClear(estimate([0.4]))).toBe(false);
});

test("groups without spread differ, or do not", () => {
  expect(isClear(unpairedDifference([1, 1], [2, 2]))).toBe(true);
  expect(isClear(unpairedDifference([1, 1], [1, 1]))).toBe(false);
});
