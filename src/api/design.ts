// A network as callers name it: the network itself, or choices in a space.
import { GeniusError } from "../base/errors.ts";
import { type Given, openSpace } from "../catalog/load.ts";
import type { Network } from "../graph/network.ts";
import { keyOf, parseChoices } from "../search/choices.ts";
import type { Choices, Space, SpaceDefinition } from "../search/space.ts";
import type { MemberOptions } from "./search-options.ts";

/** A design of a space. */
export interface Design {
  /** A name, a file, an object made by `defineSpace`, or a space that is open already. */
  readonly space: Given<SpaceDefinition> | Space;
  readonly spaceOptions?: MemberOptions | undefined;
  /** One option's index per decision, or text as the space writes it: `"22212220"` or `"2,2,2,1,2,2,2,0"`. */
  readonly choices: Choices | string;
}

/** A network, or a design of a space. */
export type Subject = Network | Design;

export const isNetwork = (subject: Subject): subject is Network => "nodes" in subject;

/** @throws GeniusError as `openSpace` does, and `bad-choices`. */
export async function openDesign(
  { space: given, spaceOptions, choices: written }: Design,
  fitted: MemberOptions = {},
): Promise<{ readonly space: Space; readonly choices: Choices }> {
  const isOpen = typeof given === "object" && "decode" in given;
  const space = isOpen ? given : await openSpace(given, { ...fitted, ...spaceOptions });
  return { space, choices: choicesIn(space, written) };
}

function choicesIn(space: Space, written: Choices | string): Choices {
  if (typeof written === "string") return parseChoices(space, written);
  const { decisions } = space;
  const isDesign =
    written.length === decisions.length &&
    decisions.every(({ options }, index) => options[written[index] as number] !== undefined);
  if (isDesign) return written;
  throw new GeniusError(
    "bad-choices",
    `${JSON.stringify(written)} is no design of ${space.name}: it needs ${decisions.length} choices, each the index of an option.`,
  );
}

/** The network that a subject stands for, and its name in words. */
export async function networkOf(
  subject: Subject,
): Promise<{ readonly network: Network; readonly title: string }> {
  if (isNetwork(subject)) return { network: subject, title: subject.name };
  const { space, choices } = await openDesign(subject);
  return { network: space.decode(choices), title: `${space.name} ${keyOf(space, choices)}` };
}
