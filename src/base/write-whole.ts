// The one way to write a file that others read: whole or not at all, and still there after a power cut. It is written under
// another name beside its place, synced, and renamed; then the folder is synced, which is what keeps the new name.
import { randomUUID } from "node:crypto";
import { open, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileError } from "./errors.ts";
import { makeFolder } from "./folder.ts";

/** Ends the names of unfinished files: what a killed process left behind can be removed by it. */
export const unfinishedEnding = ".tmp";

export interface WriteSetting {
  /** False for a file that is worth nothing after a crash, such as what a live view shows; true by default. */
  readonly isDurable?: boolean;
  /** False where a folder that is gone must stay so, such as that of a job that was cleared away; true by default. */
  readonly createsFolder?: boolean;
}

/**
 * Writes a file, with its folder unless told otherwise. Readers see the old content or the new one, never a part.
 * @throws GeniusError such as `disk-full` or `no-permission`; the file is then as it was.
 */
export async function writeWhole(
  path: string,
  content: Uint8Array | string,
  { isDurable = true, createsFolder = true }: WriteSetting = {},
): Promise<void> {
  if (await isStream(path)) {
    await writeFile(path, content).catch((thrown: unknown) => {
      throw fileError(thrown, path, "write");
    });
    return;
  }
  const folder = dirname(path);
  const unfinished = `${path}.${randomUUID()}${unfinishedEnding}`;
  try {
    if (createsFolder) await makeFolder(folder);
    const file = await open(unfinished, "wx");
    try {
      await file.writeFile(content);
      if (isDurable) await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    if (isDurable) await syncFolder(folder);
  } catch (thrown) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw fileError(thrown, path, "write");
  }
}

/** A device or a pipe, such as /dev/stdout: a file that took its name would take its place. */
async function isStream(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

/** Some systems cannot sync a folder, and keep names without it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
