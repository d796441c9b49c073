// The best built-in search: a Gaussian process that knows what can be said of a network from its graph, and so begins
// well, and learns each decision's worth from there.
import { z } from "zod";
import { acquire } from "./acquire.ts";
import { networkKnowledge } from "./network-knowledge.ts";
import { defineStrategy } from "./strategy.ts";
import { createSurrogate } from "./surrogate.ts";
import { createKnownDesigns, drawUnseen, freeDesigns } from "./unseen.ts";

export default defineStrategy({
  name: "hybrid",
  summary:
    "The best built-in search: a surrogate that knows networks, with a language model where there is one.",
  source:
    "arXiv:2606.21641 and arXiv:2603.24647: a model's lead is its warm start, and model and optimiser together beat both",
  model: "optional",
  options: z.object({}),
  create({ domain }) {
    const surrogate = createSurrogate(domain, networkKnowledge(domain));
    const known = createKnownDesigns();
    return {
      async propose({ random, pending }) {
        const isFree = freeDesigns(known, pending);
        const [next] = acquire(surrogate.candidates({ random, pending }), isFree);
        if (next !== undefined) {
          return {
            choices: next.choices,
            fidelity: {},
            by: "hybrid/surrogate",
            ...(surrogate.size > 0 && { predicted: next.predicted }),
          };
        }
        const choices = drawUnseen(domain, isFree, random);
        return choices && { choices, fidelity: {}, by: "hybrid/surrogate", rationale: "drawn at random" };
      },
      observe(trial) {
        known.observe(trial);
        surrogate.observe(trial);
      },
    };
  },
});
