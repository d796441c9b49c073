// A comparison of strategies as tables and sentences, shared by its page and its Markdown text.
import {
  formatBare,
  formatBareScore,
  formatMetric,
  formatScore,
  type Metric,
  metricWords,
  withUnit,
} from "../metrics/index.ts";
import type { RankSummary, Summary } from "./bench.ts";
import type { DataTable } from "./charts/chart.ts";
import type { Comparison, ComparisonRow } from "./comparison.ts";
import type { BudgetTests } from "./comparison-tests.ts";
import { minPairs, minRuns } from "./few-runs.ts";

interface Spoken {
  readonly metric: Metric;
  /** Runs that it is of. */
  readonly runs: number;
  /** For a figure; a spread is a size. */
  readonly say: (value: number) => string;
}

/** A mean with its spread and interval; the mean alone of few runs, and of runs that hardly differ. */
function summaryWords(summary: Summary | null, { metric, runs, say }: Spoken): string {
  if (summary === null) return "–";
  const { mean, sd, ci95 } = summary;
  const isKnown = sd !== null && ci95 !== null && runs >= minRuns;
  if (!isKnown || Number(formatBare(metric, sd)) === 0) return say(mean);
  const interval = ci95.map((end) => ({ end, said: say(end) }));
  if (Number(interval[0]!.said) > Number(interval[1]!.said)) interval.reverse();
  return `${say(mean)} ± ${formatBare(metric, sd)} (${interval.map(({ said }) => said).join(" to ")})`;
}
const rank = (summary: RankSummary | null, runs: number) => {
  if (summary === null) return "–";
  if (summary.ci95 === null || runs < minRuns) return round(summary.median);
  return `${round(summary.median)} (mean ${round(summary.mean)}, ${round(summary.ci95[0])} to ${round(summary.ci95[1])})`;
};
const round = (value: number) => String(Math.round(value * 10) / 10);

/** Milliseconds with two significant digits. */
const milliseconds = (value: number) => String(Number(value.toPrecision(2)));

export function comparisonTitle({ space, dataset }: Pick<Comparison, "space" | "dataset">): string {
  return `Strategies on ${space}, ${dataset}`;
}

/** The data that strategies are compared on, in words. */
export function comparedData({ validationOnly }: Pick<Comparison, "validationOnly">): string {
  return validationOnly ? "validation data" : "test data";
}

