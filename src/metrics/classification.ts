// The metrics of classification, and those among them that a study can select on.
import { metrics } from "./_metrics.ts";
import type { Metric, MetricDefinition } from "./metric.ts";

export const classMetrics: readonly MetricDefinition[] = metrics;

/** Whether a search can select on a metric: reports and prompts say a score as a share. */
export const isSelectable = ({ goal, range }: Metric): boolean =>
  goal === "maximise" && range?.[0] === 0 && range[1] === 1;

/** Those that a search can select on. The others are recorded beside it. */
export const selectableMetrics = classMetrics.filter(isSelectable);
