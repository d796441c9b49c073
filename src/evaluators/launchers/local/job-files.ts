// What the local launcher and the keeper of a job tell each other: small files in `launch-<key>` of the job's folder.
// `order` is there when the job was taken, `process` when the keeper has begun, `stop` when someone asked to stop,
// `exit` when the trainer has ended. Each is written whole or not at all, so each can be read at any time.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileError, GeniusError, systemCodeOf } from "../../../base/errors.ts";
import { writeWhole } from "../../../base/write-whole.ts";
import type { JobState } from "../launcher.ts";
import type { ProcessIdentity } from "./process-identity.ts";

/** What the keeper is to do. */
export interface Order {
  /** Who took the job. */
  readonly by: ProcessIdentity;
  readonly takenAt: string;
  readonly command: readonly string[];
  readonly graceSeconds: number;
  readonly timeLimitSeconds?: number;
  readonly memoryLimitMb?: number;
}

export interface Processes {
  readonly keeper: ProcessIdentity;
  readonly trainer?: ProcessIdentity;
}

export type Exit = Omit<Extract<JobState, { kind: "ended" }>, "kind">;

interface Contents {
  readonly order: Order;
  readonly process: Processes;
  readonly stop: { readonly at: string };
  readonly exit: Exit;
}

export const outputName = "output.txt";
export const errorsName = "errors.txt";

/** Undefined where there is none. */
export async function readNote<Name extends keyof Contents>(
  directory: string,
  name: Name,
): Promise<Contents[Name] | undefined> {
  const path = join(directory, `${name}.json`);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (thrown) {
    if (systemCodeOf(thrown) === "ENOENT") return undefined;
    throw fileError(thrown, path, "read");
  }
  try {
    return JSON.parse(text) as Contents[Name];
  } catch (cause) {
    throw new GeniusError("bad-file", `${path} is damaged. Delete the folder it is in.`, { cause });
  }
}

export async function writeNote<Name extends keyof Contents>(
  directory: string,
  name: Name,
  contents: Contents[Name],
): Promise<void> {
  await writeWhole(join(directory, `${name}.json`), JSON.stringify(contents), { createsFolder: false });
}
