// A space under limits: what a design costs, whether it is allowed, the nearest allowed design and uniform draws.
// Strategies see limits only through what this makes. It knows nothing of training.
import { GeniusError } from "../../base/errors.ts";
import { createRandom, type Random } from "../../base/random.ts";
import { networkCost } from "../../graph/cost.ts";
import type { Network } from "../../graph/network.ts";
import type { Choices, CostLimits, Space } from "../space.ts";
import { extentOf } from "./chain-bounds.ts";
import { extremeWithin, type Objective } from "./chain-extreme.ts";
import { nearestWithin } from "./chain-repair.ts";
import { createSampler, type DesignSampler } from "./chain-sample.ts";
import { climbToFeasible } from "./climb.ts";
import { type CostModel, costModelOf, designCountOf, flashModelOf } from "./cost-model.ts";
import { chainOf, type DesignChain } from "./design-chain.ts";
import type { DesignCost, Domain, Limits, Violation } from "./domain.ts";
import { limitsInWords } from "./limit-words.ts";
import { defaultPrecision, designMemory, hasMemoryLimit, memoryViolations, networkMemory } from "./memory.ts";
import { brokenRule, drawListed, extremeOf, listAllowed, listedDesigns, nearestByRule } from "./rule.ts";

const plainDraws = 64;
const gridDraws = 5_000;
/** The same where each needs its arena planned. */
const memoryDraws = 500;

/**
 * The designs of `space` within `limits`. Costs, repairs and draws are exact for a space with `costScopes` – but where
 * limits are so tight against each other that 50,000 steps do not settle the nearest design, a near one is drawn.
 * For a large space without scopes costs are counted on the network and repairs climb (see climb.ts). A space's own rule, and
 * limits on RAM and flash, are kept exactly in a space of up to 20,000 designs; in a larger one repairs by a rule are exact
 * where a near design is allowed, and those by memory climb.
 */
export function createDomain(space: Space, limits: Limits): Domain {
  const costOf = (choices: Choices) => designCost(space, choices);
  const memoryOf = (choices: Choices) => designMemory(space, choices, limits.precision ?? defaultPrecision);
  const limitsMemory = hasMemoryLimit(limits);
  const violations = (choices: Choices) => [
    ...brokenRule(space, choices),
    ...violationsOf(costOf(choices), limits),
    ...(limitsMemory ? memoryViolations(memoryOf(choices), limits) : []),
  ];
  // The quick tests first.
  const isFeasible = (choices: Choices) =>
    (space.allows?.(choices) ?? true) === true &&
    violationsOf(costOf(choices), limits).length === 0 &&
    (!limitsMemory ||
      (fitsFlash(space, choices, limits) && memoryViolations(memoryOf(choices), limits).length === 0));
  const isRuled = space.allows !== undefined || limitsMemory;
  let sampler: DesignSampler | undefined;
  /**
   * Uniform among the allowed designs, unless those are rarer than one in 5,000 of what the grid lets through, or one in 500
   * where memory is limited.
   */
  const drawFromGrid = (ground: Ground, random: Random): Choices | undefined => {
    sampler ??= createSampler(ground.chain, ground.limits);
    if (sampler.count === 0) return undefined;
    for (let attempt = 0; attempt < (limitsMemory ? memoryDraws : gridDraws); attempt += 1) {
      const choices = sampler.draw(random);
      if (isFeasible(choices)) return choices;
    }
    return undefined;
  };
  const domain: Domain = {
    space,
    limits,
    costOf,
    memoryOf,
    violations,
    isFeasible,
    sample(random) {
      // Where memory is limited a draw is dear, and those from the grid keep to flash already.
      const isDear = limitsMemory && designCountOf(space) > listedDesigns;
      const ground = isDear ? groundFor(space, limits, "draw") : undefined;
      for (let attempt = 0; attempt < plainDraws && ground === undefined; attempt += 1) {
        const choices = anyDesign(space, random);
        if (isFeasible(choices)) return choices;
      }
      const listed = isRuled ? listAllowed(domain) : undefined;
      if (listed !== undefined) return drawListed(listed, random);
      const by = ground ?? groundFor(space, limits, "draw");
      if (by === undefined) return climbToFeasible(domain, anyDesign(space, random));
      return (
        drawFromGrid(by, random) ??
        (sampler?.count === 0 ? undefined : domain.repair(anyDesign(space, random)))
      );
    },
    repair(choices) {
      if (isFeasible(choices)) return choices;
      if (space.allows !== undefined || (limitsMemory && listAllowed(domain) !== undefined)) {
        const found = nearestByRule(domain, choices);
        if (found !== undefined || listAllowed(domain) !== undefined) return found;
      }
      if (limitsMemory) return climbNear(domain, choices);
      const chain = chainFor(space, "search");
      if (chain === undefined) return climbToFeasible(domain, choices);
      const nearest = nearestWithin(chain, choices, limits);
      if (nearest === undefined) return undefined;
      if (nearest !== "undecided" && isFeasible(nearest)) return nearest;
      const draw = groundFor(space, limits, "draw") ?? { chain, limits };
      const near = drawFromGrid(draw, createRandom("repair", ...choices));
      if (near === undefined && space.allows !== undefined) return climbToFeasible(domain, choices);
      if (near === undefined && sampler?.count !== 0) throw undecided(domain);
      return near && restore(domain, near, choices);
    },
  };
  return domain;
}

