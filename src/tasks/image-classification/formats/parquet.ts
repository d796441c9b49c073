// Parquet files of images as model hubs store them: a column of encoded images (a struct {bytes, path}, or plain
// bytes) and a column of labels (see parquet-columns.ts). Read one row group at a time, so that a file of any size
// can be; the class names of files without them are found by reading all labels first.
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { fileError, GeniusError } from "../../../base/errors.ts";
import { type DatasetListing, defineFormat, type ImageRecord, type Part, partOrder } from "../dataset.ts";
import type { ParquetRow } from "./parquet-file.ts";
import { openParquetThread, type ParquetThread } from "./parquet-thread.ts";
import { partOfName } from "./part-names.ts";

export default defineFormat({
  name: "parquet",
  summary:
    "a Parquet file of images and labels, or a folder of them as model hubs have (data/train-00000-of-00001.parquet)",
  source: "parquet.apache.org/docs/file-format; image features as in Hugging Face datasets",
  detect: async (path) => findFiles(path).length > 0,
  async list(path) {
    if (path === undefined) throw new GeniusError("wrong-use", "Parquet files need a path.");
    return listRecords(resolve(path));
  },
});

interface ParquetFile {
  readonly path: string;
  readonly where: string;
  readonly part: Part;
  readonly groups: readonly number[];
}

async function listRecords(root: string): Promise<DatasetListing> {
  const { parts, notes } = findParts(root);
  await using thread = openParquetThread(parts.map(({ path }) => path));
  const files: ParquetFile[] = [];
  let columns: { image: string; label: string; classNames: readonly string[] | undefined } | undefined;
  for (const { path, part } of parts) {
    const where = path === root ? basename(path) : relative(root, path).split(sep).join("/");
    const described = await thread.describe({ path, where });
    columns ??= described;
    files.push({ path, where, part, groups: described.groups });
  }
  if (columns === undefined) throw new GeniusError("bad-data", `${root} holds no training Parquet file.`);
  const { image, label, classNames: named } = columns;
  const values = named === undefined ? await readLabelValues(thread, files, label) : [];
  const classOf = new Map(values.map((value, index) => [value, index]));
  const classNames = named ?? values.map(String);
  return {
    name: basename(root, ".parquet"),
    classNames,
    mirrorable: !classNames.every((name) => /^[\p{L}\p{N}]$/u.test(name)),
    files: files.map((file) => file.path),
    recordCount: files.reduce((sum, { groups }) => sum + groups.reduce((rows, count) => rows + count, 0), 0),
    ignoredFiles: [],
    notes,
    async *records(): AsyncIterable<ImageRecord> {
      await using reader = openParquetThread(files.map((file) => file.path));
      for (const file of files) {
        for await (const { row, index } of readRows(reader, file, { image, label })) {
          const where = `${file.where}, row ${index}`;
          const value = named === undefined ? (classOf.get(row.label) as number) : Number(row.label);
          yield { part: file.part, label: value, where, image: { kind: "encoded", bytes: row.bytes } };
        }
      }
    },
  };
}

async function* readRows(
  thread: ParquetThread,
  file: ParquetFile,
  columns: { readonly image?: string; readonly label: string },
): AsyncGenerator<{ row: ParquetRow; index: number }> {
  let rowStart = 0;
  for (const count of file.groups) {
    const range = { rowStart, rowEnd: rowStart + count };
    for (const [offset, row] of (await thread.rows(file, columns, range)).entries())
      yield { row, index: rowStart + offset };
    rowStart += count;
  }
}

async function readLabelValues(
  thread: ParquetThread,
  files: readonly ParquetFile[],
  label: string,
): Promise<(number | string)[]> {
  const values = new Set<number | string>();
  for (const file of files) {
    for await (const { row } of readRows(thread, file, { label })) values.add(row.label);
  }
  return [...values].sort((a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : 1,
  );
}

function findParts(root: string): { parts: { path: string; part: Part }[]; notes: string[] } {
  const words = (path: string) => path.split(/[^\p{L}]+/u).filter((word) => word !== "");
  const partOf = (path: string) =>
    words(path)
      .map((word) => partOfName(word)?.part)
      .find((part) => part !== undefined);
  const found = findFiles(root).map((path) => {
    const inside = path === root ? basename(path) : relative(root, path);
    const part = partOf(inside) ?? "train";
    // Part words as they occur in names: data/train-00000-of-00001.parquet, default/test/0000.parquet.
    const folder = dirname(relative(root, path))
      .split(sep)
      .filter((name) => partOf(name) === undefined);
    return { path, part, folder: folder.join("/") };
  });
  const folders = [...new Set(found.map((file) => file.folder))];
  if (folders.length > 1) {
    throw new GeniusError(
      "bad-data",
      `${root} holds several data sets: ${folders.join(", ")}. Give the folder of one.`,
    );
  }
  const hasTest = found.some((file) => file.part === "test");
  const parts = found.map(({ path, part }): { path: string; part: Part } => ({
    path,
    part: part !== "evaluation" ? part : hasTest ? "validation" : "test",
  }));
  parts.sort((a, b) => partOrder.indexOf(a.part) - partOrder.indexOf(b.part) || (a.path < b.path ? -1 : 1));
  if (parts[0] !== undefined && parts[0].part !== "train")
    throw new GeniusError("bad-data", `${root} holds no training part, only test or validation files.`);
  const hasValidation = parts.some((file) => file.part === "validation");
  return {
    parts,
    notes: hasValidation ? ["The validation files are used for validation; nothing is split off."] : [],
  };
}

/** Parquet files at `path`, or up to three folders below it. */
function findFiles(path: string, depth = 3): string[] {
  const isParquet = (name: string) => extname(name).toLowerCase() === ".parquet";
  try {
    if (!statSync(path).isDirectory()) return isParquet(path) ? [path] : [];
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith("."))
      .flatMap((entry) => {
        const inner = join(path, entry.name);
        if (entry.isDirectory()) return depth > 0 ? findFiles(inner, depth - 1) : [];
        return isParquet(entry.name) ? [inner] : [];
      });
  } catch (thrown) {
    throw fileError(thrown, path, "read");
  }
}
