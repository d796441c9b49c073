// Summaries of samples: means, spreads, quantiles, ranks, correlations. Plain numbers in, plain numbers out;
// it knows nothing of searches. Intervals are in bootstrap.ts, tests in paired-tests.ts.

/** The arithmetic mean; NaN for no values. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The sample standard deviation (divided by n - 1); 0 for one value, NaN for none. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length === 1) return 0;
  const center = mean(values);
  let squares = 0;
  for (const value of values) squares += (value - center) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * The quantile at `probability01`, linear between order statistics (type 7, the default of R and NumPy).
 * `sorted` must be ascending; NaN for no values.
 */
export function quantileOfSorted(sorted: ArrayLike<number>, probability01: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = probability01 * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (position - below) * (high - low);
}

export function quantile(values: readonly number[], probability01: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), probability01);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Ranks from 1 for the smallest; equal values share the mean of their ranks. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const result = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end += 1;
    for (let i = start; i < end; i += 1) result[order[i]!] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}

/** Pearson's correlation in [-1, 1]; undefined when either side does not vary or there are fewer than two pairs. */
export function pearson(x: readonly number[], y: readonly number[]): number | undefined {
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i += 1) {
    const [dx, dy] = [x[i]! - meanX, y[i]! - meanY];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : undefined;
}

/** Spearman's rank correlation, ties averaged; undefined as `pearson` is. */
export function spearman(x: readonly number[], y: readonly number[]): number | undefined {
  return pearson(ranks(x), ranks(y));
}

/** Kendall's tau-b, which corrects for ties; undefined as `pearson` is. Quadratic in the number of pairs. */
export function kendallTau(x: readonly number[], y: readonly number[]): number | undefined {
  let [agreement, untiedX, untiedY] = [0, 0, 0];
  for (let i = 0; i < x.length; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const [signX, signY] = [Math.sign(x[i]! - x[j]!), Math.sign(y[i]! - y[j]!)];
      agreement += signX * signY;
      untiedX += signX * signX;
      untiedY += signY * signY;
    }
  }
  return untiedX > 0 && untiedY > 0 ? agreement / Math.sqrt(untiedX * untiedY) : undefined;
}
