// Towards the limits one decision at a time: for spaces whose costs have no scopes, and for limits on memory, which are no
// sums over decisions. Not exact – a design that is nearer may be missed, and so may the last allowed ones – which is why
// a space should give its `costScopes`.

import type { Choices } from "../space.ts";
import type { Objective } from "./chain-extreme.ts";
import type { Domain } from "./domain.ts";

const maxSteps = 200;

/**
 * Follows, from `start`, the single changes that lessen what is broken of the limits most, and then, if there is
 * an objective, those that better it. Undefined when it gets stuck outside the limits.
 */
export function climbToFeasible(domain: Domain, start: Choices, objective?: Objective): Choices | undefined {
  let current = start;
  let score = scoreOf(domain, current);
  for (let step = 0; step < maxSteps && score.excess > 0; step += 1) {
    let better: { readonly choices: Choices; readonly score: Score } | undefined;
    for (const choices of changesOf(domain, current)) {
      const candidate = scoreOf(domain, choices);
      if (isBetter(candidate, better?.score ?? score)) better = { choices, score: candidate };
    }
    if (better === undefined) return undefined;
    current = better.choices;
    score = better.score;
  }
  if (score.excess > 0) return undefined;
  return objective === undefined ? current : climbInside(domain, current, objective);
}

/** From an allowed design to the best allowed neighbour, again and again. */
function climbInside(domain: Domain, start: Choices, { by, direction }: Objective): Choices {
  const sign = direction === "largest" ? 1 : -1;
  const sizeOf = (choices: Choices) => sign * domain.costOf(choices)[by];
  let current = start;
  for (let step = 0; step < maxSteps; step += 1) {
    const here = sizeOf(current);
    const next = changesOf(domain, current)
      .map((choices) => ({ choices, size: sizeOf(choices) }))
      .filter(({ size }) => size > here)
      .sort((a, b) => b.size - a.size)
      .find(({ choices }) => domain.isFeasible(choices));
    if (next === undefined) break;
    current = next.choices;
  }
  return current;
}

/** All designs that differ in one decision. */
function changesOf({ space }: Domain, choices: Choices): readonly Choices[] {
  return space.decisions.flatMap(({ options }, index) =>
    options.flatMap((_, option) => (option === choices[index] ? [] : [choices.with(index, option)])),
  );
}

interface Score {
  /** How far outside the limits, as a share of them; 0 inside. */
  readonly excess: number;
  /**
   * Fewer MACs are better where too much memory is needed: of two maps that are equally large, one change shrinks only
   * one, and the peak stays where it was.
   */
  readonly lightness: number;
}

function scoreOf(domain: Domain, choices: Choices): Score {
  const violations = domain.violations(choices);
  const excess = violations.reduce(
    (sum, { value, limit }) => sum + Math.abs(value - limit) / Math.max(1, limit),
    0,
  );
  const needsMemory = violations.some(({ quantity }) => quantity === "ramBytes" || quantity === "flashBytes");
  return { excess, lightness: needsMemory ? -domain.costOf(choices).macCount : 0 };
}

function isBetter(a: Score, b: Score): boolean {
  return a.excess < b.excess || (a.excess === b.excess && a.lightness > b.lightness);
}
