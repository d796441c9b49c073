// Bayesian optimisation: a Gaussian process over the decisions says what it expects of every design and how sure it
// is, and the design of highest expected improvement comes next. It looks at decisions only, never at the network.
import { z } from "zod";
import { createKnownDesigns, drawUnseen, freeDesigns } from "../sampling/unseen.ts";
import { createWarmStart, startOption } from "../sampling/warm-start.ts";
import { defineStrategy } from "../strategy.ts";
import { acquire } from "../surrogate/acquire.ts";
import { costAwareOption, createSurrogate } from "../surrogate/surrogate.ts";

const options = z.object({
  start: startOption("largest"),
  initial: z
    .int()
    .min(1)
    .default(4)
    .describe("designs before the surrogate decides: those to start with, then random ones"),
  costAware: costAwareOption,
});

export default defineStrategy({
  name: "gp",
  summary: "Bayesian optimisation: a Gaussian process over the decisions, expected improvement.",
  source:
    "Jones et al. 1998, https://doi.org/10.1023/A:1008306431147; kernel for categories as in Ru et al. 2020, https://arxiv.org/abs/1906.08878",
  model: "none",
  options,
  create({ domain, evaluations }, { start, initial, costAware }) {
    const surrogate = createSurrogate(domain, costAware ? { quickWithin: evaluations } : {});
    const known = createKnownDesigns(domain.space);
    const warmStart = createWarmStart(domain, start);
    return {
      async propose(context) {
        const { random, pending } = context;
        const isFree = freeDesigns(known, pending);
        const by = "gp";
        const begin = warmStart.next(isFree, context);
        if (begin !== undefined) return { ...begin, fidelity: {}, by };
        if (surrogate.size > 0 && known.size + pending.length >= initial) {
          const [next] = acquire(surrogate.candidates({ random, pending }), isFree);
          if (next !== undefined) {
            const { promise: _, ...proposed } = next;
            return { ...proposed, fidelity: {}, by };
          }
        }
        const choices = drawUnseen(domain, isFree, random);
        return choices && { choices, fidelity: {}, by, rationale: "drawn at random" };
      },
      observe(trial) {
        known.observe(trial);
        surrogate.observe(trial);
      },
    };
  },
});
