// Settings from a JSON file, below the flags: flag, then file, then default.
import { readFile } from "node:fs/promises";
import { fileError, GeniusError, messageOf } from "../base/errors.ts";
import { flagOf } from "../runs/flags.ts";

/**
 * The fields of a settings file such as `{"trials": 50, "maxParams": "20k"}`.
 * @throws GeniusError `bad-file` when it is not a JSON object of texts, numbers and booleans.
 */
export async function readSettingsFile(path: string): Promise<Readonly<Record<string, string | boolean>>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (thrown) {
    throw fileError(thrown, path, "read the settings file");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new GeniusError("bad-file", `The settings file ${path} is not JSON: ${messageOf(thrown)}.`, {
      cause: thrown,
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new GeniusError(
      "bad-file",
      `The settings file ${path} must hold one object, such as {"trials": 50}.`,
    );
  }
  return Object.fromEntries(
    Object.entries(value).map(([field, setting]) => {
      if (typeof setting === "boolean") return [field, setting];
      if (typeof setting === "string" || typeof setting === "number") return [field, String(setting)];
      throw new GeniusError(
        "bad-file",
        `The settings file ${path}: "${field}" must be a text, a number or true/false, as ${flagOf(field)} would be.`,
      );
    }),
  );
}
