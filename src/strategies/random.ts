// Random search: uniform over the allowed designs, without repeats. The baseline that every search must beat, and
// the shortest example of a strategy.
import { z } from "zod";
import { defineStrategy } from "./strategy.ts";

/** Draws in a row that may hit known designs before the space counts as exhausted. */
const patience = 2000;

export default defineStrategy({
  name: "random",
  summary: "Uniform over the allowed designs, without repeats.",
  source: "Bergstra and Bengio 2012, https://jmlr.org/papers/v13/bergstra12a.html",
  model: "none",
  options: z.object({}),
  create({ domain }) {
    const seen = new Set<string>();
    return {
      async propose({ random, pending }) {
        const taken = new Set(pending.map((proposal) => proposal.choices.join()));
        for (let attempt = 0; attempt < patience; attempt += 1) {
          const choices = domain.sample(random);
          if (choices === undefined) return undefined;
          const key = choices.join();
          if (!seen.has(key) && !taken.has(key)) return { choices, fidelity: {}, by: "random" };
        }
        return undefined;
      },
      observe({ proposal }) {
        seen.add(proposal.choices.join());
      },
    };
  },
});
