// NSGA-II for two objectives: the score, and what a network costs. It keeps the designs that no other one beats in both,
// spread over the whole range of costs, and crosses and mutates them. One child at a time, so evaluations may overlap.
import { z } from "zod";
import type { Random } from "../../base/random.ts";
import { largestFeasible, neighbours, smallestFeasible } from "../constraints/create-domain.ts";
import { createKnownDesigns, drawUnseen, freeDesigns } from "../sampling/unseen.ts";
import type { Choices, Space } from "../space.ts";
import { defineStrategy } from "../strategy.ts";
import { isScored, type ScoredTrial } from "../trial.ts";

const options = z.object({
  cost: z
    .enum(["macs", "params", "latency"])
    .default("macs")
    .describe("what is minimised beside the score; latency must be measured by the evaluator"),
  population: z
    .int()
    .min(4)
    .optional()
    .describe("designs that live (default: a third of the evaluations, between 10 and 50)"),
});

const attempts = 60;

export default defineStrategy({
  name: "nsga2",
  summary: "Evolution for two objectives, score and cost: the whole trade-off, not one design.",
  source: "Deb et al. 2002, https://doi.org/10.1109/4235.996017",
  model: "none",
  options,
  create({ domain, evaluations }, given) {
    const by = "nsga2";
    const size = given.population ?? Math.min(50, Math.max(10, Math.round(evaluations / 3)));
    const costOf = ({ cost, outcome }: ScoredTrial) => {
      if (given.cost === "params") return cost.paramCount;
      return given.cost === "macs" ? cost.macCount : (outcome.latencyMs ?? cost.macCount);
    };
    const known = createKnownDesigns(domain.space);
    let alive: readonly Member[] = [];
    let born = 0;
    return {
      async propose({ random, pending }) {
        const isFree = freeDesigns(known, pending);
        const isOpen = (choices: Choices) => isFree(choices) && domain.isFeasible(choices);
        if (known.size < 2) {
          const quantity = given.cost === "params" ? "paramCount" : "macCount";
          for (const [word, extreme] of [
            ["largest", largestFeasible],
            ["smallest", smallestFeasible],
          ] as const) {
            const choices = extreme(domain, quantity);
            if (choices !== undefined && isFree(choices))
              return { choices, fidelity: {}, by, rationale: `the ${word} allowed design` };
          }
        }
        if (born + pending.length >= size && alive.length > 1) {
          const child = childOf(alive, { random, space: domain.space, isOpen });
          if (child !== undefined) return { ...child, fidelity: {}, by };
        }
        const choices = drawUnseen(domain, isFree, random);
        return choices && { choices, fidelity: {}, by, rationale: "drawn at random" };
      },
      observe(trial) {
        known.observe(trial);
        if (!isScored(trial)) return;
        born += 1;
        const member = { trial, score: trial.outcome.score, cost: costOf(trial) };
        alive = survivors([...alive, { ...member, front: 0, crowding: 0 }], size);
      },
    };
  },
});

interface Member {
  readonly trial: ScoredTrial;
  readonly score: number;
  readonly cost: number;
  /** 0: nobody alive beats it in both objectives; 1: nobody but those; and so on. */
  readonly front: number;
  /** How much room it has between its neighbours on its front; the ends have infinite room. */
  readonly crowding: number;
}

interface Breeding {
  readonly random: Random;
  readonly space: Space;
  readonly isOpen: (choices: Choices) => boolean;
}

function childOf(alive: readonly Member[], { random, space, isOpen }: Breeding) {
  const parent = () => {
    const [a, b] = [random.pick(alive), random.pick(alive)];
    return a.front < b.front || (a.front === b.front && a.crowding >= b.crowding) ? a : b;
  };
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const [mother, father] = [parent(), parent()];
    const choices = space.decisions.map(({ options: { length } }, index) => {
      if (random.next() < 1 / space.decisions.length) return random.integer(length);
      const from = random.next() < 0.5 ? mother : father;
      return from.trial.proposal.choices[index] as number;
    });
    if (isOpen(choices))
      return { choices, rationale: `a child of trials ${mother.trial.number} and ${father.trial.number}` };
  }
  for (const { trial } of alive) {
    const near = neighbours(space, trial.proposal.choices).filter(isOpen);
    if (near.length > 0)
      return { choices: random.pick(near), rationale: `a mutation of trial ${trial.number}` };
  }
  return undefined;
}

/** The `size` best members: front by front, and of the last front those with most room. */
function survivors(members: readonly Member[], size: number): readonly Member[] {
  let rest = [...members];
  const kept: Member[] = [];
  for (let front = 0; rest.length > 0 && kept.length < size; front += 1) {
    const unbeaten = rest.filter((member) => !rest.some((other) => beats(other, member)));
    kept.push(...withCrowding(unbeaten, front).slice(0, size - kept.length));
    rest = rest.filter((member) => !unbeaten.includes(member));
  }
  return kept;
}

function beats(a: Member, b: Member): boolean {
  return a.score >= b.score && a.cost <= b.cost && (a.score > b.score || a.cost < b.cost);
}

/** A front's members with most room first. */
function withCrowding(front: readonly Member[], rank: number): readonly Member[] {
  const sorted = front.toSorted((a, b) => a.cost - b.cost || a.trial.number - b.trial.number);
  const [first, last] = [sorted[0] as Member, sorted.at(-1) as Member];
  const costRange = last.cost - first.cost || 1;
  const scores = sorted.map(({ score }) => score);
  const scoreRange = Math.max(...scores) - Math.min(...scores) || 1;
  return sorted
    .map((member, index) => {
      const [before, after] = [sorted[index - 1], sorted[index + 1]];
      const crowding =
        before === undefined || after === undefined
          ? Number.POSITIVE_INFINITY
          : (after.cost - before.cost) / costRange + Math.abs(after.score - before.score) / scoreRange;
      return { ...member, front: rank, crowding };
    })
    .sort((a, b) => b.crowding - a.crowding || a.trial.number - b.trial.number);
}