/** Towards the limits from where costs alone would send it, and back as far as the limits allow. */
function climbNear(domain: Domain, choices: Choices): Choices | undefined {
  const { space, limits } = domain;
  const ground = groundFor(space, limits, "search");
  const nearest = ground === undefined ? choices : nearestWithin(ground.chain, choices, ground.limits);
  if (nearest === undefined) return undefined;
  const near = climbToFeasible(domain, nearest === "undecided" ? choices : nearest);
  return near && restore(domain, near, choices);
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
  return new GeniusError(
    "infeasible",
    `No design of ${space.name} with ${limitsInWords(limits).join(" and ")} was found, and none was ruled out: the limits are too narrow. Move them apart.`,
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

/** Which limits a network breaks that is no design of a space; empty when none. */
export function networkViolations(network: Network, limits: Limits): readonly Violation[] {
  const { precision = defaultPrecision } = limits;
  const broken = violationsOf(networkCost(network), limits);
  if (!hasMemoryLimit(limits)) return broken;
  return [...broken, ...memoryViolations(networkMemory(network, precision), limits)];
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

const extremes = new WeakMap<Domain, Map<string, Choices | undefined>>();

function extreme(domain: Domain, objective: Objective): Choices | undefined {
  const { space, limits } = domain;
  const middle = space.decisions.map(({ options }) => Math.floor((options.length - 1) / 2));
  if (space.allows !== undefined) return extremeByRule(domain, objective, middle);
  if (hasMemoryLimit(limits)) {
    // Strategies ask for the largest design again and again.
    const known = extremes.get(domain) ?? new Map<string, Choices | undefined>();
    extremes.set(domain, known);
    const key = `${objective.by} ${objective.direction}`;
    if (!known.has(key)) known.set(key, extremeByRule(domain, objective, middle));
    return known.get(key);
  }
  const chain = chainFor(space, "draw");
  if (chain === undefined) return climbToFeasible(domain, middle, objective);
  const test = (cost: DesignCost) => violationsOf(cost, limits).length === 0;
  const found = extremeWithin(chain, objective, { limits, test }) ?? domain.repair(middle);
  const costly = new Set(costModelOf(space)?.terms.flatMap(({ scope }) => scope));
  return found?.map((choice, index) => (costly.has(index) ? choice : (middle[index] as number)));
}

/** Exact in a small space; in a larger one the best that climbing finds from a few starts. */
function extremeByRule(domain: Domain, objective: Objective, middle: Choices): Choices | undefined {
  const listed = listAllowed(domain);
  if (listed !== undefined) return extremeOf(domain, listed, objective);
  const starts =
    domain.space.allows === undefined ? memoryStarts(domain, objective, middle) : ruleStarts(domain, middle);
  const found = starts
    .map((start) => climbToFeasible(domain, start, objective))
    .filter((choices) => choices !== undefined);
  return extremeOf(domain, found, objective);
}

function ruleStarts(domain: Domain, middle: Choices): readonly Choices[] {
  const random = createRandom("extreme", domain.space.name);
  return [middle, ...Array.from({ length: 8 }, () => domain.sample(random) ?? middle)];
}

/** The extreme without the limits of memory, brought within them. */
function memoryStarts(domain: Domain, objective: Objective, middle: Choices): readonly Choices[] {
  const { maxRamBytes: _ram, maxFlashBytes: _flash, ...rest } = domain.limits;
  const free = extreme(createDomain(domain.space, rest), objective);
  return [middle, ...(free === undefined ? [] : [domain.repair(free) ?? free])];
}

/** The smallest and largest costs of any design of the space; undefined where they cannot be known exactly. */
export function reachOf(space: Space): Required<CostLimits> | undefined {
  const chain = chainFor(space, "search");
  if (chain === undefined) return undefined;
  return extentOf(chain);
}

/** Larger blocks make draws quicker and their grid finer; smaller ones make searches quicker. */
const blockCosts = { draw: 400, search: 0 } as const;
type Use = keyof typeof blockCosts;
const chains = new WeakMap<CostModel, Partial<Record<Use, DesignChain | "none">>>();

function chainFor(space: Space, use: Use): DesignChain | undefined {
  const model = costModelOf(space);
  return model && chainOfModel(model, use);
}

function chainOfModel(model: CostModel, use: Use): DesignChain | undefined {
  const known = chains.get(model) ?? {};
  chains.set(model, known);
  known[use] ??= chainOf(model, blockCosts[use]) ?? "none";
  return known[use] === "none" ? undefined : known[use];
}

/** Whether flash, where it is a sum that a table gives, is within its limit. */
function fitsFlash(
  space: Space,
  choices: Choices,
  { maxFlashBytes, precision = defaultPrecision }: Limits,
): boolean {
  const model = maxFlashBytes === undefined ? undefined : flashModelOf(space, precision);
  return model === undefined || model.costOf(choices).paramCount <= (maxFlashBytes as number);
}

/** What exact draws and repairs go by: a chain and limits on its two quantities. */
interface Ground {
  readonly chain: DesignChain;
  readonly limits: CostLimits;
}

/** Flash takes the place of parameters where it is limited and they are not: then draws keep to it from the start. */
function groundFor(space: Space, limits: Limits, use: Use): Ground | undefined {
  const { maxFlashBytes, minParamCount, maxParamCount, precision = defaultPrecision, ...rest } = limits;
  if (maxFlashBytes !== undefined && minParamCount === undefined && maxParamCount === undefined) {
    const model = flashModelOf(space, precision);
    const chain = model && chainOfModel(model, use);
    if (chain !== undefined) return { chain, limits: { ...rest, maxParamCount: maxFlashBytes } };
  }
  const chain = chainFor(space, use);
  return chain && { chain, limits };
}
