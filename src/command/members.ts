// Options of members as flags: what the command's own schema does not know goes to the space, strategy, evaluator
// or model that was chosen, each of which takes the fields of its own schema. Whatever is left is a mistake.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { loadSpace } from "../catalog/load.ts";
import { type Flag, flagsOf } from "../runs/flags.ts";
import type { Space } from "../search/space.ts";
import { checkFlags, coerce, helpOf, unknownFlag } from "./options.ts";

interface Member {
  readonly name: string;
  readonly options: z.ZodType;
}

/**
 * The flags that each member's schema knows, in the order of `members`, with numbers as numbers but not yet checked.
 * @throws GeniusError `wrong-use` for a flag that no one knows.
 */
export async function distribute(
  rest: Readonly<Record<string, string | boolean>>,
  members: readonly Member[],
  alsoKnown: readonly string[],
): Promise<readonly Readonly<Record<string, string | boolean | number>>[]> {
  const flags = await Promise.all(members.map((member) => flagsOf(member.options)));
  const known = [...alsoKnown, ...flags.flat().map((flag) => flag.field)];
  for (const field of Object.keys(rest)) if (!known.includes(field)) throw unknownFlag(field, known);
  return Promise.all(
    flags.map(async (own) => {
      const fields = own.map((flag) => flag.field);
      const given = Object.entries(rest).filter(([field]) => fields.includes(field));
      return coerce(await withFiles(Object.fromEntries(given), own), own);
    }),
  );
}

/** Fields of the members' flags that take no value. */
export async function switchesOf(members: readonly Member[]): Promise<readonly string[]> {
  const flags = await Promise.all(members.map((member) => flagsOf(member.options)));
  return flags.flat().flatMap(({ field, isBoolean }) => (isBoolean ? field : []));
}

/** Flags that may name a file, with what is in it: so the run's configuration holds it, and not a place on a disk. */
async function withFiles(
  given: Readonly<Record<string, string | boolean>>,
  flags: readonly Flag[],
): Promise<Readonly<Record<string, string | boolean>>> {
  const read = { ...given };
  for (const { field, readsFile } of flags) {
    const value = given[field];
    if (!readsFile || typeof value !== "string" || !existsSync(value)) continue;
    read[field] = await readFile(value, "utf8");
  }
  return read;
}

/** A help section for each member that has options. */
export async function membersHelp(
  members: readonly (readonly [title: string, member: Member])[],
): Promise<string> {
  const sections = await Promise.all(
    members.map(async ([title, member]) =>
      helpOf(`Options of ${title} ${member.name}`, await flagsOf(member.options)),
    ),
  );
  return sections.filter((section) => section !== "").join("\n");
}

/** The space of that name, with its options taken from `rest`; `alsoKnown` are flags that the command has itself. */
export async function openSpaceByFlags(
  name: string,
  rest: Readonly<Record<string, string | boolean>>,
  alsoKnown: readonly string[],
): Promise<Space> {
  const definition = await loadSpace(name);
  const [options = {}] = await distribute(rest, [definition], alsoKnown);
  return definition.create(checkFlags(definition.options, options));
}
