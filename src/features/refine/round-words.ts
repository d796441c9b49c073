// What a round of a refinement came to, for a terminal: a model's reason is its own text and stays on its own line.
import { terminalSafe } from "../../base/terminal-text.ts";
import { formatPercent } from "../../base/units.ts";
import { formatScore, type Metric } from "../../metrics/index.ts";
import type { Round } from "./proposer.ts";

/** One line on what was kept, and one on why, where a model said so. */
export function roundWords({ block, candidates, chosen, proposed }: Round, metric: Metric): string {
  const [unchanged] = candidates;
  const taken = candidates[chosen]!;
  const { classEntropy, probeAccuracy01, effectiveRank } = taken.local;
  const local = `neighbours' entropy ${classEntropy.toFixed(2)}, probe ${formatPercent(probeAccuracy01)}, rank ${effectiveRank.toFixed(1)}`;
  const why =
    proposed.reason ?? (proposed.unusable && `The model's answer could not be used: ${proposed.unusable}`);
  const result =
    taken.words === undefined
      ? `${block}: left as it is, validation ${formatScore(metric, taken.score)} (${local})`
      : `${taken.words}: validation ${formatScore(metric, taken.score)}, ${formatScore(metric, unchanged!.score)} unchanged (${local})`;
  return why === undefined ? result : `${result}\n  ${terminalSafe(why)}`;
}
