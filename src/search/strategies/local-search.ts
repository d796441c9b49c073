// Local search: go to a neighbour – one decision changed – as soon as it is better, and start again at a local optimum.
// Simple, and hard to beat where evaluations have little noise.
import { z } from "zod";
import { neighbours } from "../constraints/create-domain.ts";
import { createKnownDesigns, drawUnseen, freeDesigns } from "../sampling/unseen.ts";
import type { Choices } from "../space.ts";
import { defineStrategy } from "../strategy.ts";
import { isScored, type ScoredTrial } from "../trial.ts";

export default defineStrategy({
  name: "local-search",
  summary: "Climbs to the first better neighbour; starts again where none is better.",
  source: "White et al. 2021, https://arxiv.org/abs/2005.02960",
  model: "none",
  options: z.object({}),
  create({ domain }) {
    const known = createKnownDesigns(domain.space);
    /** Where each climb stands. More than one is unfinished only while several designs are evaluated at once. */
    const heads: ScoredTrial[] = [];
    const openFrom = (head: ScoredTrial, isFree: (choices: Choices) => boolean) =>
      neighbours(domain.space, head.proposal.choices).filter(
        (choices) => isFree(choices) && domain.isFeasible(choices),
      );
    return {
      async propose({ random, pending }) {
        const isFree = freeDesigns(known, pending);
        const ranked = heads.toSorted((a, b) => b.outcome.score - a.outcome.score);
        for (const head of ranked) {
          const open = openFrom(head, isFree);
          if (open.length === 0) continue;
          const rationale = `a neighbour of trial ${head.number}`;
          return { choices: random.pick(open), fidelity: {}, by: "local-search", rationale };
        }
        const choices = drawUnseen(domain, isFree, random);
        return choices && { choices, fidelity: {}, by: "local-search", rationale: "a new start" };
      },
      observe(trial) {
        known.observe(trial);
        if (!isScored(trial)) return;
        let isStart = true;
        for (const [index, head] of heads.entries()) {
          if (distance(head.proposal.choices, trial.proposal.choices) !== 1) continue;
          isStart = false;
          if (trial.outcome.score > head.outcome.score) heads[index] = trial;
        }
        if (isStart) heads.push(trial);
      },
    };
  },
});

/** The number of decisions in which two designs differ. */
function distance(a: Choices, b: Choices): number {
  return a.reduce((count, choice, index) => count + (choice === b[index] ? 0 : 1), 0);
}
