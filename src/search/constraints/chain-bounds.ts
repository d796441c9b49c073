// For every place in a design chain, the minimum that its remaining decisions can still add to a weighted sum of
// costs, per number of changed decisions and per index movement left. With them an exact search enters no branch
// that cannot reach the limits.

import type { CostLimits, Limits } from "../space.ts";
import type { DesignChain } from "./design-chain.ts";

/** A bound on a weighted sum: `macWeight × MACs + paramWeight × parameters ≤ limit`. Weights are integers. */
export interface Line {
  readonly macWeight: number;
  readonly paramWeight: number;
  readonly limit: number;
}

/** How far each combination of a block is from the design that is being repaired. */
export interface BlockEdits {
  readonly changes: Uint16Array;
  readonly movements: Uint16Array;
}

/** What is left to add at least, for one number of changes. */
export interface BoundsLayer {
  readonly movementLimit: number;
  /** By line and block; entry: `state × (movementLimit + 1) + movement`. +∞ where nothing fits. */
  readonly least: readonly (readonly Float64Array[])[];
}

/** Slopes between MACs and parameters at which two limits are weighted against each other. */
const maxSlopes = 6;

/**
 * The lines of limits. The first is always the negated MACs, so that its bound says how many MACs are in reach. A
 * limit on each quantity gives lines of both together, at the slopes of the chain's own blocks: they rule out what
 * fits each limit alone and not both.
 */
export function linesOf(chain: DesignChain, limits: Limits): readonly Line[] {
  const {
    minMacCount = -Infinity,
    maxMacCount = Infinity,
    minParamCount = -Infinity,
    maxParamCount = Infinity,
  } = limits;
  const macs = [
    { macWeight: -1, paramWeight: 0, limit: -minMacCount },
    { macWeight: 1, paramWeight: 0, limit: maxMacCount },
  ];
  const params = [
    { macWeight: 0, paramWeight: -1, limit: -minParamCount },
    { macWeight: 0, paramWeight: 1, limit: maxParamCount },
  ];
  // Few MACs with many parameters, and the other way round; limits from the same side seldom contradict.
  const both = macs.flatMap((mac) =>
    params
      .filter(({ paramWeight }) => paramWeight !== mac.macWeight && mac.limit < Infinity)
      .flatMap((param) =>
        slopesOf(chain).map((slope) => ({
          macWeight: mac.macWeight,
          paramWeight: slope * param.paramWeight,
          limit: mac.limit + slope * param.limit,
        })),
      ),
  );
  return [macs[0]!, ...[macs[1]!, ...params, ...both].filter(({ limit }) => limit < Infinity)];
}

/** MACs per parameter of the blocks, evenly chosen from the lowest to the highest. */
function slopesOf(chain: DesignChain): readonly number[] {
  const slopes = chain.blocks.flatMap(({ items }) => {
    const [macs, params] = [
      Math.max(...items.map(({ macCounts }) => largest(macCounts))),
      Math.max(...items.map(({ paramCounts }) => largest(paramCounts))),
    ];
    return macs > 0 && params > 0 ? [Math.max(1, Math.round(macs / params))] : [];
  });
  const sorted = [...new Set(slopes)].sort((a, b) => a - b);
  if (sorted.length <= maxSlopes) return sorted;
  return Array.from(
    { length: maxSlopes },
    (_, index) => sorted[Math.round((index * (sorted.length - 1)) / (maxSlopes - 1))]!,
  );
}

const largest = (values: Float64Array) => values.reduce((a, b) => Math.max(a, b), 0);

/** The smallest and largest costs of the whole chain. */
export function extentOf(chain: DesignChain): Required<CostLimits> {
  const lines = [
    { macWeight: 1, paramWeight: 0, limit: Infinity },
    { macWeight: -1, paramWeight: 0, limit: Infinity },
    { macWeight: 0, paramWeight: 1, limit: Infinity },
    { macWeight: 0, paramWeight: -1, limit: Infinity },
  ];
  const layers: BoundsLayer[] = [];
  appendLayer(layers, { chain, lines });
  const [minMac, maxMac, minParam, maxParam] = layers[0]!.least.map((blocks) => blocks[0]![0]!) as [
    number,
    number,
    number,
    number,
  ];
  const { macCount, paramCount } = chain.base;
  return {
    minMacCount: macCount + minMac,
    maxMacCount: macCount - maxMac,
    minParamCount: paramCount + minParam,
    maxParamCount: paramCount - maxParam,
  };
}

export interface BoundsSetting {
  readonly chain: DesignChain;
  readonly lines: readonly Line[];
  /** Absent: nothing counts as a change. */
  readonly edits?: readonly BlockEdits[];
  /** The largest movement of one change. */
  readonly movementPerChange?: number;
}

/** Adds the layer of one change more; each layer needs those before it. */
export function appendLayer(layers: BoundsLayer[], setting: BoundsSetting): void {
  const { chain, lines, movementPerChange = 0 } = setting;
  const changes = layers.length;
  const movementLimit = changes * movementPerChange;
  const blockCount = chain.blocks.length;
  const least = lines.map(() =>
    Array.from({ length: blockCount + 1 }, (_, block) =>
      new Float64Array((chain.blocks[block]?.items.length ?? 1) * (movementLimit + 1)).fill(Infinity),
    ),
  );
  layers.push({ movementLimit, least });
  if (changes === 0) for (const blocks of least) blocks[blockCount]![0] = 0;
  for (let block = blockCount - 1; block >= 0; block -= 1) fillBlock(block, setting, layers);
}

function fillBlock(
  index: number,
  { chain, lines, edits }: BoundsSetting,
  layers: readonly BoundsLayer[],
): void {
  const block = chain.blocks[index]!;
  const changes = layers.length - 1;
  const own = layers[changes]!;
  const width = own.movementLimit + 1;
  block.items.forEach(({ nextStates, paramCounts, macCounts }, state) => {
    for (let combination = 0; combination < block.combinationCount; combination += 1) {
      const rest = layers[changes - (edits?.[index]?.changes[combination] ?? 0)];
      if (rest === undefined) continue;
      const movement = edits?.[index]?.movements[combination] ?? 0;
      const to = state * width + movement;
      const from = nextStates[combination]! * (rest.movementLimit + 1);
      for (let line = 0; line < lines.length; line += 1) {
        const { macWeight, paramWeight } = lines[line]!;
        const added = macWeight * macCounts[combination]! + paramWeight * paramCounts[combination]!;
        const table = own.least[line]![index]!;
        const after = rest.least[line]![index + 1]!;
        for (let left = 0; left <= rest.movementLimit; left += 1) {
          const sum = added + after[from + left]!;
          if (sum < table[to + left]!) table[to + left] = sum;
        }
      }
    }
  });
}
