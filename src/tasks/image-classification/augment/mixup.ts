// mixup (Zhang et al., ICLR 2018): each image of a batch is blended with another one of it, and so are the targets.
// One weight a batch, as in the authors' code. Works on normalised float images, after everything else.
import type { Random } from "../../../base/random.ts";

/** Blends rows of `values` (`[count, rowLength]`, in place) with row `partners[row]` as it was: w · own + (1 − w) · partner. */
export function mixRows(
  values: Float32Array,
  rowLength: number,
  mix: { weight: number; partners: readonly number[] },
): void {
  const { weight, partners } = mix;
  const before = values.slice(0, partners.length * rowLength);
  for (const [row, partner] of partners.entries()) {
    let from = partner * rowLength;
    for (let i = row * rowLength; i < (row + 1) * rowLength; i += 1, from += 1) {
      values[i] = weight * (before[i] as number) + (1 - weight) * (before[from] as number);
    }
  }
}

/** A draw of Beta(α, α), α > 0, as the share of two Gamma(α) variates. */
export function sampleBeta(alpha: number, random: Random): number {
  const [one, other] = [sampleLogGamma(alpha, random), sampleLogGamma(alpha, random)];
  // In logarithms, since Gamma variates of a small α underflow.
  return 1 / (1 + Math.exp(other - one));
}

/** Logarithm of a Gamma(shape, 1) variate. @see Marsaglia & Tsang, A simple method for generating gamma variables, 2000 */
function sampleLogGamma(shape: number, random: Random): number {
  if (shape < 1) return sampleLogGamma(shape + 1, random) + Math.log(1 - random.next()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = random.normal();
    const v = (1 + c * normal) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * normal * normal + d - d * v + d * Math.log(v))
      return Math.log(d * v);
  }
}
