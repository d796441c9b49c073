import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { expectedImprovement } from "./expected-improvement.ts";
import { fitHyperparameters } from "./fit-gaussian-process.ts";
import { createKernel, defaultHyperparameters, type PointShape, type Points } from "./gaussian-process.ts";
import { createPosterior } from "./posterior.ts";

const shape: PointShape = {
  decisions: [
    { options: 3, ordinal: true },
    { options: 4, ordinal: false },
    { options: 2, ordinal: false },
  ],
  weights: [{ mean: 0.5, sd: 0.4 }],
};
const designs = Array.from({ length: 24 }, (_, place) => [
  Math.floor(place / 8),
  Math.floor(place / 2) % 4,
  place % 2,
]);
const pointsOf = (rows: readonly (readonly number[])[]): Points => ({
  count: rows.length,
  choices: Uint8Array.from(rows.flat()),
  features: Float64Array.from(rows, (row) => (row[0] as number) - (row[2] as number)),
});
const all = pointsOf(designs);

/** Solves A x = b by elimination, without any of the tested code. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, right[index] as number]);
  for (const [pivot, row] of rows.entries()) {
    for (const [index, other] of rows.entries()) {
      if (index === pivot) continue;
      const factor = (other[pivot] as number) / (row[pivot] as number);
      other.forEach((value, place) => {
        other[place] = value - factor * (row[place] as number);
      });
    }
  }
  return rows.map((row, index) => (row.at(-1) as number) / (row[index] as number));
}

test("a posterior grown one by one equals the textbook's, by elimination", () => {
  const hyperparameters = { ...defaultHyperparameters(shape), noise: 0.05 };
  const observed = [0, 5, 11, 14, 23, 9];
  const values = Float64Array.from(observed, (place) => Math.sin(place));
  const posterior = createPosterior(shape, hyperparameters, all);
  for (const place of observed) posterior.add(all, place);
  const { means, deviations } = posterior.beliefs(values);

  const kernel = createKernel(shape, hyperparameters);
  const column = (place: number) => {
    const out = new Float64Array(all.count);
    kernel.column(all, place, all, out);
    return out;
  };
  const matrix = observed.map((place, row) =>
    observed.map((other, index) => (column(place)[other] as number) + (row === index ? 0.05 : 0)),
  );
  const prior = designs.map(([a = 0, , c = 0]) => 0.5 * (a - c));
  const priorHere = observed.map((place) => prior[place] as number);
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
  const solvedValues = solved(matrix, [...values]);
  // The scale whose inverse u makes u·values most likely, with one observation of a unit before any.
  const [a, b] = [1 + dot([...values], solvedValues), dot(priorHere, solvedValues)];
  const inverse = (b + Math.sqrt(b * b + 4 * a * (values.length + 1))) / (2 * a);
  const residual = solved(
    matrix,
    [...values].map((value, index) => inverse * value - (priorHere[index] as number)),
  );
  for (const place of designs.keys()) {
    const covariances = observed.map((other) => column(other)[place] as number);
    const mean = ((prior[place] as number) + dot(covariances, residual)) / inverse;
    const variance = (column(place)[place] as number) - dot(covariances, solved(matrix, covariances));
    expect(means[place]).toBeCloseTo(mean, 4);
    expect(deviations[place]).toBeCloseTo(Math.sqrt(variance) / inverse, 3);
  }
});

test("what was added after a mark is taken back exactly", () => {
  const posterior = createPosterior(shape, defaultHyperparameters(shape), all);
  for (const place of [1, 8, 20]) posterior.add(all, place);
  const values = Float64Array.from([1, -1, 0.5]);
  const before = posterior.beliefs(values);
  const mark = posterior.mark();
  for (const place of [3, 4]) posterior.add(all, place);
  posterior.beliefs(Float64Array.from([1, -1, 0.5, 2, 2]));
  posterior.restore(mark);
  expect(posterior.beliefs(values)).toEqual(before);
});

test("fitting finds which decision matters, and that the data are noisy", () => {
  const random = createRandom("fit");
  const rows = Array.from({ length: 60 }, () => designs[random.integer(24)] as number[]);
  const fittedTo = (truth: (row: readonly number[]) => number) =>
    fitHyperparameters(
      { ...shape, weights: [] },
      { points: pointsOf(rows), values: Float64Array.from(rows, truth) },
    );
  const clean = fittedTo(([, b = 0]) => [0, 3, -2, 1][b] as number);
  expect(clean.rates[1]).toBeGreaterThan(4 * (clean.rates[2] as number));
  const noisy = fittedTo(([, b = 0]) => ([0, 3, -2, 1][b] as number) + 2 * random.normal());
  expect(noisy.noise).toBeGreaterThan(20 * clean.noise);
});

test("expected improvement has its known values", () => {
  expect(expectedImprovement(-6, 1, 0) / 1.56357e-10).toBeCloseTo(1, 3);
  expect(expectedImprovement(0, 1, 0)).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 7);
  expect(expectedImprovement(2, 0, 1)).toBe(1);
  fc.assert(
    fc.property(
      fc.double({ min: -5, max: 5, noNaN: true }),
      fc.double({ min: 0, max: 5, noNaN: true }),
      (mean, sd) => {
        const value = expectedImprovement(mean, sd, 0);
        expect(value).toBeGreaterThanOrEqual(Math.max(0, mean) - 1e-6 * (1 + sd));
        expect(value).toBeLessThanOrEqual(Math.max(0, mean) + sd / Math.sqrt(2 * Math.PI) + 1e-6 * (1 + sd));
      },
    ),
  );
});
