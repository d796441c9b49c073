// Folders that are made when they are needed. Node's own `mkdir` with `recursive` never ends where a system says of a
// folder's child that it does not exist, as in /proc or below a folder that was removed.
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { fileError, systemCodeOf } from "./errors.ts";

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

/** As `makeFolder`, for a folder that a person named or could name. @throws GeniusError with the folder and the reason. */
export async function makeNamedFolder(path: string): Promise<void> {
  await makeFolder(path).catch((thrown: unknown) => {
    throw fileError(thrown, path, "create the folder");
  });
}

/** Another process may have made it in between. */
async function ignoreFolder(path: string, thrown: unknown): Promise<void> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw thrown;
}
