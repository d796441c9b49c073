// Folders that are made when they are needed. Node's own `mkdir` with `recursive` never ends where a system says of a
// folder's child that it does not exist, as in /proc or below a folder that was removed.
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCodeOf } from "./errors.ts";

/** Makes the folder and those above it; nothing happens where it exists. @throws the system's error. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (thrown) {
    const code = systemCodeOf(thrown);
    if (code === "ENOENT" && dirname(path) !== path) {
      await makeFolder(dirname(path));
      await mkdir(path).catch((second: unknown) => ignoreFolder(path, second));
    } else await ignoreFolder(path, thrown);
  }
}

/** Another process may have made it in between. */
async function ignoreFolder(path: string, thrown: unknown): Promise<void> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw thrown;
}
