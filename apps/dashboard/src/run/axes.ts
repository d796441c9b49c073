// Axes that several charts of a run have in common.
import type { AxisSpec } from "../charts/frame.ts";
import { formatBare, formatCount, formatDuration, type Metric, withUnit } from "../format.ts";

/** What "so far" is counted in. */
export type Measure = "evaluations" | "time" | "money";

export const measures: readonly (readonly [Measure, string])[] = [
  ["evaluations", "evaluations"],
  ["time", "time"],
  ["money", "money"],
];

export function measureAxis(measure: Measure): AxisSpec {
  switch (measure) {
    case "evaluations":
      return { name: "evaluations", format: (value) => value.toLocaleString("en"), whole: true };
    case "time":
      return { name: "time since the start", format: formatDuration };
    case "money":
      return { name: "money spent on the model ($)", format: (value) => `$${Number(value.toPrecision(3))}` };
    default:
      return measure satisfies never;
  }
}

/** An axis of scores, in the unit of the metric that they are of. */
export const scoreAxis = (metric: Metric, words: string): AxisSpec => ({
  name: withUnit(metric, words),
  format: (value) => String(Number(formatBare(metric, value))),
});

/** What a network costs to run. */
export type Quantity = "macCount" | "paramCount" | "latencyMs";

export const quantityWords: Readonly<Record<Quantity, string>> = {
  macCount: "multiply–accumulates",
  paramCount: "parameters",
  latencyMs: "latency (ms)",
};

export const quantityAxis = (quantity: Quantity): AxisSpec => ({
  name: `${quantityWords[quantity]} of one network`,
  format: quantity === "latencyMs" ? (value) => String(Number(value.toPrecision(3))) : formatCount,
});
