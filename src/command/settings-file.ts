// Settings from a JSON or TOML file, below the flags: flag, then file, then default.
import { readFile } from "node:fs/promises";
import { fileError, GeniusError, messageOf } from "../base/errors.ts";
import { flagOf } from "../runs/flags.ts";

/**
 * The fields of a settings file such as `{"trials": 50, "maxParams": "20k"}`; a name that ends in `.toml` is read as
 * TOML, with the same fields: `trials = 50`.
 * @throws GeniusError `bad-file` when it is not one object of texts, numbers and booleans.
 */
export async function readSettingsFile(path: string): Promise<Readonly<Record<string, string | boolean>>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (thrown) {
    throw fileError(thrown, path, "read the settings file");
  }
  const isToml = /\.toml$/i.test(path);
  const value = isToml ? await parseToml(text, path) : parseJson(text, path);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new GeniusError(
      "bad-file",
      `The settings file ${path} must hold one object, such as {"trials": 50}.`,
    );
  }
  return Object.fromEntries(
    Object.entries(value).map(([field, setting]) => {
      if (typeof setting === "boolean") return [field, setting];
      if (typeof setting === "string") return [field, setting];
      if (typeof setting === "number" && Number.isFinite(setting)) return [field, String(setting)];
      throw new GeniusError(
        "bad-file",
        `The settings file ${path}: "${field}" must be a text, a number or true/false, as ${flagOf(field)} would be.`,
      );
    }),
  );
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (thrown) {
    throw new GeniusError("bad-file", `The settings file ${path} is not JSON: ${messageOf(thrown)}.`, {
      cause: thrown,
    });
  }
}

async function parseToml(text: string, path: string): Promise<unknown> {
  const { parse } = await import("smol-toml");
  try {
    return parse(text.replace(/^\ufeff/, ""));
  } catch (thrown) {
    // The parser's message shows the line and a pointer below it.
    const [first = "", ...lines] = messageOf(thrown).trimEnd().split("\n");
    const words = `The settings file ${path} is not TOML: ${[first, ...lines].join("\n")}`;
    throw new GeniusError("bad-file", words, { cause: thrown });
  }
}
