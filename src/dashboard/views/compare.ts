// Several runs side by side: the best so far of each, what keeps them from being compared, and means by strategy.
import { createRandom } from "../../base/random.ts";
import { meanInterval } from "../../math/bootstrap.ts";
import { mean } from "../../math/statistics.ts";
import { accuracy, metricOf } from "../../metrics/index.ts";
import type { FollowedRun } from "../../runs/followed-run.ts";
import { summaryOf } from "../../runs/summary.ts";
import { improvementsOf, isEvaluated } from "../../search/trial.ts";
import type { Comparison } from "../api.ts";
import { trialColumns } from "./trials.ts";

export function comparisonView(runs: readonly FollowedRun[]): Comparison {
  const traces = runs.map(traceOf);
  return {
    metric: runs[0] === undefined ? metricOf(accuracy) : summaryOf(runs[0]).metric,
    runs: traces,
    warnings: warningsOf(runs),
    strategies: byStrategy(runs, traces),
  };
}

function traceOf(run: FollowedRun): Comparison["runs"][number] {
  const { rows, trials } = run.journal;
  const { finishedMs, usd } = trialColumns(run, 0, rows.length);
  const rowOf = new Map(rows.map(({ trial }, row) => [trial.number, row]));
  const risen = improvementsOf(trials).map(({ evaluation, trial }) => ({
    evaluation,
    score: trial.outcome.score,
    row: rowOf.get(trial.number) as number,
  }));
  const { strategy, model, seed, selectedOn } = summaryOf(run);
  return {
    id: run.id,
    name: `${strategy}${model === undefined ? "" : ` with ${model}`}, seed ${seed}`,
    selectedOn,
    evaluation: risen.map((point) => point.evaluation),
    score: risen.map(({ score }) => score),
    finishedMs: risen.map(({ row }) => finishedMs[row] as number),
    usd: risen.map(({ row }) => usd[row] ?? null),
    evaluations: trials.filter(isEvaluated).length,
  };
}

function warningsOf(runs: readonly FollowedRun[]): string[] {
  const summaries = runs.map(summaryOf);
  const differ = (what: string, read: (summary: (typeof summaries)[number]) => unknown) =>
    new Set(summaries.map((summary) => JSON.stringify(read(summary)))).size > 1
      ? [`The runs differ in ${what}: their results do not answer the same question.`]
      : [];
  return [
    ...differ("their space", ({ space }) => space),
    ...differ("their data set", ({ dataset }) => dataset),
    ...differ("their limits", ({ limits }) => limits),
    ...differ("what they selected on", ({ selectedOn }) => selectedOn),
    ...differ("their metric", ({ metric }) => metric.name),
    ...differ("their evaluator", ({ evaluator }) => evaluator),
  ];
}

function byStrategy(runs: readonly FollowedRun[], traces: Comparison["runs"]): Comparison["strategies"] {
  const names = runs.map((run) => {
    const { strategy, model } = summaryOf(run);
    return model === undefined ? strategy : `${strategy} with ${model}`;
  });
  const shared = Math.min(...traces.map(({ evaluations }) => evaluations));
  if (runs.length === 0 || shared < 1) return [];
  return [...new Set(names)].flatMap((strategy) => {
    const values = traces.flatMap(({ evaluation, score }, index) => {
      if (names[index] !== strategy) return [];
      return score[evaluation.findLastIndex((each) => each <= shared)] ?? [];
    });
    if (values.length === 0) return [];
    return [
      {
        strategy,
        runs: values.length,
        evaluations: shared,
        mean01: mean(values),
        ci95: meanInterval(values, createRandom("compare", strategy, shared)),
      },
    ];
  });
}
