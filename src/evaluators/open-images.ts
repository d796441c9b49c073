// The images that an evaluator trains on: opened by the task at the size that trainings take, described before there
// is a space, and held against the space that was chosen. The same for every evaluator that trains.
import { GeniusError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { Network } from "../graph/network.ts";
import type { MetricDefinition } from "../metrics/index.ts";
import type { Space } from "../search/space.ts";
import {
  countClasses,
  type Dataset,
  splitForTraining,
  takeFraction,
} from "../tasks/image-classification/index.ts";
import type { taskNamed } from "../tasks/index.ts";
import type { ImageCounts } from "../training/plan.ts";
import type { DatasetDescription, DescribeSetting, EvaluatorSetting } from "./evaluator.ts";

type StudyTask = ReturnType<typeof taskNamed>;

/** What a space and a study must know of a task's dataset. */
export async function describeData(
  task: StudyTask,
  { dataset, ...setting }: DescribeSetting,
  imageSize: number | undefined,
): Promise<DatasetDescription> {
  const { input, classNames, words, understood } = await task.describe(dataset, { ...setting, imageSize });
  const [channels, height] = input;
  return {
    ...(understood !== undefined && { understood }),
    images: { imageSize: height, channels, classCount: classNames.length },
    words,
  };
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
  /** What the metric has on the validation and the test images without looking at them. */
  readonly chance: Readonly<Record<string, JsonObject>>;
  /** How many images a training at this share of the data has, counted. */
  countAt(dataFraction01: number): number;
  /** The decoded data set at a side, in the cache. */
  cacheOf(side: number): Promise<string>;
}

function chanceOn(part: string, set: Dataset["train"] | undefined, { chance }: MetricDefinition) {
  if (set === undefined || set.count === 0 || chance === undefined) return {};
  return { [part]: { ...chance(countClasses(set)) } };
}

/** @throws GeniusError as `Task.open` does, and where the images do not fit the space. */
export async function openStudyImages(
  { task, metric }: { readonly task: StudyTask; readonly metric: MetricDefinition },
  setting: EvaluatorSetting,
  options: {
    readonly imageSize?: number | undefined;
    readonly validationFraction01: number;
    readonly dataFraction01: number;
  },
): Promise<StudyImages> {
  const { space, seed, environment, onProgress } = setting;
  const open = (imageSize: number | undefined) =>
    task.open(setting.dataset, { environment, onProgress, imageSize });
  const dataset = await open(trainingSide(space, options.imageSize));
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
    chance: {
      ...chanceOn("validation", validation, metric),
      ...chanceOn("test", dataset.test, metric),
    },
    countAt,
    async cacheOf(wanted) {
      const known = caches.get(wanted) ?? (await open(wanted)).cachePath;
      caches.set(wanted, known);
      return known;
    },
  };
}
