// From what a bench measured to what may be said of it: the object of `genius bench --json`. Every figure is a
// summary over seeds with an interval; every pair of strategies is tested; the baselines are always there.

import type { JsonObject } from "../base/json.ts";
import { createRandom } from "../base/random.ts";
import { meanInterval, percentileInterval } from "../math/bootstrap.ts";
import { mean, median, standardDeviation } from "../math/statistics.ts";
import type { Metric } from "../metrics/index.ts";
import { type AnytimeCurve, anytimeCurves } from "./anytime.ts";
import {
  type Bench,
  type BenchTrace,
  handedOver01,
  type ModelSpending,
  type ProposalCounts,
  pointAt,
  type RankSummary,
  runsOf,
  type Summary,
  strategiesOf,
  type TrivialGuess,
} from "./bench.ts";
import { coverageNotes } from "./bench-coverage.ts";
import { benchChecklist, type ChecklistItem } from "./checklist.ts";
import { type BudgetTests, testsAt } from "./comparison-tests.ts";

/** Strategies that a bench always runs, asked or not, so that nothing is compared with nothing. */
export const baselineStrategies: readonly string[] = ["random", "largest-first"];

/** One strategy at one budget. */
export interface ComparisonRow {
  readonly strategy: string;
  readonly baseline: boolean;
  readonly evaluations: number;
  /** Runs that had a scored design by then; 1 for a strategy that does the same with every seed. */
  readonly seeds: number;
  /** It did the very same with every seed, so that there is one run. */
  readonly deterministic: boolean;
  readonly rank: RankSummary | null;
  /** Null when selection saw test data: see `note`. */
  readonly validationScore: Summary | null;
  readonly testScore: Summary | null;
  readonly regret01: Summary | null;
  readonly msPerTrial: number;
}

interface StrategySpending {
  readonly strategy: string;
  /** Means over the runs. */
  readonly msPerTrial: number;
  readonly proposals: ProposalCounts;
  readonly model: ModelSpending | null;
}

export interface Comparison {
  readonly space: string;
  readonly dataset: string;
  readonly metric: Metric;
  readonly noise01: number | null;
  readonly selectedOn: Bench["selectedOn"];
  /** Only validation figures are published; see `notes`. */
  readonly validationOnly?: true;
  /** What a reader must know about the figures, in words. */
  readonly notes: readonly string[];
  readonly evaluations: readonly number[];
  readonly seeds: readonly number[];
  readonly designCount: number | null;
  readonly optimum01: number | null;
  readonly results: readonly ComparisonRow[];
  readonly trivialGuesses: readonly TrivialGuess[];
  /** One entry a budget. */
  readonly tests: readonly BudgetTests[];
  readonly anytime: readonly AnytimeCurve[];
  readonly spending: readonly StrategySpending[];
  readonly checklist: readonly ChecklistItem[];
  readonly command: string;
  readonly provenance: JsonObject;
}

const validationOnlyNote =
  "Validation only: there are no test figures for these designs. Strategies are compared on the figures that they selected on, which are optimistic.";

export const selectedOnTest =
  "This table has one figure for each design, measured on test data. Selection saw it, so there is no validation figure, and the test figure shown is optimistic: compare strategies by it, do not expect it on new data.";

const evaluatorNote =
  "The figures are those of an evaluator, by which the strategies selected: there is no test figure, and no rank among all designs.";

/** Summarises a bench. The same bench gives the same object: the bootstrap is seeded by names and budgets. */
export function compareBench(bench: Bench): Comparison {
  const strategies = strategiesOf(bench);
  const byStrategy = new Map(
    strategies.map((name) => [name, bench.traces.filter((trace) => trace.strategy === name)]),
  );
  const results = bench.evaluations.flatMap((evaluations) =>
    strategies.map((strategy) => row(bench, strategy, evaluations)),
  );
  return {
    space: bench.space,
    dataset: bench.dataset,
    metric: bench.metric,
    noise01: bench.noise01 ?? null,
    selectedOn: bench.selectedOn,
    ...(bench.validationOnly && { validationOnly: true }),
    notes: notesOf(bench, strategies, results),
    evaluations: bench.evaluations,
    seeds: [...new Set(bench.traces.map((trace) => trace.seed))].sort((a, b) => a - b),
    designCount: bench.designCount ?? null,
    optimum01: bench.optimum01 ?? null,
    results,
    trivialGuesses: bench.trivialGuesses,
    tests: bench.evaluations.map((evaluations) => testsAt(bench, strategies, evaluations)),
    anytime: anytimeCurves(bench, strategies),
    spending: strategies.map((strategy) => spendingOf(strategy, byStrategy.get(strategy)!)),
    checklist: benchChecklist(bench),
    command: bench.command,
    provenance: bench.provenance,
  };
}

