// For every place in a design chain, the smallest and largest costs that its remaining decisions can still have,
// per number of changed decisions and per total index movement left. With them an exact search enters no branch
// that cannot reach the limits.
import type { DesignChain } from "./design-chain.ts";

/** How far each combination of a block is from the design that is being repaired. */
export interface BlockEdits {
  readonly changes: Uint16Array;
  readonly movements: Uint16Array;
}

/** Bounds for one number of changes, by block; entry: `state × (movementLimit + 1) + movement`. */
export interface BoundsLayer {
  readonly movementLimit: number;
  readonly minMac: readonly Float64Array[];
  readonly maxMac: readonly Float64Array[];
  readonly minParam: readonly Float64Array[];
  readonly maxParam: readonly Float64Array[];
}

/** Each layer needs those of fewer changes, so it is appended to `layers`. `edits` absent: nothing counts as change. */
export function appendLayer(
  layers: BoundsLayer[],
  chain: DesignChain,
  edits: readonly BlockEdits[] | undefined,
  movementPerChange: number,
): void {
  const changes = layers.length;
  const movementLimit = changes * movementPerChange;
  const width = movementLimit + 1;
  const blockCount = chain.blocks.length;
  const filled = (value: number) =>
    Array.from({ length: blockCount + 1 }, (_, block) =>
      new Float64Array((chain.blocks[block]?.items.length ?? 1) * width).fill(value),
    );
  const layer = {
    movementLimit,
    minMac: filled(Number.POSITIVE_INFINITY),
    maxMac: filled(Number.NEGATIVE_INFINITY),
    minParam: filled(Number.POSITIVE_INFINITY),
    maxParam: filled(Number.NEGATIVE_INFINITY),
  };
  layers.push(layer);
  if (changes === 0)
    for (const bound of [layer.minMac, layer.maxMac, layer.minParam, layer.maxParam])
      bound[blockCount]![0] = 0;
  for (let index = blockCount - 1; index >= 0; index -= 1) fillBlock(index, chain, edits?.[index], layers);
}

function fillBlock(
  index: number,
  chain: DesignChain,
  edits: BlockEdits | undefined,
  layers: readonly BoundsLayer[],
): void {
  const block = chain.blocks[index]!;
  const changes = layers.length - 1;
  const own = layers[changes] as BoundsLayer;
  const width = own.movementLimit + 1;
  const [minMac, maxMac] = [own.minMac[index]!, own.maxMac[index]!];
  const [minParam, maxParam] = [own.minParam[index]!, own.maxParam[index]!];
  block.items.forEach(({ nextStates, paramCounts, macCounts }, state) => {
    for (let combination = 0; combination < block.combinationCount; combination += 1) {
      const rest = layers[changes - (edits === undefined ? 0 : edits.changes[combination]!)];
      if (rest === undefined) continue;
      const movement = edits === undefined ? 0 : edits.movements[combination]!;
      const from = nextStates[combination]! * (rest.movementLimit + 1);
      const [mac, param] = [macCounts[combination]!, paramCounts[combination]!];
      const [restMinMac, restMaxMac] = [rest.minMac[index + 1]!, rest.maxMac[index + 1]!];
      const [restMinParam, restMaxParam] = [rest.minParam[index + 1]!, rest.maxParam[index + 1]!];
      for (let left = 0; left <= rest.movementLimit; left += 1) {
        if (restMinMac[from + left] === Number.POSITIVE_INFINITY) continue;
        const entry = state * width + movement + left;
        minMac[entry] = Math.min(minMac[entry]!, mac + restMinMac[from + left]!);
        maxMac[entry] = Math.max(maxMac[entry]!, mac + restMaxMac[from + left]!);
        minParam[entry] = Math.min(minParam[entry]!, param + restMinParam[from + left]!);
        maxParam[entry] = Math.max(maxParam[entry]!, param + restMaxParam[from + left]!);
      }
    }
  });
}
