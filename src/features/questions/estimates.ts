// How the questions put figures into words: a mean with its 95 % interval, and a difference between paired runs.
import { createRandom } from "../../base/random.ts";
import { meanInterval } from "../../math/bootstrap.ts";
import { mean } from "../../math/statistics.ts";
import { welchDifference } from "../../math/welch.ts";

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

/** Of the means `a − b` of runs that do not belong together. With fewer than two runs in either, no interval is known. */
export const unpairedDifference = (a: readonly number[], b: readonly number[]): Estimate => ({
  ...welchDifference(a, b),
  count: Math.min(a.length, b.length),
});

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
