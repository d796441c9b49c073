// Turns what an evaluator returned into what a strategy sees: the selected figure as one score, where higher is
// better. An evaluation without that figure, or with an impossible one, is a failed trial and never a result.
import { accuracy, type Metric, metricOf, metricWords, scoreOf } from "../metrics/index.ts";
import type { Evaluation, Outcome } from "../search/trial.ts";

/** What is selected on, as data. */
export const selectionMetric = ({ metric }: { readonly metric?: Metric }): Metric =>
  metricOf(metric ?? accuracy);

export function scoreOutcome(evaluation: Evaluation, metric: Metric): Outcome {
  if (evaluation.kind !== "scored") return evaluation;
  const value = evaluation.metrics[metric.name];
  const problem = problemOf(value, metric);
  if (problem === undefined) return { ...evaluation, score: scoreOf(metric, value as number) };
  const { spent, curve } = evaluation;
  const detail = `the evaluator returned ${problem}`;
  return { kind: "failed", reason: "crashed", detail, ...(curve && { curve }), spent };
}

/** An outcome as it is kept: the score follows from the metrics, and so is not written down. */
export function withoutScore(outcome: Outcome): Evaluation {
  if (outcome.kind !== "scored") return outcome;
  const { score: _, ...evaluation } = outcome;
  return evaluation;
}

/** What is wrong with a value of the metric; undefined when nothing is. */
function problemOf(value: unknown, metric: Metric): string | undefined {
  const { name, range } = metric;
  if (value === undefined) return `no ${metricWords(metric)} (metrics["${name}"])`;
  if (typeof value !== "number" || !Number.isFinite(value))
    return `${String(value)} as its ${metricWords(metric)}; it must be a finite number`;
  if (range !== undefined && (value < range[0] || value > range[1]))
    return `${value} as its ${metricWords(metric)}; it must be from ${range[0]} to ${range[1]}`;
  return undefined;
}
