import { expect, test } from "vitest";
import { eigenvaluesOf, eigenvectorsOf } from "./eigenvalues.ts";

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

test("an eigenvector is stretched by its eigenvalue, and all are at right angles", () => {
  const matrix = [
    [4, 1, 0.5, 0],
    [1, 3, -2, 1],
    [0.5, -2, 5, 0.3],
    [0, 1, 0.3, 1],
  ].map((row) => Float64Array.from(row));
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  const pairs = eigenvectorsOf(matrix);
  for (const [index, { value, vector }] of pairs.entries()) {
    for (const [row, entry] of vector.entries())
      expect(dot(matrix[row]!, vector)).toBeCloseTo(value * entry, 8);
    for (const [other, pair] of pairs.entries())
      expect(dot(vector, pair.vector)).toBeCloseTo(index === other ? 1 : 0, 8);
  }
});
