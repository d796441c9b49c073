import { expect, test } from "vitest";
import { eigenvaluesOf } from "./eigenvalues.ts";

test("finds eigenvalues", () => {
  const matrix = [
    [2, -1, 0],
    [-1, 2, -1],
    [0, -1, 2],
  ].map((row) => Float64Array.from(row));
  const wanted = [2 - Math.SQRT2, 2, 2 + Math.SQRT2];
  for (const [place, value] of eigenvaluesOf(matrix)
    .sort((a, b) => a - b)
    .entries())
    expect(value).toBeCloseTo(wanted[place]!, 10);
});
