// The remark of the first GENIUS experiments, checked on a run: are good networks simple early and complex late?
//
// A decision's place is where in the network its options make a difference: the mean position, from 0 at the input to 1
// at the output, of the nodes that appear, vanish or change with it. An option's complexity is what it adds in
// multiply–accumulates over the cheapest option of its decision, as a share of what the most expensive adds, on average over
// networks drawn from the whole space. A design's tendency is the correlation of the two over its decisions: 1 when it
// is ever more complex towards the output, −1 the other way, 0 when all are equal. Asked is how far the mean tendency of
// the best designs of a run is above that of feasible designs drawn at random – which is what the limits alone make of
// it. The interval resamples both. The best designs of a search are often relatives, so it is rather too narrow.
import type { Random } from "../base/random.ts";
import type { Network } from "../graph/network.ts";
import type { Interval } from "../math/bootstrap.ts";
import { mean, quantile } from "../math/statistics.ts";
import { anyDesign } from "../search/constraints/create-domain.ts";
import type { Domain } from "../search/constraints/domain.ts";
import type { Choices } from "../search/space.ts";

export interface EarlyLate {
  /** Mean tendency of the best designs, and of feasible ones drawn at random, each in [-1, 1]. */
  readonly best: number;
  readonly feasible: number;
  readonly difference: number;
  readonly ci95: Interval;
  readonly bestDesigns: number;
  readonly feasibleDesigns: number;
  readonly verdict: "yes" | "no" | "the other way" | "not clear";
  /** In the order of places. Complexities are means in [0, 1]. */
  readonly profile: readonly {
    readonly decision: string;
    readonly place01: number;
    readonly best01: number;
    readonly feasible01: number;
  }[];
}

const probes = 12;
const feasibleDraws = 400;
const resamples = 1000;
const minBest = 5;
const bestShare = 0.1;
/** Decisions whose places are closer together than this are all over the network, such as those of a repeated cell. */
const minSpread = 0.25;
/** Differences smaller than this are called none. */
const slight = 0.1;

/** The answer, or why there is none. `evaluated`: the scored designs of the run. */
export function earlyLate(
  domain: Domain,
  evaluated: readonly { readonly choices: Choices; readonly score: number }[],
  random: Random,
): EarlyLate | { readonly unknown: string } {
  if (evaluated.length < 4 * minBest)
    return { unknown: `It takes ${4 * minBest} scored designs to say, and there are ${evaluated.length}.` };
  const places = placesOf(domain, random);
  if (places.length < 3)
    return { unknown: "Too few decisions of this space change what the network computes." };
  const positions = places.map(({ place01 }) => place01);
  if (Math.max(...positions) - Math.min(...positions) < minSpread)
    return { unknown: "The decisions of this space have no place: each changes the network everywhere." };
  const count = Math.max(minBest, Math.round(bestShare * evaluated.length));
  const best = [...evaluated].sort((a, b) => b.score - a.score).slice(0, count);
  const complexities = (choices: Choices) =>
    places.map(({ index, complexity01 }) => complexity01[choices[index]!]!);
  const tendency = (choices: Choices) => correlation(positions, complexities(choices));
  const drawn: Choices[] = [];
  for (let draw = 0; draw < feasibleDraws; draw += 1) {
    const choices = domain.sample(random);
    if (choices !== undefined) drawn.push(choices);
  }
  const ofBest = best.map(({ choices }) => tendency(choices));
  const ofFeasible = drawn.map(tendency);
  const resampled = Array.from(
    { length: resamples },
    () => mean(ofBest.map(() => random.pick(ofBest))) - mean(ofFeasible.map(() => random.pick(ofFeasible))),
  );
  const ci95 = [quantile(resampled, 0.025), quantile(resampled, 0.975)] as const;
  const difference = mean(ofBest) - mean(ofFeasible);
  return {
    best: mean(ofBest),
    feasible: mean(ofFeasible),
    difference,
    ci95,
    bestDesigns: best.length,
    feasibleDesigns: drawn.length,
    verdict: verdictOf(ci95),
    profile: places.map(({ index, place01, complexity01 }) => ({
      decision: domain.space.decisions[index]!.name,
      place01,
      best01: mean(best.map(({ choices }) => complexity01[choices[index]!]!)),
      feasible01: mean(drawn.map((choices) => complexity01[choices[index]!]!)),
    })),
  };
}

