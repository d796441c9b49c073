// The images that an evaluator trains on: opened from the cache at the size that trainings take, described before
// there is a space, and held against the space that was chosen. The same for every evaluator that trains.
import { GeniusError } from "../base/errors.ts";
import type { Network } from "../graph/network.ts";
import type { Space } from "../search/space.ts";
import {
  cacheDirectoryOf,
  type Dataset,
  layoutLines,
  openDataset,
  splitForTraining,
  takeFraction,
} from "../tasks/image-classification/index.ts";
import type { ImageCounts } from "../training/plan.ts";
import type { DatasetDescription, DescribeSetting, EvaluatorSetting } from "./evaluator.ts";

/** Larger images are brought to this side unless asked otherwise: training them on a processor takes too long. */
const largestUnasked = 64;
/** Smaller ones, down to icons and strips, are brought to this side: no space takes less. */
const smallestUnasked = 8;

export async function describeImages(
  setting: DescribeSetting,
  imageSize: number | undefined,
): Promise<DatasetDescription> {
  const dataset = await openImages(setting, imageSize);
  const [channels, height, width] = dataset.shape;
  const { layout } = dataset.report;
  return {
    ...(layout?.isAmbiguous && { understood: { layout, lines: layoutLines(layout) } }),
    images: { imageSize: height, channels, classCount: dataset.classNames.length },
    words: `${dataset.name}: ${dataset.train.count} training images of ${channels} × ${height} × ${width} in ${dataset.classNames.length} classes (${dataset.classNames.slice(0, 20).join(", ")}${dataset.classNames.length > 20 ? ", …" : ""})`,
  };
}

/** At the size asked for; else at the size in which they are stored, if that is not too large. */
export async function openImages(
  { dataset, environment, onProgress }: DescribeSetting,
  imageSize: number | undefined,
): Promise<Dataset> {
  const begun = performance.now();
  let told = begun;
  let stageNow = "";
  let stageBegun = begun;
  return openDataset(dataset, {
    cacheDirectory: cacheDirectoryOf(environment),
    ...(imageSize === undefined ? { minSize: smallestUnasked, maxSize: largestUnasked } : { imageSize }),
    onProgress({ stage, doneCount, totalCount }) {
      const now = performance.now();
      if (stage !== stageNow) [stageNow, stageBegun] = [stage, stageNow === "" ? begun : now];
      if (now - told < 2000 || totalCount < 1000) return;
      told = now;
      const secondsLeft = Math.ceil(((now - stageBegun) / 1000) * ((totalCount - doneCount) / doneCount));
      onProgress?.(`${stage} ${doneCount} of ${totalCount} images, ${secondsLeft} s left`);
    },
  });
}

/** The side that a space's networks are trained at: their own, or what was asked for where they take any. */
export function trainingSide(space: Space, imageSize: number | undefined): number | undefined {
  return space.takesAnySide === true ? imageSize : space.input[1];
}

/** The same network for images of another side; its weights fit both. */
export function withImageSize(network: Network, side: number): Network {
  const nodes = network.nodes.map((node) =>
    node.op.kind === "input"
      ? { ...node, op: { ...node.op, shape: [node.op.shape[0], side, side] as const } }
      : node,
  );
  return { ...network, nodes };
}

/** @throws GeniusError `wrong-use` where the space's networks do not take these images or have other classes. */
function refuseMisfit(dataset: Dataset, space: Space): void {
  const [channels, height, width] = dataset.shape;
  const [spaceChannels, spaceHeight, spaceWidth] = space.input;
  const classCount = dataset.classNames.length;
  const fits = space.takesAnySide === true || (height === spaceHeight && width === spaceWidth);
  if (channels === spaceChannels && fits && classCount === space.classCount) return;
  throw new GeniusError(
    "wrong-use",
    `${dataset.name} has images of ${channels}×${height}×${width} in ${classCount} classes, and the networks of ${space.name} take ${space.input.join("×")} in ${space.classCount} classes. Choose the mobile space, which fits any dataset.`,
  );
}

/** The images of a study, at the side that is usual in it and at others that a fidelity asks for. */
export interface StudyImages {
  readonly dataset: Dataset;
  readonly side: number;
  readonly imageCounts: ImageCounts;
  /** How many images an accuracy is measured on. */
  readonly validationImages: number;
  /** How many images a training at this share of the data has, counted. */
  countAt(dataFraction01: number): number;
  /** The decoded data set at a side, in the cache. */
  cacheOf(side: number): Promise<string>;
}

/** @throws GeniusError as `openDataset` does, and where the images do not fit the space. */
export async function openStudyImages(
  setting: EvaluatorSetting,
  options: {
    readonly imageSize?: number | undefined;
    readonly validationFraction01: number;
    readonly dataFraction01: number;
  },
): Promise<StudyImages> {
  const { space, seed } = setting;
  const dataset = await openImages(setting, trainingSide(space, options.imageSize));
  refuseMisfit(dataset, space);
  const side = dataset.shape[1];
  const caches = new Map([[side, dataset.cachePath]]);
  const { train, validation } = splitForTraining(dataset, { fraction01: options.validationFraction01, seed });
  const countAt = (fraction01: number) => takeFraction(train, { fraction01, seed }).count;
  return {
    dataset,
    side,
    imageCounts: { search: countAt(options.dataFraction01), final: train.count },
    validationImages: validation.count,
    countAt,
    async cacheOf(wanted) {
      const known = caches.get(wanted) ?? (await openImages(setting, wanted)).cachePath;
      caches.set(wanted, known);
      return known;
    },
  };
}
