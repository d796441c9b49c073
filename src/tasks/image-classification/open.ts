// From a path or a name to a Dataset: finds the reader that fits, decodes into the cache unless it is there, and
// gives the parts as views of one pixel store. The one entrance to this folder for those who want images.
import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { cacheDirectoryOf } from "../../base/cache-directory.ts";
import { fileError, GeniusError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { type ImageSize, sidesOf, sizeText } from "../image-size.ts";
import {
  type CacheWriter,
  cachePathOf,
  createCacheWriter,
  pixelsFile,
  readCached,
  readLabels,
} from "./cache.ts";
import type {
  Dataset,
  DatasetFormat,
  DatasetListing,
  DatasetReport,
  ImageRecord,
  ImageSet,
  Levels,
} from "./dataset.ts";
import { addHistogram, chooseLevels } from "./levels.ts";
import { loadFormat, loadFormats } from "./open-format.ts";
import { loadPixels } from "./pixels.ts";
import { type ReadTask, readRecords } from "./read-records.ts";
import { openReaderPool, type ReaderPool, recordsPerBlock } from "./reader-pool.ts";
import { collectFindings, refuseFewClasses, refuseUntrainable } from "./report.ts";
import { countClasses, selectImages, splitValidation } from "./subset.ts";
import { chooseShape, createSurvey, type RecordFacts, type Survey } from "./survey.ts";

export interface ReopenOptions {
  /** Pixels above this stay in the cache's file and are read as needed. Default 1 GiB. */
  readonly memoryLimitBytes?: number;
  /** Held out, stratified, when the source has no test part. Always the same images, whatever a study's seed. Default 0.2; 0 for none. */
  readonly testFraction01?: number;
}

export interface OpenOptions extends ReopenOptions {
  /** Size in pixels that all images are brought to, sides 4..1024. Default: see `chooseShape`. */
  readonly imageSize?: ImageSize;
  /** A name of `genius list formats`, or a file made with `defineFormat`. Default: the first that detects its form. */
  readonly format?: string;
  /** Bounds of the short side of that default. */
  readonly minSize?: number;
  readonly maxSize?: number;
  /** Default: `GENIUS_CACHE_DIR`, else the system's cache folder. */
  readonly cacheDirectory?: string;
  readonly onProgress?: (progress: {
    readonly stage: "reading" | "decoding";
    readonly doneCount: number;
    readonly totalCount: number;
  }) => void;
  /** Aborting it ends the reading at once. */
  readonly signal?: AbortSignal;
}

/**
 * Opens the dataset at a path or of a name such as `digits`; a name wins over a folder of the same name. Reads
 * and decodes everything at the first call (some 20,000 small JPEGs a second on two cores, see
 * benchmarks/open-images), and only lists files at later ones.
 * @throws GeniusError `not-found`, `bad-data` (nothing fits, or it cannot be trained on), `wrong-use`, `disk-full`, `no-permission`.
 * @example
 * const dataset = await openDataset("./photos", { imageSize: 32 });
 * const { train, validation } = splitValidation(dataset.train, { fraction01: 0.1, seed: 0 });
 */
export async function openDataset(source: string, options: OpenOptions = {}): Promise<Dataset> {
  if (options.format !== undefined) return openAs(options.format, source, options);
  const all = await loadFormats();
  const named = all.find((format) => format.detect === undefined && format.name === source);
  const format = named ?? (await detectFormat(source, all));
  return openWith(format, named === undefined ? resolve(source) : undefined, options);
}

/** As the format that a person named. */
async function openAs(given: string, source: string, options: OpenOptions): Promise<Dataset> {
  const format = await loadFormat(given);
  const { name, detect } = format;
  if (detect === undefined && source === name) return openWith(format, undefined, options);
  const path = resolve(source);
  await stat(path).catch((thrown) => {
    throw fileError(thrown, path, "open the dataset");
  });
  if (detect !== undefined && !(await detect(path))) {
    throw new GeniusError("bad-data", `${path} is not what the format ${name} reads: ${format.summary}.`);
  }
  return openWith(format, path, options);
}

/** Opens a dataset by a given reader, such as a person's own file. */
export async function openWith(
  format: DatasetFormat,
  path: string | undefined,
  options: OpenOptions = {},
): Promise<Dataset> {
  const { imageSize, onProgress, signal } = options;
  const isSide = (side: number) => Number.isInteger(side) && side >= 4 && side <= 1024;
  if (imageSize !== undefined && !sidesOf(imageSize).every(isSide)) {
    throw new GeniusError(
      "wrong-use",
      `An image size of ${sizeText(imageSize)} is not possible. Choose whole numbers of pixels from 4 to 1024.`,
    );
  }
  const listing = await format.list(path);
  const folder = cachePathOf(options.cacheDirectory ?? cacheDirectoryOf(process.env), listing, options);
  if ((await readCached(folder)) !== undefined) return reopenDataset(folder, options);

  const where = path ?? format.name;
  refuseFewClasses(where, listing.classNames);
  signal?.throwIfAborted();
  const pool = await openReaderPool(listing.recordCount, signal);
  let pass: Pass | undefined;
  try {
    const advance = (stage: "reading" | "decoding") => (doneCount: number) => {
      onProgress?.({ stage, doneCount, totalCount: listing.recordCount });
      signal?.throwIfAborted();
    };
    const setting = { listing, pool, folder };
    // Most datasets are known by their first images; where that guess is wrong, everything is decoded a second time.
    const guess = chooseShape(await firstFacts(listing), options);
    pass = await readAll(setting, { target: { shape: guess }, countsLevels: true }, advance("reading"));
    refuseUntrainable(where, listing.classNames, pass.survey.facts);
    const shape = chooseShape(pass.survey.facts, options);
    const levels = pass.levels;
    if (levels !== undefined || shape.join() !== guess.join()) {
      await pass.writer.abandon();
      pass = await readAll(setting, { target: { shape, levels }, countsLevels: false }, advance("decoding"));
      refuseUntrainable(where, listing.classNames, pass.survey.facts);
    }
    await pass.writer.finish({
      name: listing.name,
      classNames: listing.classNames,
      mirrorable: listing.mirrorable,
      shape,
      ...pass.counts,
      hash: pass.survey.hash(),
      findings: collectFindings({ format: format.name, path, listing }, pass.survey.facts, { shape, levels }),
    });
  } catch (thrown) {
    await pass?.writer.abandon();
    throw thrown;
  } finally {
    await pool.close();
  }
  return reopenDataset(folder, options);
}

interface Pass {
  readonly survey: Survey;
  readonly writer: CacheWriter;
  readonly counts: { trainCount: number; validationCount: number; testCount: number };
  /** The scale of the 16-bit images, where their values were counted. */
  readonly levels: Levels | undefined;
}

/** Reads every record once, and decodes it into the cache. */
async function readAll(
  setting: { readonly listing: DatasetListing; readonly pool: ReaderPool; readonly folder: string },
  task: ReadTask,
  advance: (doneCount: number) => void,
): Promise<Pass> {
  const { listing, pool, folder } = setting;
  const survey = createSurvey(listing);
  const counts = { trainCount: 0, validationCount: 0, testCount: 0 };
  const histogram = new Float64Array(65_536);
  let isCounted = false;
  const writer = await createCacheWriter(folder);
  try {
    for await (const { block, read } of pool.read(blocksOf(listing), task)) {
      const labels: number[] = [];
      for (const [index, look] of read.looks.entries()) {
        const fact = survey.add(block.records[index] as ImageRecord, look);
        if (!look.isDecoded) continue;
        labels.push(fact.label);
        counts[`${fact.part}Count`] += 1;
      }
      if (read.histogram !== undefined) addHistogram(histogram, read.histogram);
      isCounted ||= read.histogram !== undefined;
      await writer.add(read.pixels, labels);
      advance(survey.facts.length);
    }
  } catch (thrown) {
    await writer.abandon();
    throw thrown;
  }
  const sound = survey.facts.filter((fact) => fact.broken === undefined);
  const isAlone = sound.every((fact) => fact.depth === 16);
  return { survey, writer, counts, levels: isCounted ? chooseLevels(histogram, isAlone) : undefined };
}

async function* blocksOf(listing: DatasetListing): AsyncGenerator<{ readonly records: ImageRecord[] }> {
  let records: ImageRecord[] = [];
  for await (const record of listing.records()) {
    records.push(record);
    if (records.length < recordsPerBlock) continue;
    yield { records };
    records = [];
  }
  if (records.length > 0) yield { records };
}

/** What the headers of the first records say. */
async function firstFacts(listing: DatasetListing): Promise<readonly Omit<RecordFacts, "digest">[]> {
  for await (const { records } of blocksOf(listing)) {
    const { looks } = await readRecords(records, { countsLevels: false });
    return looks.map((look, index) => ({ ...look, ...(records[index] as ImageRecord) }));
  }
  return [];
}

/**
 * The dataset decoded at `cachePath` (see `Dataset.cachePath`), without looking at its source: for worker
 * processes. Give it the `testFraction01` that it was opened with. @throws GeniusError `not-found` when it is not in the cache any more.
 */
export async function reopenDataset(cachePath: string, options: ReopenOptions = {}): Promise<Dataset> {
  const { memoryLimitBytes = 1024 ** 3, testFraction01 = 0.2 } = options;
  const cached = await readCached(cachePath);
  if (cached === undefined)
    throw new GeniusError(
      "not-found",
      `There is no decoded dataset at ${cachePath}. Open it from its source.`,
    );
  const { trainCount, validationCount, testCount, classNames, shape, name, mirrorable, hash } = cached;
  const labels = await readLabels(cachePath);
  const everything: ImageSet = {
    count: labels.length,
    classCount: classNames.length,
    shape,
    labels,
    records: Uint32Array.from(labels, (_, record) => record),
    pixels: await loadPixels(pixelsFile(cachePath), memoryLimitBytes),
  };
  const range = (from: number, count: number) =>
    selectImages(
      everything,
      Array.from({ length: count }, (_, i) => from + i),
    );
  let train = range(0, trainCount);
  const validation = validationCount > 0 ? range(trainCount, validationCount) : undefined;
  let test = testCount > 0 ? range(trainCount + validationCount, testCount) : undefined;
  const notes = [...cached.findings.notes];
  if (test === undefined && testFraction01 > 0) {
    const parts = splitValidation(train, { fraction01: testFraction01, seed: "held-out-test" });
    train = parts.train;
    test = parts.validation;
    notes.push(
      `No test part in the source: ${test.count} images, the same in every study, are held out for the final measurement.`,
    );
    if (cached.findings.duplicates.count > 0)
      notes.push("Copies of an image may lie on both sides of that split.");
  }
  const countsOf = (set: ImageSet | undefined) => (set === undefined ? undefined : countClasses(set));
  const [inTrain, inValidation, inTest] = [train, validation, test].map(countsOf);
  const classes = classNames.map((className, label) => ({
    name: className,
    trainCount: inTrain?.[label] ?? 0,
    validationCount: inValidation?.[label] ?? 0,
    testCount: inTest?.[label] ?? 0,
  }));
  const report: DatasetReport = {
    ...cached.findings,
    notes,
    trainCount: train.count,
    validationCount,
    testCount: test?.count ?? 0,
    classes,
    imbalance:
      Math.max(...classes.map((one) => one.trainCount)) / Math.min(...classes.map((one) => one.trainCount)),
  };
  const levels = cached.findings.levels ?? undefined;
  return { name, classNames, shape, train, validation, test, mirrorable, levels, report, hash, cachePath };
}

async function detectFormat(path: string, all: readonly DatasetFormat[]): Promise<DatasetFormat> {
  const names = all.filter((format) => format.detect === undefined).map((format) => format.name);
  try {
    statSync(path);
  } catch (thrown) {
    const suggestion = nearest(path, names);
    const hint = suggestion === undefined ? "" : ` Did you mean "${suggestion}"?`;
    const clearer = fileError(thrown, path, "open the dataset");
    if (!(clearer instanceof GeniusError) || clearer.code !== "not-found") throw clearer;
    throw new GeniusError(
      "not-found",
      `There is no file or folder ${path}, and no dataset of that name. Known: ${names.join(", ")}.${hint}`,
      {
        cause: thrown,
      },
    );
  }
  for (const format of all) {
    if (format.detect !== undefined && (await format.detect(path))) return format;
  }
  const accepted = all.map((format) => `\n  ${format.summary}`).join("");
  throw new GeniusError("bad-data", `${path} holds no dataset that can be read. Accepted are:${accepted}`);
}
