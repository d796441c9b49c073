// What the folders of an image set mean: which are parts, which are classes, and what is left out. Names and nesting
// are compared by meaning, and whatever leaves a choice is said in a note. Works on a tree of names; reads no file.
import { join, relative, sep } from "node:path";
import { GeniusError } from "../../../base/errors.ts";
import type { Part } from "../dataset.ts";
import type { Folder } from "./folder-tree.ts";
import { partOfName } from "./part-names.ts";

/** A folder that holds the images of one class in one part; several may be of the same class. */
export interface ClassFolder {
  readonly part: Part;
  readonly className: string;
  readonly folder: Folder;
}

export interface Understanding {
  readonly classFolders: readonly ClassFolder[];
  /** The folder of each part. */
  readonly partFolders: readonly { readonly part: Part; readonly folder: Folder }[];
  /** Folders that hold files and are not read. */
  readonly unread: readonly Folder[];
  readonly notes: readonly string[];
  /** Whether there was a choice. */
  readonly isAmbiguous: boolean;
}

/** @throws GeniusError `bad-data` where two readings are as good as each other. */
export function understandFolders(root: Folder): Understanding {
  const where = (folder: Folder) => `${relative(root.path, folder.path).split(sep).join("/") || "."}/`;
  const names = (folders: readonly Folder[]) => folders.map(where).join(", ");
  let base = root;
  const besides: Folder[] = [];
  for (;;) {
    const parts = findParts(base);
    if (parts !== undefined) return byParts(root, { ...parts, unread: [...besides, ...parts.unread] });
    const folders = base.folders.filter((folder) => folder.holdsImages);
    const inner = folders.length === 1 ? wrapped(folders[0] as Folder) : undefined;
    if (inner === undefined) break;
    besides.push(...base.folders.filter((folder) => folder !== inner && folder.fileCount > 0));
    base = inner;
  }
  const folders = base.folders.filter((folder) => folder.holdsImages);
  if (folders.length > 1 && folders.every(holdsPartsOnly)) return byInnerParts(root, folders);
  if (folders.length > 1 && folders.every((folder) => folder.files.length === 0) && sharesNames(folders)) {
    const isParts = folders.every((folder) => partOfName(folder.name) !== undefined);
    const below = classesOf(folders[0] as Folder)
      .map((folder) => folder.name)
      .slice(0, 5)
      .join(", ");
    throw new GeniusError(
      "bad-data",
      `${root.path}: ${names(folders)} hold folders of the same names (${below}). ${
        isParts
          ? "None of them is a training part; give one the name train."
          : "Either level could be the classes. Give the path of one of them, or put their class folders together; parts are called train, validation and test."
      }`,
    );
  }
  const notes = [
    ...(base === root ? [] : [`The class folders are those in ${where(base)}.`]),
    ...(besides.length > 0 ? [`Folders beside it that are not read: ${names(besides)}.`] : []),
    ...nestedNote(folders, where),
  ];
  const partFolders = [{ part: "train" as const, folder: base }];
  // An empty folder is a class without images, which is refused by name.
  const classFolders = base.folders.map((folder) => ({ part: "train" as const, ...named(folder) }));
  return understanding(classFolders, { partFolders, unread: besides, notes });
}

interface Parts {
  readonly found: readonly { readonly part: Part; readonly folder: Folder }[];
  readonly unread: readonly Folder[];
  readonly isPlain: boolean;
}

/** The parts among the folders of `base`, if they are parts. */
function findParts(base: Folder): Parts | undefined {
  const folders = base.folders.filter((folder) => folder.holdsImages);
  const named = folders.map((folder) => ({ folder, name: partOfName(folder.name) }));
  const has = (part: string) => named.some(({ name }) => name?.part === part);
  const partOf = (part: Part | "evaluation"): Part =>
    part !== "evaluation" ? part : has("test") ? "validation" : "test";
  // A "train" without folders in it is a class beside cars and buses, not a part; a "test" without is without labels.
  const found = named.flatMap(({ folder, name }) =>
    name !== undefined && classesOf(unwrap(folder)).length > 0
      ? [{ part: partOf(name.part), folder: unwrap(folder), outer: folder, isPlain: name.isPlain }]
      : [],
  );
  const train = found.filter(({ part }) => part === "train");
  if (train.length === 0) return undefined;
  const others = named.filter(({ name }) => name === undefined).map(({ folder }) => folder);
  const isPaired = named.some(({ name }) => name !== undefined && name.part !== "train");
  const looksLikeClasses = others.length > 0 && others.every((folder) => folder.folders.length === 0);
  if (!isPaired && (looksLikeClasses || (others.length > 0 && !train.every(({ isPlain }) => isPlain))))
    return undefined;
  const keys = new Set(train.flatMap(({ folder }) => classesOf(folder).map((one) => looseKey(one.name))));
  const isKnown = (folder: Folder) => classesOf(folder).some((one) => keys.has(looseKey(one.name)));
  const used = found.filter(({ part, folder, isPlain }) => part === "train" || isPlain || isKnown(folder));
  const outer = used.map((one) => one.outer);
  return {
    found: used,
    unread: base.folders.filter((folder) => !outer.includes(folder) && folder.fileCount > 0),
    isPlain: used.every(({ isPlain, folder, outer }) => isPlain && folder === outer),
  };
}

