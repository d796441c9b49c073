// The tree-structured Parzen estimator: a density of the good designs and one of the rest, and the design that is
// most probable under the first and least under the second comes next. What Optuna does by default.
import { z } from "zod";
import { createKnownDesigns, drawUnseen, freeDesigns } from "../sampling/unseen.ts";
import { createWarmStart, startOption } from "../sampling/warm-start.ts";
import type { Choices } from "../space.ts";
import { defineStrategy } from "../strategy.ts";
import { isFailure } from "../surrogate/failure.ts";
import { createDensity, likeliestGood } from "../surrogate/parzen.ts";
import { isScored, type Trial } from "../trial.ts";

const options = z.object({
  start: startOption("random"),
  initial: z
    .int()
    .min(1)
    .default(10)
    .describe("designs before the densities decide: those to start with, then random ones"),
  good01: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.15)
    .describe("share of the designs that count as good (at most 25 designs)"),
  draws: z.int().min(1).default(64).describe("designs compared for each proposal"),
  multivariate: z
    .boolean()
    .default(true)
    .describe("whether the densities keep what goes together; the original treats each decision by itself"),
});

export default defineStrategy({
  name: "tpe",
  summary: "Tree-structured Parzen estimator: what the good designs have and the others have not.",
  source: "Bergstra et al. 2011, https://papers.nips.cc/paper/4443; multivariate as in Falkner et al. 2018",
  model: "none",
  options,
  create({ domain }, { start, initial, good01, draws, multivariate }) {
    const known = createKnownDesigns(domain.space);
    const warmStart = createWarmStart(domain, start);
    const scored: { choices: Choices; score: number }[] = [];
    const failed: Choices[] = [];
    return {
      async propose(context) {
        const { random, pending } = context;
        const isFree = freeDesigns(known, pending);
        const begin = warmStart.next(isFree, context);
        if (begin !== undefined) return { ...begin, fidelity: {}, by: "tpe" };
        if (scored.length > 1 && scored.length + failed.length >= initial) {
          const ranked = scored.toSorted((a, b) => b.score - a.score).map(({ choices }) => choices);
          const count = Math.min(25, Math.ceil(good01 * ranked.length));
          // A design that is being evaluated counts as bad, so that the next one is another (the constant liar).
          const rest = [...ranked.slice(count), ...failed, ...pending.map(({ choices }) => choices)];
          const choices = likeliestGood(
            {
              good: createDensity(domain.space, ranked.slice(0, count), { multivariate }),
              bad: createDensity(domain.space, rest, { multivariate }),
            },
            { draws, random, isOpen: (each) => isFree(each) && domain.isFeasible(each) },
          );
          if (choices !== undefined) {
            const rationale = `like the best ${count} of ${ranked.length} and unlike the others`;
            return { choices, fidelity: {}, by: "tpe", rationale };
          }
        }
        const choices = drawUnseen(domain, isFree, random);
        return choices && { choices, fidelity: {}, by: "tpe", rationale: "drawn at random" };
      },
      observe(trial: Trial) {
        known.observe(trial);
        if (isScored(trial)) {
          scored.push({ choices: trial.proposal.choices, score: trial.outcome.score });
        } else if (isFailure(trial)) {
          failed.push(trial.proposal.choices);
        }
      },
    };
  },
});
