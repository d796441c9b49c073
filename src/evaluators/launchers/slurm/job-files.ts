// What is known of a job, in `launch-<key>` of its folder, which the study and the compute node both see: the claim
// and number that the study writes, and the owner and end that the batch script writes.
import { randomUUID } from "node:crypto";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileError, systemCodeOf } from "../../../base/errors.ts";
import { makeFolder } from "../../../base/folder.ts";
import { writeWhole } from "../../../base/write-whole.ts";
import { checkKey } from "../job-key.ts";
import type { JobState, LaunchJob } from "../launcher.ts";

export type Ended = Extract<JobState, { kind: "ended" }>;

/** Why the batch script's training ended, as the script saw it. */
export interface ScriptExit {
  readonly why: "exited" | "stopped" | "timeout" | "warned" | "ended" | "no-setup" | "no-packages";
  readonly code: number;
  /** Slurm's number of the job. */
  readonly id: string;
}

/** @throws GeniusError `launcher-refused` for a key that is no plain name. */
export function directoryOf({ key, folder }: LaunchJob): string {
  checkKey(key);
  return join(folder, `launch-${key}`);
}

export const outputFileOf = (directory: string) => join(directory, "output.txt");

/** The token of the claim where this call made it; undefined where the job was claimed before. */
export async function claim(directory: string): Promise<string | undefined> {
  const token = randomUUID();
  try {
    await makeFolder(directory);
    const file = await open(join(directory, "token"), "wx");
    await file.writeFile(token).finally(() => file.close());
    return token;
  } catch (thrown) {
    if (systemCodeOf(thrown) === "EEXIST") return undefined;
    throw fileError(thrown, directory, "create");
  }
}

/** The token of a claim whose maker is gone. */
export async function takeOver(directory: string): Promise<string> {
  const token = (await tokenOf(directory)) || randomUUID();
  await makeFolder(directory);
  await write(directory, "token", token);
  return token;
}

/** Undefined where nobody has claimed the job. */
export const tokenOf = (directory: string) => read(directory, "token");

/** After a refusal: nothing was started, and the job may be submitted again. */
export const unclaim = (directory: string) => rm(directory, { recursive: true, force: true });

/** The Slurm job that trains, or, until one has begun, the one that was submitted. */
export async function slurmIdOf(directory: string): Promise<string | undefined> {
  return (await read(directory, "owner")) || (await read(directory, "id"));
}

const write = (directory: string, name: string, text: string) =>
  writeWhole(join(directory, name), text, { createsFolder: false });

export const noteSlurmId = (directory: string, id: string) => write(directory, "id", id);

export const noteStop = (directory: string) => write(directory, "stop", "");
export const wasStopped = async (directory: string) => (await read(directory, "stop")) !== undefined;

/** How the job ended, once that was seen: Slurm forgets ended jobs after some minutes. */
export async function endOf(directory: string): Promise<Ended | undefined> {
  const text = await read(directory, "end.json");
  return text === undefined ? undefined : (JSON.parse(text) as Ended);
}

export const noteEnd = (directory: string, end: Ended) => write(directory, "end.json", JSON.stringify(end));

export async function scriptExitOf(directory: string): Promise<ScriptExit | undefined> {
  const text = await read(directory, "exit");
  const [why, code, id] = text?.split(" ") ?? [];
  if (why === undefined || id === undefined) return undefined;
  return { why: why as ScriptExit["why"], code: Number(code), id };
}

/** The last line that the trainer wrote as an error. */
export async function lastWordsOf(directory: string): Promise<string> {
  const text = (await read(directory, "errors.txt")) ?? "";
  return (text.slice(-4000).split("\n").at(-1) ?? "").slice(0, 500);
}

export async function writeScript(directory: string, text: string): Promise<string> {
  await write(directory, "run.sh", text);
  return join(directory, "run.sh");
}

async function read(directory: string, name: string): Promise<string | undefined> {
  const path = join(directory, name);
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (thrown) {
    if (systemCodeOf(thrown) === "ENOENT") return undefined;
    throw fileError(thrown, path, "read");
  }
}