function byParts(root: Folder, { found, unread, isPlain }: Parts): Understanding {
  const where = (folder: Folder) => `${relative(root.path, folder.path).split(sep).join("/")}/`;
  const notes: string[] = [];
  const of = (part: Part) => found.filter((one) => one.part === part).map(({ folder }) => folder);
  const words = { train: "training", validation: "validation", test: "test" } as const;
  for (const part of ["train", "validation", "test"] as const) {
    const folders = of(part);
    if (folders.length > 1)
      notes.push(`${folders.map(where).join(" and ")} are read as one ${words[part]} part.`);
    else if (folders.length === 1 && !isPlain)
      notes.push(`${where(folders[0] as Folder)} is read as the ${words[part]} part.`);
  }
  if (of("validation").length > 0)
    notes.push(`${of("validation").map(where).join(" and ")} is used for validation; nothing is split off.`);
  if (unread.length > 0) notes.push(`Folders that are not read: ${unread.map(where).join(", ")}.`);
  const classFolders = found.flatMap(({ part, folder }) =>
    (part === "train" ? folder.folders : classesOf(folder)).map((one) => ({ part, ...named(one) })),
  );
  notes.push(
    ...nestedNote(
      classFolders.map(({ folder }) => folder),
      where,
    ),
  );
  const isAmbiguous = !isPlain || notes.length > (of("validation").length > 0 ? 1 : 0);
  return understanding(classFolders, { partFolders: found, unread, notes, isAmbiguous });
}

/** cat/train/…, cat/test/…: the parts lie inside the classes. */
function byInnerParts(root: Folder, folders: readonly Folder[]): Understanding {
  const classFolders = folders.flatMap((folder) =>
    folder.folders
      .filter((inner) => inner.holdsImages)
      .map((inner): ClassFolder => {
        const part = partOfName(inner.name)?.part as Part | "evaluation";
        return { part: part === "evaluation" ? "test" : part, ...named(folder), folder: inner };
      }),
  );
  if (!classFolders.some(({ part }) => part === "train"))
    throw new GeniusError("bad-data", `${root.path}: the class folders hold no training part.`);
  const parts = [...new Set(classFolders.map(({ part }) => part))];
  return understanding(classFolders, {
    partFolders: parts.map((part) => ({ part, folder: root })),
    unread: [],
    notes: ["Each class folder holds parts of its own (train, test …), which are read as such."],
  });
}

/** Brings class names together: one display name for spellings that mean the same. */
function understanding(
  classFolders: readonly ClassFolder[],
  rest: Omit<Understanding, "classFolders" | "isAmbiguous"> & { readonly isAmbiguous?: boolean },
): Understanding {
  const notes = [...rest.notes];
  const train = classFolders.filter(({ part }) => part === "train");
  const known = [...new Set(train.map(({ className }) => className))];
  const spellings = new Map(known.map((name) => [name, train.filter((one) => one.className === name)]));
  const merged = [...spellings].filter(([, all]) => new Set(all.map(({ folder }) => folder.name)).size > 1);
  if (merged.length > 0)
    notes.push(
      `Folders whose names differ only in how letters are encoded are one class: ${merged.map(([name]) => name).join(", ")}.`,
    );
  const alike = known.filter(
    (name) => name.length > 1 && known.some((other) => other !== name && looseKey(other) === looseKey(name)),
  );
  if (alike.length > 0)
    notes.push(
      `Class names that differ in case or separators only are read as classes of their own: ${alike.join(", ")}.`,
    );
  const matched: string[] = [];
  const resolved = classFolders.map((one) => {
    if (known.includes(one.className)) return one;
    const same = known.filter((name) => looseKey(name) === looseKey(one.className));
    if (same.length !== 1) return one;
    matched.push(`${one.className} = ${same[0]}`);
    return { ...one, className: same[0] as string };
  });
  if (matched.length > 0)
    notes.push(
      `Class folders of different spelling are the same class: ${[...new Set(matched)].join(", ")}.`,
    );
  return { ...rest, classFolders: resolved, notes, isAmbiguous: rest.isAmbiguous ?? notes.length > 0 };
}

function nestedNote(classes: readonly Folder[], where: (folder: Folder) => string): string[] {
  const nested = classes.flatMap((folder) => folder.folders.filter((inner) => inner.holdsImages));
  if (nested.length === 0) return [];
  const shown = nested.slice(0, 4).map(where).join(", ");
  return [
    `Folders below class folders are read as part of their class, not as classes: ${shown}${nested.length > 4 ? `, … (${nested.length})` : ""}.`,
  ];
}

const classesOf = (folder: Folder): Folder[] => folder.folders.filter((inner) => inner.holdsImages);

/** seg_train/seg_train/CLASS: the only folder that holds images, and holds them in folders. */
function wrapped(folder: Folder): Folder | undefined {
  return !folder.files.length && classesOf(folder).length > 0 ? folder : undefined;
}

function unwrap(folder: Folder): Folder {
  const [only, ...more] = classesOf(folder);
  return only !== undefined && more.length === 0 && wrapped(only) !== undefined ? unwrap(only) : folder;
}

function holdsPartsOnly(folder: Folder): boolean {
  const inner = classesOf(folder);
  return (
    folder.files.length === 0 &&
    inner.length > 0 &&
    inner.every(({ name }) => partOfName(name)?.isPlain === true)
  );
}

/** Whether every one holds folders of the same names, at least two. */
function sharesNames(folders: readonly Folder[]): boolean {
  const sets = folders.map((folder) => new Set(classesOf(folder).map(({ name }) => looseKey(name))));
  const [first, ...others] = sets as [Set<string>, ...Set<string>[]];
  return [...first].filter((name) => others.every((set) => set.has(name))).length >= 2;
}

const named = (folder: Folder) => ({ className: folder.name.normalize("NFC").trim(), folder });

/** What is the same for a person: case, encoding and separators do not count. */
const looseKey = (name: string) =>
  name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s_-]+/g, " ")
    .trim();

/** Every file of a folder, by path. */
export function filesOf(folder: Folder): string[] {
  return [...folder.files.map((file) => join(folder.path, file)), ...folder.folders.flatMap(filesOf)];
}
