// What a bench measured: for each strategy and seed, the design that selection would hand over after each
// evaluation. Plain data, written by `study/` and read here, with the few questions that every reader asks of it.
// Figures are scores, higher is better: accuracies are in [0, 1], and a metric that is minimised is negative.
import type { JsonObject } from "../base/json.ts";
import type { Interval } from "../math/bootstrap.ts";
import type { Metric } from "../metrics/index.ts";

/** The selected design (best so far by what selection sees) after `evaluation` evaluations. */
export interface BenchPoint {
  /** Counted from 1. */
  readonly evaluation: number;
  /** The figure that selection saw: on validation data, or on test data where a table has no other. */
  readonly score: number;
  /** The selected design's figure on test data, which selection never saw. Absent in a table that has only one figure. */
  readonly testScore?: number;
  /** Among all allowed designs by the figure that selection sees; 1 is the best. Absent where not all are known. */
  readonly rank?: number;
  /** The best of all allowed designs minus this one, in the figure that selection sees. Absent where the best is not known. */
  readonly regret01?: number;
}

/** One run of one strategy. */
export interface BenchTrace {
  readonly strategy: string;
  readonly seed: number;
  /** In order of evaluation; an evaluation that changed nothing may be left out. */
  readonly points: readonly BenchPoint[];
  /** The strategy's own time for a proposal and its observation, without the evaluation. */
  readonly msPerTrial: number;
  /** Proposals made, and those that cost no evaluation. */
  readonly proposals: ProposalCounts;
  readonly model?: ModelSpending;
}

export interface ProposalCounts {
  readonly made: number;
  readonly infeasible: number;
  readonly repaired: number;
  readonly duplicate: number;
  readonly unreadable: number;
  readonly failed: number;
}

export interface ModelSpending {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Absent when the price of the model is not known. */
  readonly usd?: number;
}

/** A design that needs no search, and how it does: the largest network, the one with every option at its last. */
export interface TrivialGuess {
  readonly name: string;
  /** The design's key as its table writes it. */
  readonly key: string;
  /** Why a person would guess it. */
  readonly reason: string;
  readonly score: number;
  readonly testScore?: number;
  readonly rank?: number;
  readonly regret01?: number;
}

/** A whole bench, as measured. */
export interface Bench {
  readonly space: string;
  readonly dataset: string;
  readonly metric: Metric;
  /** Where the figures come from: a published table, a person's own, or an evaluator that was asked for each design. */
  readonly source: "published table" | "own table" | "evaluator";
  /** Whether only designs within limits counted. */
  readonly limited: boolean;
  /** The standard deviation of a table's figure over repeated trainings, where it is published. */
  readonly noise01?: number;
  readonly selectedOn: "validation" | "test";
  /** Only validation figures are published: strategies are compared on what they selected on. */
  readonly validationOnly?: true;
  /** The budgets to report, ascending. */
  readonly evaluations: readonly number[];
  /** Designs that have a figure. */
  readonly designCount?: number;
  /** Designs of the space within the limits, whether they have a figure or not; absent where they are not counted. */
  readonly spaceDesignCount?: number;
  readonly optimum01?: number;
  readonly traces: readonly BenchTrace[];
  readonly trivialGuesses: readonly TrivialGuess[];
  /** The command that repeats it. */
  readonly command: string;
  readonly provenance: JsonObject;
  /** Whether all strategies of a seed began with the same design. */
  readonly sameStart: boolean;
  /** The wall-clock time of everything, in milliseconds. */
  readonly milliseconds: number;
}

/** A mean over runs with its spread and its bootstrap 95 % interval, which a single run has none of. */
export interface Summary {
  readonly mean: number;
  readonly sd: number | null;
  /** Of the mean. */
  readonly ci95: Interval | null;
}

export interface RankSummary {
  readonly median: number;
  readonly mean: number;
  /** Of the mean. */
  readonly ci95: Interval | null;
  /** Of the median. */
  readonly medianCi95: Interval | null;
}

/** Names in the order of their first trace. */
export function strategiesOf(bench: Bench): string[] {
  return [...new Set(bench.traces.map((trace) => trace.strategy))];
}

/**
 * The runs of a strategy that count up to a budget. A strategy that does the very same with every seed has one run,
 * however often it was repeated: its copies say nothing of chance.
 */
export function runsOf(bench: Bench, strategy: string, evaluations: number): readonly BenchTrace[] {
  const traces = bench.traces.filter((trace) => trace.strategy === strategy);
  const until = ({ points }: BenchTrace) =>
    JSON.stringify(points.filter((point) => point.evaluation <= evaluations));
  const [first, ...others] = traces;
  if (first === undefined || others.length === 0) return traces;
  const told = until(first);
  return others.every((trace) => until(trace) === told) ? [first] : traces;
}

/** What a run would hand over after `evaluations` evaluations; undefined when it had scored nothing by then. */
export function pointAt<Point extends { readonly evaluation: number }>(
  trace: { readonly points: readonly Point[] },
  evaluations: number,
): Point | undefined {
  let last: Point | undefined;
  for (const point of trace.points) {
    if (point.evaluation > evaluations) break;
    last = point;
  }
  return last;
}

/** The score that strategies are compared by: the selected design's on test data, where that is known at all. */
export function handedOver01(bench: Bench, point: BenchPoint): number | undefined {
  return bench.selectedOn === "test" || bench.validationOnly ? point.score : point.testScore;
}
