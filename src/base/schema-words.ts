// What a schema refuses, in plain words: which value, what is allowed instead, and the nearest allowed word. The same for
// flags, options, files and requests, in place of the validator's own words.
import { inspect } from "node:util";
import type { z } from "zod";
import { nearest } from "./nearest.ts";

export interface Fault {
  /** Where the value lies: `["speed", "measured", 0]`. Empty for the whole. */
  readonly path: readonly PropertyKey[];
  readonly isMissing: boolean;
  /** The rest of the sentence that begins with the value's name: ` must be a whole number; 1.5 was given.` */
  readonly words: string;
}

/**
 * A value checked by a schema: what it holds, or its first fault.
 * @param isOften the schema checks many values, such as the lines of a file, and so is worth compiling
 * @example
 * const { data, fault } = checkPlainly(schema, value);
 * if (fault !== undefined) throw new GeniusError("wrong-use", `--trials${fault.words}`);
 */
export function checkPlainly<T>(
  schema: z.ZodType<T>,
  value: unknown,
  { isOften = false }: { readonly isOften?: boolean } = {},
): { readonly data: T; readonly fault?: undefined } | { readonly data?: undefined; readonly fault: Fault } {
  // A message that a schema's author wrote comes first.
  const result = schema.safeParse(value, { error: wantedBy, jitless: !isOften });
  if (result.success) return { data: result.data };
  const { issues } = result.error;
  // A field that is not known is often one that is missing, misspelt.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!;
  return { fault: faultOf(issue, value) };
}

/** A fault as a clause, in which "it" is the whole: `choices.0 must be a whole number; 0.5 was given`. */
export const faultClause = ({ path, words }: Fault): string =>
  `${path.length === 0 ? "it" : path.join(".")}${words.replace(/\.$/, "")}`;

function faultOf(issue: z.core.$ZodIssue, whole: unknown): Fault {
  const { path, code } = issue;
  const value = path.reduce<unknown>(
    (at, key) => (at as Readonly<Record<PropertyKey, unknown>>)?.[key],
    whole,
  );
  const isMissing = value === undefined && code !== "custom";
  const allowed = allowedBy(issue);
  const message = issue.message.replace(/\.$/, "");
  if (isMissing) {
    const among = allowed === undefined ? "" : `; allowed are ${allowed.join(", ")}`;
    return { path, isMissing, words: ` is needed${among}.` };
  }
  if (code === "unrecognized_keys") return { path, isMissing, words: ` ${issue.message}` };
  const near =
    allowed === undefined || String(value).length < 3 ? undefined : nearest(String(value), allowed);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  const shown = shownOf(value);
  if (message.startsWith("must "))
    return { path, isMissing, words: ` ${message}; ${shown} was given.${hint}` };
  // What is wrong with a whole, such as a network, is not seen in its first fields.
  const isSaid = typeof value === "object" || (typeof value === "string" && message.includes(shown));
  const given = isSaid ? "" : `, and ${shown} was given`;
  return { path, isMissing, words: `: ${message}${given}.` };
}

/** The values of which one is wanted; undefined where it is one, or where they are no list. */
function allowedBy(issue: z.core.$ZodIssue): readonly string[] | undefined {
  if (issue.code === "invalid_value" && issue.values.length > 1) return issue.values.map(String);
  return issue.code === "invalid_union" ? kindsOf(issue) : undefined;
}

/** The kinds that a union tells apart by a field, where none of them was given. */
const kindsOf = (issue: object): readonly string[] | undefined =>
  "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : undefined;

/** "must be a whole number"; undefined where there is nothing plainer to say. */
function wantedBy(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${types[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(String).join(", ")}`;
    case "too_small":
    case "too_big":
      return boundWords(issue);
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return unknownWords(issue.keys, knownTo(issue.inst));
    case "invalid_union":
      return kindsOf(issue) === undefined
        ? unionWords(issue.errors ?? [])
        : `must be one of ${kindsOf(issue)?.join(", ")}`;
    default:
      return undefined;
  }
}

const types: Readonly<Record<string, string>> = {
  ...{ int: "a whole number", number: "a number", boolean: "true or false", string: "text" },
  ...{ object: "an object", record: "an object", array: "a list", tuple: "a list" },
};

const units: Readonly<Record<string, string>> = { string: "characters", array: "entries", set: "entries" };

/** What is too small or too large should be. */
function boundWords(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig>): string {
  const { inclusive = false, exact = false } = issue;
  const unit = units[issue.origin];
  const [bound, sides] =
    issue.code === "too_small"
      ? [issue.minimum, ["at least", unit === undefined ? "above" : "more than"]]
      : [issue.maximum, ["at most", unit === undefined ? "below" : "fewer than"]];
  const count = `${exact ? "exactly" : sides[inclusive ? 0 : 1]} ${bound}`;
  return unit === undefined ? `must be ${count}` : `must have ${count} ${unit}`;
}

/** All that a union allows; undefined where one of its members says it in words of its own. */
function unionWords(errors: readonly (readonly z.core.$ZodIssue[])[]): string | undefined {
  const wanted = new Set<string>();
  for (const [first] of errors) {
    if (first === undefined || first.path.length > 0 || !first.message.startsWith("must be "))
      return undefined;
    wanted.add(first.message.slice("must be ".length));
  }
  return wanted.size === 0 ? undefined : `must be ${[...wanted].join(" or ")}`;
}

function unknownWords(keys: readonly string[], known: readonly string[]): string {
  const named = keys.map((key) => `"${key}"`).join(", ");
  const [first = ""] = keys;
  const near = first.length < 3 ? undefined : nearest(first, known);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  const among = known.length === 0 ? "" : ` Known are ${known.join(", ")}.`;
  return `has the unknown ${keys.length === 1 ? "field" : "fields"} ${named}.${hint}${among}`;
}

/** The fields of the object schema that refused a field. */
const knownTo = (schema: unknown): readonly string[] =>
  Object.keys((schema as Partial<z.core.$ZodObject> | undefined)?._zod?.def?.shape ?? {});

/** `"tflit"`, `1.5`, and the beginning of what is long. */
function shownOf(value: unknown): string {
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
