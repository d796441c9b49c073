// Designs that a search has not had yet: what is known, and a fresh draw when a strategy has no better idea. Shared by
// the strategies, which must neither repeat a design nor stop while one is left. It knows nothing of accuracies.
import type { Random } from "../../base/random.ts";
import { designCountOf } from "../constraints/cost-model.ts";
import type { Domain } from "../constraints/domain.ts";
import type { Choices, Space } from "../space.ts";
import type { Proposal, Trial } from "../trial.ts";

/** Max designs of a space that is listed to find the last free ones. */
const listedDesigns = 200_000;
const draws = 200;
const drawsOfLargeSpaces = 2000;

export interface KnownDesigns {
  /** The same for two designs of one network, where the space says so. */
  keyOf(choices: Choices): string;
  add(choices: Choices): void;
  has(choices: Choices): boolean;
  readonly size: number;
}

/** The designs of observed trials, each once. A trial that was made up or unreadable says nothing of a design. */
export function createKnownDesigns({ networks }: Space): KnownDesigns & { observe(trial: Trial): void } {
  const keys = new Set<string>();
  const keyOf = (choices: Choices) => networks?.keyOf(choices) ?? choices.join();
  const add = (choices: Choices) => void keys.add(keyOf(choices));
  return {
    keyOf,
    add,
    has: (choices) => keys.has(keyOf(choices)),
    get size() {
      return keys.size;
    },
    observe({ proposal }) {
      const isDesign = proposal.unreadable === undefined && proposal.network === undefined;
      if (isDesign && proposal.nominalScore === undefined) add(proposal.choices);
    },
  };
}

/** Whether a design is neither known nor being evaluated. */
export function freeDesigns(
  known: Pick<KnownDesigns, "has" | "keyOf">,
  pending: readonly Proposal[],
): (choices: Choices) => boolean {
  const designs = pending.filter(
    ({ network, unreadable }) => network === undefined && unreadable === undefined,
  );
  const taken = new Set(designs.map(({ choices }) => known.keyOf(choices)));
  return (choices) => !known.has(choices) && !taken.has(known.keyOf(choices));
}

/** The design of a place in the list of all designs: the last decision changes fastest. */
export function designAt({ decisions }: Space, place: number | bigint): Choices {
  let rest = BigInt(place);
  const choices = new Array<number>(decisions.length).fill(0);
  for (let index = decisions.length - 1; index >= 0; index -= 1) {
    const count = BigInt(decisions[index]!.options.length);
    choices[index] = Number(rest % count);
    rest /= count;
  }
  return choices;
}

/** An allowed design that is free, uniformly while most are; undefined when none is left or found. */
export function drawUnseen(
  domain: Domain,
  isFree: (choices: Choices) => boolean,
  random: Random,
): Choices | undefined {
  const count = designCountOf(domain.space);
  const isSmall = count <= listedDesigns;
  for (let attempt = 0; attempt < (isSmall ? draws : drawsOfLargeSpaces); attempt += 1) {
    const choices = domain.sample(random);
    if (choices === undefined) return undefined;
    if (isFree(choices)) return choices;
  }
  if (!isSmall) return undefined;
  const start = random.integer(count);
  for (let step = 0; step < count; step += 1) {
    const choices = designAt(domain.space, (start + step) % count);
    if (isFree(choices) && domain.isFeasible(choices)) return choices;
  }
  return undefined;
}
