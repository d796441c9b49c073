// Reads a table of figures: a JSON object from design keys to entries, or CSV with a row for each design. It checks every
// figure it uses and says which file, key and field is wrong. What a key stands for is for others to know.
import { GeniusError, messageOf } from "../../base/errors.ts";
import { accuracy, type Metric, scoreOf } from "../../metrics/index.ts";
import { rowsOfCsv } from "./csv.ts";

/** Where in an entry the figures are: accuracies in percent, and any other metric in its own unit. */
export interface TableFields {
  readonly validation?: string;
  readonly test?: string;
}

export interface TableEntry {
  /** On validation data: accuracy in [0, 1], or the score of another metric; absent where the table has none. */
  readonly validation01?: number;
  /** The same on test data; absent where there are validation figures only. */
  readonly test01?: number;
}

/** A table that a person wrote: `{ "<key>": { "validation": 91.2, "test": 90.8 } }`, in percent; one of the two will do. */
export const ownFields = { validation: "validation", test: "test" } as const satisfies TableFields;

export interface TableText {
  readonly file: string;
  readonly text: string;
  /** What the figures are; accuracy where it is absent. */
  readonly metric?: Metric;
}

/**
 * Entries by key. Of the two figures, one that the first entry lacks is left out of all of them. A file whose name ends
 * in `.csv` has a first line of names, the key first: `design,validation,test`.
 * @throws GeniusError `bad-data` that names file, key, field and what is allowed.
 */
export function parseTable(
  { file, text, metric = accuracy }: TableText,
  fields: TableFields,
): ReadonlyMap<string, TableEntry> {
  const rows = file.toLowerCase().endsWith(".csv") ? rowsOfCsv(text, file) : rowsOfJson(text, file);
  const figure =
    metric.name === accuracy.name
      ? accuracy01
      : (value: unknown, where: string) => scoreOf(metric, finite(value, where));
  if (rows.length === 0) throw new GeniusError("bad-data", `${file}: the table has no entry.`);
  const first = rows[0]?.[1];
  const has = (field: string | undefined): field is string =>
    field !== undefined && isObject(first) && first[field] !== undefined;
  const validation = has(fields.validation) ? fields.validation : undefined;
  // A table without either figure is refused by the name of the test figure, or of the only one it may have.
  const test = has(fields.test) || validation === undefined ? (fields.test ?? fields.validation) : undefined;
  const entries = new Map<string, TableEntry>();
  for (const [key, row] of rows) {
    if (!isObject(row))
      throw new GeniusError(
        "bad-data",
        `${file}: the entry of key "${key}" must be an object with "${test ?? validation}", and is ${describe(row)}.`,
      );
    const read = (field: string) => figure(row[field], `${file}: key "${key}", field "${field}"`);
    entries.set(key, {
      ...(validation !== undefined && { validation01: read(validation) }),
      ...(test !== undefined && { test01: read(test) }),
    });
  }
  return entries;
}

function rowsOfJson(text: string, file: string): (readonly [key: string, row: unknown])[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    throw new GeniusError("bad-data", `${file} is no JSON: ${messageOf(thrown)}.`, { cause: thrown });
  }
  if (isObject(json)) return Object.entries(json);
  throw new GeniusError(
    "bad-data",
    `${file}: a table is an object from keys to entries, and this is ${describe(json)}.`,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function accuracy01(value: unknown, where: string): number {
  if (typeof value === "number" && value >= 0 && value <= 100) return value / 100;
  throw new GeniusError(
    "bad-data",
    `${where}: an accuracy in percent is a number from 0 to 100, and this is ${describe(value)}.`,
  );
}

function finite(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new GeniusError("bad-data", `${where}: a figure is a finite number, and this is ${describe(value)}.`);
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
