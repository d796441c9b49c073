// The exact nearest allowed design: fewest changed decisions, then least total movement of option indices, then
// most MACs. Depth first over a design chain, entering only branches whose exact bounds reach the limits and beat
// the best so far, and no state twice.
import { GeniusError } from "../base/errors.ts";
import { appendLayer, type BlockEdits, type BoundsLayer } from "./chain-bounds.ts";
import { choicesOf, type DesignChain } from "./design-chain.ts";
import type { Limits } from "./domain.ts";
import type { Choices } from "./space.ts";

/** Branches that a search for one distance may enter. */
const effort = 200_000;

interface Walk {
  readonly chain: DesignChain;
  readonly limits: Limits;
  readonly edits: readonly BlockEdits[];
  readonly layers: readonly BoundsLayer[];
  readonly path: Int32Array;
  readonly seen: Set<string>;
  mostMacs: number;
  best: Int32Array | undefined;
  entered: number;
}

/** A place in the chain: what is settled so far, and the changes and movement still to be spent. */
interface Place {
  readonly block: number;
  readonly state: number;
  readonly changes: number;
  readonly movement: number;
  readonly macCount: number;
  readonly paramCount: number;
}

/**
 * The design nearest to `from` within the limits; undefined when no design is.
 * @throws GeniusError `infeasible` when the limits are so narrow that 200,000 branches do not decide it.
 */
export function nearestWithin(chain: DesignChain, from: Choices, limits: Limits): Choices | undefined {
  const edits = editsOf(chain, from);
  const layers: BoundsLayer[] = [];
  const largestMovement = edits.reduce(
    (most, { movements }) => movements.reduce((a, b) => Math.max(a, b), most),
    0,
  );
  for (let changes = 0; changes <= from.length; changes += 1) {
    appendLayer(layers, chain, edits, largestMovement);
    const { movementLimit } = layers[changes] as BoundsLayer;
    for (let movement = changes; movement <= movementLimit; movement += 1) {
      const walk: Walk = {
        chain,
        limits,
        edits,
        layers,
        path: new Int32Array(chain.blocks.length),
        seen: new Set(),
        mostMacs: Number.NEGATIVE_INFINITY,
        best: undefined,
        entered: 0,
      };
      const start = { block: 0, state: 0, changes, movement, ...chain.base };
      if (reach(walk, start) > Number.NEGATIVE_INFINITY) enter(walk, start);
      if (walk.best !== undefined) return choicesOf(chain, walk.best);
      if (walk.entered > effort) throw undecided(limits);
    }
  }
  return undefined;
}

function editsOf(chain: DesignChain, from: Choices): readonly BlockEdits[] {
  return chain.blocks.map(({ start, end, combinationCount, options }) => {
    const width = end - start;
    const changes = new Uint16Array(combinationCount);
    const movements = new Uint16Array(combinationCount);
    for (let position = 0; position < options.length; position += 1) {
      const movement = Math.abs(options[position]! - from[start + (position % width)]!);
      if (movement === 0) continue;
      const combination = Math.floor(position / width);
      changes[combination]! += 1;
      movements[combination]! += movement;
    }
    return { changes, movements };
  });
}

function undecided(limits: Limits): GeniusError {
  return new GeniusError(
    "infeasible",
    `No design within ${JSON.stringify(limits)} was found in ${effort} steps, and none was ruled out: the limits are too narrow. Move them apart.`,
  );
}

/** The most MACs that an allowed completion from here may have; −∞ when none is allowed. */
function reach({ layers, limits }: Walk, place: Place): number {
  const layer = layers[place.changes];
  const none = Number.NEGATIVE_INFINITY;
  if (layer === undefined || place.movement < 0 || place.movement > layer.movementLimit) return none;
  const entry = place.state * (layer.movementLimit + 1) + place.movement;
  const mostMacs = place.macCount + layer.maxMac[place.block]![entry]!;
  const leastMacs = place.macCount + layer.minMac[place.block]![entry]!;
  // Without a completion, the least is +∞ and the most is −∞.
  if (leastMacs > mostMacs) return none;
  const { maxMacCount = Number.POSITIVE_INFINITY, minMacCount = none } = limits;
  if (leastMacs > maxMacCount || mostMacs < minMacCount) return none;
  const { maxParamCount = Number.POSITIVE_INFINITY, minParamCount = none } = limits;
  if (place.paramCount + layer.minParam[place.block]![entry]! > maxParamCount) return none;
  if (place.paramCount + layer.maxParam[place.block]![entry]! < minParamCount) return none;
  return Math.min(mostMacs, maxMacCount);
}

function enter(walk: Walk, place: Place): void {
  const block = walk.chain.blocks[place.block];
  if (block === undefined) {
    walk.mostMacs = place.macCount;
    walk.best = walk.path.slice();
    return;
  }
  walk.entered += 1;
  if (walk.entered > effort) return;
  const key = `${place.block},${place.state},${place.changes},${place.movement},${place.macCount},${place.paramCount}`;
  if (walk.seen.has(key)) return;
  walk.seen.add(key);
  const { nextStates, macCounts, paramCounts } = block.items[place.state]!;
  const { changes, movements } = walk.edits[place.block]!;
  const open: { readonly combination: number; readonly macs: number; readonly next: Place }[] = [];
  for (let combination = 0; combination < block.combinationCount; combination += 1) {
    if (changes[combination]! > place.changes || movements[combination]! > place.movement) continue;
    const next: Place = {
      block: place.block + 1,
      state: nextStates[combination]!,
      changes: place.changes - changes[combination]!,
      movement: place.movement - movements[combination]!,
      macCount: place.macCount + macCounts[combination]!,
      paramCount: place.paramCount + paramCounts[combination]!,
    };
    const macs = reach(walk, next);
    if (macs > walk.mostMacs) open.push({ combination, macs, next });
  }
  open.sort((a, b) => b.macs - a.macs || a.combination - b.combination);
  for (const { combination, macs, next } of open) {
    // A sibling may have raised the bar.
    if (macs <= walk.mostMacs) return;
    walk.path[place.block] = combination;
    enter(walk, next);
  }
}
