// The network that a proposal stands for, and its name: a design of the space, or a network from outside of it, such as a
// reference, which the proposal carries. Whatever decodes or names proposals asks here.
import type { Network } from "../graph/network.ts";
import { keyOf } from "./choices.ts";
import type { Space } from "./space.ts";
import type { Proposal } from "./trial.ts";

/** What a proposal stands for. */
export type Proposed = Pick<Proposal, "choices" | "network" | "repeat">;

/** Whether it is a design of that space: neither a network from outside it, nor one of another space, nor unreadable. */
export function isDesignOf(
  space: Pick<Space, "decisions"> | undefined,
  { choices, network }: Proposed,
): boolean {
  return network === undefined && space !== undefined && choices.length === space.decisions.length;
}

/** Whether it is a network that people designed, beside which the search is compared. */
export const isReference = ({ network, by }: Pick<Proposal, "network" | "by">): boolean =>
  network !== undefined && by === referenceProposer;

/** Who proposes the references of a race. */
export const referenceProposer = "reference";

/** Whether it is a network that won before, with which a search by the clock begins. */
export const isFromExperience = ({ by }: Pick<Proposal, "by">): boolean => by === experienceProposer;

/** Who proposes networks that won before: those that a person has kept, and those that come with the package. */
export const experienceProposer = "experience";

/** Of the proposals that name a network; undefined where nothing could be read, or the space is another or unknown. */
export function networkIfAny(space: Space | undefined, proposal: Proposed): Network | undefined {
  if (proposal.network !== undefined) return proposal.network;
  return space !== undefined && isDesignOf(space, proposal) ? space.decode(proposal.choices) : undefined;
}

/** Of a proposal that was evaluated in that space, which has one. */
export function networkOf(space: Space, { choices, network }: Proposed): Network {
  return network ?? space.decode(choices);
}

/** The name of a trial's design for people, in lists of trials: as `plainDesignName`, and a repeat says that it is one. */
export function designName(space: Space | undefined, proposal: Proposed): string {
  const name = plainDesignName(space, proposal);
  return (proposal.repeat ?? 0) > 0 ? `${name} (again)` : name;
}

/** The name of the network itself: of a design its key, or its numbers where the space is not known or is another one. */
export function plainDesignName(
  space: Space | undefined,
  { choices, network }: Pick<Proposed, "choices" | "network">,
): string {
  if (network !== undefined) return network.name;
  if (choices.length === 0) return "no design";
  return space !== undefined && isDesignOf(space, { choices }) ? keyOf(space, choices) : choices.join(",");
}

/** The same as a journal keeps it: empty where no design could be read. */
export function journalKey(space: Space, proposal: Proposal): string {
  return proposal.unreadable === undefined ? designName(space, proposal) : "";
}
