// A comparison for other programs: accuracies, in [0, 1], under the names that they know. Figures of another metric are
// scores, of which higher is better – the negative figure where the metric is minimised – under names that say so.
import { accuracy } from "../metrics/index.ts";
import type { Comparison } from "./comparison.ts";

type Names = Readonly<Record<string, string>>;

const ofAccuracy: Names = {
  validationScore: "validationAccuracy01",
  testScore: "testAccuracy01",
  score: "accuracy01",
};
const ofScores: Names = {
  regret01: "regret",
  optimum01: "optimum",
  difference01: "difference",
  noise01: "noise",
};

/** The object of `genius bench --json`. */
export function comparisonJson(comparison: Comparison): unknown {
  const names = comparison.metric.name === accuracy.name ? ofAccuracy : ofScores;
  return {
    ...(renamed(comparison, names) as object),
    command: comparison.command,
    provenance: comparison.provenance,
  };
}

function renamed(value: unknown, names: Names): unknown {
  if (Array.isArray(value)) return value.map((one) => renamed(one, names));
  if (typeof value !== "object" || value === null)
    return typeof value === "string" ? (names[value] ?? value) : value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [names[name] ?? name, renamed(inner, names)]),
  );
}
