// What is done with each record of a dataset, many at a time: read it once, hash it, look at its header and, where the
// target is known, decode it. Runs on any thread and gives plain data that can be sent between them.
import { createHash, hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileError } from "../../base/errors.ts";
import type { ImageRecord, StoredImage } from "./dataset.ts";
import { type Decoded, decodeImage, fitPixels, readSixteenBits, type Target } from "./decode.ts";
import { type ImageHeader, readHeader } from "./header.ts";
import { mayBeImage } from "./image-kind.ts";
import { addHistogram, countValues, createHistogram, type Histogram } from "./levels.ts";
import { missingWords } from "./missing-file.ts";

/** What is known of one record; its place in the dataset is known to the caller. */
export interface RecordLook {
  readonly digest: string;
  readonly kind: string;
  readonly width: number;
  readonly height: number;
  readonly grey: boolean;
  readonly transparent: boolean;
  readonly depth: 8 | 16;
  /** Why it cannot be read; undefined for a sound one. */
  readonly broken?: string;
  /** Set for a file that is no image: `text` lies beside images by custom. */
  readonly foreign?: "text" | "other";
  /** Whether its pixels were decoded. */
  readonly isDecoded: boolean;
}

export interface RecordsRead {
  readonly looks: readonly RecordLook[];
  /** The pixels of the decoded ones, one after another. */
  readonly pixels: Uint8Array;
  /** The values of the 16-bit images among them, where they were to be counted. */
  readonly histogram?: Histogram;
}

export type RecordToRead = Pick<ImageRecord, "where" | "image">;

export interface ReadTask {
  /** Undefined: only headers are read. */
  readonly target?: Target | undefined;
  /** On the first pass the scale of 16-bit images is not known: their values are counted instead of decoded. */
  readonly countsLevels: boolean;
}

/** At once; more would hold many decoded photographs in memory. */
const width = 4;

/** Reads records in order. @throws GeniusError when a file cannot be read. */
export async function readRecords(records: readonly RecordToRead[], task: ReadTask): Promise<RecordsRead> {
  const results: { look: RecordLook; pixels?: Uint8Array; histogram?: Histogram }[] = [];
  for (let first = 0; first < records.length; first += width) {
    results.push(
      ...(await Promise.all(records.slice(first, first + width).map((one) => readOne(one, task)))),
    );
  }
  const decoded = results.flatMap(({ pixels }) => (pixels === undefined ? [] : [pixels]));
  const pixels = new Uint8Array(decoded.reduce((sum, { length }) => sum + length, 0));
  for (const [index, image] of decoded.entries()) pixels.set(image, index * image.length);
  const histograms = results.flatMap(({ histogram }) => (histogram === undefined ? [] : [histogram]));
  return {
    looks: results.map(({ look }) => look),
    pixels,
    ...(histograms.length > 0 && { histogram: sumOf(histograms) }),
  };
}

async function readOne(
  { image, where }: RecordToRead,
  task: ReadTask,
): Promise<{ look: RecordLook; pixels?: Uint8Array; histogram?: Histogram }> {
  const { target } = task;
  if (image.kind === "raw") {
    const [channels, height, width] = image.shape;
    const look = {
      ...{ digest: digestOf(image.bytes), kind: "raw", width, height, grey: channels === 1 },
      ...{ transparent: false, depth: 8 as const, isDecoded: target !== undefined },
    };
    if (target === undefined) return { look };
    return { look, pixels: await fitPixels(image.bytes, image.shape, target.shape) };
  }
  const bytes = bytesOf(image);
  if (typeof bytes === "string") return { look: missingLook(where, bytes) };
  const digest = digestOf(bytes);
  const looked = await readHeader(bytes, where);
  if (!("image" in looked)) {
    const why =
      "broken" in looked ? { broken: looked.broken } : { broken: looked.what, foreign: looked.foreign };
    return { look: { digest, ...nothing, ...why, isDecoded: false } };
  }
  const { plainJpeg: _, ...known } = looked.image;
  if (target === undefined) return { look: { digest, ...known, isDecoded: false } };
  if (looked.image.depth === 16 && task.countsLevels) {
    const counted = await countLevels(bytes, looked.image);
    if (typeof counted !== "string")
      return { look: { digest, ...known, isDecoded: false }, histogram: counted };
    return { look: { digest, ...known, broken: counted, isDecoded: false } };
  }
  const decoded = await decodeImage(bytes, looked.image, target);
  return "pixels" in decoded
    ? { look: { digest, ...known, isDecoded: true }, pixels: decoded.pixels }
    : { look: { digest, ...known, broken: decoded.broken, isDecoded: false } };
}

/** Decodes one encoded image by itself, as the images of a dataset are. */
export async function decodeOne(bytes: Uint8Array, where: string, target: Target): Promise<Decoded> {
  const looked = await readHeader(bytes, where);
  if ("image" in looked) return decodeImage(bytes, looked.image, target);
  return { broken: "broken" in looked ? looked.broken : looked.what };
}

async function countLevels(bytes: Uint8Array, header: ImageHeader): Promise<Histogram | string> {
  try {
    const { values, channels } = await readSixteenBits(bytes, header);
    const histogram = createHistogram();
    countValues(histogram, values, channels, header.transparent ? channels - 1 : channels);
    return histogram;
  } catch (thrown) {
    return thrown instanceof Error ? (thrown.message.split("\n", 1)[0] as string) : String(thrown);
  }
}

function sumOf(histograms: readonly Histogram[]): Histogram {
  const sum = new Float64Array(histograms[0]!.length);
  for (const one of histograms) addHistogram(sum, one);
  return Uint32Array.from(sum);
}

const nothing = { kind: "none", width: 0, height: 0, grey: false, transparent: false, depth: 8 } as const;

/** A file that is not there is what its name promises. */
function missingLook(where: string, broken: string): RecordLook {
  const isImage = mayBeImage(where);
  return { digest: "", ...nothing, broken, ...(!isImage && { foreign: "other" }), isDecoded: false };
}

/** The bytes, or why there are none. @throws GeniusError where more than this one file is at fault. */
function bytesOf(image: Exclude<StoredImage, { kind: "raw" }>): Uint8Array | string {
  if (image.kind === "encoded") return image.bytes;
  try {
    return readFileSync(image.path);
  } catch (thrown) {
    const missing = missingWords(thrown, image.path);
    if (missing !== undefined) return missing;
    throw fileError(thrown, image.path, "read");
  }
}

// The one-shot function is there since Node 20.12 and 21.7, and twice as fast on small files.
const digestOf = (bytes: Uint8Array): string =>
  hash === undefined ? createHash("sha256").update(bytes).digest("base64") : hash("sha256", bytes, "base64");
