// One run of one strategy on a published table, as a comparison needs it: what had been selected after each
// evaluation, and how good that selection really was.
import type { Choices } from "../spaces/space.ts";
import { isEvaluated, runStudy, type Study } from "./run-study.ts";
import { isScored } from "../record/trial.ts";

/** What a table knows about a design and a search must not see. */
export interface TableJudge {
  /** The design's place among all designs of the table by the figure that is selected on; 1 is the best. */
  rankOf(choices: Choices): number;
  testAccuracyOf(choices: Choices): number;
  readonly optimum01: number;
}

/** The selection after `evaluation` evaluations. */
export interface TracePoint {
  readonly evaluation: number;
  readonly accuracy01: number;
  readonly testAccuracy01: number;
  readonly rank: number;
  /** How far the selected figure is from the best in the table. */
  readonly regret01: number;
}

export interface Trace {
  readonly points: readonly TracePoint[];
  /** Time of the strategy and the study for one trial, without evaluations' own cost. */
  readonly msPerTrial: number;
}

/** Runs a study and follows its selection. */
export async function traceStudy(study: Study, judge: TableJudge): Promise<Trace> {
  const startedAt = performance.now();
  const { trials } = await runStudy(study);
  const elapsed = performance.now() - startedAt;
  const points: TracePoint[] = [];
  let selected: { accuracy01: number; choices: Choices } | undefined;
  let evaluation = 0;
  for (const trial of trials) {
    if (!isEvaluated(trial)) continue;
    evaluation += 1;
    if (isScored(trial) && (selected === undefined || trial.outcome.accuracy01 > selected.accuracy01)) {
      selected = { accuracy01: trial.outcome.accuracy01, choices: trial.proposal.choices };
    }
    if (selected === undefined) continue;
    points.push({
      evaluation,
      accuracy01: selected.accuracy01,
      testAccuracy01: judge.testAccuracyOf(selected.choices),
      rank: judge.rankOf(selected.choices),
      regret01: Math.max(0, judge.optimum01 - selected.accuracy01),
    });
  }
  return { points, msPerTrial: elapsed / Math.max(1, trials.length) };
}
