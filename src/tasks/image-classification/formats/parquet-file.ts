// A Parquet file as the package hyparquet reads it: its columns, row groups and rows. Runs on the thread of
// parquet-worker.ts only, since damaged bytes can send that package into a loop or ask for any amount of memory.
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import {
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  snappyUncompress,
} from "hyparquet";
import { GeniusError, messageOf } from "../../../base/errors.ts";
import { type Columns, checkColumns, findColumns } from "./parquet-columns.ts";

/** What a file holds. Plain data. */
export interface ParquetDescription extends Columns {
  /** Rows of each group, in order. */
  readonly groups: readonly number[];
}

export interface ParquetRow {
  readonly label: number | string;
  /** The encoded image; empty when the cell has none, which the survey reports as an empty file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The file that was last asked for. */
let opened: { readonly path: string; readonly metadata: FileMetaData } | undefined;

/** @throws GeniusError `bad-data` that names `where`. */
export async function describeParquet(path: string, where: string): Promise<ParquetDescription> {
  const metadata = await metadataOf(path, where);
  return clearly(where, async () => ({
    ...findColumns(metadata, where),
    groups: metadata.row_groups.map((group) => Number(group.num_rows)),
  }));
}

/** The rows of one group; without images where `image` is undefined. @throws GeniusError `bad-data`. */
export async function readParquetRows(
  file: { readonly path: string; readonly where: string },
  columns: { readonly label: string; readonly image?: string | undefined },
  range: { readonly rowStart: number; readonly rowEnd: number },
): Promise<ParquetRow[]> {
  const { path, where } = file;
  const metadata = await metadataOf(path, where);
  const { label, image } = columns;
  const rows: Record<string, unknown>[] = await clearly(where, async () =>
    parquetReadObjects({
      file: await asyncBufferFromFile(path),
      metadata,
      compressors,
      utf8: false,
      columns: image === undefined ? [label] : [image, label],
      ...range,
    }),
  );
  const announced = range.rowEnd - range.rowStart;
  if (rows.length !== announced) {
    throw new GeniusError(
      "bad-data",
      `${where}: ${rows.length} rows where ${announced} are announced. Get the file again.`,
    );
  }
  return rows.map((row, index) => ({
    label: labelValue(row[label], `${where}, row ${range.rowStart + index}`),
    bytes: image === undefined ? new Uint8Array(0) : imageBytes(row[image]),
  }));
}

async function metadataOf(path: string, where: string): Promise<FileMetaData> {
  if (opened?.path === path) return opened.metadata;
  const metadata = await clearly(where, async () => {
    const read = await parquetMetadataAsync(await asyncBufferFromFile(path));
    checkColumns(read, where);
    return read;
  });
  opened = { path, metadata };
  return metadata;
}

/** Pages hold megabytes; one that is to grow far beyond its packed size is a bomb or damage. */
function believable(input: Uint8Array, length: number): number {
  if (length >= 0 && length <= 64e6 + 200 * input.length) return length;
  throw new Error(`a page of ${input.length} bytes announces ${length}`);
}

const compressors: Compressors = {
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: believable(input, length) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: believable(input, length) }),
  ZSTD: (input, length) => zstdDecompressSync(input, { maxOutputLength: believable(input, length) }),
  SNAPPY(input, length) {
    const output = new Uint8Array(believable(input, length));
    snappyUncompress(input, output);
    return output;
  },
};

function labelValue(value: unknown, where: string): number | string {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" || typeof value === "string") return value;
  throw new GeniusError(
    "bad-data",
    `${where}: the label is ${value === null ? "empty" : typeof value}, but must be a number or a word.`,
  );
}

/** In memory of its own, so that it can be sent without the page that it lies in. */
function imageBytes(cell: unknown): Uint8Array<ArrayBuffer> {
  const value = typeof cell === "object" && cell !== null && "bytes" in cell ? cell.bytes : cell;
  return value instanceof Uint8Array ? value.slice() : new Uint8Array(0);
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
