// The metrics of classification, and the one among them that a study selects on.
import { unknownName } from "../base/nearest.ts";
import { metrics } from "./_metrics.ts";
import type { Metric, MetricDefinition } from "./metric.ts";

export const classMetrics: readonly MetricDefinition[] = metrics;

/** Those that a search can select on: reports and prompts say a score as a share. The others are recorded beside it. */
export const selectableMetrics = classMetrics.filter(
  ({ goal, range }) => goal === "maximise" && range?.[0] === 0 && range[1] === 1,
);

/**
 * The definition of the metric that a search selects on by that name; accuracy where none is asked for.
 * @throws GeniusError `unknown-name` for another name.
 */
export function classMetric(wanted?: Pick<Metric, "name">): MetricDefinition {
  const name = wanted?.name ?? "accuracy";
  const found = selectableMetrics.find((metric) => metric.name === name);
  if (found !== undefined) return found;
  throw unknownName(
    "metric",
    name,
    selectableMetrics.map((metric) => metric.name),
  );
}
