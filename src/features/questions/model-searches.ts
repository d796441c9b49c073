// What the questions share that may have a language model in the loop: which of their searches are made, under which
// limits, and one conversation for each, so that no search sees what another was told.
import { z } from "zod";
import { unknownName } from "../../base/nearest.ts";
import type { Limits } from "../../search/space.ts";
import { limitSettings } from "../../study/limit-settings.ts";

export const firstSeedOption = z
  .int()
  .min(1)
  .default(1)
  .describe("seed of the first search of each kind; the others follow");

export const maxMacsOption = limitSettings.shape.maxMacs;

export const limitsOf = (maxMacs: number | undefined): Limits =>
  maxMacs === undefined ? {} : { maxMacCount: maxMacs };

/** The arm in which nothing is changed has this name in every question, so that its searches are made once for all. */
export const standardArm = "as it is";

/** The conversation of one search: letters, digits and hyphens, since it is a folder's name too. */
export const conversationName = (...parts: readonly (string | number)[]): string =>
  parts
    .join("-")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");

/**
 * The members of `known` that a list names, with commas between; all for `all`.
 * @param always belongs to every choice.
 * @throws GeniusError `unknown-name`.
 */
export function chosenOf<Name extends string>(
  text: string,
  { noun, known, always }: { readonly noun: string; readonly known: readonly Name[]; readonly always?: Name },
): readonly Name[] {
  if (text === "all") return known;
  const names = text.split(",").map((name) => name.trim());
  for (const name of names)
    if (!known.some((member) => member === name)) throw unknownName(noun, name, known);
  return known.filter((member) => member === always || names.includes(member));
}