function row(bench: Bench, strategy: string, evaluations: number): ComparisonRow {
  const all = bench.traces.filter((trace) => trace.strategy === strategy);
  const traces = runsOf(bench, strategy, evaluations);
  const points = traces.flatMap((trace) => pointAt(trace, evaluations) ?? []);
  const random = (what: string) => createRandom("comparison", bench.space, strategy, evaluations, what);
  const summary = (what: string, values: readonly (number | undefined)[]): Summary | null => {
    const known = values.filter((value) => value !== undefined);
    if (known.length === 0 || known.length < values.length) return null;
    if (known.length === 1) return { mean: mean(known), sd: null, ci95: null };
    return { mean: mean(known), sd: standardDeviation(known), ci95: meanInterval(known, random(what)) };
  };
  const ranked = points.flatMap((point) => point.rank ?? []);
  return {
    strategy,
    baseline: baselineStrategies.includes(strategy),
    evaluations,
    seeds: points.length,
    deterministic: traces.length < all.length,
    rank:
      ranked.length === 0 || ranked.length < points.length
        ? null
        : {
            median: median(ranked),
            mean: mean(ranked),
            ci95: ranked.length === 1 ? null : meanInterval(ranked, random("rank")),
            medianCi95:
              ranked.length === 1 ? null : percentileInterval(ranked, median, random("median rank"), 1000),
          },
    validationScore:
      bench.selectedOn === "test"
        ? null
        : summary(
            "validation",
            points.map((point) => point.score),
          ),
    testScore: bench.validationOnly
      ? null
      : summary(
          "test",
          points.map((point) => handedOver01(bench, point)),
        ),
    regret01: summary(
      "regret",
      points.map((point) => point.regret01),
    ),
    msPerTrial: mean(all.map((trace) => trace.msPerTrial)),
  };
}

function notesOf(bench: Bench, strategies: readonly string[], results: readonly ComparisonRow[]): string[] {
  const notes = [...dataNotes(bench), ...coverageNotes(bench)];
  for (const baseline of baselineStrategies) {
    if (!strategies.includes(baseline)) {
      notes.push(
        `The baseline ${baseline} was not run, so nothing here says whether a strategy is better than it.`,
      );
    }
  }
  if (bench.trivialGuesses.length === 0) {
    notes.push(
      "There is no figure for a design that needs no search, such as the largest network, so nothing here says whether a strategy is better than such a guess.",
    );
  }
  if (bench.limited && bench.designCount !== undefined) {
    notes.push(
      `Ranks and regret count among the ${bench.designCount.toLocaleString("en")} designs within the limits.`,
    );
  }
  const copied = [...new Set(results.flatMap((row) => (row.deterministic ? row.strategy : [])))];
  if (copied.length > 0) {
    notes.push(
      `${copied.join(" and ")} did the very same with every seed: one run each, without a spread, at the budgets where the table says 1 run.`,
    );
  }
  for (const { strategy, evaluations, seeds } of results) {
    const runs = runsOf(bench, strategy, evaluations).length;
    if (seeds < runs) {
      notes.push(
        seeds === 0
          ? `${strategy} had scored no design after ${evaluations} evaluations in any run, so it has no figures there.`
          : `${strategy} had scored no design after ${evaluations} evaluations in ${runs - seeds} of ${runs} runs; its figures are of the other ${seeds}.`,
      );
    }
  }
  return notes;
}

function dataNotes({ selectedOn, validationOnly, source }: Bench): string[] {
  if (source === "evaluator") return [evaluatorNote];
  return selectedOn === "test" ? [selectedOnTest] : validationOnly ? [validationOnlyNote] : [];
}

function spendingOf(strategy: string, traces: readonly BenchTrace[]): StrategySpending {
  const over = (read: (trace: BenchTrace) => number) => mean(traces.map(read));
  const modelled = traces.flatMap((trace) => trace.model ?? []);
  const prices = modelled.flatMap((model) => model.usd ?? []);
  return {
    strategy,
    msPerTrial: over((trace) => trace.msPerTrial),
    proposals: {
      made: over((trace) => trace.proposals.made),
      infeasible: over((trace) => trace.proposals.infeasible),
      repaired: over((trace) => trace.proposals.repaired),
      duplicate: over((trace) => trace.proposals.duplicate),
      unreadable: over((trace) => trace.proposals.unreadable),
      failed: over((trace) => trace.proposals.failed),
    },
    model:
      modelled.length === 0
        ? null
        : {
            calls: mean(modelled.map((model) => model.calls)),
            inputTokens: mean(modelled.map((model) => model.inputTokens)),
            outputTokens: mean(modelled.map((model) => model.outputTokens)),
            ...(prices.length === modelled.length ? { usd: mean(prices) } : {}),
          },
  };
}
