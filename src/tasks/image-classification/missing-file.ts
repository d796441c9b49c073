// A file that is listed and not there: a symbolic link whose target is missing, or a file that was removed meanwhile. That is
// a matter of this one image, which is left out and named, while a disk or a permission that fails concerns the whole set.
import { lstatSync } from "node:fs";
import { systemCodeOf } from "../../base/errors.ts";

/** Why the file is missing, in words; undefined where an error is of another kind. */
export function missingWords(thrown: unknown, path: string): string | undefined {
  const code = systemCodeOf(thrown);
  if (code === "ELOOP") return "symbolic links in a circle";
  if (code !== "ENOENT" && code !== "ENOTDIR") return undefined;
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? "a symbolic link to a missing file" : "it does not exist";
}
