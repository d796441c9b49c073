// The changes of networks, by name: the one set of mutations, for evolution over graphs and for refinement.

import type { Network } from "../network.ts";
import { insertBlock, removeBlock, share } from "./blocks.ts";
import type { Change, ChangeSetting, Move } from "./change.ts";
import { activation, largerKernel, pooling, separate, smallerKernel } from "./operators.ts";
import { narrow, widen } from "./width.ts";
import { grow, remove, rewire, skip } from "./wiring.ts";

export { blockOf, type Change, type ChangeSetting, type Move } from "./change.ts";
export { inheritWeights, type Parent } from "./inherit.ts";
export { scaleWidths } from "./width.ts";

export const moves: Readonly<Record<string, Move>> = {
  widen,
  narrow,
  grow,
  remove,
  rewire,
  skip,
  activation,
  pooling,
  separate,
  "larger-kernel": largerKernel,
  "smaller-kernel": smallerKernel,
  "insert-block": insertBlock,
  "remove-block": removeBlock,
  share,
};

/** One change, drawn among those that apply; undefined where none does. */
export function drawChange(network: Network, setting: ChangeSetting): Change | undefined {
  for (const name of setting.random.shuffle(Object.keys(moves))) {
    const change = moves[name]?.(network, setting);
    if (change !== undefined) return change;
  }
  return undefined;
}
