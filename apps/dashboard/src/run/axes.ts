// Axes that several charts of a run have in common.
import type { AxisSpec } from "../charts/frame.ts";
import {
  formatBareScore,
  formatBytes,
  formatCount,
  formatCountExactly,
  formatDuration,
  type Metric,
  valueOfScore,
  withUnit,
} from "../format.ts";

/** What "so far" is counted in. */
export type Measure = "evaluations" | "time" | "money";

export const measures: readonly (readonly [Measure, string])[] = [
  ["evaluations", "evaluations"],
  ["time", "time"],
  ["money", "money"],
];

/** Values of time are in ms, and drawn in the largest unit of which there are a few. */
export function measureAxis(measure: Measure, maxMs = 0): AxisSpec & { readonly unit: number } {
  switch (measure) {
    case "evaluations":
      return { name: "evaluations", format: (value) => value.toLocaleString("en"), whole: true, unit: 1 };
    case "time": {
      const [words, unit] = timeUnits.find(([, ms]) => maxMs >= 2 * ms) ?? timeUnits.at(-1)!;
      return {
        name: `time since the start (${words})`,
        format: (value) => formatDuration(value * unit),
        tick: exactly,
        min: 0,
        unit,
      };
    }
    case "money":
      return {
        name: "money spent on the model ($)",
        format: (value) => `$${Number(value.toPrecision(3))}`,
        tick: exactly,
        unit: 1,
      };
    default:
      return measure satisfies never;
  }
}

const timeUnits = [
  ["hours", 3_600_000],
  ["minutes", 60_000],
  ["seconds", 1000],
  ["ms", 1],
] as const;

/** Ticks are round; this only clears what binary fractions leave. */
export const exactly = (value: number) => String(Number(value.toPrecision(9)));

/** An axis of scores, in the unit of the metric that they are of. */
export const scoreAxis = (metric: Metric, words: string): AxisSpec => ({
  name: withUnit(metric, words),
  format: (score) => String(Number(formatBareScore(metric, score))),
  tick: (score) => exactly((metric.unit === "share" ? 100 : 1) * valueOfScore(metric, score)),
  // A quarter of a point around a single value.
  room: metric.unit === "share" ? 0.0025 : 0.025,
  ...(metric.unit === "share" && { air01: 0.06 }),
});

/** What a network costs to run. */
export type Quantity = "macCount" | "paramCount" | "ramBytes" | "flashBytes" | "latencyMs";

export const quantityWords: Readonly<Record<Quantity, string>> = {
  macCount: "MACs",
  paramCount: "parameters",
  ramBytes: "RAM",
  flashBytes: "flash",
  latencyMs: "latency (ms)",
};

/** What stands behind a figure of it. */
export const quantityUnits: Readonly<Record<Quantity, string>> = {
  macCount: "\u00a0MACs",
  paramCount: "\u00a0parameters",
  ramBytes: " of RAM",
  flashBytes: " of flash",
  latencyMs: "\u00a0ms",
};

const formats: Readonly<Record<Quantity, (value: number) => string>> = {
  macCount: formatCount,
  paramCount: formatCount,
  ramBytes: formatBytes,
  flashBytes: formatBytes,
  latencyMs: (value) => String(Number(value.toPrecision(3))),
};

const ticks: Readonly<Record<Quantity, (value: number) => string>> = {
  ...formats,
  macCount: formatCountExactly,
  paramCount: formatCountExactly,
  latencyMs: exactly,
};

export const quantityAxis = (quantity: Quantity): AxisSpec => ({
  name: `${quantityWords[quantity]} of one network`,
  format: formats[quantity],
  tick: ticks[quantity],
});
