// Images in folders named after their classes, either directly or under train/ and test/ – the form that people
// have their photos in. Lists files by name only; whether a file is a sound image is found when it is read.
import { statSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { GeniusError } from "../../../base/errors.ts";
import {
  type DatasetListing,
  defineFormat,
  type ImageRecord,
  type Layout,
  type Part,
  partOrder,
} from "../dataset.ts";
import { mayBeImage } from "../image-kind.ts";
import { filesOf, understandFolders } from "./folder-layout.ts";
import { hasImageBelow, readFolderTree } from "./folder-tree.ts";

interface Found {
  readonly part: Part;
  readonly className: string;
  readonly path: string;
}

export default defineFormat({
  name: "image-folder",
  summary:
    "a folder of class folders of JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP images (photos/cat/1.jpg), or train/, validation/ and test/ of them",
  source: "the layout of torchvision.datasets.ImageFolder",
  asksLast: true,
  detect: async (path) => statSync(path).isDirectory() && hasImageBelow(path, 5),
  async list(path) {
    if (path === undefined) throw new GeniusError("wrong-use", "An image folder needs a path.");
    return listImages(resolve(path));
  },
});

function listImages(root: string): DatasetListing {
  const tree = readFolderTree(root);
  const understood = understandFolders(tree.root);
  const { classFolders, partFolders } = understood;
  const name = (path: string) => relative(root, path).split(sep).join("/");
  const classNames = [
    ...new Set(classFolders.filter(({ part }) => part === "train").map(({ className }) => className)),
  ].sort();
  const labels = new Map(classNames.map((className, label) => [className, label]));
  const unknown = classFolders.filter(({ className }) => !labels.has(className));
  if (unknown.length > 0) {
    const names = unknown.slice(0, 10).map(({ part, className }) => `${className} (${part})`);
    throw new GeniusError(
      "bad-data",
      `${root}: there are classes without a training folder: ${names.join(", ")}. Give all parts the same class folders.`,
    );
  }
  const found: Found[] = classFolders.flatMap(({ part, className, folder }) =>
    filesOf(folder).map((path) => ({ part, className, path })),
  );
  found.sort((a, b) => byPart(a, b) || compare(a.className, b.className) || compare(a.path, b.path));
  const loose = partFolders.flatMap(({ folder }) => folder.files.map((file) => join(folder.path, file)));
  const looseImages = loose.filter(mayBeImage).map(name);
  const layout: Layout = {
    root,
    isAmbiguous: understood.isAmbiguous,
    parts: partFolders.toSorted(byPart).map(({ part, folder }) => ({
      part,
      folder: name(folder.path) || ".",
      classes: classNames.map((className) => ({
        name: className,
        fileCount: classFolders
          .filter((one) => one.part === part && one.className === className)
          .filter((one) => one.folder.path.startsWith(folder.path))
          .reduce((sum, one) => sum + one.folder.fileCount, 0),
      })),
    })),
    unread: understood.unread.map((folder) => name(folder.path)),
  };
  return {
    name: basename(root),
    classNames,
    mirrorable: !classNames.every((className) => /^[\p{L}\p{N}]$/u.test(className)),
    files: found.map((file) => file.path),
    recordCount: found.length,
    ignoredFiles: [
      ...looseImages.map((file) => `${file} (in no class folder)`),
      ...tree.irregular.map((file) => `${file} (a pipe, a device or a socket)`),
    ],
    skipped: tree.skipped,
    notes: understood.notes,
    layout,
    *records(): Iterable<ImageRecord> {
      for (const { part, className, path } of found) {
        const label = labels.get(className) as number;
        yield { part, label, where: name(path), image: { kind: "file", path } };
      }
    },
  };
}

const byPart = (a: { readonly part: Part }, b: { readonly part: Part }) =>
  partOrder.indexOf(a.part) - partOrder.indexOf(b.part);

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
