// The baselines that every search is shown with: random search and the largest network, at the same number of evaluations.
// Where outcomes are looked up they cost nothing and are run; where evaluations are trainings they are left out, and
// a view of the search must say that they are missing.
import { formatScore, type Metric } from "../metrics/index.ts";
import largestFirst from "../search/strategies/largest-first.ts";
import random from "../search/strategies/random.ts";
import type { StrategyDefinition } from "../search/strategy.ts";
import { improvementsOf, isEvaluated, type Trial } from "../search/trial.ts";
import { runStudy, type Study } from "./run-study.ts";

/** The best so far of one baseline run, at each evaluation that improved it. */
export interface BaselineRun {
  readonly strategy: string;
  readonly seed: number;
  readonly points: readonly { readonly evaluation: number; readonly score: number }[];
}

const randomSeeds = 25;

/** Baselines at the same number of evaluations; none unless outcomes are looked up, since trainings cost too much. */
export async function runBaselines(
  study: Study,
  trials: readonly Trial[],
  isLookedUp: boolean,
): Promise<readonly BaselineRun[]> {
  const evaluations = trials.filter(isEvaluated).length;
  if (!isLookedUp || evaluations === 0) return [];
  const run = async (definition: StrategyDefinition, seed: number): Promise<BaselineRun> => {
    const { domain, evaluator } = study;
    const setting = { domain, evaluations, task: "", fidelity: evaluator.fidelity };
    const strategy = definition.create(setting, definition.options.parse({}));
    const result = await runStudy({ domain, evaluator, strategy, trials: evaluations, parallel: 1, seed });
    return { strategy: definition.name, seed, points: pointsOf(result.trials) };
  };
  const runs = [await run(largestFirst, study.seed)];
  for (let index = 1; index <= randomSeeds; index += 1)
    runs.push(await run(random, study.seed * 1000 + index));
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
