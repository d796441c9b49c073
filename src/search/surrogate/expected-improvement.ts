// Expected improvement: how much better than the best so far a design is expected to be, no improvement counting zero.

/** @see Jones et al. 1998, https://doi.org/10.1023/A:1008306431147. `mean`, `deviation` and `best` in one unit. */
export function expectedImprovement(mean: number, deviation: number, best: number): number {
  if (deviation <= 0) return Math.max(0, mean - best);
  const z = (mean - best) / deviation;
  if (Math.abs(z) > 30) return Math.max(0, mean - best);
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  return deviation * (z * cumulative(z) + density);
}

/** The standard normal distribution function, to 1e-7; below −3 to 1e-7 of its value, which improvements there need. */
export function cumulative(z: number): number {
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  const size = Math.abs(z);
  const tail = size > 3 ? density / millsDenominator(size) : density * nearTail(size);
  return z > 0 ? 1 - tail : tail;
}

/** Abramowitz and Stegun 26.2.17. */
function nearTail(size: number): number {
  const t = 1 / (1 + 0.2316419 * size);
  return t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
}

/** Laplace's continued fraction of Mills' ratio, Abramowitz and Stegun 26.2.14. */
function millsDenominator(size: number): number {
  let value = size;
  for (let term = 30; term >= 1; term -= 1) value = size + term / value;
  return value;
}
