// What the rest of the product may use of this folder: open a dataset, split it, make batches of it.

export { type Augmentation, defaultAugmentation, noAugmentation } from "./augment/augmentation.ts";
export {
  type Batch,
  type Batches,
  type BatchOptions,
  createBatches,
  createEvaluationBatches,
} from "./batches.ts";
export type {
  Dataset,
  DatasetFormat,
  DatasetListing,
  DatasetReport,
  Finding,
  ImageRecord,
  ImageSet,
  ImageShape,
  Layout,
  Levels,
  PixelStore,
} from "./dataset.ts";
export { prepareDecoder } from "./decode.ts";
export { layoutLines } from "./layout-words.ts";
export {
  type OpenOptions,
  openDataset,
  type ReopenOptions,
} from "./open.ts";
export { openPixels, type PixelReader } from "./pixels.ts";
export { decodeOne } from "./read-records.ts";
export { channelStatistics, type Normalisation } from "./statistics.ts";
export { countClasses, splitForTraining, splitValidation, takeFraction } from "./subset.ts";
