// Known answers from SciPy 1.17.1 (computed once, written here), and properties that must hold for any sample.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { friedmanTest, holmAdjusted, indistinctGroups, signedRankTest } from "../report/paired-tests.ts";
import { meanInterval, percentileInterval, probabilityOfImprovement } from "./bootstrap.ts";
import { chiSquaredTail, normalCdf, normalQuantile, studentizedRangeQuantile } from "./distributions.ts";
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
    [-8, 6.22096057427174e-16],
    [-3.5, 0.00023262907903552502],
    [-3, 0.0013498980316300933],
    [-1.96, 0.024997895148220435],
    [0.5, 0.6914624612740131],
    [2.99, 0.9986051127645078],
    [3.2, 0.9993128620620841],
  ])("normal cdf at %f", (z, expected) => expect(relative(normalCdf(z), expected)).toBeLessThan(1e-12));

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

  test("normal quantiles", () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 11);
    expect(normalQuantile(1e-6)).toBeCloseTo(-4.753424308822899, 11);
  });
});

describe("signed ranks", () => {
  test("Darwin's maize (15 pairs) has SciPy's exact p-value", () => {
    const differences = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75];
    const result = signedRankTest(
      differences,
      differences.map(() => 0),
    );
    expect(result).toMatchObject({ positiveRankSum: 96, pairCount: 15, method: "exact" });
    expect(result.pValue).toBeCloseTo(0.041259765625, 14);
  });

  test("ties and an equal pair: the exact permutation p-value of SciPy", () => {
    const a = [125, 115, 130, 140, 140, 115, 140, 125, 140, 135];
    const b = [110, 122, 125, 120, 140, 124, 123, 137, 135, 145];
    const result = signedRankTest(a, b);
    expect(result.pairCount).toBe(9);
    expect(result.pValue).toBeCloseTo(0.6328125, 14);
  });

  test("244 pairs with many ties: SciPy's normal approximation", () => {
    const differences = Array.from({ length: 250 }, (_, index) => Math.round(Math.sin(index + 1) * 10 + 1.5));
    const result = signedRankTest(
      differences,
      differences.map(() => 0),
    );
    expect(result).toMatchObject({ pairCount: 244, method: "normal" });
    expect(relative(result.pValue, 0.00022348056328241474)).toBeLessThan(1e-10);
  });

  test("swapping the sides changes nothing; equal sides are not told apart", () => {
    const sample = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(sample, (a) => {
        const b = a.map((value, index) => (value * 7 + index) % 10);
        expect(signedRankTest(a, b).pValue).toBeCloseTo(signedRankTest(b, a).pValue, 12);
        expect(signedRankTest(a, a).pValue).toBe(1);
      }),
    );
  });
});

test("Holm's adjustment, worked by hand", () => {
  expect(holmAdjusted([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(holmAdjusted([0.9, 0.8])).toEqual([1, 1]);
});

describe("Friedman and Nemenyi", () => {
  const distinct = [
    [7.0, 9.9, 8.5, 5.1, 10.3],
    [5.3, 5.7, 4.7, 3.5, 7.7],
    [4.9, 7.6, 5.5, 2.8, 8.4],
    [8.8, 8.9, 8.1, 3.3, 9.1],
  ];
  test("SciPy's statistic and p-value, without and with ties", () => {
    const result = friedmanTest(distinct);
    expect(result.chiSquared).toBeCloseTo(10.68, 10);
    expect(result.pValue).toBeCloseTo(0.0135882729582177, 10);
    const tied = friedmanTest([
      [1, 2, 2, 4, 3, 3],
      [2, 2, 1, 4, 5, 3],
      [3, 2, 1, 1, 5, 2],
    ]);
    expect(tied.chiSquared).toBeCloseTo(0.5, 10);
    expect(tied.pValue).toBeCloseTo(0.7788007830714077, 10);
  });

  test("the critical difference of Demšar's example: 4 classifiers, 14 data sets", () => {
    const rows = Array.from({ length: 4 }, (_, row) =>
      Array.from({ length: 14 }, (_, column) => (row * 5 + column) % 7),
    );
    expect(friedmanTest(rows).criticalDifference).toBeCloseTo(1.25, 2);
  });

  test("groups are the maximal runs within the critical difference", () => {
    const made = { chiSquared: 0, pValue: 0, criticalDifference: 1, meanRanks: [3.1, 1, 1.8, 2.6, 5] };
    expect(indistinctGroups(made)).toEqual([
      [1, 2],
      [2, 3],
      [3, 0],
    ]);
  });
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
