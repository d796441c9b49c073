// Which runs may be compared: those that were asked the same. A question is its space, data, evaluator, limits, metric and
// length; runs of different questions are never averaged. Report and dashboard compare runs by what stands here.
import { createRandom } from "../base/random.ts";
import { counted } from "../base/units.ts";
import { type Interval, meanInterval, probabilityOfImprovement } from "../math/bootstrap.ts";
import { mean, standardDeviation } from "../math/statistics.ts";
import { formatMetric, type Metric, valueOfScore } from "../metrics/index.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { minRuns } from "./few-runs.ts";
import { limitWords } from "./run-answers.ts";
import type { BaselineTrace } from "./run-facts.ts";

/** A run as it is compared. */
export interface AskedRun {
  readonly config: StudyConfig;
  readonly selectedOn: "validation" | "test";
  /** The best so far at each evaluation. */
  readonly trace: BaselineTrace["points"];
}

/** Runs of one question by one method. */
export interface MethodGroup<Run> {
  readonly method: string;
  readonly runs: readonly Run[];
  /** Evaluations after which all runs of the question are compared; absent by the clock: at their end. */
  readonly evaluations?: number;
  /** The best of each run by then. */
  readonly ends: readonly number[];
  readonly mean01: number;
  /** Absent for few runs. */
  readonly sd01?: number;
  /** Absent for few runs, and where all runs ended at the same figure: then it would have no width. */
  readonly ci95?: Interval;
}

/** How often a run of one method ends above a run of another, over all pairs of runs; a tie counts as half. */
export interface MethodPair {
  readonly a: string;
  readonly b: string;
  readonly pairs: number;
  readonly won: number;
  readonly probability01: number;
  /** Absent where there are too few runs for one. */
  readonly ci95?: Interval;
}

export interface Question<Run> {
  readonly name: string;
  readonly runs: readonly Run[];
  /** None while not every run has scored a design. */
  readonly groups: readonly MethodGroup<Run>[];
  readonly pairs: readonly MethodPair[];
}

const byTheClock = ({ config }: AskedRun) => config.minutes !== undefined;

/** What must be equal for two runs to be an answer to one question. */
function askedOf({ config, selectedOn }: AskedRun): string {
  const { space, spaceOptions, dataset, evaluator, evaluatorOptions, limits, metric, minutes, trials } =
    config;
  const length = minutes === undefined ? { trials } : { minutes };
  return JSON.stringify([
    ...[space, spaceOptions, dataset, evaluator, evaluatorOptions, limits, selectedOn, metric.name, length],
  ]);
}

export const methodOf = ({ strategy, model }: Pick<StudyConfig, "strategy" | "model">): string =>
  model === undefined ? strategy : `${strategy} with ${model}`;

/** The questions that the runs were asked, each with its runs by method. */
export function questionsOf<Run extends AskedRun>(runs: readonly Run[]): Question<Run>[] {
  return [...new Set(runs.map(askedOf))].map((asked) => {
    const own = runs.filter((run) => askedOf(run) === asked);
    const { config } = own[0]!;
    const groups = groupsOf(own);
    return {
      name: `${config.space} on ${config.dataset}${limitWords(config)}, ${lengthWords(config)}`,
      runs: own,
      groups,
      pairs: pairsOf(groups),
    };
  });
}

const lengthWords = ({ minutes, trials }: StudyConfig) =>
  minutes === undefined ? counted(trials, "evaluation") : counted(minutes, "minute");

function groupsOf<Run extends AskedRun>(runs: readonly Run[]): MethodGroup<Run>[] {
  const evaluations = Math.min(...runs.map(({ trace }) => trace.at(-1)?.evaluation ?? 0));
  if (evaluations === 0) return [];
  return [...new Set(runs.map(({ config }) => methodOf(config)))].map((method) => {
    const own = runs.filter(({ config }) => methodOf(config) === method);
    const ends = own.flatMap(
      (run) => run.trace.findLast((point) => byTheClock(run) || point.evaluation <= evaluations)?.score ?? [],
    );
    const isEnough = ends.length >= minRuns;
    const varies = new Set(ends).size > 1;
    return {
      method,
      runs: own,
      ...(!own.some(byTheClock) && { evaluations }),
      ends,
      mean01: mean(ends),
      ...(isEnough && { sd01: standardDeviation(ends) }),
      ...(isEnough && varies && { ci95: meanInterval(ends, createRandom("runs", method)) }),
    };
  });
}

function pairsOf(groups: readonly MethodGroup<unknown>[]): MethodPair[] {
  const repeated = groups.filter(({ ends }) => ends.length >= 2);
  return repeated.flatMap((a, index) =>
    repeated.slice(index + 1).map((b) => {
      const { probability01, ci95 } = probabilityOfImprovement(
        a.ends,
        b.ends,
        createRandom("runs", a.method, b.method),
      );
      const pairs = a.ends.length * b.ends.length;
      const isEnough = a.ends.length >= minRuns && b.ends.length >= minRuns;
      return {
        ...{ a: a.method, b: b.method, pairs, won: probability01 * pairs, probability01 },
        ...(isEnough && { ci95 }),
      };
    }),
  );
}

/** The interval of a group in words, or why it has none. */
export function intervalWords(metric: Metric, { ends, ci95 }: MethodGroup<unknown>): string {
  if (ends.length < 2) return "one run has none";
  if (new Set(ends).size === 1) return "none: all runs ended level";
  if (ci95 === undefined) return `none: ${ends.length} runs are too few`;
  const ends95 = ci95.map((end) => valueOfScore(metric, end)).sort((a, b) => a - b);
  return ends95.map((end) => formatMetric(metric, end)).join(" to ");
}

/** "P = 0.92 (0.75 to 1.00)", or what happened where the runs are too few to say more. */
export function pairWords({ pairs, won, probability01, ci95 }: MethodPair): string {
  const counts = `${Number(won.toFixed(1))} of ${pairs} pairs of runs`;
  return ci95 === undefined
    ? `${counts}; fewer than ${minRuns} runs each say no more`
    : `${counts}: probability ${probability01.toFixed(2)} (95 % interval ${ci95.map((end) => end.toFixed(2)).join(" to ")})`;
}
