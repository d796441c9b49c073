// Files that a person named for a command to write. Whatever else is there may be replaced, as any program does; what a
// run was recorded in may not: a slip of the hand would lose a search of days.
import { stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileError, GeniusError } from "./errors.ts";
import { makeFolder } from "./folder.ts";

/** @throws GeniusError `wrong-use` for a file of JSON lines that is there: a journal, a conversation, guesses. */
export async function refuseRecord(path: string): Promise<void> {
  if (!path.endsWith(".jsonl") || (await stat(path).catch(() => undefined)) === undefined) return;
  throw new GeniusError(
    "wrong-use",
    `${path} is a run's record and is not written over. Choose another file with --out.`,
  );
}

/** Writes a file with its folder. @throws GeniusError as `refuseRecord`, or that says why it could not be written. */
export async function writeNamed(path: string, content: string | Uint8Array): Promise<void> {
  await refuseRecord(path);
  try {
    await makeFolder(dirname(path));
    await writeFile(path, content);
  } catch (thrown) {
    throw fileError(thrown, path, "write");
  }
}
