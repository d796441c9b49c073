// From a contamination audit's measurement to figures with intervals, evidence and a verdict. The rule is fixed here and
// told with every verdict. It knows nothing of how the figures came about.
import { createRandom } from "../../base/random.ts";
import { type Interval, meanInterval } from "../../math/bootstrap.ts";
import { mean } from "../../math/statistics.ts";
import { type VariantKind, variantKinds } from "../../search/space-variant.ts";
import type { AuditMeasurement, AuditPair, AuditSearch, PairSide } from "./measurement.ts";

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
  /** Of those pairs whose better design has fewer MACs. */
  readonly correctAgainstCosts: Estimate | null;
  readonly unreadable: number;
}

export interface Gap {
  readonly measure: "blind ranking" | "first guess" | "best design";
  /** What the published names are compared with. */
  readonly over: string;
  /** Shares of pairs in [-1, 1] for the ranking, percentile points for the others. */
  readonly difference: Estimate | null;
}

export interface Evidence {
  readonly name: "ranking" | "first guess" | "deaf to feedback" | "names";
  /** Null when too little was measured to say. */
  readonly holds: boolean | null;
}

export type Verdict = "no sign" | "signs" | "clear signs" | "undecided";

export interface AuditSummary {
  readonly variants: readonly VariantSummary[];
  readonly rankings: readonly RankingSummary[];
  readonly gaps: readonly Gap[];
  /** The true percentile of the later half of the designs proposed under inverted feedback. */
  readonly lateInverted: Estimate | null;
  readonly bestTrivialPercentile: number;
  readonly evidence: readonly Evidence[];
  readonly verdict: Verdict;
}

export const minSeeds = 5;
export const minPairs = 20;
/** The variants that tell all that the published one tells of networks: only memory does better without a disguise. */
export const sameFacts: readonly VariantKind[] = ["hidden-task", "permuted"];

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

  const marks = new Map(
    audit.rankings.map(({ variant, answers }) => [variant, marksOf(audit.pairs, answers)] as const),
  );
  const rules = {
    "more MACs is better": marksOf(
      audit.pairs,
      audit.pairs.map(({ moreMacs }) => moreMacs),
    ),
    "larger digits are better": audit.pairs.map(({ better, largerDigits }) =>
      largerDigits === null ? 0.5 : Number(largerDigits === better),
    ),
  };

  const own = marks.get("own-names") ?? [];
  const overPairs = (other: readonly (number | undefined)[]) =>
    estimateOf(own.map((mark, index) => minus(mark, other[index])));
  const same = audit.pairs.map((_, index) =>
    meanOfAll(sameFacts.map((variant) => marks.get(variant)?.[index])),
  );
  const rankingGap = overPairs(same);
  const ruleGaps = Object.entries(rules).map(([name, mark]) => ({ name, difference: overPairs(mark) }));
  const relabelledGap = overPairs(marks.get("relabelled") ?? []);
  const seedGap = (read: typeof firstOf, variants: readonly VariantKind[]) =>
    overSeeds((seed) =>
      minus(read("own-names", seed), meanOfAll(variants.map((variant) => read(variant, seed)))),
    );
  const firstGap = seedGap(firstOf, sameFacts);

  const bestTrivialPercentile = Math.max(0, ...audit.trivialGuesses.map(({ percentile }) => percentile));
  const lateInverted = overSeeds((seed) => {
    const percentiles = searchOf("inverted", seed)?.percentiles ?? [];
    return percentiles.length < 2 ? undefined : mean(percentiles.slice(Math.ceil(percentiles.length / 2)));
  });
  const ownFirst = overSeeds((seed) => firstOf("own-names", seed));
  const beatsRules = allOf(ruleGaps.map(({ difference }) => above(difference, 0, minPairs)));
  const evidence: Evidence[] = [
    { name: "ranking", holds: allOf([above(rankingGap, 0, minPairs), beatsRules]) },
    {
      name: "first guess",
      holds: allOf([above(firstGap, 0, minSeeds), above(ownFirst, bestTrivialPercentile, minSeeds)]),
    },
    { name: "deaf to feedback", holds: above(lateInverted, bestTrivialPercentile, minSeeds) },
    { name: "names", holds: allOf([above(relabelledGap, 0, minPairs), beatsRules]) },
  ];

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
        ...scoreOf(audit.pairs, marks.get(variant) ?? []),
        name: variant,
        byModel: true,
        unreadable,
      })),
      ...Object.entries(rules).map(([name, mark]) => ({
        ...scoreOf(audit.pairs, mark),
        name,
        byModel: false,
        unreadable: 0,
      })),
    ],
    gaps: [
      { measure: "blind ranking", over: sameFacts.join(" and "), difference: rankingGap },
      ...[...marks].flatMap(([variant, mark]) =>
        variant === "own-names"
          ? []
          : [{ measure: "blind ranking", over: variant, difference: overPairs(mark) } as const],
      ),
      ...ruleGaps.map(
        ({ name, difference }) =>
          ({ measure: "blind ranking", over: `the rule “${name}”`, difference }) as const,
      ),
      { measure: "first guess", over: sameFacts.join(" and "), difference: firstGap },
      ...(["first guess", "best design"] as const).flatMap((measure) =>
        (["hidden-task", "permuted", "relabelled"] as const).map((variant) => ({
          measure,
          over: variant,
          difference: seedGap(measure === "first guess" ? firstOf : bestOf, [variant]),
        })),
      ),
    ],
    lateInverted,
    bestTrivialPercentile,
    evidence,
    verdict: verdictOf(evidence),
  };
}

