// What data hold, before anything is searched or trained.
import { findPublished } from "../catalog/datasets.ts";
import { openSpace } from "../catalog/load.ts";
import type { AccuracyTable } from "../evaluators/tables/accuracy-table.ts";
import { openTable } from "../evaluators/tables/accuracy-table.ts";
import type { Space } from "../search/space.ts";
import type { Dataset } from "../tasks/image-classification/index.ts";
import type { ImageSize } from "../tasks/image-size.ts";
import { openTask } from "../tasks/index.ts";
import { publishedSpace } from "./published-space.ts";

/** Labelled images, decoded in the cache. */
export interface OpenedImages {
  readonly kind: "images";
  readonly name: string;
  readonly classNames: readonly string[];
  /** `[channels, height, width]` that trainings take. */
  readonly shape: Dataset["shape"];
  readonly trainCount: number;
  readonly testCount: number;
  /** What was found and what was done about it, in words. */
  readonly remarks: readonly string[];
  /** SHA-256 of the content, whatever the image size and the machine. */
  readonly hash: string;
  readonly dataset: Dataset;
}

/** A published table: every design's accuracy is known. */
export interface OpenedTable {
  readonly kind: "table";
  readonly name: string;
  readonly space: Space;
  readonly table: AccuracyTable;
}

export interface OpenDataOptions {
  /** What the data are for: a name of `genius list tasks`; image classification by default. */
  readonly task?: string | undefined;
  /** The space of a table whose dataset several spaces have. */
  readonly space?: string | undefined;
  /** Size in pixels that images are brought to; their own, with a short side up to 64, by default. */
  readonly imageSize?: ImageSize | undefined;
  /** How images are read: a name of `genius list formats`, or a file made with `defineFormat`; detected by default. */
  readonly format?: string | undefined;
  /** Told in words when something takes long. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** Places of data and caches; `process.env` by default. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Opens whatever `search` takes as data: images at a path, `digits`, or a published table by its name.
 *
 * @throws GeniusError `not-found`, `bad-data` when nothing can be trained on, `offline` when a table cannot be obtained.
 * @example
 * ```ts
 * import { openData } from "genius-nas";
 *
 * const data = await openData("digits");
 * if (data.kind === "images") console.log(data.classNames, data.trainCount, data.remarks.join("\n"));
 * ```
 */
export async function openData(
  data: string,
  options: OpenDataOptions = {},
): Promise<OpenedImages | OpenedTable> {
  const { environment = process.env, onProgress, imageSize, format } = options;
  const setting = { environment, ...(onProgress !== undefined && { onProgress }) };
  const published = findPublished(data, options.space);
  if (published !== undefined) {
    const { dataset } = published;
    const { definition, options: spaceOptions, words } = await publishedSpace(published.space, dataset);
    const space = await openSpace(definition, spaceOptions);
    return { kind: "table", name: words, space, table: await openTable({ ...setting, space, dataset }) };
  }
  const task = await openTask(options.task);
  const dataset = await task.open(data, { ...setting, imageSize, format });
  const { name, classNames, shape, train, test, hash } = dataset;
  return {
    ...{ kind: "images", name, classNames, shape, hash, dataset },
    ...{ trainCount: train.count, testCount: test?.count ?? 0, remarks: task.remarks(dataset) },
  };
}
