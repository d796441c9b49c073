// The reader of data that a person names: one of the catalog, or a file of their own.
import { GeniusError } from "../../base/errors.ts";
import { unknownName } from "../../base/nearest.ts";
import { checkForm, isPath, loadOwnFile } from "../../base/own-file.ts";
import type { DatasetFormat, DatasetListing } from "./dataset.ts";
import { formats } from "./formats/_formats.ts";

/** Every reader of data, in the order in which they are asked. */
export async function loadFormats(): Promise<DatasetFormat[]> {
  return (await Promise.all(formats.map((load) => load()))).map((module) => module.default);
}

/**
 * A format by its name or its file; what a file's own `list` returns is checked.
 * @throws GeniusError `unknown-name`, `bad-file`.
 */
export async function loadFormat(given: string): Promise<DatasetFormat> {
  if (!isPath(given)) {
    const all = await loadFormats();
    const found = all.find(({ name }) => name === given);
    if (found !== undefined) return found;
    throw unknownName(
      "format",
      given,
      all.map(({ name }) => name),
    );
  }
  const format = checkForm<DatasetFormat>("format", await loadOwnFile("format", given), {
    what: `${given}: its default export`,
    form: { name: "string", summary: "string", list: "function" },
  });
  return { ...format, list: async (path) => checkListing(await format.list(path), given) };
}

const isText = (value: unknown) => typeof value === "string";
const areTexts = (value: unknown) => Array.isArray(value) && value.every(isText);
const listingForm: Readonly<Record<keyof Omit<DatasetListing, "skipped" | "layout">, Rule>> = {
  name: ["a text", isText],
  classNames: ["a list of texts", areTexts],
  mirrorable: ["true or false", (value) => typeof value === "boolean"],
  files: ["a list of paths", areTexts],
  recordCount: ["a whole number", (value) => Number.isInteger(value)],
  ignoredFiles: ["a list of texts", areTexts],
  notes: ["a list of texts", areTexts],
  records: ["a function", (value) => typeof value === "function"],
};
type Rule = readonly [allowed: string, holds: (value: unknown) => boolean];

function checkListing(listing: DatasetListing, file: string): DatasetListing {
  const fields: Partial<Record<string, unknown>> = Object(listing);
  for (const [field, [allowed, holds]] of Object.entries(listingForm)) {
    if (holds(fields[field])) continue;
    throw new GeniusError(
      "bad-file",
      `${file}: "list" returned a listing whose "${field}" is ${JSON.stringify(fields[field]) ?? "missing"}; allowed is ${allowed}.`,
    );
  }
  return listing;
}
