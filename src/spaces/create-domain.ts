// A space under limits: what a design costs, whether it is allowed, the nearest allowed design and uniform draws.
// Strategies see limits only through what this makes. It knows nothing of training.
import type { Random } from "../base/random.ts";
import { formatCount } from "../base/units.ts";
import { networkCost } from "../network/cost.ts";
import { appendLayer, type BoundsLayer } from "./chain-bounds.ts";
import { extremeWithin, type Objective } from "./chain-extreme.ts";
import { nearestWithin } from "./chain-repair.ts";
import { createSampler, type DesignSampler } from "./chain-sample.ts";
import { climbToFeasible } from "./climb.ts";
import { costModelOf } from "./cost-model.ts";
import { chainOf, type DesignChain } from "./design-chain.ts";
import type { DesignCost, Domain, Limits, Violation } from "./domain.ts";
import type { Choices, Space } from "./space.ts";

const plainDraws = 64;
const gridDraws = 20_000;

/**
 * The designs of `space` within `limits`. Costs, repairs and draws are exact for a space with `costScopes`; for a
 * large space without them costs are counted on the network, repairs climb (see climb.ts) and draws are tried.
 */
export function createDomain(space: Space, limits: Limits): Domain {
  const costOf = (choices: Choices) => designCost(space, choices);
  const violations = (choices: Choices) => violationsOf(costOf(choices), limits);
  const isFeasible = (choices: Choices) => violations(choices).length === 0;
  let sampler: DesignSampler | undefined;
  const domain: Domain = {
    space,
    limits,
    costOf,
    violations,
    isFeasible,
    sample(random) {
      for (let attempt = 0; attempt < plainDraws; attempt += 1) {
        const choices = anyDesign(space, random);
        if (isFeasible(choices)) return choices;
      }
      const chain = chainFor(space, "draw");
      if (chain === undefined) return climbToFeasible(domain, anyDesign(space, random));
      sampler ??= createSampler(chain, limits);
      if (sampler.count === 0) return undefined;
      for (let attempt = 0; attempt < gridDraws; attempt += 1) {
        const choices = sampler.draw(random);
        if (isFeasible(choices)) return choices;
      }
      // Rarer than one in 20,000 of what the grid lets through: no longer uniform, but allowed.
      return domain.repair(sampler.draw(random));
    },
    repair(choices) {
      if (isFeasible(choices)) return choices;
      const chain = chainFor(space, "search");
      if (chain === undefined) return climbToFeasible(domain, choices);
      return nearestWithin(chain, choices, limits);
    },
  };
  return domain;
}

function designCost(space: Space, choices: Choices): DesignCost {
  const model = costModelOf(space);
  if (model !== undefined) return model.costOf(choices);
  const { paramCount, macCount } = networkCost(space.decode(choices));
  return { paramCount, macCount };
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

/** All designs that differ in exactly one decision, in the order of decisions and options; limits or not. */
export function neighbours(space: Space, choices: Choices): readonly Choices[] {
  return space.decisions.flatMap(({ options }, index) =>
    options.flatMap((_, option) => (option === choices[index] ? [] : [choices.with(index, option)])),
  );
}

type By = Objective["by"];

/**
 * The allowed design with most MACs or parameters, or undefined if none is allowed. Exact where 3,000 branches
 * settle it, as in the spaces with tables; in larger ones the best found, near the limit. Which of several equal
 * ones is not specified. Decisions that cost nothing have their middle option.
 */
export function largestFeasible(domain: Domain, by: By): Choices | undefined {
  return extreme(domain, { by, direction: "largest" });
}

/** The allowed design with fewest MACs or parameters; like {@link largestFeasible}. */
export function smallestFeasible(domain: Domain, by: By): Choices | undefined {
  return extreme(domain, { by, direction: "smallest" });
}

function extreme(domain: Domain, objective: Objective): Choices | undefined {
  const { space, limits } = domain;
  const middle = space.decisions.map(({ options }) => Math.floor((options.length - 1) / 2));
  const chain = chainFor(space, "draw");
  if (chain === undefined) return climbToFeasible(domain, middle, objective);
  const test = (cost: DesignCost) => violationsOf(cost, limits).length === 0;
  const found = extremeWithin(chain, objective, { limits, test }) ?? domain.repair(middle);
  const costly = new Set(costModelOf(space)?.terms.flatMap(({ scope }) => scope));
  return found?.map((choice, index) => (costly.has(index) ? choice : (middle[index] as number)));
}

/** The smallest and largest costs of any design of the space; undefined where they cannot be known exactly. */
export function reachOf(space: Space): Required<Limits> | undefined {
  const chain = chainFor(space, "search");
  if (chain === undefined) return undefined;
  const layers: BoundsLayer[] = [];
  appendLayer(layers, chain, undefined, 0);
  const { minMac, maxMac, minParam, maxParam } = layers[0] as BoundsLayer;
  const { macCount, paramCount } = chain.base;
  return {
    minParamCount: paramCount + minParam[0]![0]!,
    maxParamCount: paramCount + maxParam[0]![0]!,
    minMacCount: macCount + minMac[0]![0]!,
    maxMacCount: macCount + maxMac[0]![0]!,
  };
}

/** Why no design is allowed, and what could be, for an error message. */
export function describeEmpty({ space, limits }: Domain): string {
  const range = (min: number | undefined, max: number | undefined, unit: string) =>
    min === undefined && max === undefined
      ? []
      : [
          `${[min === undefined ? "" : `at least ${formatCount(min)}`, max === undefined ? "" : `at most ${formatCount(max)}`].filter(Boolean).join(" and ")} ${unit}`,
        ];
  const asked = [
    ...range(limits.minParamCount, limits.maxParamCount, "parameters"),
    ...range(limits.minMacCount, limits.maxMacCount, "MACs"),
  ].join(", ");
  const reach = reachOf(space);
  const reachable =
    reach === undefined
      ? "Widen the limits."
      : `Its designs have from ${formatCount(reach.minParamCount)} to ${formatCount(reach.maxParamCount)} parameters and from ${formatCount(reach.minMacCount)} to ${formatCount(reach.maxMacCount)} MACs. Choose limits within these ranges, or another size of the space.`;
  return `No design of ${space.name} has ${asked}. ${reachable}`;
}

/** Larger blocks make draws quicker and their grid finer; smaller ones make searches quicker. */
const blockCosts = { draw: 400, search: 0 } as const;
const chains = { draw: new WeakMap<Space, DesignChain>(), search: new WeakMap<Space, DesignChain>() };

function chainFor(space: Space, use: keyof typeof blockCosts): DesignChain | undefined {
  const known = chains[use].get(space);
  if (known !== undefined) return known;
  const model = costModelOf(space);
  const chain = model && chainOf(model, blockCosts[use]);
  if (chain !== undefined) chains[use].set(space, chain);
  return chain;
}
