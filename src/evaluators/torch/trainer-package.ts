// Where the Python package of the trainer is, and what it needs, read from the package's own pyproject.toml.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GeniusError } from "../../base/errors.ts";

/** Beside `src` or `dist`. */
export const trainerFolder = fileURLToPath(new URL("../../../trainer", import.meta.url));

export interface Requirement {
  readonly name: string;
  readonly atLeast: string;
  /** As pip takes it: `torch==2.13.*` */
  readonly text: string;
}

/** @throws GeniusError `internal` where the package's list cannot be read. */
export async function readRequirements(): Promise<readonly Requirement[]> {
  const path = join(trainerFolder, "pyproject.toml");
  const text = await readFile(path, "utf8").catch((cause) => {
    throw new GeniusError(
      "internal",
      `${path} is missing: this copy of GENIUS is not whole. Install it again.`,
      { cause },
    );
  });
  const list = /^dependencies = (\[[^\]]*\])/m.exec(text)?.[1];
  if (list === undefined) throw new GeniusError("internal", `${path} names no dependencies.`);
  return (JSON.parse(list) as string[]).map((entry) => {
    const match = /^([A-Za-z0-9_-]+)[=>~]=([0-9.]+)/.exec(entry);
    if (match === null) throw new GeniusError("internal", `${path}: "${entry}" has no minimum version.`);
    const [, name = "", version = ""] = match;
    return { name, atLeast: version.replace(/\.$/, ""), text: entry };
  });
}
