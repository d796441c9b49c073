// The metrics of classification, and the one among them that a study selects on.
import { unknownName } from "../base/nearest.ts";
import { metrics } from "./_all.ts";
import type { Metric, MetricDefinition } from "./metric.ts";

export const classMetrics: readonly MetricDefinition[] = metrics;

/**
 * The definition of the metric of that name; accuracy where none is asked for.
 * @throws GeniusError `unknown-name` for another name.
 */
export function classMetric(wanted?: Pick<Metric, "name">): MetricDefinition {
  const name = wanted?.name ?? "accuracy";
  const found = classMetrics.find((metric) => metric.name === name);
  if (found !== undefined) return found;
  throw unknownName(
    "metric",
    name,
    classMetrics.map((metric) => metric.name),
  );
}