/** Clear: at least two of the three kinds that knowledge of networks does not explain. Signs: one of the four. */
function verdictOf(evidence: readonly Evidence[]): Verdict {
  const strong = evidence.filter(({ name, holds }) => holds === true && name !== "names").length;
  if (strong >= 2) return "clear signs";
  if (evidence.some(({ holds }) => holds === true)) return "signs";
  return evidence.some(({ name, holds }) => holds === null && name !== "names") ? "undecided" : "no sign";
}

/** Whether the interval lies above `bound`; null with fewer than `least` values. */
function above(estimate: Estimate | null, bound: number, least: number): boolean | null {
  return estimate === null || estimate.count < least ? null : estimate.ci95[0] > bound;
}

/** False as soon as one is false; null when one is not known. */
function allOf(parts: readonly (boolean | null)[]): boolean | null {
  return parts.includes(false) ? false : parts.includes(null) ? null : true;
}

function towardsGoal(search: AuditSearch | undefined): readonly number[] {
  if (search === undefined) return [];
  return search.variant === "inverted" ? search.percentiles.map((value) => 100 - value) : search.percentiles;
}

const highest = (values: readonly number[]) => (values.length === 0 ? undefined : Math.max(...values));
const minus = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? undefined : a - b;

/** Undefined unless all are known: a mean over other variants would compare other things. */
function meanOfAll(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 || known.length < values.length ? undefined : mean(known);
}

/** 1 for a right answer, 0 for a wrong one, undefined for none. */
function marksOf(pairs: readonly AuditPair[], answers: readonly (PairSide | null)[]): (number | undefined)[] {
  return pairs.map(({ better }, index) => {
    const answer = answers[index];
    return answer === null || answer === undefined ? undefined : Number(answer === better);
  });
}

function scoreOf(pairs: readonly AuditPair[], marks: readonly (number | undefined)[]) {
  const misleading = marks.filter((_, index) => pairs[index]?.better !== pairs[index]?.moreMacs);
  return { correct: shareOf(marks), correctAgainstCosts: shareOf(misleading) };
}

/** A share with Wilson's 95 % interval. @see Wilson (1927), "Probable inference, the law of succession". */
function shareOf(marks: readonly (number | undefined)[]): Estimate | null {
  const known = marks.filter((mark) => mark !== undefined);
  const count = known.length;
  if (count === 0) return null;
  const z = 1.959964;
  const share = mean(known);
  const centre = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half =
    (z * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2))) / (1 + z ** 2 / count);
  return { mean: share, ci95: [centre - half, centre + half], count };
}
