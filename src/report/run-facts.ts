// What can be said of a run from its journal and its conversation: what was best, what was spent, what came of each
// proposal, and how it compares with runs of other strategies at the same number of evaluations.
import { createRandom } from "../base/random.ts";
import type { CallLine, FailureLine } from "../llm/index.ts";
import { type Interval, meanInterval } from "../math/bootstrap.ts";
import { mean } from "../math/statistics.ts";
import { createDomain } from "../search/constraints/create-domain.ts";
import { isDesignOf } from "../search/proposed-network.ts";
import type { Limits, Space } from "../search/space.ts";
import { bestSoFar, isScored } from "../search/trial.ts";
import type { RunRecord } from "../study/fold.ts";
import { pointAt } from "./bench.ts";
import { type EarlyLate, earlyLate } from "./early-late.ts";
import type { TrainedFiles } from "./trained-network.ts";

/** A run of another strategy on the same question, for comparison. */
export interface BaselineTrace {
  readonly strategy: string;
  readonly seed: number;
  /** The best score so far after each evaluation; one that changed nothing may be left out. */
  readonly points: readonly { readonly evaluation: number; readonly score: number }[];
}

/** A run and what is known around it. */
export interface RunReportInput {
  /** The run's folder, as a person would write it. */
  readonly folder: string;
  readonly record: RunRecord;
  /** Absent when the space is not known here: then nothing is drawn and designs are shown by their numbers. */
  readonly space?: Space;
  /** The lines of `conversation.jsonl` after its header, as `src/llm` writes them. */
  readonly calls?: readonly (CallLine | FailureLine)[];
  /** What the evaluator wrote of the trained network. */
  readonly trained?: TrainedFiles;
  /** Runs of other strategies with the same space, data, limits and evaluations. */
  readonly baselines?: readonly BaselineTrace[];
  /** The highest score that any design has, where a table knows it. */
  readonly optimum01?: number;
  /** What the search selected on. */
  readonly selectedOn: "validation" | "test";
  /** Whether results were looked up instead of trained. */
  readonly tabular: boolean;
  /** One command that repeats the run. */
  readonly command: string;
  /** One command that runs random search at the same budget, for a reader who misses it. */
  readonly baselineCommand: string;
}

/** The best so far after each evaluation. */
export function traceOf(record: RunRecord): BaselineTrace["points"] {
  return bestSoFar(record.trials).flatMap(({ evaluation, best }) =>
    best === undefined ? [] : [{ evaluation, score: best }],
  );
}

/** Whether the best designs are simple early and complex late, more than the limits make them; undefined without a space. */
export function runEarlyLate({
  record,
  space,
}: RunReportInput): EarlyLate | { readonly unknown: string } | undefined {
  if (space === undefined) return undefined;
  const scored = record.trials.filter(isScored).filter(({ proposal }) => isDesignOf(space, proposal));
  const domain = createDomain(space, record.header.config.limits as Limits);
  return earlyLate(
    domain,
    scored.map(({ proposal, outcome }) => ({ choices: proposal.choices, score: outcome.score })),
    createRandom("early-late"),
  );
}

/** How the run's best so far stands beside the runs of one other strategy, after the same evaluations. */
export interface Standing {
  readonly strategy: string;
  readonly runs: number;
  readonly evaluations: number;
  readonly mean01: number;
  readonly ci95: Interval;
  /** Runs of the other strategy that ended lower, equal and higher than this one. */
  readonly lower: number;
  readonly equal: number;
  readonly higher: number;
}

export function standings({ record, baselines = [] }: RunReportInput): Standing[] {
  const trace = traceOf(record);
  const last = trace.at(-1);
  if (last === undefined) return [];
  return [...new Set(baselines.map((run) => run.strategy))].flatMap((strategy) => {
    const ends = baselines
      .filter((run) => run.strategy === strategy)
      .flatMap((run) => pointAt(run, last.evaluation)?.score ?? []);
    if (ends.length === 0) return [];
    return {
      strategy,
      runs: ends.length,
      evaluations: last.evaluation,
      mean01: mean(ends),
      ci95: meanInterval(ends, createRandom("standing", strategy, last.evaluation)),
      lower: ends.filter((end) => end < last.score).length,
      equal: ends.filter((end) => end === last.score).length,
      higher: ends.filter((end) => end > last.score).length,
    };
  });
}
