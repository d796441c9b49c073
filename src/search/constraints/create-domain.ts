// A space under limits: what a design costs, whether it is allowed, the nearest allowed design and uniform draws.
// Strategies see limits only through what this makes. It knows nothing of training.
import { GeniusError } from "../../base/errors.ts";
import { createRandom, type Random } from "../../base/random.ts";
import { formatCount } from "../../base/units.ts";
import { networkCost } from "../../graph/cost.ts";
import type { Choices, Space } from "../space.ts";
import { extentOf } from "./chain-bounds.ts";
import { extremeWithin, type Objective } from "./chain-extreme.ts";
import { nearestWithin } from "./chain-repair.ts";
import { createSampler, type DesignSampler } from "./chain-sample.ts";
import { climbToFeasible } from "./climb.ts";
import { costModelOf } from "./cost-model.ts";
import { chainOf, type DesignChain } from "./design-chain.ts";
import type { DesignCost, Domain, Limits, Violation } from "./domain.ts";
import { brokenRule, drawListed, extremeOf, listAllowed, nearestByRule } from "./rule.ts";

const plainDraws = 64;
const gridDraws = 5_000;

/**
 * The designs of `space` within `limits`. Costs, repairs and draws are exact for a space with `costScopes` – but where
 * limits are so tight against each other that 50,000 steps do not settle the nearest design, a near one is drawn.
 * For a large space without scopes costs are counted on the network and repairs climb (see climb.ts). A space's own rule is
 * kept exactly in a space of up to 20,000 designs; in a larger one repairs are exact where a near design is allowed.
 */
export function createDomain(space: Space, limits: Limits): Domain {
  const costOf = (choices: Choices) => designCost(space, choices);
  const violations = (choices: Choices) => [
    ...brokenRule(space, choices),
    ...violationsOf(costOf(choices), limits),
  ];
  const isFeasible = (choices: Choices) => violations(choices).length === 0;
  let sampler: DesignSampler | undefined;
  /** Uniform among the allowed designs, unless those are rarer than one in 5,000 of what the grid lets through. */
  const drawFromGrid = (chain: DesignChain, random: Random): Choices | undefined => {
    sampler ??= createSampler(chain, limits);
    if (sampler.count === 0) return undefined;
    for (let attempt = 0; attempt < gridDraws; attempt += 1) {
      const choices = sampler.draw(random);
      if (isFeasible(choices)) return choices;
    }
    return undefined;
  };
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
      const listed = space.allows && listAllowed(domain);
      if (listed !== undefined) return drawListed(listed, random);
      const chain = chainFor(space, "draw");
      if (chain === undefined) return climbToFeasible(domain, anyDesign(space, random));
      return (
        drawFromGrid(chain, random) ??
        (sampler?.count === 0 ? undefined : domain.repair(anyDesign(space, random)))
      );
    },
    repair(choices) {
      if (isFeasible(choices)) return choices;
      if (space.allows !== undefined) {
        const found = nearestByRule(domain, choices);
        if (found !== undefined || listAllowed(domain) !== undefined) return found;
      }
      const chain = chainFor(space, "search");
      if (chain === undefined) return climbToFeasible(domain, choices);
      const nearest = nearestWithin(chain, choices, limits);
      if (nearest === undefined) return undefined;
      if (nearest !== "undecided" && isFeasible(nearest)) return nearest;
      const draw = chainFor(space, "draw") ?? chain;
      const near = drawFromGrid(draw, createRandom("repair", ...choices));
      if (near === undefined && space.allows !== undefined) return climbToFeasible(domain, choices);
      if (near === undefined && sampler?.count !== 0) throw undecided(domain);
      return near && restore(domain, near, choices);
    },
  };
  return domain;
}

/** Takes back, one by one, the changes from `choices` that the limits do not need. */
function restore(domain: Domain, from: Choices, choices: Choices): Choices {
  let current = from;
  for (const [index, choice] of choices.entries()) {
    const restored = current.with(index, choice);
    if (domain.isFeasible(restored)) current = restored;
  }
  return current;
}

