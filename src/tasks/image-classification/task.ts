// Image classification as a task: labelled images in, a class out. Chooses the size that trainings take, and says in
// words what a source holds.
import { cacheDirectoryOf } from "../../base/cache-directory.ts";
import { classMetrics, selectableMetrics } from "../../metrics/index.ts";
import { defineTask, type TaskSetting } from "../task.ts";
import type { Dataset } from "./dataset.ts";
import { layoutLines } from "./layout-words.ts";
import { openDataset, reopenDataset } from "./open.ts";
import { progressWords } from "./progress-words.ts";
import { describeReport } from "./report.ts";

/** Larger images are brought to this short side unless asked otherwise: training them on a processor takes too long. */
const largestUnasked = 64;
/** Smaller ones, down to icons and strips, are brought to this short side: no space takes less. */
const smallestUnasked = 8;

export default defineTask({
  name: "image-classification",
  summary: "Images in, one of several classes out; trained with cross-entropy.",
  source: "Made for GENIUS; reads class folders, CIFAR, IDX and Parquet files",
  example: "digits",
  loss: "cross-entropy",
  metrics: classMetrics,
  selectable: selectableMetrics,
  async describe(source, setting) {
    const { name, classNames, shape, train, report } = await open(source, setting);
    const [channels, height, width] = shape;
    const { layout } = report;
    return {
      ...(layout?.isAmbiguous && { understood: { layout, lines: layoutLines(layout) } }),
      input: shape,
      classNames,
      words: `${name}: ${train.count} training images of ${channels} × ${height} × ${width} in ${classNames.length} classes (${classNames.slice(0, 20).join(", ")}${classNames.length > 20 ? ", …" : ""})`,
    };
  },
  open,
  reopen: (cachePath) => reopenDataset(cachePath),
  remarks: (data: Dataset) => describeReport(data),
});

/** At the size asked for; else at the size in which they are stored, if that is not too large. */
async function open(
  source: string,
  { environment, imageSize, format, onProgress, signal }: TaskSetting,
): Promise<Dataset> {
  const wordsOf = progressWords();
  return openDataset(source, {
    cacheDirectory: cacheDirectoryOf(environment),
    ...(format !== undefined && { format }),
    ...(signal !== undefined && { signal }),
    ...(imageSize === undefined ? { minSize: smallestUnasked, maxSize: largestUnasked } : { imageSize }),
    onProgress(progress) {
      const words = wordsOf(progress);
      if (words !== undefined) onProgress?.(words);
    },
  });
}
