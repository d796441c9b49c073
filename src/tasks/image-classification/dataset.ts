// What a dataset is: the contract of the readers in formats/ (one file each) and the form in which everything
// above receives images. A reader only lists records; surveying, decoding, caching, splitting and batching are
// the same for all of them and live beside this file. Must not know of networks, training or search.

/** Image shape `[C, H, W]`: 1 or 3 channels, height and width in pixels. */
export type ImageShape = readonly [channels: number, height: number, width: number];

/**
 * Decoded pixels, uint8 in `[record, C, H, W]` order, of all records of a dataset (training records first).
 * In memory they are shared between threads without copying; above the memory limit they stay in a file of the
 * cache and are read record by record.
 */
export type PixelStore =
  | { readonly kind: "memory"; readonly bytes: Uint8Array<SharedArrayBuffer> }
  | { readonly kind: "file"; readonly path: string };

/** A list of labelled images: image k is record `records[k]` of `pixels`, its class is `labels[k]`. A plain view. */
export interface ImageSet {
  readonly count: number;
  readonly classCount: number;
  readonly shape: ImageShape;
  readonly labels: Uint16Array;
  readonly records: Uint32Array;
  readonly pixels: PixelStore;
}

/** One scale for all 16-bit images of a set: `low` becomes 0, `high` 255, with everything between in proportion. */
export interface Levels {
  readonly low: number;
  readonly high: number;
}

export interface Dataset {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly shape: ImageShape;
  readonly train: ImageSet;
  /** The source's own validation part; undefined where it has none, and images are split off `train` (`splitForTraining`). */
  readonly validation: ImageSet | undefined;
  /** Held-out images for one final measurement; undefined only when `testFraction01: 0` was asked for. */
  readonly test: ImageSet | undefined;
  /** False where a mirrored image may be another class or none (digits, letters). */
  readonly mirrorable: boolean;
  /** How images of 16 bits were brought to 8, where there are any. */
  readonly levels: Levels | undefined;
  readonly report: DatasetReport;
  /** SHA-256 of the content: class names and, in order, each record's part, class and stored bytes. Independent of image size, file times and machine. */
  readonly hash: string;
  /** The decoded dataset in the cache: `reopenDataset(cachePath)` skips listing and checking the source. */
  readonly cachePath: string;
}

/** Up to ten named examples of something that was counted. */
export interface Finding {
  readonly count: number;
  readonly examples: readonly string[];
}

/** What was found in a dataset and what was done about it. JSON-safe. */
export interface DatasetReport {
  readonly format: string;
  /** Null for a dataset that is opened by its name. */
  readonly path: string | null;
  readonly trainCount: number;
  /** Of the source's own validation part; 0 where images are split off for each study. */
  readonly validationCount: number;
  readonly testCount: number;
  readonly classes: readonly {
    readonly name: string;
    readonly trainCount: number;
    readonly validationCount: number;
    readonly testCount: number;
  }[];
  /** Images of the largest training class over those of the smallest; 1 is balanced. */
  readonly imbalance: number;
  /** Height × width of the stored images, the smallest and the largest by area. */
  readonly storedSizes: { readonly smallest: string; readonly largest: string };
  readonly resized: Finding;
  readonly cropped: Finding;
  readonly greyAmongColour: Finding;
  readonly transparent: Finding;
  /** Left out, since they could not be read: damaged, empty or missing. */
  readonly corrupt: Finding;
  /** Files that are no images that can be read: video, HEIC, archives. */
  readonly ignoredFiles: Finding;
  /** Texts, tables and the like, which lie beside images by custom. */
  readonly textFiles: Finding;
  /** What systems leave in folders: thumbnails, `__MACOSX`, dot-files. */
  readonly skipped: Finding;
  /** Images whose content is of another kind than their ending says. */
  readonly wrongEndings: Finding;
  /** Images of 16 bits a channel, brought to 8 by `levels`. */
  readonly sixteenBit: Finding;
  readonly levels: Levels | null;
  /** What was understood of the folders; null where there are none. */
  readonly layout: Layout | null;
  /** Training images whose bytes occur earlier in the training part. */
  readonly duplicates: Finding;
  /** Test images whose bytes also occur in the training part. */
  readonly testInTrain: Finding;
  /** Plain sentences on decisions that a person should know of. */
  readonly notes: readonly string[];
}

/** What was understood of a folder, before anything is read of it. JSON-safe. */
export interface Layout {
  readonly root: string;
  /** Whether a person should look at it: names or nesting left a choice. */
  readonly isAmbiguous: boolean;
  readonly parts: readonly {
    readonly part: Part;
    /** Relative to the root; "." is the root itself. */
    readonly folder: string;
    readonly classes: readonly { readonly name: string; readonly fileCount: number }[];
  }[];
  /** Folders that are not read, relative to the root. */
  readonly unread: readonly string[];
}

export const partOrder = ["train", "validation", "test"] as const;
export type Part = (typeof partOrder)[number];

/** One stored image: an encoded file (JPEG, PNG, WebP, …) to be decoded, on disk or in memory, or raw uint8 pixels. */
export interface ImageRecord {
  readonly part: Part;
  /** Index into the class names. */
  readonly label: number;
  /** Where it is, for messages: a file's path in the dataset, or "data_batch_1.bin, record 17". */
  readonly where: string;
  readonly image: StoredImage;
}

/** `file` is read where it is decoded, on a thread of its own; prefer it to `encoded` for files. */
export type StoredImage =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "encoded"; readonly bytes: Uint8Array }
  | { readonly kind: "raw"; readonly bytes: Uint8Array; readonly shape: ImageShape };

/**
 * What a reader found at a path. `records` may be called more than once and gives the same records each time: those of
 * the training part first, then validation, then test. Whether a file holds an image is found when it is read.
 */
export interface DatasetListing {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly mirrorable: boolean;
  /** Every file that is read: the cache is keyed by their paths, sizes and times. */
  readonly files: readonly string[];
  readonly recordCount: number;
  /** Files that hold no image and are not among the records. */
  readonly ignoredFiles: readonly string[];
  /** What systems leave in folders. */
  readonly skipped?: readonly string[];
  readonly notes: readonly string[];
  readonly layout?: Layout;
  records(): AsyncIterable<ImageRecord> | Iterable<ImageRecord>;
}

/** A reader of one form of dataset: one file, whose default export is `defineFormat({…})`. */
export interface DatasetFormat {
  readonly name: string;
  /** What a person can give, in one line; listed when nothing fits. */
  readonly summary: string;
  /** Where the form (or the data) is described. */
  readonly source: string;
  /** Asked after all others, since it fits most. */
  readonly asksLast?: boolean;
  /** Whether `path` looks like this form. Without it the dataset needs no path and is opened by its name. */
  readonly detect?: (path: string) => Promise<boolean>;
  /** Lists the records. @throws GeniusError `bad-data` that names the file at fault. */
  readonly list: (path: string | undefined) => Promise<DatasetListing>;
}

/** Declares a reader of a data format; the identity, for its types. */
export function defineFormat(format: DatasetFormat): DatasetFormat {
  return format;
}
