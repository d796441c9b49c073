// A comparison for other programs: accuracies under the names that they know, in [0, 1]. Figures of another metric are
// scores, of which higher is better – the negative figure where the metric is minimised – under names that say so.
import { accuracy } from "../metrics/index.ts";
import type { Comparison } from "./comparison.ts";

const names: Readonly<Record<string, string>> = {
  validationAccuracy01: "validationScore",
  testAccuracy01: "testScore",
  accuracy01: "score",
  regret01: "regret",
  optimum01: "optimum",
  difference01: "difference",
  noise01: "noise",
};

/** The object of `genius bench --json`. */
export function comparisonJson(comparison: Comparison): unknown {
  return comparison.metric.name === accuracy.name ? comparison : renamed(comparison);
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== "object" || value === null)
    return typeof value === "string" ? (names[value] ?? value) : value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [names[name] ?? name, renamed(inner)]),
  );
}
