// Random search: uniform over the allowed designs, without repeats. The baseline that every search must beat, and
// the shortest example of a strategy.
import { z } from "zod";
import { createKnownDesigns, drawUnseen, freeDesigns } from "../sampling/unseen.ts";
import { defineStrategy } from "../strategy.ts";

export default defineStrategy({
  name: "random",
  summary: "Uniform over the allowed designs, without repeats.",
  source: "Bergstra and Bengio 2012, https://jmlr.org/papers/v13/bergstra12a.html",
  model: "none",
  options: z.object({}),
  create({ domain }) {
    const known = createKnownDesigns(domain.space);
    return {
      async propose({ random, pending }) {
        const choices = drawUnseen(domain, freeDesigns(known, pending), random);
        return choices && { choices, fidelity: {}, by: "random" };
      },
      observe: known.observe,
    };
  },
});
