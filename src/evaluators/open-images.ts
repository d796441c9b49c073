// The images that an evaluator trains on: opened by the task at the size that trainings take, described before there
// is a space, and held against the space that was chosen. The same for every evaluator that trains.
import { GeniusError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { FeatureShape, Network } from "../graph/network.ts";
import type { MetricDefinition } from "../metrics/index.ts";
import type { Space } from "../search/space.ts";
import type { Fidelity } from "../search/trial.ts";
import {
  countClasses,
  type Dataset,
  splitForTraining,
  takeFraction,
} from "../tasks/image-classification/index.ts";
import { type ImageSize, sidesOf, sizeOf, sizeText, withShortSide } from "../tasks/image-size.ts";
import type { TaskSetting, TrainableTask } from "../tasks/index.ts";
import type { ImageCounts } from "../training/plan.ts";
import type { DatasetDescription, DescribeSetting, EvaluatorSetting } from "./evaluator.ts";

/** How a source is read, and at which size. */
type DataChoice = Pick<TaskSetting, "imageSize" | "format">;

/** What a space and a study must know of a task's dataset. */
export async function describeData(
  task: TrainableTask,
  { dataset, ...setting }: DescribeSetting,
  { imageSize, format }: DataChoice = {},
): Promise<DatasetDescription> {
  const { input, classNames, words, understood } = await task.describe(dataset, {
    ...setting,
    imageSize,
    format,
  });
  const [channels, height, width] = input;
  return {
    ...(understood !== undefined && { understood }),
    images: { imageSize: sizeOf([height, width]), channels, classCount: classNames.length },
    words,
  };
}

/** The size that a space's networks are trained at: their own, or what was asked for where they take any. */
export function trainingSize(space: Space, imageSize: ImageSize | undefined): ImageSize | undefined {
  return space.takesAnySize === true ? imageSize : inputSize(space.input);
}

/** The size of images in a shape. */
export const inputSize = ([, height, width]: FeatureShape): ImageSize => sizeOf([height, width]);

/** The same network for images of another size; its weights fit both. */
export function withImageSize(network: Network, size: ImageSize): Network {
  const nodes = network.nodes.map((node) =>
    node.op.kind === "input"
      ? { ...node, op: { ...node.op, shape: [node.op.shape[0], ...sidesOf(size)] as const } }
      : node,
  );
  return { ...network, nodes };
}

/** @throws GeniusError `wrong-use` where the space's networks do not take these images or have other classes. */
function refuseMisfit(dataset: Dataset, space: Space): void {
  const [channels, height, width] = dataset.shape;
  const [spaceChannels, spaceHeight, spaceWidth] = space.input;
  const classCount = dataset.classNames.length;
  const fitsSize = space.takesAnySize === true || (height === spaceHeight && width === spaceWidth);
  const fits = channels === spaceChannels && fitsSize;
  if (fits && classCount === space.classCount) return;
  const ofText = [
    ...(classCount === space.classCount ? [] : ["end the text with linear classes"]),
    ...(fits ? [] : ["leave out its input line"]),
  ].join(" and ");
  const remedy =
    space.isText === true
      ? `To fit any data set, ${ofText}.`
      : "Choose the mobile space, which fits any dataset.";
  throw new GeniusError(
    "wrong-use",
    `${dataset.name} has images of ${channels}×${height}×${width} in ${classCount} classes, and the networks of ${space.name} take ${space.input.join("×")} in ${space.classCount} classes. ${remedy}`,
  );
}

/** The images of a study, at the size that is usual in it and at others that a fidelity asks for. */
export interface StudyImages {
  readonly dataset: Dataset;
  readonly size: ImageSize;
  readonly imageCounts: ImageCounts;
  /** How many images an accuracy is measured on. */
  readonly validationImages: number;
  /** Which images they are, how they are split, and what the metric has on them without looking. */
  readonly provenance: JsonObject;
  /** How many images a training at this share of the data has, counted. */
  countAt(dataFraction01: number): number;
  /** The size that a fidelity asks for: a number is a short side, and the aspect ratio is the study's. */
  sizeAt(fidelity: Fidelity): ImageSize;
  /** The decoded dataset at a size, in the cache. */
  cacheOf(size: ImageSize): Promise<string>;
}

function chanceOn(part: string, set: Dataset["train"] | undefined, { chance }: MetricDefinition) {
  if (set === undefined || set.count === 0 || chance === undefined) return {};
  return { [part]: { ...chance(countClasses(set)) } };
}

/** @throws GeniusError as `Task.open` does, and where the images do not fit the space. */
export async function openStudyImages(
  { task, metric }: { readonly task: TrainableTask; readonly metric: MetricDefinition },
  setting: EvaluatorSetting,
  options: DataChoice & {
    readonly validationFraction01: number;
    readonly dataFraction01: number;
  },
): Promise<StudyImages> {
  const { space, seed, environment, onProgress, signal } = setting;
  const open = (imageSize: ImageSize | undefined) =>
    task.open(setting.dataset, { environment, onProgress, signal, imageSize, format: options.format });
  const dataset = await open(trainingSize(space, options.imageSize));
  refuseMisfit(dataset, space);
  const size = inputSize(dataset.shape);
  const caches = new Map([[sizeText(size), dataset.cachePath]]);
  const { train, validation } = splitForTraining(dataset, { fraction01: options.validationFraction01, seed });
  const countAt = (fraction01: number) => takeFraction(train, { fraction01, seed }).count;
  const imageCounts = { search: countAt(options.dataFraction01), final: train.count };
  return {
    dataset,
    size,
    imageCounts,
    validationImages: validation.count,
    provenance: {
      dataset: dataset.name,
      datasetHash: dataset.hash,
      trainImages: imageCounts.search,
      chance: {
        ...chanceOn("validation", validation, metric),
        ...chanceOn("test", dataset.test, metric),
      },
      validationFraction01: options.validationFraction01,
      splitSeed: seed,
    },
    countAt,
    sizeAt: ({ imageSize = size }) =>
      typeof imageSize === "number" ? withShortSide(size, imageSize) : sizeOf(imageSize),
    async cacheOf(wanted) {
      const known = caches.get(sizeText(wanted)) ?? (await open(wanted)).cachePath;
      caches.set(sizeText(wanted), known);
      return known;
    },
  };
}
