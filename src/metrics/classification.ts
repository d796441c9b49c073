// The metrics of classification, and those among them that a study can select on.
import { metrics } from "./_metrics.ts";
import type { MetricDefinition } from "./metric.ts";

export const classMetrics: readonly MetricDefinition[] = metrics;

/** Those that a search can select on: reports and prompts say a score as a share. The others are recorded beside it. */
export const selectableMetrics = classMetrics.filter(
  ({ goal, range }) => goal === "maximise" && range?.[0] === 0 && range[1] === 1,
);
