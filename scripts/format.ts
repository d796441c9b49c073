// Formats generated text as `npm run format` would, so that a generated file never fails the check.
import { spawnSync } from "node:child_process";

/** The text as Biome formats a file of that name. */
export async function format(text: string, file: string): Promise<string> {
  const run = spawnSync("npx", ["biome", "check", "--write", `--stdin-file-path=${file}`], {
    input: text,
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(`Biome could not format ${file}: ${run.stderr}`);
  return run.stdout;
}
