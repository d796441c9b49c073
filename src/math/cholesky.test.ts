import fc from "fast-check";
import { expect, test } from "vitest";
import { createFactor, factorOf, solvePositive } from "./cholesky.ts";

const matrix = [
  [4, 12, -16],
  [12, 37, -43],
  [-16, -43, 98],
];

test("the textbook's example: its factor, its determinant 36, and a system solved", () => {
  const factor = factorOf(matrix);
  expect([0, 1, 2].map((index) => [...factor.row(index)])).toEqual([[2], [6, 1], [-8, 5, 3]]);
  expect(Math.exp(2 * factor.logDeterminantHalf())).toBeCloseTo(36, 10);
  // A · (1, 2, 3) = (-20, -43, 192)
  [...solvePositive(matrix, [-20, -43, 192])].forEach((value, index) => {
    expect(value).toBeCloseTo(index + 1, 10);
  });
});

test("any positive definite system: the residual vanishes", () => {
  const entries = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(entries, (values) => {
      const rows = Array.from({ length: 5 }, (_, i) => values.slice(5 * i, 5 * i + 5));
      const gram = rows.map((a, i) =>
        rows.map((b, j) => a.reduce((sum, value, k) => sum + value * b[k]!, i === j ? 1 : 0)),
      );
      const right = values.slice(25);
      const solution = solvePositive(gram, right);
      gram.forEach((row, i) => {
        const product = row.reduce((sum, value, j) => sum + value * solution[j]!, 0);
        expect(product).toBeCloseTo(right[i]!, 8);
      });
    }),
  );
});

test("a factor shrinks to what it was, and a singular matrix gets the smallest pivot", () => {
  const factor = factorOf(matrix);
  const before = factor.solve([1, 2, 3]);
  factor.grow([1, 2, 3], 200);
  factor.shrink();
  expect(factor.solve([1, 2, 3])).toEqual(before);
  const singular = createFactor(1e-4);
  singular.grow([], 1);
  singular.grow([1], 1);
  expect(singular.row(1)[1]).toBeCloseTo(0.01, 12);
});
