// Known answers from SciPy 1.17.1 (computed once, written here), and properties that must hold for any sample.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { friedmanTest, holmAdjusted, indistinctGroups, signedRankTest } from "./paired-tests.ts";

const relative = (actual: number, expected: number) => Math.abs(actual / expected - 1);

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
