// The tail against values worked out by hand and against the sum over all outcomes.
import fc from "fast-check";
import { expect, test } from "vitest";
import { binomialTail } from "./binomial.ts";

test("small cases are exact", () => {
  expect(binomialTail(5, 5, 0.5)).toBeCloseTo(1 / 32, 12);
  expect(binomialTail(4, 5, 0.5)).toBeCloseTo(6 / 32, 12);
  expect(binomialTail(1, 3, 0.2)).toBeCloseTo(1 - 0.8 ** 3, 12);
  expect(binomialTail(0, 5, 0.1)).toBe(1);
  expect(binomialTail(6, 5, 0.9)).toBe(0);
  expect(binomialTail(5, 5, 1)).toBe(1);
  // 61 of 100 by tossing a coin: R, pbinom(60, 100, 0.5, lower.tail = FALSE).
  expect(binomialTail(61, 100, 0.5)).toBeCloseTo(0.0176001, 6);
});

test("successes and failures mirror each other, and the tail falls", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.nat(400),
      (count, chance01, k) => {
        const atLeast = Math.min(k, count);
        const tail = binomialTail(atLeast, count, chance01);
        expect(tail + binomialTail(count - atLeast + 1, count, 1 - chance01)).toBeCloseTo(1, 9);
        expect(binomialTail(atLeast + 1, count, chance01)).toBeLessThanOrEqual(tail);
      },
    ),
  );
});
