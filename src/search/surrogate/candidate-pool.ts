// The designs that a surrogate considers: all allowed ones of a space that can be listed, or a pool made again for each
// proposal. It knows no accuracies but their order.
import type { Random } from "../../base/random.ts";
import { designCountOf } from "../constraints/cost-model.ts";
import { largestFeasible, neighbours } from "../constraints/create-domain.ts";
import type { Domain } from "../constraints/domain.ts";
import { designAt } from "../sampling/unseen.ts";
import type { Choices } from "../space.ts";
import type { Points } from "./gaussian-process.ts";

const pooledDraws = 200;
const pooledNeighbourhoods = 4;
const pooledNeighbours = 40;

export interface Listed {
  readonly designs: readonly Choices[];
  /** Of the designs, and after them of networks from outside the space. */
  readonly points: Points;
  /** The row of a design, by its choices joined. */
  readonly places: ReadonlyMap<string, number>;
}

/** @param outside What `encode` takes beside designs: its rows come after theirs. */
export function listOf<Outside>(
  designs: readonly Choices[],
  encode: (points: readonly (Choices | Outside)[]) => Points,
  outside: readonly Outside[] = [],
): Listed {
  const places = new Map(designs.map((choices, place) => [choices.join(), place]));
  return { designs, points: encode([...designs, ...outside]), places };
}

export function allowedDesigns(domain: Domain): readonly Choices[] {
  const designs: Choices[] = [];
  for (let place = 0; place < designCountOf(domain.space); place += 1) {
    const choices = designAt(domain.space, place);
    if (domain.isFeasible(choices)) designs.push(choices);
  }
  return designs;
}

export interface PoolSetting {
  readonly random: Random;
  readonly observed: readonly Choices[];
  readonly values: Float64Array;
  /** Designs that must be in it. */
  readonly named: readonly Choices[];
}

/** For large spaces: the largest, designs at random, what is one or two steps from the best, and what is named. */
export function poolOf(domain: Domain, { random, observed, values, named }: PoolSetting): readonly Choices[] {
  const pool = new Map<string, Choices>();
  const add = (choices: Choices | undefined) => {
    if (choices !== undefined) pool.set(choices.join(), choices);
  };
  for (const choices of named) add(choices);
  add(largestFeasible(domain, "macCount"));
  const order = [...observed.keys()].sort((a, b) => (values[b] as number) - (values[a] as number));
  for (const index of order.slice(0, pooledNeighbourhoods)) {
    const near = random
      .shuffle(neighbours(domain.space, observed[index] as Choices))
      .slice(0, pooledNeighbours);
    for (const choices of near) {
      const further = random.pick(neighbours(domain.space, choices));
      for (const tried of [choices, further]) if (domain.isFeasible(tried)) add(tried);
    }
  }
  for (let draw = 0; draw < pooledDraws; draw += 1) add(domain.sample(random));
  return [...pool.values()];
}