/** What the comparison found at its largest budget, in sentences. */
export function findings(comparison: Comparison): string[] {
  const budget = comparison.evaluations.at(-1);
  const rows = comparison.results.filter((row) => row.evaluations === budget);
  const compared = (row: ComparisonRow | undefined) =>
    (comparison.validationOnly ? row?.validationScore : row?.testScore)?.mean;
  const leader = rows.reduce<ComparisonRow | undefined>(
    (best, row) => ((compared(row) ?? -Infinity) > (compared(best) ?? -Infinity) ? row : best),
    undefined,
  );
  const leading01 = compared(leader);
  if (leader === undefined || leading01 === undefined) return ["No strategy scored a design."];
  const { metric, noise01 } = comparison;
  const others = rows.filter((row) => row !== leader && compared(row) !== undefined);
  const isTied = (row: ComparisonRow) => Math.abs(leading01 - compared(row)!) < 1e-9;
  const tied = others.filter(isTied).map((row) => row.strategy);
  const what = `mean ${metricWords(metric)} on ${comparedData(comparison)}`;
  if (tied.length > 0 && tied.length === others.length) {
    return [
      `After ${budget} evaluations ${listed([leader.strategy, ...tied])} are equal: the ${what} of each is ${formatScore(metric, leading01)}.`,
    ];
  }
  const tests = comparison.tests.find((entry) => entry.evaluations === budget)!;
  const against = (other: string) => {
    const pair = tests.pairs.find(({ a, b }) => [a, b].includes(leader.strategy) && [a, b].includes(other));
    if (pair === undefined) return undefined;
    const chance = pair.a === leader.strategy ? pair.improvement01 : 1 - pair.improvement01;
    if (pair.pHolm === null) return undefined;
    const tested = `${other} (Holm-corrected p ${equals(pair.pHolm)})`;
    // Beside a difference that may be chance, a probability would read as a certainty.
    return pair.verdict === "no significant difference"
      ? `It does not differ significantly from ${tested}.`
      : `It differs from ${tested}; a run of it ends above a run of ${other} with probability ${chance.toFixed(2)}.`;
  };
  const tested = (wanted: BudgetTests["pairs"][number]["verdict"]) =>
    others
      .map((row) => row.strategy)
      .filter((name) =>
        tests.pairs.some(
          ({ a, b, verdict }) =>
            [a, b].includes(leader.strategy) && [a, b].includes(name) && verdict === wanted,
        ),
      );
  const similar = tested("no significant difference");
  const untested = tested("not tested");
  const isCopy = (name: string) => rows.find(({ strategy }) => strategy === name)!.deterministic;
  const copies = leader.deterministic ? untested.filter(isCopy) : [];
  const few = untested.filter((name) => !copies.includes(name));
  const within =
    noise01 === null
      ? []
      : others
          .filter((row) => !isTied(row) && leading01 - compared(row)! < noise01)
          .map((row) => row.strategy);
  const highest = metric.goal === "maximise" ? "highest" : "lowest";
  const best = `${leader.strategy} has the ${highest} ${what}, ${formatScore(metric, leading01)}${tied.length > 0 ? `, as ${listed(tied)} ${tied.length === 1 ? "has" : "have"},` : ""} over ${leader.seeds} ${leader.seeds === 1 ? "run" : "runs"}`;
  const baseline = leader.baseline ? " It is a baseline: no strategy that was asked for did better." : "";
  const hasWinner = similar.length === 0 && few.length === 0 && within.length === 0 && tied.length === 0;
  return [
    hasWinner
      ? `After ${budget} evaluations ${best}.${baseline}`
      : `After ${budget} evaluations there is no winner: ${best}, and that is no clear lead.${baseline}`,
    ...(similar.length > 0
      ? [`At the 5 % level there is no significant difference from ${similar.join(", ")}.`]
      : untested.length === 0
        ? ["At the 5 % level it differs from every other strategy."]
        : []),
    ...(within.length > 0
      ? [
          `Its lead over ${within.join(", ")} is below the noise of the table's figures: trained again, the same network differs by ${formatMetric(metric, noise01!)} (one standard deviation).`,
        ]
      : []),
    ...(copies.length > 0
      ? [`It and ${copies.join(", ")} do the same with every seed: one run each, so nothing is tested.`]
      : []),
    ...(few.length > 0
      ? [
          `Against ${few.join(", ")} nothing is tested: of fewer than ${minPairs} seeds no difference can be significant. Use more with --seeds.`,
        ]
      : []),
    ...(leader.strategy === "random" || untested.includes("random")
      ? []
      : [against("random") ?? "Random search was not run."]),
  ];
}

/** `a, b and c` */
const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

export function resultTable(comparison: Comparison): DataTable {
  const { metric } = comparison;
  const figure = (value: number) => formatBareScore(metric, value);
  const difference = (value: number) => formatBare(metric, value);
  return {
    columns: [
      "strategy",
      "evaluations",
      "runs",
      "rank: median",
      withUnit(metric, "validation"),
      withUnit(metric, "test"),
      withUnit(metric, "regret"),
      "ms a trial",
    ],
    rows: comparison.results.map((row) => [
      row.baseline ? `${row.strategy} (baseline)` : row.strategy,
      row.evaluations,
      row.seeds,
      rank(row.rank, row.seeds),
      row.validationScore === null && comparison.selectedOn === "test"
        ? "none"
        : summaryWords(row.validationScore, { metric, runs: row.seeds, say: figure }),
      comparison.validationOnly
        ? "not known"
        : summaryWords(row.testScore, { metric, runs: row.seeds, say: figure }),
      summaryWords(row.regret01, { metric, runs: row.seeds, say: difference }),
      milliseconds(row.msPerTrial),
    ]),
  };
}

