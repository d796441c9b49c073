// What can be said of a run from its journal and its conversation: what was best, what was spent, what came of each
// proposal, and how it compares with runs of other strategies at the same number of evaluations.
import type { JsonObject, JsonValue } from "../base/json.ts";
import { createRandom } from "../base/random.ts";
import { type Interval, meanInterval } from "../math/bootstrap.ts";
import { mean } from "../math/statistics.ts";
import { keyOf } from "../search/choices.ts";
import { createDomain } from "../search/constraints/create-domain.ts";
import type { Limits, Space } from "../search/space.ts";
import { bestOf, isEvaluated, isScored, type ScoredTrial, type Trial } from "../search/trial.ts";
import type { RunRecord } from "../study/journal-lines.ts";
import { type BenchTrace, pointAt } from "./bench.ts";
import { type EarlyLate, earlyLate } from "./early-late.ts";
import type { TrainedFiles } from "./trained-network.ts";

/** A run of another strategy on the same question, for comparison. */
export type BaselineTrace = Pick<BenchTrace, "strategy" | "seed" | "points">;

/** A run and what is known around it. */
export interface RunReportInput {
  /** The run's folder, as a person would write it. */
  readonly folder: string;
  readonly record: RunRecord;
  /** Absent when the space is not known here: then nothing is drawn and designs are shown by their numbers. */
  readonly space?: Space;
  /** The lines of `conversation.jsonl` after its header, as `src/llm` writes them. */
  readonly calls?: readonly JsonObject[];
  /** What the evaluator wrote of the trained network. */
  readonly trained?: TrainedFiles;
  /** Runs of other strategies with the same space, data, limits and evaluations. */
  readonly baselines?: readonly BaselineTrace[];
  /** The highest accuracy that any design has, where a table knows it. */
  readonly optimum01?: number;
  /** What the search selected on. */
  readonly selectedOn: "validation" | "test";
  /** Whether accuracies were looked up instead of trained. */
  readonly tabular: boolean;
  /** One command that repeats the run. */
  readonly command: string;
  /** One command that runs random search at the same budget, for a reader who misses it. */
  readonly baselineCommand: string;
}

export interface Spending {
  readonly evaluations: number;
  readonly proposals: number;
  /** Sum over the evaluations, in milliseconds. */
  readonly evaluationMs: number;
  /** From the header to the last line, in milliseconds; undefined when the times cannot be read. */
  readonly elapsedMs: number | undefined;
  readonly epochs: number;
  /** Requests that a provider answered; a reply with tools takes several. */
  readonly calls: number;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly usd: number | undefined;
}

/** The selected trial: the one the journal's result names, else the best so far. */
export function selectedTrial(record: RunRecord): ScoredTrial | undefined {
  const named = record.trials.find((trial) => trial.number === record.result?.best);
  return named !== undefined && isScored(named) ? named : bestOf(record.trials);
}

/** The best so far after each evaluation. */
export function traceOf(record: RunRecord): BaselineTrace["points"] {
  let best: number | undefined;
  let evaluation = 0;
  return record.trials.filter(isEvaluated).flatMap((trial) => {
    evaluation += 1;
    if (isScored(trial)) best = Math.max(best ?? 0, trial.outcome.accuracy01);
    return best === undefined ? [] : [{ evaluation, accuracy01: best }];
  });
}

export function designName(space: Space | undefined, choices: readonly number[]): string {
  if (choices.length === 0) return "no design";
  const known = space !== undefined && space.decisions.length === choices.length;
  return known ? keyOf(space, choices) : choices.join(",");
}

export function spendingOf({ record, calls = [] }: RunReportInput): Spending {
  const { trials, header, finishedAt, result } = record;
  const times = [...finishedAt.values(), ...(result === undefined ? [] : [result.time])].map(Date.parse);
  const elapsedMs = Math.max(...times) - Date.parse(header.time);
  const exchanges = exchangesOf(calls);
  const sum = (read: (trial: Trial) => number) => trials.reduce((total, trial) => total + read(trial), 0);
  return {
    evaluations: trials.filter(isEvaluated).length,
    proposals: trials.filter((trial) => trial.proposal.nominalAccuracy01 === undefined).length,
    evaluationMs: sum((trial) => trial.outcome.spent.milliseconds),
    elapsedMs: Number.isFinite(elapsedMs) && elapsedMs >= 0 ? elapsedMs : undefined,
    epochs: sum((trial) => trial.outcome.spent.epochs ?? 0),
    calls: exchanges.length,
    inputTokens: total(exchanges, tokensOf("inputTokens")),
    outputTokens: total(exchanges, tokensOf("outputTokens")),
    usd: total(exchanges, ({ usd }) => usd),
  };
}

/** Every request that a provider answered, in all lines of the conversation. */
function exchangesOf(calls: readonly JsonObject[]): JsonObject[] {
  return calls.flatMap(({ exchanges }) =>
    Array.isArray(exchanges) ? (exchanges as readonly JsonObject[]) : [],
  );
}

/** The sum of a figure over all answered requests; undefined unless each has it. */
function total(
  exchanges: readonly JsonObject[],
  read: (exchange: JsonObject) => JsonValue | undefined,
): number | undefined {
  const values = exchanges.map(read).filter((value) => typeof value === "number");
  if (values.length === 0 || values.length < exchanges.length) return undefined;
  return values.reduce((sum, value) => sum + value, 0);
}

const tokensOf = (name: string) => (exchange: JsonObject) =>
  (exchange.usage as JsonObject | undefined)?.[name];

/** Whether the best designs are simple early and complex late, more than the limits make them; undefined without a space. */
export function runEarlyLate({
  record,
  space,
}: RunReportInput): EarlyLate | { readonly unknown: string } | undefined {
  if (space === undefined) return undefined;
  const scored = record.trials
    .filter(isScored)
    .filter(({ proposal }) => proposal.choices.length === space.decisions.length);
  const domain = createDomain(space, record.header.config.limits as Limits);
  return earlyLate(
    domain,
    scored.map(({ proposal, outcome }) => ({ choices: proposal.choices, accuracy01: outcome.accuracy01 })),
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
      .flatMap((run) => pointAt(run, last.evaluation)?.accuracy01 ?? []);
    if (ends.length === 0) return [];
    return {
      strategy,
      runs: ends.length,
      evaluations: last.evaluation,
      mean01: mean(ends),
      ci95: meanInterval(ends, createRandom("standing", strategy, last.evaluation)),
      lower: ends.filter((end) => end < last.accuracy01).length,
      equal: ends.filter((end) => end === last.accuracy01).length,
      higher: ends.filter((end) => end > last.accuracy01).length,
    };
  });
}
