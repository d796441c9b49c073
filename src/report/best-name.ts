// What a found network is called, on every surface: what it is, and of one from outside the space its own name first.
import { networkKind, networkName } from "../graph/network-name.ts";
import { designName, networkIfAny, type Proposed, plainDesignName } from "../search/proposed-network.ts";
import { proposerWords } from "../search/proposer-words.ts";
import { nameInWords } from "../search/references/reference.ts";
import type { Space } from "../search/space.ts";
import type { Proposal } from "../search/trial.ts";

/** "9-layer depthwise, 18.4k parameters", "resnet-8, 8-layer residual, 77.8k parameters"; undefined where there is no network. */
export function bestName(space: Space | undefined, proposal: Proposed): string | undefined {
  const network = networkIfAny(space, proposal);
  if (network === undefined) return undefined;
  const made = networkName(network);
  return proposal.network === undefined ? made : `${nameInWords(proposal.network.name)}, ${made}`;
}

/**
 * In a table that has its size in columns of their own: "9-layer depthwise", or the name that people gave it; a code of digits
 * only where no network can be seen.
 */
export function kindName(space: Space | undefined, proposal: Proposed): string {
  const network = proposal.network === undefined ? networkIfAny(space, proposal) : undefined;
  const name = network === undefined ? keyInWords(space, proposal) : networkKind(network);
  return (proposal.repeat ?? 0) > 0 ? `${name} (again)` : name;
}

/** In the record of all trials: the code that the space gives a design, or the name that people gave the network. */
export const designInWords = (space: Space | undefined, proposal: Proposed): string =>
  nameInWords(designName(space, proposal));

/** How a proposal's reason is introduced: a model's is a claim, a strategy's says what it did. */
export const reasonWords = ({ by, call }: Pick<Proposal, "by" | "call">): string =>
  call === undefined && by !== "person"
    ? `Why the search tried it (${proposerWords(by)})`
    : `Why it was proposed, in the words of ${by === "person" ? "the person" : "the model"} (not checked)`;

/** The key of a design; of a network from outside the space, which has none, its own name. */
export const keyInWords = (space: Space | undefined, proposal: Proposed): string =>
  proposal.network === undefined ? plainDesignName(space, proposal) : nameInWords(proposal.network.name);
