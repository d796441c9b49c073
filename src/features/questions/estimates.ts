// How the questions put figures into words: a mean with its 95 % interval, and a difference between paired runs.
import { createRandom } from "../../base/random.ts";
import { meanInterval } from "../../math/bootstrap.ts";
import { tQuantile } from "../../math/distributions.ts";
import { mean, standardDeviation } from "../../math/statistics.ts";

export interface Estimate {
  readonly mean: number;
  readonly ci95: readonly [low: number, high: number];
  readonly count: number;
}

/** The mean with its bootstrap 95 % interval; the same values give the same interval. */
export function estimate(values: readonly number[]): Estimate {
  return {
    mean: mean(values),
    ci95: meanInterval(values, createRandom("estimate", values.length)),
    count: values.length,
  };
}

/** Of the differences `a − b` of runs that belong together. */
export const difference = (a: readonly number[], b: readonly number[]): Estimate =>
  estimate(a.map((value, index) => value - b[index]!));

/**
 * Of the means `a − b` of runs that do not belong together, by Welch's interval: a bootstrap of five runs is too narrow. With
 * fewer than two runs in either, no interval is known.
 */
export function unpairedDifference(a: readonly number[], b: readonly number[]): Estimate {
  const center = mean(a) - mean(b);
  const count = Math.min(a.length, b.length);
  if (count < 2) return { mean: center, ci95: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], count };
  const [partA, partB] = [a, b].map((values) => standardDeviation(values) ** 2 / values.length) as [
    number,
    number,
  ];
  const variance = partA + partB;
  if (variance === 0) return { mean: center, ci95: [center, center], count };
  const freedom = variance ** 2 / (partA ** 2 / (a.length - 1) + partB ** 2 / (b.length - 1));
  const half = tQuantile(0.975, freedom) * Math.sqrt(variance);
  return { mean: center, ci95: [center - half, center + half], count };
}

const signed = (value: number, digits: number) => value.toFixed(digits).replace("-", "−");

/** "1.20 (95 %: 0.80 to 1.60)", scaled: 100 turns shares into points. */
export function inWords({ mean: center, ci95, count }: Estimate, scale = 100, digits = 2): string {
  if (count < 2 || !ci95.every(Number.isFinite)) return signed(scale * center, digits);
  const [low, high] = ci95.map((bound) => signed(scale * bound, digits));
  return `${signed(scale * center, digits)} (95 %: ${low} to ${high})`;
}

/** A difference in points, and whether it is one. */
export const differenceInWords = (effect: Estimate): string =>
  `${inWords(effect)} points${isClear(effect) ? "" : ", no significant difference"}`;

/** Whether the interval leaves zero out. */
export const isClear = ({ ci95, count }: Estimate): boolean => count > 1 && (ci95[0] > 0 || ci95[1] < 0);
