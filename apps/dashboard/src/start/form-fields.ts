// How the options of a search are asked for in the form: the few that every person decides in the questions, and all others
// under "more", in groups. The options themselves come from the server's schemas, so a new one is there by itself.
import type { AskedBefore, OptionField } from "../../../../src/dashboard/api.ts";

/** Asked for in the questions, in this order; those that this version does not have are left out. */
export const sizeFields = ["maxRam", "maxFlash", "maxParams", "maxMacs", "maxLatencyMs"];
/** Fields of their own, or said in another way. */
const elsewhere = [...sizeFields, "minutes", "hours", "space", "strategy", "model", "evaluator", "dataset"];

const groups: readonly (readonly [title: string, holds: (field: string) => boolean])[] = [
  [
    "The language model",
    (field) => /^(baseUrl|maxUsd|maxTokens|maxCalls|usdPer|answers|temperature|record)/i.test(field),
  ],
  ["More limits", (field) => /^(min|max)/.test(field)],
  ["Data and metric", (field) => ["metric", "task", "imageSize", "format"].includes(field)],
  ["Everything else", () => true],
];

/** All options but those of the questions and those `asked` for elsewhere, by group. */
export function otherGroups(
  options: readonly OptionField[],
  asked: readonly string[],
): { readonly title: string; readonly options: readonly OptionField[] }[] {
  const left = options.filter(({ field }) => !elsewhere.includes(field) && !asked.includes(field));
  return groups.flatMap(([title], index) => {
    const own = left.filter(({ field }) => groups.findIndex(([, holds]) => holds(field)) === index);
    return own.length === 0 ? [] : [{ title, options: own }];
  });
}

const memberKinds = ["space", "strategy", "evaluator"] as const;

interface Chosen {
  readonly space: string;
  readonly strategy: string;
  readonly evaluator: string;
}

/** Only a run that was asked before has a member that is a file. */
const isFile = (given: AskedBefore | undefined, kind: keyof Chosen, chosen: Chosen): boolean =>
  given?.optionsOfFiles[kind] !== undefined && given.options[kind] === chosen[kind];

/** What is asked of the server for the members that were chosen, and which of them are files, that only a search opens. */
export function membersOf(given: AskedBefore | undefined, chosen: Chosen) {
  const named = memberKinds.filter((kind) => chosen[kind] !== "");
  const builtIn = named.filter((kind) => !isFile(given, kind, chosen));
  return {
    query: Object.fromEntries(builtIn.map((kind) => [kind, chosen[kind]])) as Partial<Chosen>,
    files: named.filter((kind) => isFile(given, kind, chosen)).map((kind) => chosen[kind]),
  };
}

/** Options of a file that a run was asked with: they go along as they were while that file is chosen. */
export const keptOptions = (given: AskedBefore | undefined, chosen: Chosen): readonly string[] =>
  memberKinds.flatMap((kind) => (isFile(given, kind, chosen) ? (given?.optionsOfFiles[kind] ?? []) : []));

export const fieldNamed = (options: readonly OptionField[], name: string): OptionField | undefined =>
  options.find(({ field }) => field === name);

/** The option that an error of the server speaks of, by its flag; the longest that fits. */
export function fieldOfError(message: string, options: readonly OptionField[]): string | undefined {
  const named = options.filter(({ flag }) => new RegExp(`${flag}(?![\\w-])`).test(message));
  return named.sort((a, b) => b.flag.length - a.flag.length)[0]?.field;
}

/** Whether a number can be read: 20000, 20k, 1.5G. */
export const isCount = (text: string): boolean => /^\s*(\d+(\.\d+)?|\.\d+)\s*[kKmMgG]?\s*$/.test(text);
