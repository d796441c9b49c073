// What a found network is called, on every surface: what it is, and of one from outside the space its own name first.
import { networkName } from "../graph/network-name.ts";
import { networkIfAny, type Proposed, plainDesignName } from "../search/proposed-network.ts";
import { nameInWords } from "../search/references/reference.ts";
import type { Space } from "../search/space.ts";

/** "9-layer depthwise, 18.4k parameters", "resnet-8, 8-layer residual, 77.8k parameters"; undefined where there is no network to see. */
export function bestName(space: Space | undefined, proposal: Proposed): string | undefined {
  const network = networkIfAny(space, proposal);
  if (network === undefined) return undefined;
  const made = networkName(network);
  return proposal.network === undefined ? made : `${nameInWords(proposal.network.name)}, ${made}`;
}

/** The key of a design; of a network from outside the space, which has none, its own name. */
export const keyInWords = (space: Space | undefined, proposal: Proposed): string =>
  proposal.network === undefined ? plainDesignName(space, proposal) : nameInWords(proposal.network.name);
