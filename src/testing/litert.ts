// Google's interpreter of TFLite files, for the tests that hold our files to it: a virtual environment with ai-edge-litert,
// which scripts/setup-litert.sh makes. Without it those tests are skipped.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const environment = [process.env.GENIUS_LITERT_VENV ?? ".venv-litert", ".venv"]
  .map((folder) => join(resolve(folder)))
  .find((folder) => existsSync(join(folder, "bin", "python")) && hasLitert(folder));

function hasLitert(folder: string): boolean {
  return ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"].some((version) =>
    existsSync(join(folder, "lib", `python${version}`, "site-packages", "ai_edge_litert")),
  );
}

/** The options of a test, or of a `describe`, that needs the interpreter. */
export const needsLitert = { skip: environment === undefined };

/** Runs a script of ours in that environment and returns what it prints. */
export async function runInLitert(script: string, ...given: readonly string[]): Promise<string> {
  if (environment === undefined)
    throw new Error("no ai-edge-litert in .venv-litert: run scripts/setup-litert.sh");
  const python = join(environment, "bin", "python");
  const { stdout } = await promisify(execFile)(python, [script, ...given], { maxBuffer: 1 << 26 });
  return stdout;
}
