// Which differences between strategies are more than chance, at one budget: Friedman over all, then every pair
// by signed ranks with Holm's correction, with the difference and the chance of improvement beside the p-value.
import { createRandom } from "../base/random.ts";
import { type Interval, meanInterval, probabilityOfImprovement } from "../math/bootstrap.ts";
import { mean } from "../math/statistics.ts";
import { type Bench, handedOver01, pointAt, runsOf } from "./bench.ts";
import { minPairs } from "./few-runs.ts";
import { friedmanTest, holmAdjusted, indistinctGroups, signedRankTest } from "./paired-tests.ts";

interface PairTest {
  readonly a: string;
  readonly b: string;
  /** Runs of the same seed that both finished; of the other where one of them does the same with every seed. */
  readonly seeds: number;
  /** Mean over seeds of a's score minus b's. */
  readonly difference01: number;
  readonly ci95: Interval | null;
  /** Null where both do the same with every seed, since two runs are no sample, and of too few pairs. */
  readonly pValue: number | null;
  /** Holm-adjusted over the pairs of this budget that are tested. */
  readonly pHolm: number | null;
  /** P(a run of a beats a run of b), ties half. */
  readonly improvement01: number;
  readonly improvementCi95: Interval | null;
  /** At the 5 % level after correction. */
  readonly verdict: "a is better" | "b is better" | "no significant difference" | "not tested";
}

export interface BudgetTests {
  readonly evaluations: number;
  readonly comparedOn: "testScore" | "validationScore";
  /** Null for fewer than three strategies that differ by seed, or too few seeds that all of them finished. */
  readonly friedman: {
    readonly seeds: number;
    readonly chiSquared: number;
    readonly pValue: number;
    /** By strategy; 1 is best. */
    readonly meanRanks: Readonly<Record<string, number>>;
    readonly criticalDifference: number;
    /** Groups whose mean ranks lie within the critical difference. */
    readonly indistinct: readonly (readonly string[])[];
  } | null;
  readonly pairs: readonly PairTest[];
}

/** All tests at one budget, on the test score of what each strategy would hand over. */
export function testsAt(bench: Bench, strategies: readonly string[], evaluations: number): BudgetTests {
  const scores = new Map(strategies.map((strategy) => [strategy, scoresOf(bench, strategy, evaluations)]));
  const isOneRun = (strategy: string) =>
    runsOf(bench, strategy, evaluations).length < scores.get(strategy)!.size;
  const pairs = strategies.flatMap((a, index) =>
    strategies.slice(index + 1).flatMap((b) => {
      const tested = pairTest(a, b, scores, evaluations);
      if (tested === undefined) return [];
      const untested = { ...tested, ci95: null, pValue: null, improvementCi95: null };
      if (isOneRun(a) && isOneRun(b)) return { ...untested, seeds: 1 };
      return tested.seeds < minPairs ? untested : tested;
    }),
  );
  const adjusted = holmAdjusted(pairs.flatMap(({ pValue }) => pValue ?? []));
  return {
    evaluations,
    comparedOn: bench.validationOnly ? "validationScore" : "testScore",
    friedman: friedmanOf(
      strategies.filter((strategy) => !isOneRun(strategy)),
      scores,
    ),
    pairs: pairs.map(({ positive, ...pair }) => {
      if (pair.pValue === null) return { ...pair, pHolm: null, verdict: "not tested" };
      const pHolm = adjusted.shift()!;
      const better = positive ? "a is better" : "b is better";
      return { ...pair, pHolm, verdict: pHolm < 0.05 ? better : "no significant difference" };
    }),
  };
}

type Scores = ReadonlyMap<string, ReadonlyMap<number, number>>;

function scoresOf(bench: Bench, strategy: string, evaluations: number): Map<number, number> {
  const scores = new Map<number, number>();
  for (const trace of bench.traces) {
    if (trace.strategy !== strategy) continue;
    const point = pointAt(trace, evaluations);
    const score = point === undefined ? undefined : handedOver01(bench, point);
    if (score !== undefined) scores.set(trace.seed, score);
  }
  return scores;
}

function pairTest(a: string, b: string, scores: Scores, evaluations: number) {
  const [ofA, ofB] = [scores.get(a)!, scores.get(b)!];
  const seeds = [...ofA.keys()].filter((seed) => ofB.has(seed)).sort((x, y) => x - y);
  if (seeds.length === 0) return undefined;
  const [left, right] = [seeds.map((seed) => ofA.get(seed)!), seeds.map((seed) => ofB.get(seed)!)];
  const differences = left.map((value, index) => value - right[index]!);
  const random = (what: string) => createRandom("pair", a, b, evaluations, what);
  const test = signedRankTest(left, right);
  const improvement = probabilityOfImprovement(left, right, random("improvement"));
  return {
    a,
    b,
    seeds: seeds.length,
    difference01: mean(differences),
    ci95: meanInterval(differences, random("difference")),
    pValue: test.pValue,
    /** Whether the ranks, which are what is tested, speak for a. */
    positive: test.positiveRankSum > (test.pairCount * (test.pairCount + 1)) / 4,
    improvement01: improvement.probability01,
    improvementCi95: improvement.ci95,
  };
}

function friedmanOf(strategies: readonly string[], scores: Scores): BudgetTests["friedman"] {
  const [first, ...others] = strategies.map((strategy) => scores.get(strategy)!);
  const seeds = [...(first?.keys() ?? [])].filter((seed) => others.every((of) => of.has(seed)));
  if (strategies.length < 3 || seeds.length < minPairs) return null;
  const test = friedmanTest(
    strategies.map((strategy) => seeds.map((seed) => scores.get(strategy)!.get(seed)!)),
  );
  return {
    seeds: seeds.length,
    chiSquared: test.chiSquared,
    pValue: test.pValue,
    meanRanks: Object.fromEntries(strategies.map((strategy, index) => [strategy, test.meanRanks[index]!])),
    criticalDifference: test.criticalDifference,
    indistinct: indistinctGroups(test).map((group) => group.map((index) => strategies[index]!)),
  };
}
