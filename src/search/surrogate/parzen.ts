// A density over designs from a few of them: each is the centre of a bump, and a flat part keeps every design possible.
// The Parzen estimator of TPE and BOHB. It knows nothing of accuracies: which designs are good is told.
import type { Random } from "../../base/random.ts";
import type { Choices, Decision, Space } from "../space.ts";

export interface Density {
  /** A design drawn from the density, allowed or not. */
  sample(random: Random): Choices;
  /** Natural logarithm of a design's probability. */
  logProbability(choices: Choices): number;
}

export interface DensityOptions {
  /** Whether a bump spans all decisions at once, which keeps what goes together; else decisions are independent. */
  readonly multivariate: boolean;
}

/** The density around `centres`; uniform when there are none. */
export function createDensity(space: Space, centres: readonly Choices[], options: DensityOptions): Density {
  const { decisions } = space;
  const bumps = decisions.map((decision) => bumpsOf(decision, centres.length));
  const flat = decisions.map((decision) => 1 / decision.options.length);
  /** The flat part counts as one bump more. */
  const parts = centres.length + 1;
  const ofBump = (index: number, centre: Choices | undefined, option: number) =>
    centre === undefined
      ? (flat[index] as number)
      : ((bumps[index] as readonly Float64Array[])[centre[index] as number] as Float64Array)[option]!;
  const draw = (index: number, centre: Choices | undefined, random: Random) => {
    let rest = random.next();
    const { length } = decisions[index]!.options;
    for (let option = 0; option < length - 1; option += 1) {
      rest -= ofBump(index, centre, option);
      if (rest < 0) return option;
    }
    return length - 1;
  };
  const all = [...centres, undefined];
  if (options.multivariate) {
    return {
      sample(random) {
        const centre = random.pick(all);
        return decisions.map((_, index) => draw(index, centre, random));
      },
      logProbability(choices) {
        let sum = 0;
        for (const centre of all) {
          let product = 1;
          for (let index = 0; index < choices.length; index += 1)
            product *= ofBump(index, centre, choices[index] as number);
          sum += product;
        }
        return Math.log(sum / parts);
      },
    };
  }
  const logarithms = decisions.map((decision, index) =>
    Float64Array.from(decision.options, (_, option) =>
      Math.log(all.reduce((sum, centre) => sum + ofBump(index, centre, option), 0) / parts),
    ),
  );
  return {
    sample: (random) => decisions.map((_, index) => draw(index, random.pick(all), random)),
    logProbability: (choices) =>
      choices.reduce((sum, option, index) => sum + (logarithms[index]?.[option] as number), 0),
  };
}

/**
 * Per option at the centre: the probabilities of all options. Bumps narrow as centres grow in number. The options of
 * a category are equally far apart; those of an ordinal decision share by a Gaussian of their distance.
 */
function bumpsOf({ kind, options }: Decision, centreCount: number): readonly Float64Array[] {
  const { length } = options;
  const spill = 1 / (centreCount + 1);
  const width = Math.max(0.3, (length / 4) * (centreCount + 1) ** -0.2);
  return options.map((_, centre) => {
    const weights = Float64Array.from(options, (_option, option) =>
      kind === "ordinal"
        ? Math.exp(-0.5 * ((option - centre) / width) ** 2) + spill / length
        : (option === centre ? 1 : 0) + spill / length,
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
}

/**
 * The free design, among `draws` from the density of the good ones, that is most probably good rather than bad; undefined
 * when no draw was free and allowed.
 */
export function likeliestGood(
  densities: { readonly good: Density; readonly bad: Density },
  setting: {
    readonly draws: number;
    readonly random: Random;
    readonly isOpen: (choices: Choices) => boolean;
  },
): Choices | undefined {
  const { good, bad } = densities;
  let best: Choices | undefined;
  let most = Number.NEGATIVE_INFINITY;
  const tried = new Set<string>();
  for (let draw = 0, found = 0; found < setting.draws && draw < 20 * setting.draws; draw += 1) {
    const choices = good.sample(setting.random);
    const key = choices.join();
    if (tried.has(key)) continue;
    tried.add(key);
    if (!setting.isOpen(choices)) continue;
    found += 1;
    const value = good.logProbability(choices) - bad.logProbability(choices);
    if (value > most) [best, most] = [choices, value];
  }
  return best;
}
