// Parquet files of images as model hubs store them: a column of encoded images (a struct {bytes, path}, or plain
// bytes) and a column of labels (see parquet-columns.ts). Read one row group at a time, so that a file of any size
// can be; the class names of files without them are found by reading all labels first.
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import {
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from "hyparquet";
import { fileError, GeniusError, messageOf } from "../../../base/errors.ts";
import { type DatasetListing, defineFormat, type ImageRecord, type Part } from "../dataset.ts";
import { checkColumns, findColumns } from "./parquet-columns.ts";

const compressors: Compressors = {
  GZIP: (input, maxOutputLength) => gunzipSync(input, { maxOutputLength }),
  BROTLI: (input, maxOutputLength) => brotliDecompressSync(input, { maxOutputLength }),
  ZSTD: (input, maxOutputLength) => zstdDecompressSync(input, { maxOutputLength }),
};
/** Part words as they occur in file and folder names: data/train-00000-of-00001.parquet, default/test/0000.parquet. */
const partWords: Readonly<Record<string, Part | "validation">> = {
  train: "train",
  training: "train",
  validation: "validation",
  valid: "validation",
  val: "validation",
  dev: "validation",
  test: "test",
  testing: "test",
};

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
  readonly metadata: FileMetaData;
}

async function listRecords(root: string): Promise<DatasetListing> {
  const { parts, notes } = findParts(root);
  const files: ParquetFile[] = [];
  for (const { path, part } of parts) {
    const where = path === root ? basename(path) : relative(root, path).split(sep).join("/");
    const metadata = await clearly(where, async () => {
      const read = await parquetMetadataAsync(await asyncBufferFromFile(path));
      checkColumns(read, where);
      return read;
    });
    files.push({ path, where, part, metadata });
  }
  const first = files[0];
  if (first === undefined) throw new GeniusError("bad-data", `${root} holds no training Parquet file.`);
  const columns = await clearly(first.where, async () => findColumns(first.metadata, first.where));
  const named = columns.classNames;
  const values = named === undefined ? await readLabelValues(files, columns.label) : [];
  const classOf = new Map(values.map((value, label) => [value, label]));
  return {
    name: basename(root, ".parquet"),
    classNames: named ?? values.map(String),
    mirrorable: !(named ?? values.map(String)).every((name) => /^[\p{L}\p{N}]$/u.test(name)),
    files: files.map((file) => file.path),
    recordCount: files.reduce((sum, file) => sum + Number(file.metadata.num_rows), 0),
    ignoredFiles: [],
    notes,
    async *records(): AsyncIterable<ImageRecord> {
      for (const file of files) {
        for await (const { row, index } of readRows(file, [columns.image, columns.label])) {
          const where = `${file.where}, row ${index}`;
          const value = labelValue(row[columns.label], where);
          const label = named === undefined ? (classOf.get(value) as number) : Number(value);
          const bytes = imageBytes(row[columns.image]);
          yield { part: file.part, label, where, image: { kind: "encoded", bytes } };
        }
      }
    },
  };
}

async function* readRows(
  file: ParquetFile,
  columns: string[],
): AsyncGenerator<{ row: Record<string, unknown>; index: number }> {
  const buffer = await clearly(file.where, () => asyncBufferFromFile(file.path));
  let rowStart = 0;
  for (const group of file.metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const range = { rowStart, rowEnd, columns };
    const rows: Record<string, unknown>[] = await clearly(file.where, () =>
      parquetReadObjects({ file: buffer, metadata: file.metadata, compressors, utf8: false, ...range }),
    );
    if (rows.length !== rowEnd - rowStart) {
      throw new GeniusError(
        "bad-data",
        `${file.where}: ${rows.length} rows where ${rowEnd - rowStart} are announced. Get the file again.`,
      );
    }
    for (const [offset, row] of rows.entries()) yield { row, index: rowStart + offset };
    rowStart = rowEnd;
  }
}

async function readLabelValues(files: readonly ParquetFile[], column: string): Promise<(number | string)[]> {
  const values = new Set<number | string>();
  for (const file of files) {
    for await (const { row, index } of readRows(file, [column]))
      values.add(labelValue(row[column], `${file.where}, row ${index}`));
  }
  return [...values].sort((a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : 1,
  );
}

function labelValue(value: unknown, where: string): number | string {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" || typeof value === "string") return value;
  throw new GeniusError(
    "bad-data",
    `${where}: the label is ${value === null ? "empty" : typeof value}, but must be a number or a word.`,
  );
}

/** The encoded image of a cell; no bytes when it has none, which the survey reports as an empty file. */
function imageBytes(cell: unknown): Uint8Array {
  const value = typeof cell === "object" && cell !== null && "bytes" in cell ? cell.bytes : cell;
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}

function findParts(root: string): { parts: { path: string; part: Part }[]; notes: string[] } {
  const found = findFiles(root).map((path) => {
    const words = (path === root ? basename(path) : relative(root, path)).toLowerCase().split(/[^a-z]+/);
    const part = words.map((word) => partWords[word]).find((one) => one !== undefined) ?? "train";
    const folder = dirname(relative(root, path))
      .split(sep)
      .filter(
        (name) =>
          !name
            .toLowerCase()
            .split(/[^a-z]+/)
            .some((word) => word in partWords),
      );
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
  const hasValidation = found.some((file) => file.part === "validation");
  const parts = found.map(({ path, part }): { path: string; part: Part } => ({
    path,
    part: part !== "validation" ? part : hasTest ? "train" : "test",
  }));
  parts.sort((a, b) => (a.part === b.part ? (a.path < b.path ? -1 : 1) : a.part === "train" ? -1 : 1));
  if (parts[0]?.part === "test")
    throw new GeniusError("bad-data", `${root} holds no training part, only test or validation files.`);
  const notes = hasValidation
    ? [
        hasTest
          ? "The validation files were added to the training part; images for validation are split off it."
          : "The validation files are used as the test part.",
      ]
    : [];
  return { parts, notes };
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

async function clearly<T>(where: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    if (thrown instanceof GeniusError) throw thrown;
    throw new GeniusError(
      "bad-data",
      `${where}: cannot be read as Parquet (${messageOf(thrown)}). Get the file again.`,
      { cause: thrown },
    );
  }
}