export function trivialTable(comparison: Comparison): DataTable {
  const { trivialGuesses, selectedOn, validationOnly, metric } = comparison;
  const figure = (value: number) => formatBareScore(metric, value);
  const optional = (value: number | undefined, say: (value: number) => string) =>
    value === undefined ? "–" : say(value);
  return {
    columns: [
      "guess without a search",
      "design",
      "rank",
      withUnit(metric, "validation"),
      withUnit(metric, "test"),
      withUnit(metric, "regret"),
      "why one would guess it",
    ],
    rows: trivialGuesses.map((guess) => [
      guess.name,
      guess.key,
      guess.rank ?? "–",
      selectedOn === "test" ? "none" : figure(guess.score),
      selectedOn === "test"
        ? figure(guess.score)
        : validationOnly
          ? "not known"
          : optional(guess.testScore, figure),
      optional(guess.regret01, (value) => formatBare(metric, value)),
      guess.reason,
    ]),
  };
}

export function pairTable(tests: BudgetTests, { metric }: Pick<Comparison, "metric">): DataTable {
  return {
    columns: [
      "a",
      "b",
      "runs",
      `a − b${metric.unit === "share" ? " (points)" : metric.unit === "" ? "" : ` (${metric.unit})`}`,
      "95 % interval",
      "p",
      "p (Holm)",
      "P(a above b)",
      "95 % interval",
      "verdict",
    ],
    rows: tests.pairs.map((pair) => [
      pair.a,
      pair.b,
      pair.seeds,
      differenceOf(metric, pair.difference01),
      pair.ci95?.map((end) => differenceOf(metric, end)).join(" to ") ?? "–",
      pair.pValue === null ? "–" : pValue(pair.pValue),
      pair.pHolm === null ? "–" : pValue(pair.pHolm),
      pair.pValue === null ? "–" : pair.improvement01.toFixed(2),
      pair.improvementCi95?.map((end) => end.toFixed(2)).join(" to ") ?? "–",
      pair.verdict.replace(/^a /, `${pair.a} `).replace(/^b /, `${pair.b} `),
    ]),
  };
}

/** Of two scores: positive where a is better, whatever the goal. */
const differenceOf = (metric: Metric, difference: number) => formatBare(metric, difference);

const equals = (p: number) => (p < 0.0001 ? pValue(p) : `= ${pValue(p)}`);
const pValue = (p: number) => (p < 0.0001 ? "< 0.0001" : p.toPrecision(2));

export function friedmanSentence(tests: BudgetTests): string {
  if (tests.friedman === null)
    return `Friedman's test needs three strategies that differ by seed, and ${minPairs} seeds that all of them finished.`;
  const { chiSquared, pValue: p, seeds, criticalDifference } = tests.friedman;
  return `Friedman over ${seeds} seeds: χ² = ${chiSquared.toFixed(1)}, p ${equals(p)}; Nemenyi's critical difference of mean ranks at the 5 % level is ${criticalDifference.toFixed(2)}.`;
}

export function spendingTable({ spending }: Comparison): DataTable {
  const mean = (value: number) => round(value);
  return {
    columns: [
      "strategy",
      "ms a trial",
      "proposals",
      "infeasible",
      "repaired",
      "duplicate",
      "unreadable",
      "failed",
      "model calls",
      "tokens read",
      "tokens written",
      "USD",
    ],
    rows: spending.map(({ strategy, msPerTrial, proposals, model }) => [
      strategy,
      milliseconds(msPerTrial),
      ...[
        proposals.made,
        proposals.infeasible,
        proposals.repaired,
        proposals.duplicate,
        proposals.unreadable,
        proposals.failed,
      ].map(mean),
      model === null ? "–" : mean(model.calls),
      model === null ? "–" : mean(model.inputTokens),
      model === null ? "–" : mean(model.outputTokens),
      model === null ? "–" : model.usd === undefined ? "not known" : model.usd.toFixed(4),
    ]),
  };
}

export const methodNote = `Means over seeds with standard deviations; intervals are bootstrap 95 % intervals (BCa for means, percentiles for the others). Strategies are compared on the test figure of the design each would hand over, where there is one. A strategy that does the very same with every seed has one run: no spread, and a test only against strategies that differ by seed. Of fewer than ${minRuns} runs the mean stands alone, and of fewer than ${minPairs} pairs nothing is tested. Pairs: Wilcoxon's signed ranks over seeds, two-sided, Holm-corrected over the pairs of a budget; a − b is positive where a is better. P(a above b): over all pairs of runs, ties half.`;
