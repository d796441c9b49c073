// A strategy of your own in one file: improve one decision after the other, from the largest network.
//
//   npx genius search nas-bench-macro --strategy ./examples/own-strategy/coordinate-search.ts --trials 20
import { defineStrategy, isScored, largestFeasible, type Trial } from "genius-nas";
import { z } from "zod";

export default defineStrategy({
  name: "coordinate-search",
  summary: "Tries the options of one decision after the other, and keeps what was better.",
  source: "an example",
  model: "none",
  options: z.object({ first: z.int().min(0).default(0).describe("the decision to begin with") }),
  create({ domain }, { first }) {
    const tried = new Set<string>();
    let best: Trial | undefined;
    return {
      async propose({ pending }) {
        const from = best?.proposal.choices ?? largestFeasible(domain, "macCount");
        if (from === undefined) return undefined;
        const taken = new Set(pending.map(({ choices }) => choices.join()));
        const { decisions } = domain.space;
        for (let step = 0; step < decisions.length; step += 1) {
          const index = (first + step) % decisions.length;
          for (let option = decisions[index]!.options.length - 1; option >= 0; option -= 1) {
            const choices = from.map((choice, place) => (place === index ? option : choice));
            const key = choices.join();
            if (tried.has(key) || taken.has(key) || !domain.isFeasible(choices)) continue;
            return {
              choices,
              fidelity: {},
              by: "coordinate-search",
              rationale: `${decisions[index]!.name} alone`,
            };
          }
        }
        return undefined;
      },
      // The only way a strategy learns: a resumed search replays it.
      observe(trial) {
        tried.add(trial.proposal.choices.join());
        const isBetter =
          best === undefined ||
          (isScored(best) && isScored(trial) && trial.outcome.score > best.outcome.score);
        if (isScored(trial) && isBetter) best = trial;
      },
    };
  },
});
