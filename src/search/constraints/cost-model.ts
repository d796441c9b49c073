// Exact costs from small tables instead of counted networks. A space says by `costScopes` which decisions meet in
// one term of the cost; each table is what its decisions add to the design of all first options, so a few hundred
// counted networks give the cost of every design, integer for integer.
import { GeniusError } from "../../base/errors.ts";
import { createRandom } from "../../base/random.ts";
import { networkCost } from "../../graph/cost.ts";
import { flashBytes } from "../../graph/flash.ts";
import type { Network } from "../../graph/network.ts";
import type { Precision } from "../../graph/precision.ts";
import type { Choices, Space } from "../space.ts";
import type { DesignCost } from "./domain.ts";

/** What the decisions of `scope` add to a cost; entry of a combination: its options as digits, first decision first. */
export interface CostTerm {
  readonly scope: readonly number[];
  readonly paramCounts: Float64Array;
  readonly macCounts: Float64Array;
}

export interface CostModel {
  /** The sizes of the decisions. */
  readonly optionCounts: readonly number[];
  readonly terms: readonly CostTerm[];
  costOf(choices: Choices): DesignCost;
}

/** A space without scopes has a model all the same if counting all of its designs is quick. */
const countableDesigns = 5_000;
const models = new WeakMap<Space, CostModel | "none">();

/**
 * The cost model of a space, built at its first use; undefined for a space that gives no `costScopes` and has too
 * many designs to count them all.
 * @throws GeniusError `internal` when the space's `costScopes` do not hold.
 */
export function costModelOf(space: Space): CostModel | undefined {
  let model = models.get(space);
  if (model === undefined) {
    const built = buildModel(space);
    if (built !== undefined) verify(space, built);
    model = built ?? "none";
    models.set(space, model);
  }
  return model === "none" ? undefined : model;
}

/** The number of designs in a space, which may be beyond exact integers. */
export function designCountOf({ decisions }: Space): number {
  return decisions.reduce((count, { options }) => count * options.length, 1);
}

const flashModels = {
  int8: new WeakMap<Space, CostModel | "none">(),
  float: new WeakMap<Space, CostModel | "none">(),
};

/**
 * The same with bytes of flash in the place of parameters: layers add up in flash as they do in parameters. Undefined where
 * that does not hold, as where a design has parts that no result depends on.
 */
export function flashModelOf(space: Space, precision: Precision): CostModel | undefined {
  let model = flashModels[precision].get(space);
  if (model === undefined) {
    const count = (network: Network): DesignCost => ({
      paramCount: flashBytes(network, precision),
      macCount: networkCost(network).macCount,
    });
    const built = space.costScopes && buildModel(space, count);
    model =
      built !== undefined && holds(space, { model: built, count, designs: 40 }) === undefined
        ? built
        : "none";
    flashModels[precision].set(space, model);
  }
  return model === "none" ? undefined : model;
}

function buildModel(space: Space, count: Count = networkCost): CostModel | undefined {
  const all = space.decisions.map((_, index) => index);
  const scopes = space.costScopes ?? (designCountOf(space) <= countableDesigns ? [all] : undefined);
  if (scopes === undefined) return undefined;
  const optionCounts = space.decisions.map(({ options }) => options.length);
  const counted = countOnce(space, count);
  const terms: CostTerm[] = [];
  // The empty scope is the design of all first options; each later scope adds what the earlier ones leave open.
  for (const scope of [[], ...scopes]) {
    const size = scope.reduce((count, index) => count * (optionCounts[index] as number), 1);
    const term = { scope, paramCounts: new Float64Array(size), macCounts: new Float64Array(size) };
    for (let entry = 0; entry < size; entry += 1) {
      const choices = spread(scope, entry, optionCounts);
      const known = sum(terms, choices, optionCounts);
      const { paramCount, macCount } = counted(choices);
      term.paramCounts[entry] = paramCount - known.paramCount;
      term.macCounts[entry] = macCount - known.macCount;
    }
    terms.push(term);
  }
  return { optionCounts, terms, costOf: (choices: Choices) => sum(terms, choices, optionCounts) };
}

type Count = (network: Network) => DesignCost;

function countOnce(space: Space, count: Count): (choices: Choices) => DesignCost {
  const seen = new Map<string, DesignCost>();
  return (choices) => {
    const key = space.tableKey?.(choices) ?? choices.join();
    let cost = seen.get(key);
    if (cost === undefined) {
      cost = count(space.decode(choices));
      seen.set(key, cost);
    }
    return cost;
  };
}

/** The design that has the options of `entry` at the decisions of `scope`, and first options elsewhere. */
function spread(scope: readonly number[], entry: number, optionCounts: readonly number[]): Choices {
  const choices = optionCounts.map(() => 0);
  let rest = entry;
  for (const index of scope.toReversed()) {
    const count = optionCounts[index] as number;
    choices[index] = rest % count;
    rest = Math.floor(rest / count);
  }
  return choices;
}

function sum(terms: readonly CostTerm[], choices: Choices, optionCounts: readonly number[]): DesignCost {
  let paramCount = 0;
  let macCount = 0;
  for (let t = 0; t < terms.length; t += 1) {
    const { scope, paramCounts, macCounts } = terms[t] as CostTerm;
    let entry = 0;
    for (let i = 0; i < scope.length; i += 1) {
      const index = scope[i] as number;
      entry = entry * (optionCounts[index] as number) + (choices[index] as number);
    }
    paramCount += paramCounts[entry] as number;
    macCount += macCounts[entry] as number;
  }
  return { paramCount, macCount };
}

/** Scopes that a space's author got wrong would give wrong costs silently; a few designs tell. */
function verify(space: Space, model: CostModel): void {
  const wrong = holds(space, { model, count: networkCost, designs: 4 });
  if (wrong === undefined) return;
  const { choices, counted, modelled } = wrong;
  throw new GeniusError(
    "internal",
    `The costScopes of space ${space.name} do not hold: ${choices.join(",")} has ${counted.paramCount} parameters and ${counted.macCount} MACs, and its scopes give ${modelled.paramCount} and ${modelled.macCount}. Put decisions that meet in one layer into one scope.`,
  );
}

interface Checked {
  readonly model: CostModel;
  readonly count: Count;
  /** How many are looked at. */
  readonly designs: number;
}

/** A design of which the model says something else than its network, if one of a few drawn ones is like that. */
function holds(space: Space, { model, count, designs }: Checked) {
  const random = createRandom("cost-model", space.name);
  for (let attempt = 0; attempt < designs; attempt += 1) {
    const choices = model.optionCounts.map((size) => (attempt === 0 ? size - 1 : random.integer(size)));
    const counted = count(space.decode(choices));
    const modelled = model.costOf(choices);
    if (counted.paramCount !== modelled.paramCount || counted.macCount !== modelled.macCount)
      return { choices, counted, modelled };
  }
  return undefined;
}
