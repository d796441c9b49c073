// Pairs of designs that knowledge of networks cannot order. A regression is fitted to a part of the table – decisions
// with all their interactions, costs, depths – and of the rest, designs are paired for which it expects the same. What
// sets them apart is mostly the noise of the trainings that made the table: to order them is to have read it.
import { createRandom } from "../../base/random.ts";
import { solvePositive } from "../../math/cholesky.ts";
import { mean } from "../../math/statistics.ts";
import { allDesigns, createDomain } from "../../search/constraints/create-domain.ts";
import type { Choices, Space } from "../../search/space.ts";
import { networkKnowledge } from "../../search/surrogate/network-knowledge.ts";
import type { TableJudge } from "../../study/table-trace.ts";
import type { AuditPair, PairSide } from "./measurement.ts";

/** A pair with its designs, as choices in the published space. */
export interface DesignPair extends AuditPair {
  readonly designs: Readonly<Record<PairSide, Choices>>;
}

/** Designs that the regression is fitted to, and designs from which each pair is made; fewer in a small table. */
const fittedDesigns = 800;
const designsForEach = 8;
/** Of the kernel, in decisions that differ, and the share of noise in it: near the best on each published table. */
const reach = 6;
const noise = 0.05;

/**
 * Up to `count` pairs, no design in two of them. Of all pairs that the regression cannot order, they are the half that
 * differ most in truth; and they are chosen so that every simple rule – more MACs, larger digits, one decision, one
 * figure of the network – is right in half of them. Which side is the better one is drawn.
 */
export function matchedPairs(
  space: Space,
  table: TableJudge,
  { count, seed }: { readonly count: number; readonly seed: number },
): DesignPair[] {
  const random = createRandom("audit", seed, "pairs");
  const drawn = random
    .shuffle(allDesigns(space).filter((choices) => table.lookUp(choices) !== undefined))
    .slice(0, fittedDesigns + designsForEach * count);
  const fitted = drawn.slice(0, Math.min(fittedDesigns, Math.floor(drawn.length / 2)));
  const rest = drawn.slice(fitted.length);
  const rankOf = (choices: Choices) => table.rankOf(choices) as number;
  const expected = expectation(space, fitted, rankOf);
  const inOrder = rest
    .map((choices) => ({ choices, rank: rankOf(choices), expected: expected(choices) }))
    .sort((a, b) => a.expected - b.expected);
  const neighbours = inOrder.flatMap((one, index) => {
    const other = inOrder[index + 1];
    if (index % 2 === 1 || other === undefined || one.rank === other.rank) return [];
    const [better, worse] = one.rank < other.rank ? [one, other] : [other, one];
    return [{ better: better.choices, worse: worse.choices, apart: worse.rank - better.rank }];
  });
  const clear = neighbours.sort((a, b) => b.apart - a.apart).slice(0, Math.max(count, neighbours.length / 2));
  return balanced(space, random.shuffle(clear), count).map(({ better, worse }) => {
    const side: PairSide = random.next() < 0.5 ? "A" : "B";
    const designs = side === "A" ? { A: better, B: worse } : { A: worse, B: better };
    const { costOf } = createDomain(space, {});
    const larger = (quantity: (choices: Choices) => number): PairSide | null => {
      const difference = quantity(designs.A) - quantity(designs.B);
      return difference === 0 ? null : difference > 0 ? "A" : "B";
    };
    const moreMacs = larger((choices) => costOf(choices).macCount);
    return { designs, better: side, moreMacs, largerDigits: larger(digitSum) };
  });
}

const digitSum = (choices: Choices) => choices.reduce((sum, choice) => sum + choice, 0);

/** What the digits look like beside each other: rising or falling, mixed or alike. */
function outlineOf(choices: Choices, options: number): readonly number[] {
  const steps = choices.slice(1).map((choice, index) => choice - choices[index]!);
  const middle = (choices.length - 1) / 2;
  return [
    choices.reduce((sum, choice, index) => sum + choice * (index - middle), 0),
    steps.reduce((sum, step) => sum + Math.abs(step), 0),
    steps.filter((step) => step === 0).length,
    Math.max(...choices) - Math.min(...choices),
    Math.max(...choices),
    new Set(choices).size,
    ...Array.from({ length: options }, (_, option) => choices.filter((choice) => choice === option).length),
  ];
}

/** Takes one pair after another, always the one after which the rules are right as often as they are wrong. */
function balanced(
  space: Space,
  from: readonly { readonly better: Choices; readonly worse: Choices }[],
  count: number,
) {
  const { costOf } = createDomain(space, {});
  const { featuresOf } = networkKnowledge(createDomain(space, {}));
  const options = Math.max(...space.decisions.map((decision) => decision.options.length));
  const figuresOf = (choices: Choices) => [
    costOf(choices).macCount,
    costOf(choices).paramCount,
    digitSum(choices),
    ...choices,
    ...featuresOf(choices),
    ...outlineOf(choices, options),
  ];
  const left = from.map((pair) => {
    const worse = figuresOf(pair.worse);
    return { pair, signs: figuresOf(pair.better).map((value, rule) => Math.sign(value - worse[rule]!)) };
  });
  const sums = left[0]?.signs.map(() => 0) ?? [];
  const taken: (typeof from)[number][] = [];
  while (taken.length < count && left.length > 0) {
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    left.forEach(({ signs }, index) => {
      const imbalance = signs.reduce((total, sign, rule) => total + (sums[rule]! + sign) ** 2, 0);
      if (imbalance < least) [best, least] = [index, imbalance];
    });
    const [next] = left.splice(best, 1);
    next!.signs.forEach((sign, rule) => {
      sums[rule]! += sign;
    });
    taken.push(next!.pair);
  }
  return taken;
}

/** A kernel regression of the rank on decisions, their interactions of every order, costs and depths. */
function expectation(
  space: Space,
  fitted: readonly Choices[],
  rankOf: (choices: Choices) => number,
): (choices: Choices) => number {
  const { featuresOf } = networkKnowledge(createDomain(space, {}));
  const spans = space.decisions.map(({ kind, options }) => (kind === "ordinal" ? options.length - 1 : 0));
  const kernel = (a: Known, b: Known) => {
    let apart = 0;
    for (let index = 0; index < spans.length; index += 1) {
      const span = spans[index]!;
      const difference = Math.abs(a.choices[index]! - b.choices[index]!);
      apart += span === 0 ? Math.min(1, difference) : difference / span;
    }
    let linear = 0;
    for (let index = 0; index < a.features.length; index += 1)
      linear += a.features[index]! * b.features[index]!;
    return 1 + linear + Math.exp(-apart / reach);
  };
  const known = (choices: Choices): Known => ({ choices, features: featuresOf(choices) });
  const points = fitted.map(known);
  const ranks = fitted.map(rankOf);
  const middle = mean(ranks);
  const matrix = points.map((a, row) =>
    points.slice(0, row + 1).map((b, column) => kernel(a, b) + (row === column ? noise : 0)),
  );
  const weights = solvePositive(
    matrix,
    ranks.map((rank) => rank - middle),
  );
  return (choices) => {
    const point = known(choices);
    return points.reduce((sum, other, index) => sum + weights[index]! * kernel(point, other), 0);
  };
}

interface Known {
  readonly choices: Choices;
  readonly features: readonly number[];
}
