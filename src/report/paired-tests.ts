// Tests of whether strategies differ: Wilcoxon's signed ranks for two, Friedman and Nemenyi for several, and
// Holm's correction for many comparisons. Values of one index belong together: the same seed.
import { chiSquaredTail, studentizedRangeQuantile } from "../math/distributions.ts";
import { normalCdf } from "../math/normal.ts";
import { mean, ranks } from "../math/statistics.ts";

export interface SignedRankTest {
  /** Sum of the ranks of positive differences. */
  readonly positiveRankSum: number;
  /** Pairs that differ; equal pairs are left out, as Wilcoxon did. */
  readonly pairCount: number;
  /** Two-sided, in (0, 1]. */
  readonly pValue: number;
  readonly method: "exact" | "normal";
}

/** Up to here the exact distribution costs at most a few million additions. */
const exactUpTo = 200;

/**
 * Wilcoxon's paired signed-rank test, two-sided. Exact (given the ties) up to 200 differing pairs, and above
 * it the normal approximation with the variance corrected for ties. No differing pair gives p = 1.
 * @see Wilcoxon (1945), "Individual comparisons by ranking methods".
 */
export function signedRankTest(a: readonly number[], b: readonly number[]): SignedRankTest {
  const differences = a.map((value, index) => value - b[index]!).filter((difference) => difference !== 0);
  const pairCount = differences.length;
  const rankOf = ranks(differences.map(Math.abs));
  let positiveRankSum = 0;
  differences.forEach((difference, index) => {
    if (difference > 0) positiveRankSum += rankOf[index]!;
  });
  if (pairCount === 0) return { positiveRankSum, pairCount, pValue: 1, method: "exact" };
  if (pairCount <= exactUpTo) {
    return { positiveRankSum, pairCount, pValue: exactPValue(rankOf, positiveRankSum), method: "exact" };
  }
  const expected = (pairCount * (pairCount + 1)) / 4;
  let squares = 0;
  for (const rank of rankOf) squares += rank * rank;
  const z = (positiveRankSum - expected) / Math.sqrt(squares / 4);
  return { positiveRankSum, pairCount, pValue: Math.min(1, 2 * normalCdf(-Math.abs(z))), method: "normal" };
}

/** Convolves the two equally likely signs of every rank; ranks are doubled so that shared ranks are whole. */
function exactPValue(rankOf: readonly number[], positiveRankSum: number): number {
  let probabilities = Float64Array.of(1);
  for (const rank of rankOf) {
    const doubled = Math.round(2 * rank);
    const next = new Float64Array(probabilities.length + doubled);
    for (let sum = 0; sum < probabilities.length; sum += 1) {
      next[sum]! += probabilities[sum]! / 2;
      next[sum + doubled]! += probabilities[sum]! / 2;
    }
    probabilities = next;
  }
  const observed = Math.round(2 * positiveRankSum);
  let [below, above] = [0, 0];
  for (let sum = 0; sum < probabilities.length; sum += 1) {
    if (sum <= observed) below += probabilities[sum]!;
    if (sum >= observed) above += probabilities[sum]!;
  }
  return Math.min(1, 2 * Math.min(below, above));
}

/**
 * Holm's step-down adjustment: p-values that may each be compared with the level for the whole family.
 * @see Holm (1979), "A simple sequentially rejective multiple test procedure".
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((index, position) => {
    largest = Math.max(largest, Math.min(1, pValues[index]! * (pValues.length - position)));
    adjusted[index] = largest;
  });
  return adjusted;
}

export interface FriedmanTest {
  readonly chiSquared: number;
  readonly pValue: number;
  /** Per strategy: the mean of its ranks over the blocks; 1 is best (highest value). */
  readonly meanRanks: readonly number[];
  /** Nemenyi: mean ranks that differ by less than this do not differ significantly at the 5 % level. */
  readonly criticalDifference: number;
}

/**
 * Friedman's test over blocks (seeds, or data sets), with ties corrected, and Nemenyi's critical difference.
 * @param scores One row a strategy (at least two), one column a block; higher is better.
 * @see Demšar (2006), "Statistical comparisons of classifiers over multiple data sets".
 */
export function friedmanTest(scores: readonly (readonly number[])[]): FriedmanTest {
  const [groups, blocks] = [scores.length, scores[0]?.length ?? 0];
  const blockRanks = Array.from({ length: blocks }, (_, block) => ranks(scores.map((row) => -row[block]!)));
  const meanRanks = scores.map((_, group) => mean(blockRanks.map((row) => row[group]!)));
  let spread = 0;
  for (const rank of meanRanks) spread += (rank - (groups + 1) / 2) ** 2;
  let within = 0;
  for (const row of blockRanks) for (const rank of row) within += (rank - (groups + 1) / 2) ** 2;
  const chiSquared = within === 0 ? 0 : (blocks * blocks * (groups - 1) * spread) / within;
  return {
    chiSquared,
    pValue: chiSquaredTail(chiSquared, groups - 1),
    meanRanks,
    criticalDifference:
      (studentizedRangeQuantile(0.95, groups) / Math.SQRT2) *
      Math.sqrt((groups * (groups + 1)) / (6 * blocks)),
  };
}

/** The maximal sets of indices whose mean ranks span less than the critical difference: the diagram's bars. */
export function indistinctGroups(test: FriedmanTest): number[][] {
  const order = test.meanRanks
    .map((_, index) => index)
    .sort((a, b) => test.meanRanks[a]! - test.meanRanks[b]!);
  const groups: number[][] = [];
  let reached = 0;
  for (let start = 0; start < order.length; start += 1) {
    let end = start + 1;
    while (
      end < order.length &&
      test.meanRanks[order[end]!]! - test.meanRanks[order[start]!]! < test.criticalDifference
    )
      end += 1;
    if (end - start > 1 && end > reached) groups.push(order.slice(start, end));
    reached = Math.max(reached, end);
  }
  return groups;
}