function verdictOf([low, high]: Interval): EarlyLate["verdict"] {
  if (low > 0) return "yes";
  if (high < 0) return "the other way";
  return low > -slight && high < slight ? "no" : "not clear";
}

/** The answer as a sentence. */
export function earlyLateInWords(answer: EarlyLate): string {
  const figure = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
  const figures = `the mean tendency of the ${answer.bestDesigns} best designs is ${figure(answer.best)}, that of ${answer.feasibleDesigns} feasible designs drawn at random ${figure(answer.feasible)}; the difference is ${figure(answer.difference)}, with a 95 % interval from ${figure(answer.ci95[0])} to ${figure(answer.ci95[1])}`;
  switch (answer.verdict) {
    case "yes":
      return `Yes, more than the limits alone would make them: ${figures}.`;
    case "the other way":
      return `The other way: the best are more complex early than the limits alone would make them: ${figures}.`;
    case "no":
      return `No: the best are like any feasible design in this: ${figures}.`;
    case "not clear":
      return `Not clear from these trials: ${figures}.`;
    default:
      return answer.verdict satisfies never;
  }
}

export const earlyLateCaption =
  "A design's tendency is the correlation, over its decisions, of their place in the network and the multiply–accumulates of the chosen option between the cheapest (0) and the most expensive one (1): above 0 it is more complex towards the output. The best designs of a search are often related to each other, so the interval is rather too narrow.";

interface Place {
  readonly index: number;
  readonly place01: number;
  /** By option. */
  readonly complexity01: readonly number[];
}

/** Decisions that change the cost, in the order of their places. */
function placesOf(domain: Domain, random: Random): Place[] {
  const { space } = domain;
  const designs = Array.from({ length: probes }, () => anyDesign(space, random));
  const networks = designs.map((choices) => space.decode(choices));
  return space.decisions
    .flatMap(({ options, about }, index): Place[] => {
      if (about !== "architecture" || options.length < 2) return [];
      const added = options.map((_, option) =>
        mean(designs.map((choices) => domain.costOf(choices.with(index, option)).macCount)),
      );
      const [low, high] = [Math.min(...added), Math.max(...added)];
      if (high <= low) return [];
      const changed = designs.flatMap((choices, design) => {
        const other = space.decode(choices.with(index, (choices[index]! + 1) % options.length));
        return positionOfChange(networks[design]!, other) ?? [];
      });
      if (changed.length === 0) return [];
      return [
        { index, place01: mean(changed), complexity01: added.map((value) => (value - low) / (high - low)) },
      ];
    })
    .sort((a, b) => a.place01 - b.place01);
}

/** Mean position in [0, 1] of the nodes that are in one network and not so in the other; undefined when none is. */
function positionOfChange(a: Network, b: Network): number | undefined {
  const positions = [...changedIn(a, b), ...changedIn(b, a)];
  return positions.length === 0 ? undefined : mean(positions);
}

function changedIn({ nodes }: Network, other: Network): number[] {
  const signature = ({ op, inputs }: Network["nodes"][number]) => JSON.stringify([op, inputs]);
  const known = new Map(other.nodes.map((node) => [node.id, signature(node)]));
  return nodes.flatMap((node, place) =>
    known.get(node.id) === signature(node) ? [] : [place / Math.max(1, nodes.length - 1)],
  );
}

/** Pearson's correlation; 0 when either does not vary. */
function correlation(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  let [together, ofX, ofY] = [0, 0, 0];
  x.forEach((value, index) => {
    const [a, b] = [value - meanX, y[index]! - meanY];
    together += a * b;
    ofX += a * a;
    ofY += b * b;
  });
  return ofX * ofY === 0 ? 0 : together / Math.sqrt(ofX * ofY);
}
