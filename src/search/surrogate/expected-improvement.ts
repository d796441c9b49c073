// Expected improvement: how much better than the best so far a design is expected to be, no improvement counting zero.
import { normalCdf, normalPdf } from "../../math/normal.ts";

/** @see Jones et al. 1998, https://doi.org/10.1023/A:1008306431147. `mean`, `deviation` and `best` in one unit. */
export function expectedImprovement(mean: number, deviation: number, best: number): number {
  if (deviation <= 0) return Math.max(0, mean - best);
  const z = (mean - best) / deviation;
  if (Math.abs(z) > 30) return Math.max(0, mean - best);
  return deviation * (z * normalCdf(z) + normalPdf(z));
}
