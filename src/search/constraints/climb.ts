// For spaces whose costs have no scopes: towards the limits one decision at a time. Not exact – a design that is
// nearer may be missed, and so may the last allowed ones – which is why a space should give its `costScopes`.

import type { Choices } from "../space.ts";
import type { Objective } from "./chain-extreme.ts";
import type { DesignCost, Domain } from "./domain.ts";

const maxSteps = 200;

/**
 * Follows, from `start`, the single changes that lessen what is broken of the limits most, and then, if there is
 * an objective, those that better it. Undefined when it gets stuck outside the limits.
 */
export function climbToFeasible(domain: Domain, start: Choices, objective?: Objective): Choices | undefined {
  let current = start;
  let score = scoreOf(domain, current, objective);
  for (let step = 0; step < maxSteps; step += 1) {
    if (score.excess === 0 && objective === undefined) return current;
    let better: { readonly choices: Choices; readonly score: Score } | undefined;
    for (const [index, { options }] of domain.space.decisions.entries()) {
      for (let option = 0; option < options.length; option += 1) {
        if (option === current[index]) continue;
        const choices = current.with(index, option);
        const candidate = scoreOf(domain, choices, objective);
        if (isBetter(candidate, better?.score ?? score)) better = { choices, score: candidate };
      }
    }
    if (better === undefined) break;
    current = better.choices;
    score = better.score;
  }
  return score.excess === 0 ? current : undefined;
}

interface Score {
  /** How far outside the limits, as a share of them; 0 inside. */
  readonly excess: number;
  readonly objective: number;
}

function scoreOf(domain: Domain, choices: Choices, objective: Objective | undefined): Score {
  const cost: DesignCost = domain.costOf(choices);
  const excess = domain
    .violations(choices)
    .reduce((sum, { value, limit }) => sum + Math.abs(value - limit) / Math.max(1, limit), 0);
  if (objective === undefined) return { excess, objective: 0 };
  return { excess, objective: objective.direction === "largest" ? cost[objective.by] : -cost[objective.by] };
}

function isBetter(a: Score, b: Score): boolean {
  return a.excess < b.excess || (a.excess === b.excess && a.objective > b.objective);
}
