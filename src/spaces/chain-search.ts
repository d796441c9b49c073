// The exact search that repairs and extremes share: over all designs of a chain within limits, the one that is
// best by fewest changes, then least movement, then an objective. Depth first, entering only branches whose exact
// bounds reach the limits and beat the best so far, and none twice.
import { GeniusError } from "../base/errors.ts";
import { appendLayer, type BlockEdits, type BoundsLayer } from "./chain-bounds.ts";
import { choicesOf, type DesignChain } from "./design-chain.ts";
import type { Limits } from "./domain.ts";
import type { Choices } from "./space.ts";

export interface Objective {
  readonly by: "macCount" | "paramCount";
  readonly direction: "largest" | "smallest";
}

export interface SearchOptions {
  readonly limits: Limits;
  readonly objective: Objective;
  /** Branches to enter before settling for the best found. */
  readonly effort: number;
}

interface Level {
  readonly changes: number;
  readonly movement: number;
}

interface Walk extends SearchOptions {
  readonly chain: DesignChain;
  readonly edits: readonly BlockEdits[] | undefined;
  readonly layers: readonly BoundsLayer[];
  readonly path: Int32Array;
  readonly seen: Set<string>;
  bestScore: number;
  best: Int32Array | undefined;
  entered: number;
}

/**
 * The design nearest to `from` within the limits: fewest changed decisions, then least total movement of option
 * indices, then the objective. Undefined when no design is within the limits.
 * @throws GeniusError `infeasible` when the limits are so narrow that `effort` branches do not decide it.
 */
export function nearestWithin(
  chain: DesignChain,
  from: Choices,
  options: SearchOptions,
): Choices | undefined {
  const edits = chain.blocks.map((block): BlockEdits => {
    const width = block.end - block.start;
    const changes = new Uint16Array(block.combinationCount);
    const movements = new Uint16Array(block.combinationCount);
    for (let position = 0; position < block.options.length; position += 1) {
      const movement = Math.abs(block.options[position]! - from[block.start + (position % width)]!);
      if (movement === 0) continue;
      const combination = Math.floor(position / width);
      changes[combination]! += 1;
      movements[combination]! += movement;
    }
    return { changes, movements };
  });
  const widest = chain.blocks.reduce(
    (most, { options: values }) => values.reduce((a, b) => Math.max(a, b), most),
    0,
  );
  return search(chain, edits, { ...options, mostChanges: from.length, movementPerChange: widest });
}

/** The design that is best by the objective alone within the limits; undefined when there is none. */
export function extremeWithin(chain: DesignChain, options: SearchOptions): Choices | undefined {
  return search(chain, undefined, { ...options, mostChanges: 0, movementPerChange: 0 });
}

function search(
  chain: DesignChain,
  edits: readonly BlockEdits[] | undefined,
  options: SearchOptions & { readonly mostChanges: number; readonly movementPerChange: number },
): Choices | undefined {
  const layers: BoundsLayer[] = [];
  for (let changes = 0; changes <= options.mostChanges; changes += 1) {
    appendLayer(layers, chain, edits, options.movementPerChange);
    const { movementLimit } = layers[changes] as BoundsLayer;
    for (let movement = 0; movement <= movementLimit; movement += 1) {
      const walk: Walk = {
        ...options,
        chain,
        edits,
        layers,
        path: new Int32Array(chain.blocks.length),
        seen: new Set(),
        bestScore: Number.NEGATIVE_INFINITY,
        best: undefined,
        entered: 0,
      };
      const { macCount, paramCount } = chain.base;
      if (
        reach(walk, { block: 0, state: 0, changes, movement, macCount, paramCount }) >
        Number.NEGATIVE_INFINITY
      ) {
        enter(walk, { block: 0, state: 0, changes, movement, macCount, paramCount });
      }
      if (walk.best !== undefined) return choicesOf(chain, walk.best);
      if (walk.entered > options.effort) throw undecided(options);
    }
  }
  return undefined;
}

function undecided({ limits, effort }: SearchOptions): GeniusError {
  return new GeniusError(
    "infeasible",
    `No design within ${JSON.stringify(limits)} was found in ${effort} steps, and none was ruled out: the limits are too narrow. Move them apart.`,
  );
}

/** A place in the chain: what is settled so far, and the changes and movement still to be spent. */
interface Place extends Level {
  readonly block: number;
  readonly state: number;
  readonly macCount: number;
  readonly paramCount: number;
}

/** The best score that a completion from here may have; −∞ when none is within the limits. */
function reach({ layers, limits, objective }: Walk, place: Place): number {
  const layer = layers[place.changes];
  if (layer === undefined || place.movement < 0 || place.movement > layer.movementLimit)
    return Number.NEGATIVE_INFINITY;
  const entry = place.state * (layer.movementLimit + 1) + place.movement;
  const leastMacs = place.macCount + layer.minMac[place.block]![entry]!;
  const mostMacs = place.macCount + layer.maxMac[place.block]![entry]!;
  const leastParams = place.paramCount + layer.minParam[place.block]![entry]!;
  const mostParams = place.paramCount + layer.maxParam[place.block]![entry]!;
  // Without a completion, least is +∞ and most is −∞.
  const outside =
    leastMacs > mostMacs ||
    (limits.maxMacCount !== undefined && leastMacs > limits.maxMacCount) ||
    (limits.minMacCount !== undefined && mostMacs < limits.minMacCount) ||
    (limits.maxParamCount !== undefined && leastParams > limits.maxParamCount) ||
    (limits.minParamCount !== undefined && mostParams < limits.minParamCount);
  if (outside) return Number.NEGATIVE_INFINITY;
  if (objective.by === "macCount") {
    const cap = Math.min(mostMacs, limits.maxMacCount ?? mostMacs);
    return objective.direction === "largest" ? cap : -Math.max(leastMacs, limits.minMacCount ?? leastMacs);
  }
  const cap = Math.min(mostParams, limits.maxParamCount ?? mostParams);
  return objective.direction === "largest"
    ? cap
    : -Math.max(leastParams, limits.minParamCount ?? leastParams);
}

function enter(walk: Walk, place: Place): void {
  const block = walk.chain.blocks[place.block];
  if (block === undefined) {
    walk.bestScore = reach(walk, place);
    walk.best = walk.path.slice();
    return;
  }
  walk.entered += 1;
  if (walk.entered > walk.effort) return;
  const key = `${place.block},${place.state},${place.changes},${place.movement},${place.macCount},${place.paramCount}`;
  if (walk.seen.has(key)) return;
  walk.seen.add(key);
  const { nextStates, macCounts, paramCounts } = block.items[place.state]!;
  const edits = walk.edits?.[place.block];
  const open: { readonly combination: number; readonly score: number; readonly place: Place }[] = [];
  for (let combination = 0; combination < block.combinationCount; combination += 1) {
    const next: Place = {
      block: place.block + 1,
      state: nextStates[combination]!,
      changes: place.changes - (edits === undefined ? 0 : edits.changes[combination]!),
      movement: place.movement - (edits === undefined ? 0 : edits.movements[combination]!),
      macCount: place.macCount + macCounts[combination]!,
      paramCount: place.paramCount + paramCounts[combination]!,
    };
    const score = reach(walk, next);
    if (score > walk.bestScore) open.push({ combination, score, place: next });
  }
  open.sort((a, b) => b.score - a.score || a.combination - b.combination);
  for (const { combination, score, place: next } of open) {
    // A sibling may have raised the bar.
    if (score <= walk.bestScore) return;
    walk.path[place.block] = combination;
    enter(walk, next);
  }
}
