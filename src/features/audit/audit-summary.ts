// The figures of a contamination audit with their intervals, for its report. What counts as evidence, and the verdict, is
// in `audit-evidence.ts`; the rest is told beside it. It knows nothing of how the figures came about.
import { createRandom } from "../../base/random.ts";
import { wilsonInterval } from "../../math/binomial.ts";
import { type Interval, meanInterval } from "../../math/bootstrap.ts";
import { mean } from "../../math/statistics.ts";
import { type VariantKind, variantKinds } from "../../search/space-variant.ts";
import {
  detectableShare,
  type Evidence,
  evidenceOf,
  tally,
  towardsGoal,
  type Verdict,
  verdictOf,
} from "./audit-evidence.ts";
import type { AuditMeasurement, AuditPair } from "./measurement.ts";

/** A mean with its 95 % interval, over `count` values; null where nothing was measured. */
export interface Estimate {
  readonly mean: number;
  readonly ci95: Interval;
  readonly count: number;
}

export interface VariantSummary {
  readonly variant: VariantKind;
  /** Percentiles, 0 to 100, towards what was asked for: under `inverted` the truly worst design has 100. */
  readonly first: Estimate | null;
  readonly best: Estimate | null;
  readonly improvement: Estimate | null;
  readonly unreadable: number;
}

export interface RankingSummary {
  /** A variant, or a rule that needs no model. */
  readonly name: string;
  readonly byModel: boolean;
  /** Share of pairs in the right order, in [0, 1], with Wilson's interval. */
  readonly correct: Estimate | null;
  readonly unreadable: number;
}

export interface Gap {
  readonly measure: "blind ranking" | "first guess" | "best design";
  /** What the published names are compared with. */
  readonly over: VariantKind;
  /** Shares of pairs in [-1, 1] for the ranking, percentile points for the others. */
  readonly difference: Estimate | null;
}

export interface AuditSummary {
  readonly variants: readonly VariantSummary[];
  readonly rankings: readonly RankingSummary[];
  readonly gaps: readonly Gap[];
  /** The true percentile of the later half of the designs proposed under inverted feedback. */
  readonly lateInverted: Estimate | null;
  readonly bestTrivialPercentile: number;
  readonly evidence: readonly Evidence[];
  /** The share of the table that a model would have to know to be found four times out of five; null when none is enough. */
  readonly detectableShare01: number | null;
  readonly verdict: Verdict;
}

export function summariseAudit(audit: AuditMeasurement): AuditSummary {
  const random = createRandom("audit", audit.space, audit.dataset);
  const estimateOf = (values: readonly (number | undefined)[]): Estimate | null => {
    const known = values.filter((value) => value !== undefined);
    if (known.length === 0) return null;
    return { mean: mean(known), ci95: meanInterval(known, random), count: known.length };
  };
  const seeds = Array.from({ length: audit.seeds }, (_, index) => index + 1);
  const searchOf = (variant: VariantKind, seed: number) =>
    audit.searches.find((search) => search.variant === variant && search.seed === seed);
  const overSeeds = (read: (seed: number) => number | undefined) => estimateOf(seeds.map(read));
  const firstOf = (variant: VariantKind, seed: number) => towardsGoal(searchOf(variant, seed))[0];
  const bestOf = (variant: VariantKind, seed: number) => highest(towardsGoal(searchOf(variant, seed)));
  const seedGap = (read: typeof firstOf, variant: VariantKind) =>
    overSeeds((seed) => minus(read("own-names", seed), read(variant, seed)));

  const shareUnder = (variant: VariantKind) => {
    const { right, judged } = tally(audit.rankings.filter((ranking) => ranking.variant === variant));
    return shareOf(right, judged);
  };
  const evidence = evidenceOf(audit);

  return {
    variants: variantKinds.map((variant) => ({
      variant,
      first: overSeeds((seed) => firstOf(variant, seed)),
      best: overSeeds((seed) => bestOf(variant, seed)),
      improvement: overSeeds((seed) => minus(bestOf(variant, seed), firstOf(variant, seed))),
      unreadable: audit.searches
        .filter((search) => search.variant === variant)
        .reduce((sum, { unreadable }) => sum + unreadable, 0),
    })),
    rankings: [
      ...audit.rankings.map(({ variant, unreadable }) => ({
        correct: shareUnder(variant),
        name: variant,
        byModel: true,
        unreadable,
      })),
      rule(audit, "more MACs is better", ({ moreMacs }) => moreMacs),
      rule(audit, "larger digits are better", ({ largerDigits }) => largerDigits),
    ],
    gaps: [
      ...audit.rankings.flatMap(({ variant }) =>
        variant === "own-names"
          ? []
          : [
              {
                measure: "blind ranking",
                over: variant,
                difference: shareGap(shareUnder("own-names"), shareUnder(variant)),
              } as const,
            ],
      ),
      ...(["first guess", "best design"] as const).flatMap((measure) =>
        (["hidden-task", "permuted", "relabelled"] as const).map((variant) => ({
          measure,
          over: variant,
          difference: seedGap(measure === "first guess" ? firstOf : bestOf, variant),
        })),
      ),
    ],
    lateInverted: overSeeds((seed) => {
      const percentiles = searchOf("inverted", seed)?.percentiles ?? [];
      return percentiles.length < 2 ? undefined : mean(percentiles.slice(Math.ceil(percentiles.length / 2)));
    }),
    bestTrivialPercentile: Math.max(0, ...audit.trivialGuesses.map(({ percentile }) => percentile)),
    evidence,
    detectableShare01: detectableShare(audit),
    verdict: verdictOf(audit, evidence),
  };
}

/** What a rule that needs no model makes of all pairs; where it does not decide, half a point. */
function rule(
  { rankings }: AuditMeasurement,
  name: string,
  answer: (pair: AuditPair) => AuditPair["moreMacs"],
): RankingSummary {
  const pairs = rankings.flatMap((ranking) => ranking.pairs);
  const right = pairs.reduce((sum, pair) => {
    const said = answer(pair);
    return sum + (said === null ? 0.5 : Number(said === pair.better));
  }, 0);
  return { name, byModel: false, correct: shareOf(right, pairs.length), unreadable: 0 };
}

const highest = (values: readonly number[]) => (values.length === 0 ? undefined : Math.max(...values));
const minus = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? undefined : a - b;

/** A share with Wilson's interval. */
function shareOf(right: number, count: number): Estimate | null {
  return count === 0 ? null : { mean: right / count, ci95: wilsonInterval(right, count), count };
}

/** The difference of two shares of different pairs. @see Newcombe (1998), "Interval estimation for the difference", method 10. */
function shareGap(a: Estimate | null, b: Estimate | null): Estimate | null {
  if (a === null || b === null) return null;
  const difference = a.mean - b.mean;
  const below = Math.hypot(a.mean - a.ci95[0], b.ci95[1] - b.mean);
  const above = Math.hypot(a.ci95[1] - a.mean, b.mean - b.ci95[0]);
  return { mean: difference, ci95: [difference - below, difference + above], count: a.count + b.count };
}
