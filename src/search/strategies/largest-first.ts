// The largest networks first: by multiply–accumulates, downwards. The baseline that asks whether a search found
// more than "bigger is better".
import { z } from "zod";
import { largestFeasible, neighbours } from "../constraints/create-domain.ts";
import type { Choices } from "../space.ts";
import { defineStrategy } from "../strategy.ts";

export default defineStrategy({
  name: "largest-first",
  summary: "The largest allowed network, then the next largest by multiply–accumulates.",
  source: "the baseline of Yang et al. 2020, https://arxiv.org/abs/1912.12522, taken literally",
  model: "none",
  options: z.object({}),
  create({ domain }) {
    const tried: Choices[] = [];
    let start: Choices | undefined;
    const macsOf = (choices: Choices) => domain.costOf(choices).macCount;
    return {
      async propose({ pending }) {
        const before = [...tried, ...pending.map((proposal) => proposal.choices)];
        const known = new Set(before.map((choices) => choices.join()));
        // The next largest design is one step from a larger one: the frontier of what was tried holds it.
        start ??= largestFeasible(domain, "macCount");
        const frontier = [
          ...(start ? [start] : []),
          ...before.flatMap((choices) => neighbours(domain.space, choices)),
        ];
        let next: Choices | undefined;
        for (const choices of frontier) {
          if (known.has(choices.join()) || !domain.isFeasible(choices)) continue;
          if (next === undefined || macsOf(choices) > macsOf(next)) next = choices;
        }
        return next && { choices: next, fidelity: {}, by: "largest-first" };
      },
      observe({ proposal }) {
        if (proposal.unreadable === undefined) tried.push(proposal.choices);
      },
    };
  },
});
