// Gets a published table's bytes, checked by hash: from GENIUS_DATA_DIR, else from the cache, else downloaded once
// into the cache. Environment and network are arguments.
import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectoryOf } from "../../base/cache-directory.ts";
import { fileError, GeniusError, messageOf, systemCodeOf } from "../../base/errors.ts";
import { writeWhole } from "../../base/write-whole.ts";
import { type PublishedTable, urlOf } from "./published.ts";

export interface ObtainOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told a line for a person while a download runs. */
  readonly onProgress?: (text: string) => void;
  /** Absent: the platform's `fetch`. */
  readonly download?: typeof fetch;
}

export interface ObtainedTable {
  /** Where the table was found, or now lies. */
  readonly file: string;
  readonly text: string;
}

/**
 * The text of a published table.
 * @throws GeniusError `offline` when it is nowhere and cannot be downloaded, `hash-mismatch` when a copy in
 * GENIUS_DATA_DIR or the download is not the published file.
 */
export async function obtainTable(table: PublishedTable, options: ObtainOptions): Promise<ObtainedTable> {
  const { own, cached } = placesOf(table, options.environment);
  for (const file of own) {
    const bytes = await readIfPresent(file);
    if (bytes === undefined) continue;
    if (hashOf(bytes) !== table.sha256) throw mismatch(table, file, bytes);
    return { file, text: bytes.toString("utf8") };
  }
  const kept = await readIfPresent(cached);
  if (kept !== undefined && hashOf(kept) === table.sha256)
    return { file: cached, text: kept.toString("utf8") };
  const bytes = await downloadTable(table, cached, options);
  if (hashOf(bytes) !== table.sha256) throw mismatch(table, urlOf(table), bytes);
  await writeWhole(cached, bytes);
  return { file: cached, text: bytes.toString("utf8") };
}

/** Where a published table lies on this machine, if it does; its contents are not checked. */
export async function findTable(
  table: PublishedTable,
  environment: ObtainOptions["environment"],
): Promise<string | undefined> {
  const { own, cached } = placesOf(table, environment);
  for (const file of [...own, cached]) {
    const found = await access(file).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}

function placesOf(table: PublishedTable, environment: ObtainOptions["environment"]) {
  const folder = environment.GENIUS_DATA_DIR;
  return {
    own: folder ? [join(folder, "tables", table.fileName), join(folder, table.fileName)] : [],
    cached: join(cacheDirectoryOf({ ...environment }), "tables", table.fileName),
  };
}

async function readIfPresent(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (thrown) {
    if (systemCodeOf(thrown) === "ENOENT" || systemCodeOf(thrown) === "ENOTDIR") return undefined;
    throw fileError(thrown, file, "read");
  }
}

const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function mismatch(table: PublishedTable, where: string, bytes: Uint8Array): GeniusError {
  return new GeniusError(
    "hash-mismatch",
    `${where} is not the published table ${table.fileName}: its SHA-256 is ${hashOf(bytes)} and should be ${table.sha256}. Replace it with ${urlOf(table)}, or delete it to have it downloaded again.`,
  );
}

async function downloadTable(table: PublishedTable, file: string, options: ObtainOptions): Promise<Buffer> {
  const url = urlOf(table);
  const { download = fetch, onProgress = () => {} } = options;
  try {
    onProgress(`Downloading ${table.fileName} from ${table.repository} (once; it is kept in the cache).`);
    const response = await download(url, { signal: AbortSignal.timeout(120_000) });
    if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`);
    const total = Number(response.headers.get("content-length") ?? 0);
    const chunks: Uint8Array[] = [];
    let received = 0;
    let shown = 0;
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk as Uint8Array);
      received += (chunk as Uint8Array).length;
      if (received - shown >= 500_000) {
        shown = received;
        onProgress(
          `${table.fileName}: ${megabytes(received)}${total > received ? ` of ${megabytes(total)}` : ""}`,
        );
      }
    }
    return Buffer.concat(chunks);
  } catch (thrown) {
    throw new GeniusError(
      "offline",
      `The table ${table.fileName} is not on this machine and could not be downloaded from ${url} (${reasonOf(thrown)}). Connect and try again, or put the file at ${file}, or into a folder named by GENIUS_DATA_DIR.`,
      { cause: thrown },
    );
  }
}

/** `fetch` says only "fetch failed"; why is in its cause. */
function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return cause === undefined ? messageOf(thrown) : `${messageOf(thrown)}: ${messageOf(cause)}`;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