function undecided({ space, limits }: Domain): GeniusError {
  const asked = [...limitWords(limits, "Param"), ...limitWords(limits, "Mac")].join(" and ");
  return new GeniusError(
    "infeasible",
    `No design of ${space.name} with ${asked} was found, and none was ruled out: the limits are too narrow. Move them apart.`,
  );
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

/** Every design of a space small enough to list, as those with a published table are; limits or not. */
export function allDesigns({ decisions }: Space): Choices[] {
  return decisions.reduce<Choices[]>(
    (designs, { options }) => designs.flatMap((choices) => options.map((_, option) => [...choices, option])),
    [[]],
  );
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
  if (space.allows !== undefined) return extremeByRule(domain, objective, middle);
  const chain = chainFor(space, "draw");
  if (chain === undefined) return climbToFeasible(domain, middle, objective);
  const test = (cost: DesignCost) => violationsOf(cost, limits).length === 0;
  const found = extremeWithin(chain, objective, { limits, test }) ?? domain.repair(middle);
  const costly = new Set(costModelOf(space)?.terms.flatMap(({ scope }) => scope));
  return found?.map((choice, index) => (costly.has(index) ? choice : (middle[index] as number)));
}

/** Exact in a small space; in a larger one the best that climbing finds from the middle and from a few draws. */
function extremeByRule(domain: Domain, objective: Objective, middle: Choices): Choices | undefined {
  const listed = listAllowed(domain);
  if (listed !== undefined) return extremeOf(domain, listed, objective);
  const random = createRandom("extreme", domain.space.name);
  const starts = [middle, ...Array.from({ length: 8 }, () => domain.sample(random) ?? middle)];
  const found = starts
    .map((start) => climbToFeasible(domain, start, objective))
    .filter((choices) => choices !== undefined);
  return extremeOf(domain, found, objective);
}

/** The smallest and largest costs of any design of the space; undefined where they cannot be known exactly. */
export function reachOf(space: Space): Required<Limits> | undefined {
  const chain = chainFor(space, "search");
  if (chain === undefined) return undefined;
  return extentOf(chain);
}

/** Why no design is allowed, and what could be, for an error message. */
export function describeEmpty({ space, limits }: Domain): string {
  const asked = [...limitWords(limits, "Param"), ...limitWords(limits, "Mac")].join(" and ");
  const reach = reachOf(space);
  const { allows, ...free } = space;
  if (allows !== undefined && createDomain(free, limits).sample(createRandom("feasible")) !== undefined) {
    const where = asked === "" ? "" : ` with ${asked}`;
    const said = allows(createDomain(free, limits).sample(createRandom("feasible")) as Choices);
    return `No design of ${space.name}${where} is allowed by the rule of the space (${String(said)}).${asked === "" ? " Change its rule." : " Widen the limits."}`;
  }
  const start = `No design of ${space.name} has ${asked}.`;
  if (reach === undefined) return `${start} Widen the limits.`;
  const {
    minParamCount = 0,
    maxParamCount = reach.maxParamCount,
    minMacCount = 0,
    maxMacCount = reach.maxMacCount,
  } = limits;
  const params = rangeWords(reach.minParamCount, reach.maxParamCount, "parameters");
  const macs = rangeWords(reach.minMacCount, reach.maxMacCount, "MACs");
  const apart =
    minParamCount > reach.maxParamCount ||
    maxParamCount < reach.minParamCount ||
    minMacCount > reach.maxMacCount ||
    maxMacCount < reach.minMacCount;
  if (apart)
    return `${start} Its designs have ${params} and ${macs}. Choose limits within these, or another size of the space.`;
  const few = createDomain(space, { minParamCount, maxParamCount });
  const least = smallestFeasible(few, "macCount");
  const most = largestFeasible(few, "macCount");
  if (least === undefined || most === undefined)
    return `${start} Its designs have ${params}, but none in between those limits. Move them apart.`;
  const within = rangeWords(few.costOf(least).macCount, few.costOf(most).macCount, "MACs");
  return `${start} Designs with the parameters asked for have ${within}. Widen one of the limits.`;
}

function limitWords(limits: Limits, of: "Param" | "Mac"): readonly string[] {
  const [min, max] = [limits[`min${of}Count`], limits[`max${of}Count`]];
  const unit = of === "Param" ? "parameters" : "MACs";
  if (min !== undefined && max !== undefined) return [`${formatCount(min)} to ${formatCount(max)} ${unit}`];
  if (max !== undefined) return [`at most ${formatCount(max)} ${unit}`];
  return min === undefined ? [] : [`at least ${formatCount(min)} ${unit}`];
}

function rangeWords(min: number, max: number, unit: string): string {
  return `from ${formatCount(min)} to ${formatCount(max)} ${unit}`;
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
