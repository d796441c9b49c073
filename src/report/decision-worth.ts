// What each decision of a space was worth in the trials of a run: a linear model of the score in the options, fitted
// with a ridge, and the spread between a decision's best and worst option in it. The intervals come from fitting
// resampled trials. It is a description of these trials, not a law: decisions that hardly varied get wide intervals.
import type { Random } from "../base/random.ts";
import type { Interval } from "../math/bootstrap.ts";
import { solvePositive } from "../math/cholesky.ts";
import { mean, quantile } from "../math/statistics.ts";
import type { Decision } from "../search/space.ts";

export interface DecisionWorth {
  readonly decision: string;
  /** Predicted difference between the best and the worst option that were tried, in the score, at least 0. */
  readonly worth01: number;
  readonly ci95: Interval;
}

interface Observation {
  readonly choices: readonly number[];
  readonly score: number;
}

/** Penalty on the options' effects, in units of one observation. */
const ridge = 1;

/** Undefined with fewer than eight observations, or fewer than decisions. Sorted by worth. */
export function decisionWorth(
  decisions: readonly Decision[],
  observations: readonly Observation[],
  random: Random,
  resamples = 60,
): DecisionWorth[] | undefined {
  if (observations.length < Math.max(8, decisions.length)) return undefined;
  const fitted = effectsOf(decisions, observations);
  const samples = Array.from({ length: resamples }, () =>
    effectsOf(
      decisions,
      observations.map(() => random.pick(observations)),
    ).map((effects) => spread(effects)),
  );
  return decisions
    .map((decision, index) => {
      const effects = fitted[index]!;
      const values = samples.map((sample) => sample[index]!);
      return {
        decision: decision.name,
        worth01: spread(effects),
        ci95: [quantile(values, 0.025), quantile(values, 0.975)] as const,
      };
    })
    .sort((a, b) => b.worth01 - a.worth01);
}

type Effects = readonly (number | undefined)[];

const spread = (effects: Effects) => {
  const known = effects.filter((effect) => effect !== undefined);
  return known.length < 2 ? 0 : Math.max(...known) - Math.min(...known);
};

/**
 * The effect of each option of each decision; undefined for options never tried. Solved in the space of
 * observations, K = X Xᵀ, where an entry counts the decisions on which two designs agree.
 */
function effectsOf(decisions: readonly Decision[], observations: readonly Observation[]): Effects[] {
  const center = mean(observations.map(({ score }) => score));
  const size = observations.length;
  const kernel = observations.map((a) =>
    Float64Array.from(observations, (b) =>
      a.choices.reduce((same, choice, index) => same + (choice === b.choices[index] ? 1 : 0), 0),
    ),
  );
  for (let i = 0; i < size; i += 1) kernel[i]![i]! += ridge;
  const weights = solvePositive(
    kernel,
    Float64Array.from(observations, ({ score }) => score - center),
  );
  return decisions.map(({ options }, index) => {
    const effects = new Array<number | undefined>(options.length).fill(undefined);
    observations.forEach(({ choices }, i) => {
      const option = choices[index]!;
      effects[option] = (effects[option] ?? 0) + weights[i]!;
    });
    return effects;
  });
}
