// What a network or a design costs, exactly and before anything is trained.
import { networkCost } from "../graph/cost.ts";
import { createDomain } from "../search/constraints/create-domain.ts";
import type { DesignCost } from "../search/constraints/domain.ts";
import { isNetwork, openDesign, type Subject } from "./design.ts";

/** Parameters and multiply–accumulates (MACs) for one image. */
export type Cost = DesignCost;

/**
 * Parameters and MACs of a network or of a design of a space.
 *
 * @throws GeniusError `unknown-name` for a space that does not exist, `bad-choices` for what is no design of it.
 * @example
 * ```ts
 * import { cost } from "genius-nas";
 *
 * const { paramCount, macCount } = await cost({ space: "nas-bench-macro", choices: "22212220" });
 * ```
 */
export async function cost(subject: Subject): Promise<Cost> {
  if (isNetwork(subject)) {
    const { paramCount, macCount } = networkCost(subject);
    return { paramCount, macCount };
  }
  const { space, choices } = await openDesign(subject);
  return createDomain(space, {}).costOf(choices);
}
