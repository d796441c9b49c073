// The decoded datasets of this machine: one folder each, holding pixels, labels and what the report needs. The
// folder's name is a hash of the source's file list with sizes and times, so an unchanged source is decoded
// once and a changed one again; an edit that keeps both size and time of a file is not seen. A folder appears
// whole or not at all (written aside, then renamed). Anything in here may be deleted at any time.
import { createHash, randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removeAtExit } from "../../base/at-exit.ts";
import { cacheError, fileError } from "../../base/errors.ts";
import { makeFolder } from "../../base/folder.ts";
import type { DatasetListing, ImageShape } from "./dataset.ts";
import { missingWords } from "./missing-file.ts";
import type { Findings } from "./report.ts";
import type { SizeWish } from "./survey.ts";

/** Raised when the form of the cache or the way of decoding changes. */
const cacheVersion = 2;
/** Raised when what is found, or the shape that is chosen, changes and not how images are decoded. */
const findingsVersion = 2;

/** What is kept beside pixels and labels. */
export interface CachedDataset {
  readonly version: number;
  readonly name: string;
  readonly classNames: readonly string[];
  readonly mirrorable: boolean;
  readonly shape: ImageShape;
  readonly trainCount: number;
  readonly validationCount: number;
  readonly testCount: number;
  readonly hash: string;
  readonly findings: Findings;
}

/** The folder for a listing decoded at a size, whether it exists or not. */
export function cachePathOf(
  cacheDirectory: string,
  listing: DatasetListing,
  { imageSize, minSize, maxSize }: SizeWish,
): string {
  const key = createHash("sha256");
  key.update(
    JSON.stringify([
      cacheVersion,
      findingsVersion,
      listing.name,
      listing.classNames,
      listing.mirrorable,
      listing.notes,
      imageSize ?? ["auto", minSize ?? null, maxSize ?? null],
    ]),
  );
  for (const file of listing.files) key.update(`\n${file} ${sizeAndTime(file)}`);
  return join(cacheDirectory, "datasets", key.digest("hex").slice(0, 32));
}

/** The description in `folder`, or undefined when there is no whole dataset of this version in it. */
export async function readCached(folder: string): Promise<CachedDataset | undefined> {
  try {
    const meta = JSON.parse(await readFile(join(folder, "meta.json"), "utf8")) as CachedDataset;
    if (meta.version !== cacheVersion) return undefined;
    const [channels, height, width] = meta.shape;
    const count = meta.trainCount + meta.validationCount + meta.testCount;
    const [pixels, labels] = await Promise.all([stat(pixelsFile(folder)), stat(labelsFile(folder))]);
    const whole = pixels.size === count * channels * height * width && labels.size === count * 2;
    return whole ? meta : undefined;
  } catch {
    return undefined;
  }
}

export function pixelsFile(folder: string): string {
  return join(folder, "pixels.bin");
}

/** The labels of all records, in order. */
export async function readLabels(folder: string): Promise<Uint16Array> {
  const bytes = await readFile(labelsFile(folder));
  return Uint16Array.from({ length: bytes.length / 2 }, (_, record) => bytes.readUInt16LE(record * 2));
}

/** Writes images in their order, some at a time; `finish` makes the folder appear, `abandon` leaves nothing behind. */
export interface CacheWriter {
  add(pixels: Uint8Array, labels: readonly number[]): Promise<void>;
  finish(meta: Omit<CachedDataset, "version">): Promise<void>;
  abandon(): Promise<void>;
}

/** @throws GeniusError when the cache folder cannot be written. */
export async function createCacheWriter(folder: string): Promise<CacheWriter> {
  const aside = `${folder}.${randomUUID().slice(0, 8)}.part`;
  const file = await clearly(aside, async () => {
    await makeFolder(aside);
    return open(pixelsFile(aside), "wx");
  });
  const isSettled = removeAtExit(aside);
  const allLabels: number[] = [];
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const flush = async () => {
    const block = Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
    await clearly(aside, () => file.writeFile(block));
  };
  return {
    async add(pixels, labels) {
      waiting.push(pixels);
      allLabels.push(...labels);
      waitingBytes += pixels.length;
      if (waitingBytes > 4 * 1024 * 1024) await flush();
    },
    async finish(meta) {
      await flush();
      await file.close();
      const bytes = Buffer.alloc(allLabels.length * 2);
      for (const [record, label] of allLabels.entries()) bytes.writeUInt16LE(label, record * 2);
      await clearly(aside, async () => {
        await writeFile(labelsFile(aside), bytes);
        await writeFile(join(aside, "meta.json"), JSON.stringify({ version: cacheVersion, ...meta }));
        await rename(aside, folder).catch(async () => {
          // Another process was faster, and its folder holds the same; or what lies there was cut off.
          if ((await readCached(folder)) === undefined) {
            await rename(folder, `${aside}.old`);
            await rename(aside, folder);
          }
          await rm(aside, { recursive: true, force: true });
          await rm(`${aside}.old`, { recursive: true, force: true });
        });
      });
      isSettled();
    },
    async abandon() {
      await file.close().catch(() => undefined);
      await rm(aside, { recursive: true, force: true });
      isSettled();
    },
  };
}

async function clearly<T>(folder: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    throw cacheError(thrown, folder, "write the dataset cache");
  }
}

function sizeAndTime(file: string): string {
  try {
    const { size, mtimeMs } = statSync(file);
    return `${size} ${mtimeMs}`;
  } catch (thrown) {
    if (missingWords(thrown, file) !== undefined) return "missing";
    throw fileError(thrown, file, "read");
  }
}

function labelsFile(folder: string): string {
  return join(folder, "labels.bin");
}
