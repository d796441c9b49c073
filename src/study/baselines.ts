// The baselines that every search is shown with: random search and the largest network, at the same number of evaluations.
// Where outcomes are looked up they cost nothing and are run; where evaluations are trainings they are left out, and
// a view of the search must say that they are missing.
import { setImmediate } from "node:timers/promises";
import { formatScore, type Metric } from "../metrics/index.ts";
import largestFirst from "../search/strategies/largest-first.ts";
import random from "../search/strategies/random.ts";
import type { StrategyDefinition } from "../search/strategy.ts";
import { improvementsOf, isEvaluated, type Trial } from "../search/trial.ts";
import type { BaselineRun } from "./journal-lines.ts";
import { runStudy, type Study } from "./run-study.ts";

const randomSeeds = 25;

export interface BaselineWatch {
  /** Told after each run. */
  readonly onRun?: (done: number, runs: number) => void;
  readonly signal?: AbortSignal;
}

/** Baselines at the same number of evaluations, where outcomes are looked up; trainings would cost too much. */
export async function runBaselines(
  study: Pick<Study, "domain" | "evaluator" | "seed">,
  trials: readonly Trial[],
  { onRun, signal }: BaselineWatch = {},
): Promise<readonly BaselineRun[]> {
  const evaluations = trials.filter(isEvaluated).length;
  if (evaluations === 0) return [];
  const run = async (definition: StrategyDefinition, seed: number): Promise<BaselineRun> => {
    const { domain, evaluator } = study;
    const setting = { domain, evaluations, task: "", fidelity: evaluator.fidelity };
    const strategy = definition.create(setting, definition.options.parse({}));
    const own = { domain, evaluator, strategy, isLookedUp: true };
    const result = await runStudy({ ...own, trials: evaluations, parallel: 1, seed });
    return { strategy: definition.name, seed, points: pointsOf(result.trials) };
  };
  const wanted: [StrategyDefinition, number][] = [[largestFirst, study.seed]];
  for (let index = 1; index <= randomSeeds; index += 1) wanted.push([random, study.seed * 1000 + index]);
  const runs: BaselineRun[] = [];
  for (const [definition, seed] of wanted) {
    // Looking up leaves no gap in which the process would hear that it should stop.
    await setImmediate();
    signal?.throwIfAborted();
    runs.push(await run(definition, seed));
    onRun?.(runs.length, wanted.length);
  }
  return runs;
}

const pointsOf = (trials: readonly Trial[]) =>
  improvementsOf(trials).map(({ evaluation, trial }) => ({ evaluation, score: trial.outcome.score }));

/** The comparison in words: one line a baseline. */
export function baselineWords(
  runs: readonly BaselineRun[],
  { score, metric }: { readonly score: number; readonly metric: Metric },
): string[] {
  const words = (value: number) => formatScore(metric, value);
  return [...new Set(runs.map(({ strategy }) => strategy))].flatMap((strategy) => {
    const ends = runs
      .filter((run) => run.strategy === strategy)
      .flatMap(({ points }) => points.at(-1)?.score ?? [])
      .sort((a, b) => a - b);
    const [first, last] = [ends[0], ends.at(-1)];
    if (first === undefined || last === undefined) return [];
    if (ends.length === 1) {
      const word = score > first ? "better" : score === first ? "equal" : "worse";
      return [`  ${strategy}: ${words(first)} – this search was ${word}`];
    }
    const median = ends[Math.floor(ends.length / 2)]!;
    const better = ends.filter((end) => score > end).length;
    const equal = ends.filter((end) => score === end).length;
    const tied = equal > 0 ? ` and equal to ${equal}` : "";
    return [
      `  ${strategy}: median ${words(median)}, ${words(first)} to ${words(last)} – this search was better than ${better} of ${ends.length} runs${tied}`,
    ];
  });
}
