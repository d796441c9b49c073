// A space under limits: what a design costs, whether it is allowed, the nearest allowed design and uniform draws.
// Strategies see limits only through what this makes. It knows nothing of training.
import type { Random } from "../base/random.ts";
import { networkCost } from "../network/cost.ts";
import type { DesignCost, Domain, Limits, Violation } from "./domain.ts";
import type { Choices, Space } from "./space.ts";

/** The designs of `space` within `limits`. */
export function createDomain(space: Space, limits: Limits): Domain {
  const costOf = (choices: Choices): DesignCost => {
    const { paramCount, macCount } = networkCost(space.decode(choices));
    return { paramCount, macCount };
  };
  const isFeasible = (choices: Choices) => violationsOf(costOf(choices), limits).length === 0;
  return {
    space,
    limits,
    costOf,
    violations: (choices) => violationsOf(costOf(choices), limits),
    isFeasible,
    sample(random) {
      for (let attempt = 0; attempt < 100_000; attempt += 1) {
        const choices = anyDesign(space, random);
        if (isFeasible(choices)) return choices;
      }
      return undefined;
    },
    repair(choices) {
      let front: Choices[] = [choices];
      const seen = new Set([choices.join()]);
      while (front.length > 0) {
        const found = front.find(isFeasible);
        if (found !== undefined) return found;
        const next: Choices[] = [];
        for (const from of front) {
          for (const near of neighbours(space, from)) {
            const key = near.join();
            if (!seen.has(key)) {
              seen.add(key);
              next.push(near);
            }
          }
        }
        front = next;
      }
      return undefined;
    },
  };
}

/** Which limits a cost breaks; empty when none. */
export function violationsOf(cost: DesignCost, limits: Limits): readonly Violation[] {
  const found: Violation[] = [];
  const check = (quantity: "paramCount" | "macCount", min: number | undefined, max: number | undefined) => {
    const value = cost[quantity];
    if (min !== undefined && value < min) found.push({ quantity, value, bound: "min", limit: min });
    if (max !== undefined && value > max) found.push({ quantity, value, bound: "max", limit: max });
  };
  check("paramCount", limits.minParamCount, limits.maxParamCount);
  check("macCount", limits.minMacCount, limits.maxMacCount);
  return found;
}

/** A design drawn uniformly from the whole space, limits or not. */
export function anyDesign(space: Space, random: Random): Choices {
  return space.decisions.map(({ options }) => random.integer(options.length));
}

/** All designs that differ in exactly one decision, in the order of decisions and options. */
export function neighbours(space: Space, choices: Choices): readonly Choices[] {
  return space.decisions.flatMap(({ options }, index) =>
    options.flatMap((_, option) => (option === choices[index] ? [] : [choices.with(index, option)])),
  );
}
