// What the rest of the product may use of src/data: open a dataset, split it, make batches of it.
export { type Augmentation, defaultAugmentation, noAugmentation } from "./augment/augmentation.ts";
export {
  type Batch,
  type Batches,
  type BatchOptions,
  createBatches,
  createEvaluationBatches,
} from "./batches.ts";
export { cacheDirectoryOf } from "./cache-directory.ts";
export {
  type Dataset,
  type DatasetFormat,
  type DatasetListing,
  type DatasetReport,
  defineDataset,
  type Finding,
  type ImageRecord,
  type ImageSet,
  type ImageShape,
  type PixelStore,
} from "./dataset.ts";
export {
  loadFormats,
  type OpenOptions,
  openDataset,
  openWith,
  type ReopenOptions,
  reopenDataset,
} from "./open.ts";
export { openPixels, type PixelReader } from "./pixels.ts";
export { describeReport } from "./report.ts";
export { channelStatistics, type Normalisation } from "./statistics.ts";
export { countClasses, selectImages, splitValidation, takeFraction } from "./subset.ts";
