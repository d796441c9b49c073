// From a path or a name to a Dataset: finds the reader that fits, decodes into the cache unless it is there, and
// gives the parts as views of one pixel store. The one entrance to this folder for those who want images.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { cacheDirectoryOf } from "../../base/cache-directory.ts";
import { fileError, GeniusError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { cachePathOf, createCacheWriter, pixelsFile, readCached, readLabels } from "./cache.ts";
import type { Dataset, DatasetFormat, ImageSet } from "./dataset.ts";
import { decodeImage, prepareDecoder } from "./decode.ts";
import { mapInOrder } from "./map-in-order.ts";
import { loadPixels } from "./pixels.ts";
import { type BrokenRecord, collectFindings, refuseFewClasses, refuseUntrainable } from "./report.ts";
import { countClasses, selectImages, splitValidation } from "./subset.ts";
import { chooseShape, surveyRecords } from "./survey.ts";

/** Readers in the order in which they are asked; the image folder fits most and comes after the others. */
const formats: readonly (() => Promise<{ default: DatasetFormat }>)[] = [
  () => import("./formats/cifar-binary.ts"),
  () => import("./formats/idx.ts"),
  () => import("./formats/parquet.ts"),
  () => import("./formats/image-folder.ts"),
  () => import("./formats/digits.ts"),
];

/** The files that make a dataset, in the order in which readers are asked. */
export async function loadFormats(): Promise<DatasetFormat[]> {
  return (await Promise.all(formats.map((load) => load()))).map((module) => module.default);
}

export interface ReopenOptions {
  /** Pixels above this stay in the cache's file and are read as needed. Default 1 GiB. */
  readonly memoryLimitBytes?: number;
  /** Held out, stratified, when the source has no test part. Always the same images, whatever a study's seed. Default 0.2; 0 for none. */
  readonly testFraction01?: number;
}

export interface OpenOptions extends ReopenOptions {
  /** Side in pixels that all images are brought to, 4..1024. Default: see `chooseShape`. */
  readonly imageSize?: number;
  /** Default: `GENIUS_CACHE_DIR`, else the system's cache folder. */
  readonly cacheDirectory?: string;
  readonly onProgress?: (progress: {
    readonly stage: "checking" | "decoding";
    readonly doneCount: number;
    readonly totalCount: number;
  }) => void;
  readonly signal?: AbortSignal;
}

/**
 * Opens the dataset at a path or of a name such as `digits`; a name wins over a folder of the same name. Reads
 * and decodes everything at the first call (about 1,500 small JPEGs a second on two cores), and only lists files
 * at later ones.
 * @throws GeniusError `not-found`, `bad-data` (nothing fits, or it cannot be trained on), `wrong-use`, `disk-full`, `no-permission`.
 * @example
 * const dataset = await openDataset("./photos", { imageSize: 32 });
 * const { train, validation } = splitValidation(dataset.train, { fraction01: 0.1, seed: 0 });
 */
export async function openDataset(source: string, options: OpenOptions = {}): Promise<Dataset> {
  const all = await loadFormats();
  const named = all.find((format) => format.detect === undefined && format.name === source);
  const format = named ?? (await detectFormat(source, all));
  return openWith(format, named === undefined ? resolve(source) : undefined, options);
}

/** Opens a dataset by a given reader, such as a person's own file. */
export async function openWith(
  format: DatasetFormat,
  path: string | undefined,
  options: OpenOptions = {},
): Promise<Dataset> {
  const { imageSize, onProgress, signal } = options;
  if (imageSize !== undefined && !(Number.isInteger(imageSize) && imageSize >= 4 && imageSize <= 1024)) {
    throw new GeniusError(
      "wrong-use",
      `An image size of ${imageSize} is not possible. Choose a whole number of pixels from 4 to 1024.`,
    );
  }
  const listing = await format.list(path);
  const folder = cachePathOf(options.cacheDirectory ?? cacheDirectoryOf(process.env), listing, imageSize);
  if ((await readCached(folder)) !== undefined) return reopenDataset(folder, options);

  const where = path ?? format.name;
  refuseFewClasses(where, listing.classNames);
  prepareDecoder();
  const advance = (stage: "checking" | "decoding") => (doneCount: number) =>
    onProgress?.({ stage, doneCount, totalCount: listing.recordCount });
  const survey = await surveyRecords(listing, advance("checking"), signal);
  const broken: BrokenRecord[] = survey.facts.flatMap((facts) =>
    facts.broken === undefined ? [] : [{ facts, why: facts.broken }],
  );
  refuseUntrainable(where, listing.classNames, { facts: survey.facts, broken });
  const shape = chooseShape(survey.facts, imageSize);

  const writer = await createCacheWriter(folder);
  try {
    let index = 0;
    const counts = { train: 0, test: 0 };
    const decoding = advance("decoding");
    for await (const decoded of mapInOrder(listing.records(), (record) => decodeImage(record, shape))) {
      signal?.throwIfAborted();
      const facts = survey.facts[index];
      if (facts === undefined)
        throw new GeniusError("bad-data", `${where} changed while it was read. Try again.`);
      index += 1;
      decoding(index);
      if ("pixels" in decoded) {
        counts[facts.part] += 1;
        await writer.add(decoded.pixels, facts.label);
      } else if (facts.broken === undefined) broken.push({ facts, why: decoded.broken });
    }
    refuseUntrainable(where, listing.classNames, { facts: survey.facts, broken });
    const from = { format: format.name, path, ignoredFiles: listing.ignoredFiles, notes: listing.notes };
    await writer.finish({
      name: listing.name,
      classNames: listing.classNames,
      mirrorable: listing.mirrorable,
      shape,
      trainCount: counts.train,
      testCount: counts.test,
      hash: survey.hash,
      findings: collectFindings(from, survey.facts, { shape, broken }),
    });
  } catch (thrown) {
    await writer.abandon();
    throw thrown;
  }
  return reopenDataset(folder, options);
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
  const { trainCount, testCount, classNames, shape, name, mirrorable, hash } = cached;
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
  let test = testCount > 0 ? range(trainCount, testCount) : undefined;
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
  const trainCounts = countClasses(train);
  const testCounts = test === undefined ? undefined : countClasses(test);
  const report = {
    ...cached.findings,
    notes,
    trainCount: train.count,
    testCount: test?.count ?? 0,
    classes: classNames.map((className, label) => ({
      name: className,
      trainCount: trainCounts[label] ?? 0,
      testCount: testCounts?.[label] ?? 0,
    })),
    imbalance: Math.max(...trainCounts) / Math.min(...trainCounts),
  };
  return { name, classNames, shape, train, test, mirrorable, report, hash, cachePath };
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
      `There is no file or folder ${path}, and no dataset of that name (${names.join(", ")}).${hint}`,
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
