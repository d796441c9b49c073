// What no search may be shown without: random search and the largest network, at the same number of evaluations.
// On a published table they cost nothing and are run; where evaluations are trainings, what the study itself saw of
// them is used and the rest is said to be missing.
import { formatPercent } from "../base/units.ts";
import { bestOf, type Trial } from "../record/trial.ts";
import largestFirst from "../strategies/largest-first.ts";
import random from "../strategies/random.ts";
import type { StrategyDefinition } from "../strategies/strategy.ts";
import { isEvaluated, runStudy, type Study } from "./run-study.ts";

/** Selected accuracies at the study's number of evaluations, as selection sees them. */
export interface Baselines {
  readonly evaluations: number;
  /** One random search a seed. */
  readonly random: readonly number[];
  readonly largestFirst: number | null;
}

const seeds = 25;

/** Baselines at equal evaluations, or undefined when evaluations cost too much to run them unasked. */
export async function runBaselines(study: Study, trials: readonly Trial[]): Promise<Baselines | undefined> {
  if (study.evaluator.optimum01 === undefined) return undefined;
  const evaluations = trials.filter(isEvaluated).length;
  if (evaluations === 0) return undefined;
  const selected = async (definition: StrategyDefinition, seed: number) => {
    const setting = { domain: study.domain, evaluations, task: "", fidelity: study.evaluator.fidelity };
    const strategy = definition.create(setting, definition.options.parse({}));
    const { domain, evaluator } = study;
    const result = await runStudy({ domain, evaluator, strategy, trials: evaluations, parallel: 1, seed });
    return bestOf(result.trials)?.outcome.accuracy01;
  };
  const randoms: number[] = [];
  for (let index = 1; index <= seeds; index += 1) {
    const accuracy01 = await selected(random, study.seed * 1000 + index);
    if (accuracy01 !== undefined) randoms.push(accuracy01);
  }
  return { evaluations, random: randoms, largestFirst: (await selected(largestFirst, study.seed)) ?? null };
}

/** The comparison in words: one line a baseline. */
export function baselineWords(baselines: Baselines, accuracy01: number): string[] {
  const { random: randoms, largestFirst: largest, evaluations } = baselines;
  const sorted = [...randoms].sort((a, b) => a - b);
  const beaten = randoms.filter((other) => accuracy01 > other).length;
  const equal = randoms.filter((other) => accuracy01 === other).length;
  const lines = [`Beside it, at the same ${evaluations} evaluations:`];
  if (sorted.length > 0) {
    const median = sorted[Math.floor(sorted.length / 2)]!;
    const tied = equal > 0 ? `, equal to ${equal}` : "";
    lines.push(`  random search: median ${formatPercent(median)}, from ${formatPercent(sorted[0]!)} to ${formatPercent(sorted.at(-1)!)} – this search was better than ${beaten} of ${sorted.length} random ones${tied}`);
  }
  if (largest !== null) {
    const word = accuracy01 > largest ? "better" : accuracy01 === largest ? "equal" : "worse";
    lines.push(`  largest networks first: ${formatPercent(largest)} – this search was ${word}`);
  }
  return lines;
}

