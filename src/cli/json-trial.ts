// A trial, and a baseline, as `--json` gives it: with the accuracy under the name that programs know, as long as it was measured.
import { accuracyBeside, type Metric } from "../metrics/index.ts";
import type { Trial } from "../search/trial.ts";
import type { BaselineRun } from "../study/journal-lines.ts";

/** A network from outside the space is given by its name: the whole graph is in the journal. */
export function jsonTrial(trial: Trial) {
  const { outcome, proposal } = trial;
  const { network, ...designed } = proposal;
  return {
    ...trial,
    ...(network !== undefined && { proposal: { ...designed, network: network.name } }),
    ...(outcome.kind === "scored" && {
      outcome: { ...outcome, ...accuracyBeside("accuracy01", outcome.metrics) },
    }),
  };
}

export function jsonBaseline(run: BaselineRun, { name }: Metric) {
  if (name !== "accuracy") return run;
  return { ...run, points: run.points.map((point) => ({ ...point, accuracy01: point.score })) };
}
