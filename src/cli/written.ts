// What was written, in a line: the files of `best/` by their names, and a folder in it, such as the C for a microcontroller, by its own.
import { dirname, relative } from "node:path";

/** @param files paths in `folder`; they are said as seen from there. */
export function writtenWords(folder: string, files: readonly string[]): string {
  const shown = files.map((path) => {
    const file = relative(folder, path).replaceAll("\\", "/");
    const isDeep = file.split("/").length > 2;
    return isDeep ? `${dirname(file)}/` : file;
  });
  return [...new Set(shown)].join(", ");
}
