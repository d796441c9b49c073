// What a reader needs to trace a run to: program, machine, and whatever the parts know about themselves.
import { execFile } from "node:child_process";
import { cpus } from "node:os";
import { promisify } from "node:util";
import type { JsonObject } from "../base/json.ts";
import { version } from "./version.ts";

/** The program's version and, in a checkout, its commit; the machine; the time zone is always UTC. */
export async function provenanceOf(): Promise<JsonObject> {
  const processors = cpus();
  const commit = await commitOf();
  return {
    genius: version(),
    ...(commit !== undefined && { commit }),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    processor: processors[0]?.model ?? "unknown",
    cores: processors.length,
  };
}

async function commitOf(): Promise<string | undefined> {
  try {
    const run = promisify(execFile);
    const folder = import.meta.dirname;
    const { stdout: commit } = await run("git", ["-C", folder, "rev-parse", "HEAD"]);
    const { stdout: changes } = await run("git", [
      "-C",
      folder,
      "status",
      "--porcelain",
      "--untracked-files=no",
      ".",
    ]);
    return commit.trim() + (changes.trim() === "" ? "" : " (changed)");
  } catch {
    return undefined;
  }
}
