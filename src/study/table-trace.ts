// One run of one strategy as a comparison needs it: what had been selected after each evaluation and, on a table, how
// good that selection really was.

import type { Choices } from "../search/space.ts";
import { improvementsOf, type Trial } from "../search/trial.ts";
import { runStudy, type Study } from "./run-study.ts";

/** What a table knows about a design and a search must not see. Figures are scores: higher is better. */
export interface TableJudge {
  readonly optimum01: number;
  lookUp(choices: Choices): { readonly selection01: number; readonly test01?: number } | undefined;
  /** The design's place among those that are allowed, by the figure that is selected on; 1 is the best. */
  rankOf(choices: Choices): number | undefined;
}

/** The selection after `evaluation` evaluations. */
export interface TracePoint {
  readonly evaluation: number;
  /** As the table has it, without the noise that the search may have seen; without a table as it was evaluated. */
  readonly score: number;
  /** Absent where only validation figures are published. */
  readonly testScore?: number;
  /** Absent without a table. */
  readonly rank?: number;
  /** How far the selected figure is from the best that is allowed; absent where the best is not known. */
  readonly regret01?: number;
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

/**
 * Runs a study and follows its selection. Without a judge the figures are those that the evaluator gave.
 * @example
 * ```ts
 * import { createDomain, loadEvaluator, loadStrategy, openSpace, openTable, traceStudy } from "genius-nas";
 *
 * const space = await openSpace("nas-bench-macro");
 * const table = await openTable({ space, dataset: "cifar10" });
 * const domain = createDomain(space, {});
 * const lookUp = await loadEvaluator("table");
 * const setting = { space, dataset: "cifar10", folder: "", seed: 1, environment: {} };
 * const evaluator = await lookUp.create(setting, lookUp.options.parse({}));
 * const random = await loadStrategy("random");
 * const { fidelity } = evaluator;
 * const strategy = random.create({ domain, evaluations: 10, task: "", fidelity }, random.options.parse({}));
 * const { points } = await traceStudy({ domain, strategy, evaluator, trials: 10, parallel: 1, seed: 1 }, table);
 * console.log(points.at(-1)?.rank);
 * ```
 */
export async function traceStudy(study: Study, judge?: TableJudge): Promise<Trace> {
  const startedAt = performance.now();
  const { trials } = await runStudy(study);
  const msPerTrial = (performance.now() - startedAt) / Math.max(1, trials.length);
  const points = judge === undefined ? pointsAlone(trials, study.evaluator.optimum) : pointsOf(trials, judge);
  return { points, msPerTrial, proposals: countProposals(trials) };
}

function pointsOf(trials: readonly Trial[], judge: TableJudge): TracePoint[] {
  return improvementsOf(trials).flatMap(({ evaluation, trial }) => {
    const { choices } = trial.proposal;
    const known = judge.lookUp(choices);
    const rank = judge.rankOf(choices);
    if (known === undefined || rank === undefined) return [];
    return {
      evaluation,
      score: known.selection01,
      ...(known.test01 !== undefined && { testScore: known.test01 }),
      rank,
      regret01: judge.optimum01 - known.selection01,
    };
  });
}

function pointsAlone(trials: readonly Trial[], optimum: number | undefined): TracePoint[] {
  return improvementsOf(trials).map(({ evaluation, trial }) => ({
    evaluation,
    score: trial.outcome.score,
    ...(optimum !== undefined && { regret01: optimum - trial.outcome.score }),
  }));
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
