// SynFlow, a score of an untrained network: how strongly its weights, all made positive, conduct from input to output.
// Its logarithm, since it grows exponentially with depth; larger is better. It needs no images.

import { initialWeights, logPathFlow } from "../../engine/index.ts";
import type { Network } from "../../graph/network.ts";

/** What a network without any path from input to output counts as. */
const disconnected = -100;

/** @see Tanaka et al. 2020, https://arxiv.org/abs/2006.05467, as a score: Abdelfattah et al. 2021, arXiv:2101.08134 */
export async function synflow({ nodes }: Network, seed: number | string): Promise<number> {
  return Math.max(disconnected, await logPathFlow({ nodes, weights: initialWeights(nodes, seed) }));
}
