// The exact nearest allowed design: fewest changed decisions, then least total movement of option indices, then
// most MACs. Depth first over a design chain, entering only branches whose exact bounds reach the limits and beat
// the best so far, and no state twice.

import type { Choices, Limits } from "../space.ts";
import { appendLayer, type BlockEdits, type BoundsLayer, type Line, linesOf } from "./chain-bounds.ts";
import { choicesOf, type DesignChain } from "./design-chain.ts";

/** Branches that one search may enter: about a second, where a search usually takes a millisecond. */
const effort = 50_000;

interface Walk {
  readonly chain: DesignChain;
  readonly lines: readonly Line[];
  readonly edits: readonly BlockEdits[];
  readonly layers: readonly BoundsLayer[];
  readonly path: Int32Array;
  readonly seen: Set<string>;
  maxMacs: number;
  best: Int32Array | undefined;
  effortLeft: number;
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
 * The design nearest to `from` within the limits; undefined when no design is; `undecided` when the limits are so
 * tight against each other that the effort does not settle it.
 */
export function nearestWithin(
  chain: DesignChain,
  from: Choices,
  limits: Limits,
): Choices | "undecided" | undefined {
  const edits = editsOf(chain, from);
  const lines = linesOf(chain, limits);
  const movementPerChange = edits.reduce(
    (most, { movements }) => movements.reduce((a, b) => Math.max(a, b), most),
    0,
  );
  if (!mayHold(chain, lines)) return undefined;
  const layers: BoundsLayer[] = [];
  let effortLeft = effort;
  for (let changes = 0; changes <= from.length; changes += 1) {
    appendLayer(layers, { chain, lines, edits, movementPerChange });
    const { movementLimit } = layers[changes]!;
    for (let movement = changes; movement <= movementLimit; movement += 1) {
      const walk: Walk = {
        chain,
        lines,
        edits,
        layers,
        path: new Int32Array(chain.blocks.length),
        seen: new Set(),
        maxMacs: Number.NEGATIVE_INFINITY,
        best: undefined,
        effortLeft,
      };
      const start = { block: 0, state: 0, changes, movement, ...chain.base };
      if (reach(walk, start) > Number.NEGATIVE_INFINITY) enter(walk, start);
      if (walk.best !== undefined) return choicesOf(chain, walk.best);
      effortLeft = walk.effortLeft;
      if (effortLeft <= 0) return "undecided";
    }
  }
  return undefined;
}

/** Whether any design at all can meet each line; false settles quickly what would take all layers. */
function mayHold(chain: DesignChain, lines: readonly Line[]): boolean {
  const layers: BoundsLayer[] = [];
  appendLayer(layers, { chain, lines });
  return lines.every(({ macWeight, paramWeight, limit }, index) => {
    const { macCount, paramCount } = chain.base;
    return macWeight * macCount + paramWeight * paramCount + layers[0]!.least[index]![0]![0]! <= limit;
  });
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

/** The most MACs that an allowed completion from here may have; −∞ when none is allowed. */
function reach(
  { layers, lines }: Walk,
  { block, state, changes, movement, macCount, paramCount }: Place,
): number {
  const layer = layers[changes];
  if (layer === undefined || movement < 0 || movement > layer.movementLimit) return Number.NEGATIVE_INFINITY;
  const entry = state * (layer.movementLimit + 1) + movement;
  for (let index = 0; index < lines.length; index += 1) {
    const { macWeight, paramWeight, limit } = lines[index]!;
    const least = macWeight * macCount + paramWeight * paramCount + layer.least[index]![block]![entry]!;
    if (least > limit || least === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  }
  return macCount - layer.least[0]![block]![entry]!;
}

function enter(walk: Walk, place: Place): void {
  const block = walk.chain.blocks[place.block];
  if (block === undefined) {
    walk.maxMacs = place.macCount;
    walk.best = walk.path.slice();
    return;
  }
  walk.effortLeft -= 1;
  if (walk.effortLeft <= 0) return;
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
    if (macs > walk.maxMacs) open.push({ combination, macs, next });
  }
  open.sort((a, b) => b.macs - a.macs || a.combination - b.combination);
  for (const { combination, macs, next } of open) {
    // A sibling may have raised the bar.
    if (macs <= walk.maxMacs) return;
    walk.path[place.block] = combination;
    enter(walk, next);
  }
}
