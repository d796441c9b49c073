// From one schema to flags, help and values. A field `maxParams` is the flag `--max-params`; its description, its
// default and what it allows come from the schema.
import { parseArgs } from "node:util";
import type { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { checkPlainly } from "../base/schema-words.ts";
import { type Flag, fieldOf, flagOf } from "../runs/flags.ts";

/** The flags as a help section. */
export function helpOf(title: string, flags: readonly Flag[]): string {
  if (flags.length === 0) return "";
  const left = flags.map(({ flag, isBoolean, placeholder }) => (isBoolean ? flag : `${flag} ${placeholder}`));
  const width = Math.min(32, Math.max(...left.map((text) => text.length)));
  const lines = flags.map(({ description, fallback }, index) => {
    const shown =
      fallback === undefined || fallback === false ? "" : ` (default: ${JSON.stringify(fallback)})`;
    const name = left[index]!;
    const gap = name.length > width ? `\n${" ".repeat(width + 4)}` : " ".repeat(width - name.length + 2);
    return `  ${name}${gap}${description}${shown}`;
  });
  return `${title}:\n${lines.join("\n")}\n`;
}

export interface ParsedArguments {
  readonly operands: readonly string[];
  readonly values: Readonly<Record<string, string | boolean>>;
}

/**
 * Splits arguments into operands and flag values, by field name. A flag takes the next argument as its value
 * unless it is boolean, and then only `true` and `false`; `--flag=value` works too, and a negative number is a value. A flag
 * that nothing follows is `true`: it may be a member's.
 */
export function parseArguments(args: readonly string[], booleans: readonly string[]): ParsedArguments {
  const options = Object.fromEntries(
    booleans.map((field) => [flagOf(field).slice(2), { type: "boolean" as const }]),
  );
  const { tokens } = parseArgs({
    args: withNegativeNumbers(args, booleans),
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const operands: string[] = [];
  const values: Record<string, string | boolean> = {};
  let waiting: string | undefined;
  let switched: string | undefined;
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (waiting !== undefined) values[waiting] = token.value;
      else if (switched !== undefined && isYesOrNo(token.value)) values[switched] = token.value === "true";
      else operands.push(token.value);
      waiting = undefined;
      switched = undefined;
    } else if (token.kind === "option") {
      if (waiting !== undefined) values[waiting] = true;
      const field = fieldOf(token.name);
      const isBoolean = booleans.includes(field);
      waiting = isBoolean || token.value !== undefined ? undefined : field;
      switched = isBoolean && token.value === undefined ? field : undefined;
      if (isBoolean && (token.value === undefined || isYesOrNo(token.value)))
        values[field] = token.value !== "false";
      else if (token.value !== undefined) values[field] = token.value;
    }
  }
  if (waiting !== undefined) values[waiting] = true;
  return { operands, values };
}

const isYesOrNo = (text: string) => text === "true" || text === "false";

/** Joins a negative number to the flag before it, since it looks like a flag itself: `--hours -1` is `--hours=-1`. */
function withNegativeNumbers(args: readonly string[], booleans: readonly string[]): string[] {
  const joined: string[] = [];
  for (const argument of args) {
    const flag = joined.at(-1);
    const takesValue =
      flag !== undefined && /^--[^=]+$/.test(flag) && !booleans.includes(fieldOf(flag.slice(2)));
    if (takesValue && /^-\.?\d/.test(argument)) joined[joined.length - 1] = `${flag}=${argument}`;
    else joined.push(argument);
  }
  return joined;
}

/**
 * Turns the text of flags into numbers and booleans where the schema wants them; all else stays text.
 * @throws GeniusError `wrong-use` for a flag without the value that it needs.
 */
export function coerce(
  values: Readonly<Record<string, string | boolean>>,
  flags: readonly Flag[],
): Record<string, string | boolean | number> {
  const numeric = new Set(flags.filter((flag) => flag.isNumber).map((flag) => flag.field));
  const boolean = new Set(flags.filter((flag) => flag.isBoolean).map((flag) => flag.field));
  const mayBeEmpty = new Set(flags.filter(({ fallback }) => fallback === "").map((flag) => flag.field));
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => {
      if (boolean.has(field) && value !== "")
        return [field, value === "true" || (value === "false" ? false : value)];
      if (value === true) throw new GeniusError("wrong-use", `${flagOf(field)} needs a value.`);
      if (value === "" && !mayBeEmpty.has(field)) throw emptyValue(flagOf(field));
      const number =
        typeof value === "string" && numeric.has(field) && value.trim() !== "" ? Number(value) : Number.NaN;
      return [field, Number.isNaN(number) ? value : number];
    }),
  );
}

/** The error for an empty text where a value must be: mostly a variable of the shell that is not set. */
export const emptyValue = (what: string): GeniusError =>
  new GeniusError("wrong-use", `${what} is empty. Is a variable of your shell not set?`);

/**
 * Checks flag values against a schema.
 * @throws GeniusError `wrong-use` that names the flag, what was received and what is allowed.
 */
export function checkFlags<T>(schema: z.ZodType<T>, values: Readonly<Record<string, unknown>>): T {
  const { data, fault } = checkPlainly(schema, values);
  if (fault === undefined) return data;
  const [field] = fault.path;
  throw new GeniusError(
    "wrong-use",
    `${field === undefined ? "Options" : flagOf(String(field))}${fault.words}`,
  );
}

/** The error for a flag that nothing knows. */
export function unknownFlag(field: string, known: readonly string[]): GeniusError {
  const suggestion = nearest(flagOf(field), known.map(flagOf));
  const hint = suggestion === undefined ? "" : ` Did you mean ${suggestion}?`;
  return new GeniusError("wrong-use", `There is no option ${flagOf(field)}.${hint} See --help.`);
}
