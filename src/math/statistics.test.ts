// Known answers from SciPy 1.17.1 (computed once, written here), and properties that must hold for any sample.
import { describe, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { meanInterval, percentileInterval, probabilityOfImprovement } from "./bootstrap.ts";
import { chiSquaredTail, studentizedRangeQuantile, tQuantile } from "./distributions.ts";
import {
  kendallTau,
  mean,
  median,
  pearson,
  quantile,
  ranks,
  spearman,
  standardDeviation,
} from "./statistics.ts";

const relative = (actual: number, expected: number) => Math.abs(actual / expected - 1);
const skewed = [1, 2, 2, 3, 5, 8, 13, 21, 34, 55];
const x = [12, 2, 1, 12, 2, 5, 7, 7];
const y = [1, 4, 7, 1, 0, 3, 3, 9];

test("summaries agree with NumPy", () => {
  expect(standardDeviation(skewed)).toBeCloseTo(17.715028146244148, 12);
  expect(quantile(skewed, 0.1)).toBeCloseTo(1.9, 12);
  expect(quantile(skewed, 0.25)).toBeCloseTo(2.25, 12);
  expect(quantile(skewed, 0.9)).toBeCloseTo(36.1, 12);
  expect(median([3, 1, 2, 10])).toBe(2.5);
  expect(standardDeviation([4])).toBe(0);
  expect(ranks([10, 30, 20, 20])).toEqual([1, 4, 2.5, 2.5]);
});

test("correlations agree with SciPy, ties included, and are undefined for constants", () => {
  expect(kendallTau(x, y)).toBeCloseTo(-0.31378581622109447, 12);
  expect(spearman(x, y)).toBeCloseTo(-0.3251594934426037, 12);
  expect(pearson(x, y)).toBeCloseTo(-0.31665024819056176, 12);
  expect(kendallTau([1, 1, 1], [1, 2, 3])).toBeUndefined();
  expect(spearman([1], [2])).toBeUndefined();
});

describe("distributions agree with SciPy", () => {
  test.each([
    [3.84, 1, 0.05004352124870519],
    [5.99, 2, 0.05003662708658629],
    [11.07, 5, 0.050009618622405425],
    [30, 4, 4.894437128029217e-6],
    [0.3, 3, 0.9600284803068776],
  ])("chi-squared tail at %f, %i degrees", (value, degrees, expected) =>
    expect(relative(chiSquaredTail(value, degrees), expected)).toBeLessThan(1e-12),
  );

  test.each([
    [2, 2.771807648699355],
    [3, 3.314493155398122],
    [5, 3.857655510378623],
    [10, 4.474124221725907],
    [20, 5.0116887941184425],
  ])("studentized range of %i groups", (groups, expected) =>
    expect(studentizedRangeQuantile(0.95, groups)).toBeCloseTo(expected, 7),
  );

  test.each([
    [1, 12.706204736432095],
    [2, 4.302652729911275],
    [4, 2.7764451051977987],
    [8, 2.306004135033371],
    [30, 2.042272456301238],
  ])("Student's t of %i degrees", (degrees, expected) =>
    expect(tQuantile(0.975, degrees)).toBeCloseTo(expected, 5),
  );
});

describe("bootstrap", () => {
  test("BCa of a skewed sample's mean: SciPy's with 400,000 resamples", () => {
    const [low, high] = meanInterval(skewed, createRandom("bca"), 40_000);
    expect(Math.abs(low - 6.6)).toBeLessThan(0.3);
    expect(Math.abs(high - 29.2)).toBeLessThan(0.5);
  });

  test("percentiles of mean and median: SciPy's", () => {
    const [low, high] = percentileInterval(skewed, mean, createRandom("percentile"), 40_000);
    expect(Math.abs(low - 5.3)).toBeLessThan(0.2);
    expect(Math.abs(high - 25.9)).toBeLessThan(0.4);
    expect(percentileInterval(skewed, median, createRandom("median"), 20_000)).toEqual([2, 23.5]);
  });

  test("the interval covers the truth about 95 times in 100", () => {
    const random = createRandom("coverage");
    let covered = 0;
    for (let trial = 0; trial < 400; trial += 1) {
      const sample = Array.from({ length: 40 }, () => random.normal() + 2);
      const [low, high] = meanInterval(sample, random, 300);
      if (low <= 2 && 2 <= high) covered += 1;
    }
    expect(covered / 400).toBeGreaterThan(0.9);
    expect(covered / 400).toBeLessThan(0.985);
  });

  test("a single value and equal values have an interval of no width", () => {
    expect(meanInterval([0.3], createRandom(1))).toEqual([0.3, 0.3]);
    expect(meanInterval([0.1, 0.1, 0.1], createRandom(1))[0]).toBeCloseTo(0.1, 14);
  });

  test("the probability of improvement is Mann and Whitney's U over all pairs", () => {
    const { probability01, ci95 } = probabilityOfImprovement(x, y, createRandom("improve"));
    expect(probability01).toBeCloseTo(0.671875, 12);
    expect(ci95[0]).toBeLessThan(0.5);
    expect(ci95[1]).toBeGreaterThan(0.8);
    expect(probabilityOfImprovement([3, 4], [1, 2], createRandom(1))).toEqual({
      probability01: 1,
      ci95: [1, 1],
    });
  });
});
