// The files that a command leaves in a folder.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileError } from "../base/errors.ts";

/** Writes texts by name into a folder that is there. @throws GeniusError that names the file that could not be written. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await writeFile(path, text).catch((thrown: unknown) => {
      throw fileError(thrown, path, "write");
    });
  }
}
