// A folder with everything below it, read once by name, without what operating systems and other programs leave in
// folders. Knows nothing of classes and parts.
import { readdirSync, type Stats, statSync } from "node:fs";
import { join, relative } from "node:path";
import { fileError, GeniusError } from "../../../base/errors.ts";
import { mayBeImage } from "../image-kind.ts";
import { missingWords } from "../missing-file.ts";

export interface Folder {
  /** As it is on the disk. */
  readonly name: string;
  readonly path: string;
  /** Names of the files directly in it. */
  readonly files: readonly string[];
  readonly folders: readonly Folder[];
  /** Whether a file in it or below it may be an image. */
  readonly holdsImages: boolean;
  /** Files in it and below it. */
  readonly fileCount: number;
}

export interface FolderTree {
  readonly root: Folder;
  /** What was left out, relative to the root. */
  readonly skipped: readonly string[];
  /** Pipes, devices and sockets, relative to the root: reading one may never end. */
  readonly irregular: readonly string[];
}

const deepest = 16;
const leftovers =
  /^(?:\..*|__macosx|__pycache__|@eadir|#recycle|\$recycle\.bin|system volume information|lost\+found|(?:eh)?thumbs\.db|desktop\.ini|icon\r|thumb(?:nail)?s?)$/i;

/** @throws GeniusError when a folder cannot be read or folders are nested without end. */
export function readFolderTree(root: string): FolderTree {
  const skipped: string[] = [];
  const irregular: string[] = [];
  const read = (path: string, name: string, depth: number): Folder => {
    if (depth > deepest)
      throw new GeniusError("bad-data", `${path}: folders are nested too deeply, perhaps a link loop.`);
    const files: string[] = [];
    const folders: Folder[] = [];
    let fileCount = 0;
    for (const entry of listEntries(path)) {
      const inner = join(path, entry.name);
      if (leftovers.test(entry.name))
        skipped.push(...leftOut(inner, entry.isFolder, deepest - depth).map(rooted));
      else if (entry.isFolder) folders.push(read(inner, entry.name, depth + 1));
      else if (entry.isIrregular) irregular.push(rooted(inner));
      else files.push(entry.name);
    }
    for (const folder of folders) fileCount += folder.fileCount;
    const holdsImages = files.some(mayBeImage) || folders.some((folder) => folder.holdsImages);
    return { name, path, files, folders, holdsImages, fileCount: fileCount + files.length };
  };
  const rooted = (path: string) => relative(root, path);
  return { root: read(root, "", 0), skipped, irregular };
}

/** Whether images lie in a folder below `path`, found without reading all of it. */
export function hasImageBelow(path: string, depth: number): boolean {
  return listEntries(path).some(
    ({ name, isFolder }) => isFolder && !leftovers.test(name) && hasImage(join(path, name), depth - 1),
  );
}

function hasImage(path: string, depth: number): boolean {
  const entries = listEntries(path).filter(({ name }) => !leftovers.test(name));
  if (entries.some(({ name, isFolder, isIrregular }) => !isFolder && !isIrregular && mayBeImage(name)))
    return true;
  return depth > 0 && entries.some(({ name, isFolder }) => isFolder && hasImage(join(path, name), depth - 1));
}

/** The files of a leftover, or the folder itself where there are none. */
function leftOut(path: string, isFolder: boolean, depth: number): string[] {
  if (!isFolder || depth <= 0) return [path];
  const below = listEntries(path).flatMap((entry) =>
    leftOut(join(path, entry.name), entry.isFolder, depth - 1),
  );
  return below.length > 0 ? below : [path];
}

// Listing is synchronous: three to ten times faster than promises for tens of thousands of small calls.
function listEntries(path: string): { name: string; isFolder: boolean; isIrregular: boolean }[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .map((entry) => {
        const followed = entry.isSymbolicLink() ? targetOf(join(path, entry.name)) : entry;
        const isFolder = followed?.isDirectory() ?? false;
        // A link to nothing is a file that is missing, which is found when it is read.
        return { name: entry.name, isFolder, isIrregular: !isFolder && followed?.isFile() === false };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (thrown) {
    throw fileError(thrown, path, "read");
  }
}

/** What a link leads to; undefined where that is missing. */
function targetOf(link: string): Stats | undefined {
  try {
    return statSync(link);
  } catch (thrown) {
    if (missingWords(thrown, link) !== undefined) return undefined;
    throw fileError(thrown, link, "read");
  }
}
