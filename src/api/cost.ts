// What a network or a design costs, exactly and before anything is trained.
import { networkCost } from "../graph/cost.ts";
import { inferenceGraph } from "../graph/export/simplify.ts";
import type { Network } from "../graph/network.ts";
import type { Precision } from "../graph/precision.ts";
import type { DesignCost } from "../search/constraints/domain.ts";
import { graphMemory } from "../search/constraints/memory.ts";
import { isNetwork, openDesign, type Subject } from "./design.ts";

/** Parameters, multiply–accumulates (MACs) and memory for one image. */
export interface Cost extends DesignCost {
  /** The arena of feature maps, as the exported C plans it; interpreters of TFLite files take more. */
  readonly ramBytes: Readonly<Record<Precision, number>>;
  /** Weights, tables and the code of the exported C. */
  readonly flashBytes: Readonly<Record<Precision, number>>;
}

/**
 * Parameters, MACs, RAM and flash of a network or of a design of a space.
 *
 * @throws GeniusError `unknown-name` for a space that does not exist, `bad-choices` for what is no design of it.
 * @example
 * ```ts
 * import { cost } from "genius-nas";
 *
 * const { paramCount, macCount, ramBytes } = await cost({ space: "nas-bench-macro", choices: "22212220" });
 * console.log(ramBytes.int8);
 * ```
 */
export async function cost(subject: Subject): Promise<Cost> {
  if (isNetwork(subject)) return costOf(subject);
  const { space, choices } = await openDesign(subject);
  return costOf(space.decode(choices));
}

/** The same of a network, at once. */
export function costOf(network: Network): Cost {
  const { paramCount, macCount } = networkCost(network);
  const graph = inferenceGraph(network);
  const [int8, float] = [graphMemory(graph, "int8"), graphMemory(graph, "float")];
  return {
    ...{ paramCount, macCount },
    ramBytes: { int8: int8.ramBytes, float: float.ramBytes },
    flashBytes: { int8: int8.flashBytes, float: float.flashBytes },
  };
}
