// Whether a changed design is better than the unchanged one, or only differs by noise: both answered the same images,
// so what counts is the mean of the differences image by image against the noise of those differences. And the rule
// that keeps one of a round's designs. It must not know how designs are trained, measured or changed.
import type { LocalSample } from "./local-measures.ts";

/** What is measured of a trained design, on the same images in the same order for all of a round. */
export interface Measured {
  /** The selected metric on the validation images, as `metricSample` gives it. */
  readonly values: readonly number[];
  readonly local: LocalSample;
}

/** Differences from the unchanged design; above 0 speaks for the changed one. */
export interface Evidence {
  /** In units of their noise, as are the next two. */
  readonly score: number;
  readonly classEntropy: number;
  readonly probeAccuracy: number;
  /** As a share: 0.1 is a tenth more. */
  readonly effectiveRank: number;
}

export function evidenceFor(changed: Measured, base: Measured): Evidence {
  const rank = changed.local.measures.effectiveRank / base.local.measures.effectiveRank;
  return {
    score: paired(changed.values, base.values),
    classEntropy: -paired(changed.local.entropies, base.local.entropies),
    probeAccuracy: paired(changed.local.probed, base.local.probed),
    effectiveRank: rank - 1,
  };
}

/**
 * The sum of the differences over the root of the sum of their squares: about standard normal when nothing differs but
 * by chance, 0 for equals. Of answers right and wrong it is McNemar's statistic. @see McNemar 1947, Psychometrika 12
 */
export function paired(changed: readonly number[], base: readonly number[]): number {
  let [sum, squares] = [0, 0];
  for (const [at, value] of changed.entries()) {
    const difference = value - base[at]!;
    sum += difference;
    squares += difference ** 2;
  }
  return squares === 0 ? 0 : sum / Math.sqrt(squares);
}

/**
 * How much of each is more than noise: about twice what the same design strays by when it is trained on from the same
 * weights with the images in another order (`benchmarks/refine/twins.ts`). The images alone would give 2 for the first
 * three; training adds to it, and is nearly all of what the rank strays by.
 */
export const margins: Evidence = {
  score: 2.5,
  classEntropy: 2.5,
  probeAccuracy: 2,
  effectiveRank: 0.025,
};

/**
 * Whether a changed design is better: a higher score beyond noise; or no lower score, and better by two of the three
 * local measures beyond noise. Two, since each has its own way to err: classes that move apart fill fewer directions.
 */
export function isBetter(evidence: Evidence): boolean {
  if (evidence.score > margins.score) return true;
  const names = ["classEntropy", "probeAccuracy", "effectiveRank"] as const;
  return evidence.score >= 0 && names.filter((name) => evidence[name] > margins[name]).length >= 2;
}

/**
 * The place of the design that is kept: of those that are better than the unchanged one – the only one without evidence,
 * and the first – the one with the highest score; the unchanged one when there is none.
 */
export function choose(
  candidates: readonly { readonly score: number; readonly evidence?: Evidence }[],
): number {
  return candidates.reduce((chosen, { score, evidence }, place) => {
    if (evidence === undefined || !isBetter(evidence)) return chosen;
    return chosen === 0 || score > candidates[chosen]!.score ? place : chosen;
  }, 0);
}
