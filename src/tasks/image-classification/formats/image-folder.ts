// Images in folders named after their classes, either directly or under train/ and test/ – the form that people
// have their photos in. Lists files by name only; whether a file is a sound image is found when it is decoded.
// Class folders are read to any depth and symbolic links are followed.
import { readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, extname, join, relative, resolve, sep } from "node:path";
import { fileError, GeniusError } from "../../../base/errors.ts";
import { type DatasetListing, defineDataset, type ImageRecord, type Part } from "../dataset.ts";

const imageExtensions = new Set([".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff"]);
const partNames = {
  train: ["train", "training"],
  validation: ["val", "valid", "validation"],
  test: ["test", "testing"],
} as const;
const deepest = 16;

interface Found {
  readonly part: Part;
  readonly className: string;
  readonly path: string;
}

export default defineDataset({
  name: "image-folder",
  summary:
    "a folder of class folders of JPEG, PNG or WebP images (photos/cat/1.jpg), or train/ and test/ of them",
  source: "the layout of torchvision.datasets.ImageFolder",
  detect: async (path) =>
    statSync(path).isDirectory() && listFolders(path).some((folder) => hasImage(join(path, folder), 3)),
  async list(path) {
    if (path === undefined) throw new GeniusError("wrong-use", "An image folder needs a path.");
    return listImages(resolve(path));
  },
});

function listImages(root: string): DatasetListing {
  const { parts, notes } = findParts(root);
  const found: Found[] = [];
  const ignored: string[] = [];
  const empty: string[] = [];
  const trainClasses = new Set<string>();
  for (const { folder, part } of parts) {
    for (const className of listFolders(folder)) {
      const before = found.length;
      for (const path of walk(join(folder, className), deepest)) {
        if (imageExtensions.has(extname(path).toLowerCase())) found.push({ part, className, path });
        else ignored.push(relative(root, path));
      }
      if (found.length === before && part === "train") empty.push(relative(root, join(folder, className)));
      if (part === "train") trainClasses.add(className);
    }
    for (const file of listFiles(folder)) ignored.push(relative(root, join(folder, file)));
  }
  if (empty.length > 0) {
    throw new GeniusError(
      "bad-data",
      `${root}: no images in class folder${empty.length > 1 ? "s" : ""} ${empty.slice(0, 10).join(", ")}. ` +
        `Each class folder needs images (${[...imageExtensions].join(" ")}); add some or remove the folder.`,
    );
  }
  const unknown = new Set(
    found.filter((file) => !trainClasses.has(file.className)).map((file) => file.className),
  );
  if (unknown.size > 0) {
    throw new GeniusError(
      "bad-data",
      `${root}: the test part has classes without a training folder: ${[...unknown].slice(0, 10).join(", ")}. ` +
        "Give both parts the same class folders.",
    );
  }
  const classNames = [...trainClasses].sort();
  const labels = new Map(classNames.map((name, label) => [name, label]));
  const order = (file: Found) => (file.part === "train" ? 0 : 1);
  found.sort((a, b) => order(a) - order(b) || compare(a.className, b.className) || compare(a.path, b.path));
  return {
    name: basename(root),
    classNames,
    mirrorable: !classNames.every((name) => /^[\p{L}\p{N}]$/u.test(name)),
    files: found.map((file) => file.path),
    recordCount: found.length,
    ignoredFiles: ignored,
    notes,
    *records(): Iterable<ImageRecord> {
      for (const { part, className, path } of found) {
        const read = () => readImage(path);
        const label = labels.get(className) as number;
        yield {
          part,
          label,
          where: relative(root, path).split(sep).join("/"),
          image: { kind: "encoded", read },
        };
      }
    },
  };
}

/** The folders to look for class folders in. A validation folder never stands beside ours: we split our own. */
function findParts(root: string): { parts: { folder: string; part: Part }[]; notes: string[] } {
  const folders = listFolders(root);
  const find = (names: readonly string[]) => folders.find((folder) => names.includes(folder.toLowerCase()));
  // A "train" without folders in it is a class beside cars and buses, not a part.
  const train = [find(partNames.train)].find(
    (name) => name !== undefined && listFolders(join(root, name)).length > 0,
  );
  const validation = find(partNames.validation);
  const test = find(partNames.test);
  if (train === undefined) return { parts: [{ folder: root, part: "train" }], notes: [] };
  const parts: { folder: string; part: Part }[] = [{ folder: join(root, train), part: "train" }];
  const notes: string[] = [];
  if (test !== undefined) parts.push({ folder: join(root, test), part: "test" });
  if (validation !== undefined) {
    parts.push({ folder: join(root, validation), part: test === undefined ? "test" : "train" });
    notes.push(
      test === undefined
        ? `${validation}/ is used as the test part; images for validation are split off ${train}/.`
        : `${validation}/ was added to the training part; images for validation are split off it.`,
    );
  }
  const used = new Set([train, validation, test]);
  const others = folders.filter((folder) => !used.has(folder));
  if (others.length > 0) notes.push(`Folders beside ${train}/ that are not read: ${others.join(", ")}.`);
  return { parts, notes };
}

async function readImage(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (thrown) {
    throw fileError(thrown, path, "read");
  }
}

// Listing is synchronous: three to ten times faster than promises for tens of thousands of small calls.
function entries(path: string): { name: string; isFolder: boolean }[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith("."))
      .map((entry) => {
        const followed = entry.isSymbolicLink()
          ? statSync(join(path, entry.name), { throwIfNoEntry: false })
          : entry;
        return { name: entry.name, isFolder: followed?.isDirectory() ?? false };
      });
  } catch (thrown) {
    throw fileError(thrown, path, "read");
  }
}

function listFolders(path: string): string[] {
  return entries(path)
    .filter((entry) => entry.isFolder)
    .map((entry) => entry.name);
}

function listFiles(path: string): string[] {
  return entries(path)
    .filter((entry) => !entry.isFolder)
    .map((entry) => entry.name);
}

function* walk(folder: string, depth: number): Generator<string> {
  if (depth === 0)
    throw new GeniusError("bad-data", `${folder}: folders are nested too deeply, perhaps a link loop.`);
  for (const entry of entries(folder)) {
    const path = join(folder, entry.name);
    if (entry.isFolder) yield* walk(path, depth - 1);
    else yield path;
  }
}

function hasImage(folder: string, depth: number): boolean {
  const inside = entries(folder);
  if (inside.some((entry) => !entry.isFolder && imageExtensions.has(extname(entry.name).toLowerCase())))
    return true;
  return depth > 1 && inside.some((entry) => entry.isFolder && hasImage(join(folder, entry.name), depth - 1));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
