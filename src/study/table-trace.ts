// One run of one strategy on a published table, as a comparison needs it: what had been selected after each
// evaluation, and how good that selection really was.

import type { Choices } from "../search/space.ts";
import { improvementsOf, type Trial } from "../search/trial.ts";
import { runStudy, type Study } from "./run-study.ts";

/** What a table knows about a design and a search must not see. */
export interface TableJudge {
  readonly optimum01: number;
  lookUp(choices: Choices): { readonly selection01: number; readonly test01?: number } | undefined;
  /** The design's place among all of the table by the figure that is selected on; 1 is the best. */
  rankOf(choices: Choices): number | undefined;
}

/** The selection after `evaluation` evaluations. */
export interface TracePoint {
  readonly evaluation: number;
  /** As the table has it: without the noise that the search may have seen. */
  readonly accuracy01: number;
  /** Absent where only validation figures are published. */
  readonly testAccuracy01?: number;
  readonly rank: number;
  /** How far the selected figure is from the best in the table. */
  readonly regret01: number;
}

export interface Trace {
  /** One for each evaluation that changed the selection. */
  readonly points: readonly TracePoint[];
  /** Time of the strategy and the study for one trial, in milliseconds. */
  readonly msPerTrial: number;
  readonly proposals: {
    readonly made: number;
    readonly infeasible: number;
    readonly repaired: number;
    readonly duplicate: number;
    readonly unreadable: number;
    readonly failed: number;
  };
}

/** Runs a study and follows its selection. */
export async function traceStudy(study: Study, judge: TableJudge): Promise<Trace> {
  const startedAt = performance.now();
  const { trials } = await runStudy(study);
  const msPerTrial = (performance.now() - startedAt) / Math.max(1, trials.length);
  return { points: pointsOf(trials, judge), msPerTrial, proposals: countProposals(trials) };
}

function pointsOf(trials: readonly Trial[], judge: TableJudge): TracePoint[] {
  return improvementsOf(trials).flatMap(({ evaluation, trial }) => {
    const { choices } = trial.proposal;
    const known = judge.lookUp(choices);
    const rank = judge.rankOf(choices);
    if (known === undefined || rank === undefined) return [];
    return {
      evaluation,
      accuracy01: known.selection01,
      ...(known.test01 !== undefined && { testAccuracy01: known.test01 }),
      rank,
      regret01: judge.optimum01 - known.selection01,
    };
  });
}

function countProposals(trials: readonly Trial[]): Trace["proposals"] {
  const count = (matches: (trial: Trial) => boolean) => trials.filter(matches).length;
  const failedAs = (reason: string) =>
    count(({ outcome }) => outcome.kind === "failed" && outcome.reason === reason);
  const [duplicate, unreadable] = [failedAs("duplicate"), failedAs("unreadable")];
  return {
    made: trials.length,
    infeasible: count(({ outcome }) => outcome.kind === "infeasible"),
    repaired: count(({ proposal }) => proposal.repairedFrom !== undefined),
    duplicate,
    unreadable,
    failed: count(({ outcome }) => outcome.kind === "failed") - duplicate - unreadable,
  };
}
