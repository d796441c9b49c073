// The difference of the means of two groups whose members do not belong together, by Welch's interval: a bootstrap of five runs
// is too narrow.
import { tQuantile } from "./distributions.ts";
import { mean, standardDeviation } from "./statistics.ts";

export interface MeanDifference {
  readonly mean: number;
  readonly ci95: readonly [low: number, high: number];
}

/** Of `a − b`. With fewer than two values in either, no interval is known: it is infinite. */
export function welchDifference(a: readonly number[], b: readonly number[]): MeanDifference {
  const center = mean(a) - mean(b);
  if (Math.min(a.length, b.length) < 2)
    return { mean: center, ci95: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] };
  const [partA, partB] = [a, b].map((values) => standardDeviation(values) ** 2 / values.length) as [
    number,
    number,
  ];
  const variance = partA + partB;
  if (variance === 0) return { mean: center, ci95: [center, center] };
  const freedom = variance ** 2 / (partA ** 2 / (a.length - 1) + partB ** 2 / (b.length - 1));
  const half = tQuantile(0.975, freedom) * Math.sqrt(variance);
  return { mean: center, ci95: [center - half, center + half] };
}
