// Finds the Python that trains: the one that GENIUS_PYTHON names, else that of `.venv` here, else the one that
// `genius setup torch` made, else the system's. It only looks, and says what it found where.
import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { cacheDirectoryOf, findCacheDirectory } from "../../../base/cache-directory.ts";
import { GeniusError, systemCodeOf } from "../../../base/errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface Python {
  readonly path: string;
  /** `3.12.4` */
  readonly version: string;
  /** Versions of the packages that are installed, by name in lower case. */
  readonly packages: Readonly<Record<string, string>>;
}

/** The oldest that the trainer runs on. */
export const oldestPython = "3.11";

/** Where `genius setup torch` makes its environment. */
export function setupFolderOf(environment: Environment): string {
  return join(cacheDirectoryOf(environment), "python");
}

/** The program of a virtual environment. */
export function programOf(folder: string): string {
  return process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
}

/** Where a Python is looked for, best first. What GENIUS_PYTHON names is the only one, if it is set. */
export function pythonPlaces(environment: Environment): readonly string[] {
  const named = environment.GENIUS_PYTHON;
  if (named) return [named];
  const cache = findCacheDirectory(environment);
  const own = cache === undefined ? [] : [programOf(setupFolderOf(environment))];
  return [programOf(".venv"), ...own, "python3"];
}

const question = `import sys, json
from importlib import metadata
found = {(one.name or "").lower(): one.version for one in metadata.distributions()}
print(json.dumps([sys.version.split()[0], found]))`;

/** What stands at one place; the reason in words where nothing does. */
export async function inspectPython(path: string): Promise<Python | string> {
  try {
    const { stdout } = await promisify(execFile)(path, ["-c", question], { timeout: 60_000 });
    const [version, packages] = JSON.parse(stdout) as [string, Readonly<Record<string, string>>];
    if (!isAtLeast(version, oldestPython)) return `Python ${version}, too old`;
    // A training starts in a folder of its own, where a relative path would mean another place.
    return { path: /[\\/]/.test(path) ? resolve(path) : path, version, packages };
  } catch (thrown) {
    return systemCodeOf(thrown) === "ENOENT" ? "not there" : "does not answer";
  }
}

/**
 * The first that has PyTorch, else the first there is.
 * @throws GeniusError `missing-feature` where none of at least 3.11 is found.
 */
export async function findPython(environment: Environment): Promise<Python> {
  const places = pythonPlaces(environment);
  const found: (Python | string)[] = [];
  for (const place of places) {
    const answer = await inspectPython(place);
    if (typeof answer !== "string" && answer.packages.torch !== undefined) return answer;
    found.push(answer);
  }
  const any = found.find((answer) => typeof answer !== "string");
  if (any !== undefined) return any;
  const looked = places.map((place, index) => `${place} (${found[index]})`).join(", ");
  throw new GeniusError(
    "missing-feature",
    `No Python of at least ${oldestPython} was found; looked at ${looked}. Install one and run \`genius setup torch\`, or let GENIUS_PYTHON name one that has PyTorch.`,
  );
}

/** Compares `3.12.1` with `3.11`, and `2.13.0+cpu` with `2.6`, number by number. */
export function isAtLeast(version: string, least: string): boolean {
  const numbers = (text: string) => text.split(/[^0-9]+/).map(Number);
  const [have, want] = [numbers(version), numbers(least)];
  for (const [index, number] of want.entries()) {
    const difference = (have[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
