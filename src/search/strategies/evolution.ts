// Regularised evolution: the best of a few drawn from the population is changed in one decision, and the oldest dies.
// The classical search that neural architecture search measures itself against.
import { z } from "zod";
import { neighbours } from "../constraints/create-domain.ts";
import { createKnownDesigns, drawUnseen, freeDesigns } from "../sampling/unseen.ts";
import { createWarmStart, startOption } from "../sampling/warm-start.ts";
import { defineStrategy } from "../strategy.ts";
import { isScored, type ScoredTrial } from "../trial.ts";

const options = z.object({
  start: startOption("random"),
  population: z
    .int()
    .min(2)
    .optional()
    .describe("designs alive at once (default: a fifth of the evaluations, between 10 and 100)"),
  sample: z
    .int()
    .min(1)
    .optional()
    .describe("designs that compete to be the parent (default: a quarter of the population)"),
});

export default defineStrategy({
  name: "evolution",
  summary: "Regularised evolution: mutate the best of a sample, let the oldest die.",
  source: "Real et al. 2019, https://arxiv.org/abs/1802.01548",
  model: "none",
  options,
  create({ domain, evaluations }, given) {
    const population = given.population ?? Math.min(100, Math.max(10, Math.round(evaluations / 5)));
    const sample = given.sample ?? Math.max(2, Math.round(population / 4));
    const known = createKnownDesigns(domain.space);
    const warmStart = createWarmStart(domain, given.start);
    const alive: ScoredTrial[] = [];
    let born = 0;
    return {
      async propose(context) {
        const { random, pending } = context;
        const isFree = freeDesigns(known, pending);
        const begin = warmStart.next(isFree, context);
        if (begin !== undefined) return { ...begin, fidelity: {}, by: "evolution" };
        if (born + pending.length >= population && alive.length > 0) {
          const competitors = Array.from({ length: sample }, () => random.pick(alive));
          const parent = competitors.reduce((best, trial) =>
            trial.outcome.score > best.outcome.score ? trial : best,
          );
          const children = neighbours(domain.space, parent.proposal.choices).filter(
            (choices) => isFree(choices) && domain.isFeasible(choices),
          );
          if (children.length > 0) {
            const rationale = `a mutation of trial ${parent.number}`;
            return { choices: random.pick(children), fidelity: {}, by: "evolution", rationale };
          }
        }
        const choices = drawUnseen(domain, isFree, random);
        return choices && { choices, fidelity: {}, by: "evolution", rationale: "drawn at random" };
      },
      observe(trial) {
        known.observe(trial);
        if (!isScored(trial)) return;
        born += 1;
        alive.push(trial);
        if (alive.length > population) alive.shift();
      },
    };
  },
});
