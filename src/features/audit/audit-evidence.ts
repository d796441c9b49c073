// From an audit's measurement to evidence and a verdict. Only what has a known level of chance counts: each kind of
// evidence has a probability that someone who knows networks, but not the table, shows as much. The rule is fixed here
// and told with every verdict, and so is what an audit of this size would find.
import { createRandom } from "../../base/random.ts";
import { binomialTail } from "../../math/binomial.ts";
import { mean } from "../../math/statistics.ts";
import type { VariantKind } from "../../search/space-variant.ts";
import type { AuditMeasurement, AuditRanking, AuditSearch } from "./measurement.ts";

export interface Evidence {
  readonly name: "pairs" | "full disguise" | "first guess";
  /** The probability of as much without knowledge of the table, times the kinds of evidence; null when not decided. */
  readonly p: number | null;
}

export type Verdict = "no sign" | "signs" | "clear signs" | "undecided";

export const signLevel = 0.05;
export const clearLevel = 0.01;
export const minPairs = 20;
/** What a rule that is not among the balanced ones may be worth on matched pairs: on the published tables, 48 to 52.8 %. */
export const rulesShare01 = 0.53;
/** Who knows networks is taken to begin in this share of the table, and by chance within it. */
export const wellKnownShare01 = 0.01;
/** The variants in which a model that knows the table can recognise it. */
export const wordedVariants: readonly VariantKind[] = ["own-names", "hidden-task", "permuted"];

const kinds = 3;
const wantedPower01 = 0.8;

export function evidenceOf(audit: AuditMeasurement): readonly Evidence[] {
  const adjusted = (p: number | null) => (p === null ? null : Math.min(1, kinds * p));
  return [
    { name: "pairs", p: adjusted(pairsChance(audit)) },
    { name: "full disguise", p: adjusted(disguiseChance(audit)) },
    { name: "first guess", p: adjusted(firstGuessChance(audit)) },
  ];
}

export function verdictOf(audit: AuditMeasurement, evidence: readonly Evidence[]): Verdict {
  const least = Math.min(1, ...evidence.flatMap(({ p }) => p ?? []));
  if (least < clearLevel) return "clear signs";
  if (least < signLevel) return "signs";
  const isMeasured = evidence.every(({ p }) => p !== null) && detectableShare(audit) !== null;
  return isMeasured ? "no sign" : "undecided";
}

/** Right and judged pairs of a variant, or of several. */
export function tally(rankings: readonly AuditRanking[]): {
  readonly right: number;
  readonly judged: number;
} {
  let [right, judged] = [0, 0];
  for (const { pairs, answers } of rankings) {
    pairs.forEach(({ better }, index) => {
      const answer = answers[index];
      if (answer === null || answer === undefined) return;
      judged += 1;
      if (answer === better) right += 1;
    });
  }
  return { right, judged };
}

/** Under the published names alone, or under all variants with words: the more telling of the two, counted twice. */
function pairsChance({ rankings }: AuditMeasurement): number | null {
  const own = tally(rankings.filter(({ variant }) => variant === "own-names"));
  const worded = tally(rankings.filter(({ variant }) => wordedVariants.includes(variant)));
  if (own.judged < minPairs) return null;
  return lessLikely([own, worded].map(({ right, judged }) => binomialTail(right, judged, rulesShare01)));
}

/** Where nothing is left to know, answers are right by tossing a coin, and first designs are any designs. */
function disguiseChance({ rankings, searches }: AuditMeasurement): number | null {
  const { right, judged } = tally(rankings.filter(({ variant }) => variant === "relabelled"));
  const firsts = searches
    .filter(({ variant }) => variant === "relabelled")
    .flatMap(({ percentiles: [first] }) => first ?? []);
  if (judged < minPairs || firsts.length === 0) return null;
  return lessLikely([binomialTail(right, judged, 0.5), uniformMeanTail(mean(firsts) / 100, firsts.length)]);
}

/**
 * The best of the distinct first designs under the published names, before anything was measured: the probability that a design drawn from the
 * best hundredth of the table – or from all that are no worse than the best trivial guess, if those are more – has a
 * rank as good. Trivial guesses say nothing and are left out; the same design again is no second guess.
 */
function firstGuessChance({ searches, trivialGuesses, designCount }: AuditMeasurement): number | null {
  const rankAt = (percentile: number) => designCount - (percentile / 100) * (designCount - 1);
  const trivial = new Set(trivialGuesses.flatMap(({ designs }) => designs));
  const guesses = new Map<string, number>();
  const told = searches.filter(({ variant }) => variant === "own-names" || variant === "inverted");
  for (const { firstDesign, percentiles } of told) {
    if (firstDesign !== null && !trivial.has(firstDesign)) guesses.set(firstDesign, rankAt(percentiles[0]!));
  }
  if (told.every(({ firstDesign }) => firstDesign === null)) return null;
  if (guesses.size === 0) return 1;
  const singles = trivialGuesses.filter(({ designs }) => designs.length === 1);
  const reached = Math.min(designCount, ...singles.map(({ percentile }) => rankAt(percentile)));
  const class01 = Math.max(wellKnownShare01 * designCount, reached);
  return 1 - (1 - Math.min(1, Math.min(...guesses.values()) / class01)) ** guesses.size;
}

const lessLikely = (chances: readonly number[]) => Math.min(1, chances.length * Math.min(...chances));

/** P(the mean of `count` numbers between 0 and 1 ≥ `value`), by drawing. */
function uniformMeanTail(value: number, count: number): number {
  const draws = 20_000;
  const random = createRandom("uniform mean", count);
  let reached = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    let sum = 0;
    for (let part = 0; part < count; part += 1) sum += random.next();
    if (sum / count >= value) reached += 1;
  }
  return (1 + reached) / (1 + draws);
}

/**
 * The share of the table, in [0, 1], that a model has to know for its pairs to be a sign four times out of five: it orders
 * pairs of which it knows both designs, and guesses the others. Null when not even knowing all of it would do.
 */
export function detectableShare({ rankings }: AuditMeasurement): number | null {
  const { judged } = tally(rankings.filter(({ variant }) => wordedVariants.includes(variant)));
  const level = signLevel / kinds / 2;
  let needed = 0;
  while (needed <= judged && binomialTail(needed, judged, rulesShare01) > level) needed += 1;
  for (let percent = 1; percent <= 100; percent += 1) {
    const share01 = percent / 100;
    if (binomialTail(needed, judged, 0.5 + share01 ** 2 / 2) >= wantedPower01) return share01;
  }
  return null;
}

/** Percentiles towards what was asked for: under `inverted` the truly worst design has 100. */
export function towardsGoal(search: AuditSearch | undefined): readonly number[] {
  if (search === undefined) return [];
  return search.variant === "inverted" ? search.percentiles.map((value) => 100 - value) : search.percentiles;
}
