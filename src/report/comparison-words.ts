// A comparison of strategies as tables and sentences, shared by its page and its Markdown text.
import { formatPercent } from "../base/units.ts";
import type { RankSummary, Summary } from "./bench.ts";
import type { DataTable } from "./charts/chart.ts";
import type { Comparison, ComparisonRow } from "./comparison.ts";
import type { BudgetTests } from "./comparison-tests.ts";

const percent = (value: number) => (value * 100).toFixed(2);
const accuracy = (summary: Summary | null) =>
  summary === null
    ? "–"
    : `${percent(summary.mean)} ± ${percent(summary.sd)} (${percent(summary.ci95[0])} to ${percent(summary.ci95[1])})`;
const rank = (summary: RankSummary | null) =>
  summary === null
    ? "–"
    : `${round(summary.median)} (mean ${round(summary.mean)}, ${round(summary.ci95[0])} to ${round(summary.ci95[1])})`;
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
    (comparison.validationOnly ? row?.validationAccuracy01 : row?.testAccuracy01)?.mean;
  const leader = rows.reduce<ComparisonRow | undefined>(
    (best, row) => ((compared(row) ?? -1) > (compared(best) ?? -1) ? row : best),
    undefined,
  );
  const leading01 = compared(leader);
  if (leader === undefined || leading01 === undefined) return ["No strategy scored a design."];
  const tests = comparison.tests.find((entry) => entry.evaluations === budget)!;
  const against = (other: string) => {
    const pair = tests.pairs.find(({ a, b }) => [a, b].includes(leader.strategy) && [a, b].includes(other));
    if (pair === undefined) return undefined;
    const chance = pair.a === leader.strategy ? pair.improvement01 : 1 - pair.improvement01;
    const verdict =
      pair.verdict === "no significant difference" ? "does not differ significantly from" : "differs from";
    return `It ${verdict} ${other} (Holm-corrected p ${equals(pair.pHolm)}); a run of it ends above a run of ${other} with probability ${chance.toFixed(2)}.`;
  };
  const others = rows.filter((row) => row !== leader);
  const similar = others
    .map((row) => row.strategy)
    .filter((name) =>
      tests.pairs.some(
        ({ a, b, verdict }) =>
          [a, b].includes(leader.strategy) &&
          [a, b].includes(name) &&
          verdict === "no significant difference",
      ),
    );
  return [
    `After ${budget} evaluations ${leader.strategy} has the highest mean accuracy on ${comparedData(comparison)}, ${formatPercent(leading01)} over ${leader.seeds} runs.${leader.baseline ? " It is a baseline: no strategy that was asked for did better." : ""}`,
    similar.length === 0
      ? "At the 5 % level it differs from every other strategy."
      : `At the 5 % level there is no significant difference from ${similar.join(", ")}.`,
    ...(leader.strategy === "random" ? [] : [against("random") ?? "Random search was not run."]),
  ];
}

export function resultTable(comparison: Comparison): DataTable {
  return {
    columns: [
      "strategy",
      "evaluations",
      "runs",
      "rank: median",
      "validation (%)",
      "test (%)",
      "regret (%)",
      "ms a trial",
    ],
    rows: comparison.results.map((row) => [
      row.baseline ? `${row.strategy} (baseline)` : row.strategy,
      row.evaluations,
      row.seeds,
      rank(row.rank),
      row.validationAccuracy01 === null && comparison.selectedOn === "test"
        ? "none"
        : accuracy(row.validationAccuracy01),
      comparison.validationOnly ? "not published" : accuracy(row.testAccuracy01),
      accuracy(row.regret01),
      milliseconds(row.msPerTrial),
    ]),
  };
}

export function trivialTable({ trivialGuesses, selectedOn, validationOnly }: Comparison): DataTable {
  const optional = (value: number | undefined) => (value === undefined ? "–" : percent(value));
  return {
    columns: [
      "guess without a search",
      "design",
      "rank",
      "validation (%)",
      "test (%)",
      "regret (%)",
      "why one would guess it",
    ],
    rows: trivialGuesses.map((guess) => [
      guess.name,
      guess.key,
      guess.rank ?? "–",
      selectedOn === "test" ? "none" : percent(guess.accuracy01),
      selectedOn === "test"
        ? percent(guess.accuracy01)
        : validationOnly
          ? "not published"
          : optional(guess.testAccuracy01),
      optional(guess.regret01),
      guess.reason,
    ]),
  };
}

export function pairTable(tests: BudgetTests): DataTable {
  return {
    columns: [
      "a",
      "b",
      "runs",
      "a − b (points)",
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
      percent(pair.difference01),
      pair.ci95.map(percent).join(" to "),
      pValue(pair.pValue),
      pValue(pair.pHolm),
      pair.improvement01.toFixed(2),
      pair.improvementCi95.map((end) => end.toFixed(2)).join(" to "),
      pair.verdict.replace(/^a /, `${pair.a} `).replace(/^b /, `${pair.b} `),
    ]),
  };
}

const equals = (p: number) => (p < 0.0001 ? pValue(p) : `= ${pValue(p)}`);
const pValue = (p: number) => (p < 0.0001 ? "< 0.0001" : p.toPrecision(2));

export function friedmanSentence(tests: BudgetTests): string {
  if (tests.friedman === null)
    return "Friedman's test needs three strategies and two seeds that all of them finished.";
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

export const methodNote =
  "Means over seeds with standard deviations; intervals are bootstrap 95 % intervals (BCa for means, percentiles for the others). Strategies are compared on the test accuracy of the design each would hand over. Pairs: Wilcoxon's signed ranks over seeds, two-sided, Holm-corrected over the pairs of a budget. P(a above b): over all pairs of runs, ties half.";
