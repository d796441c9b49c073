// Bootstrap 95 % intervals, seeded so that a report is the same each time it is written. The mean gets the
// bias-corrected and accelerated interval (BCa), which is second-order right for skewed samples such as ranks;
// other statistics get percentiles, since BCa's jackknife means nothing for a median.
import type { Random } from "../base/random.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { mean, quantileOfSorted } from "./statistics.ts";

export type Interval = readonly [low: number, high: number];

const defaultResamples = 2000;

/**
 * The BCa 95 % interval of the mean. One value or equal values give an interval of no width; no values, NaN.
 * @see Efron (1987), "Better bootstrap confidence intervals".
 */
export function meanInterval(
  values: readonly number[],
  random: Random,
  resamples = defaultResamples,
): Interval {
  const center = mean(values);
  if (values.every((value) => value === values[0])) return [center, center];
  const means = Float64Array.from({ length: resamples }, () => resampledMean(values, random)).sort();
  let below = 0;
  for (const value of means) below += value < center ? 1 : value === center ? 0.5 : 0;
  const bias = normalQuantile(Math.min(Math.max(below, 0.5), resamples - 0.5) / resamples);
  // For the mean, the jackknife's acceleration is the skewness divided by 6 sqrt(n).
  let [squares, cubes] = [0, 0];
  for (const value of values) {
    squares += (value - center) ** 2;
    cubes += (value - center) ** 3;
  }
  const acceleration = cubes / (6 * squares ** 1.5);
  const at = (z: number) => {
    const shifted = bias + z;
    return quantileOfSorted(means, normalCdf(bias + shifted / (1 - acceleration * shifted)));
  };
  return [at(normalQuantile(0.025)), at(normalQuantile(0.975))];
}

/** The percentile 95 % interval of any statistic of one sample. */
export function percentileInterval(
  values: readonly number[],
  statistic: (sample: readonly number[]) => number,
  random: Random,
  resamples = defaultResamples,
): Interval {
  const estimates = Float64Array.from({ length: resamples }, () => {
    return statistic(values.map(() => values[random.integer(values.length)]!));
  }).sort();
  return [quantileOfSorted(estimates, 0.025), quantileOfSorted(estimates, 0.975)];
}

export interface ProbabilityOfImprovement {
  /** P(a run of A beats a run of B), ties counted half, in [0, 1]. */
  readonly probability01: number;
  readonly ci95: Interval;
}

/**
 * The chance that a run of `a` ends higher than a run of `b`, over all pairs of runs, with the percentile
 * interval of runs resampled within each strategy.
 * @see Agarwal et al. (2021), "Deep reinforcement learning at the edge of the statistical precipice".
 */
export function probabilityOfImprovement(
  a: readonly number[],
  b: readonly number[],
  random: Random,
  resamples = 1000,
): ProbabilityOfImprovement {
  const levels = [...new Set([...a, ...b])].sort((x, y) => x - y);
  const levelOf = new Map(levels.map((value, index) => [value, index]));
  const levelsA = a.map((value) => levelOf.get(value)!);
  const levelsB = b.map((value) => levelOf.get(value)!);
  const countsA = new Int32Array(levels.length);
  const countsB = new Int32Array(levels.length);
  const estimate = (draw: (from: readonly number[], index: number) => number) => {
    countsA.fill(0);
    countsB.fill(0);
    for (let i = 0; i < levelsA.length; i += 1) countsA[draw(levelsA, i)]! += 1;
    for (let i = 0; i < levelsB.length; i += 1) countsB[draw(levelsB, i)]! += 1;
    let [wins, smaller] = [0, 0];
    for (let level = 0; level < levels.length; level += 1) {
      wins += countsA[level]! * (smaller + countsB[level]! / 2);
      smaller += countsB[level]!;
    }
    return wins / (a.length * b.length);
  };
  const estimates = Float64Array.from({ length: resamples }, () => {
    return estimate((from) => from[random.integer(from.length)]!);
  }).sort();
  return {
    probability01: estimate((from, index) => from[index]!),
    ci95: [quantileOfSorted(estimates, 0.025), quantileOfSorted(estimates, 0.975)],
  };
}

function resampledMean(values: readonly number[], random: Random): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[random.integer(values.length)]!;
  return sum / values.length;
}
