// How a network is trained: the options, completed by what suits the size of the data. The rules and the
// measurements behind them are in benchmarks/train-search. Pure; it knows neither networks nor processes.

import type { ExecutionProvider, Optimiser } from "../engine/index.ts";
import type { Hyperparameters } from "../search/space.ts";
import {
  type Augmentation,
  type Dataset,
  defaultAugmentation,
  noAugmentation,
} from "../tasks/image-classification/index.ts";
import type { TrainOptions } from "./options.ts";

/** How many images are trained on: by a design during the search, and by the selected one after it. */
export interface ImageCounts {
  readonly search: number;
  readonly final: number;
}

/** All that decides a training but the network, the data, the seed and how many epochs. Plain JSON. */
export interface TrainingPlan {
  readonly batchSize: number;
  readonly optimiser: Optimiser;
  readonly learningRate: number;
  readonly labelSmoothing: number;
  readonly augmentation: Augmentation;
  /** Largest norm of the gradient. */
  readonly clipNorm: number;
  /** Where the steps are computed, which decides their rounding; absent: the processor. */
  readonly executionProvider?: ExecutionProvider;
}

export interface EpochPlan {
  readonly min: number;
  readonly search: number;
  readonly final: number;
}

/** Decay of the moving average of the weights, where one is kept. */
export const averageDecay = 0.998;

/** Epochs of few images are cheap and teach little, so a small data set gets more of them. */
export function planEpochs(options: TrainOptions, imageCounts: ImageCounts): EpochPlan {
  const search = options.epochs ?? between(Math.round(15_000 / imageCounts.search), 2, 30);
  return {
    min: Math.min(search, options.minEpochs ?? Math.max(1, Math.round(search / 9))),
    search,
    final: options.finalEpochs ?? Math.max(search, between(Math.round(290_000 / imageCounts.final), 25, 150)),
  };
}

/** What the space decides comes first, then the options, then what suits `imageCount` images. */
export function planTraining(
  options: TrainOptions,
  data: {
    readonly dataset: Pick<Dataset, "shape" | "mirrorable">;
    /** What the recipe is chosen for; the same at every fidelity of a study. */
    readonly imageCount: number;
    /** Where this training has fewer images than that, the batch is no larger. */
    readonly batchLimit?: number;
  },
  chosen: Hyperparameters = {},
): TrainingPlan {
  const { dataset, imageCount, batchLimit = imageCount } = data;
  const { executionProvider = "cpu" } = options;
  const usual = imageCount < 1_000 ? 16 : imageCount < 20_000 ? 32 : 64;
  const batchSize = Math.min(options.batchSize ?? usual, imageCount, batchLimit);
  const isSgd = options.optimiser === "sgd";
  const weightDecay = chosen.weightDecay ?? options.weightDecay ?? (isSgd ? 5e-4 : 0.01);
  return {
    batchSize,
    optimiser: isSgd
      ? { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay }
      : { kind: "adamw", weightDecay },
    // Larger batches have less noise and bear larger steps, in proportion; AdamW by the square root.
    learningRate:
      chosen.learningRate ??
      options.learningRate ??
      (isSgd ? 0.05 * (batchSize / 32) : 0.003 * Math.sqrt(batchSize / 32)),
    labelSmoothing: options.labelSmoothing,
    augmentation: planAugmentation(options, dataset),
    clipNorm: 5,
    ...(executionProvider !== "cpu" && { executionProvider }),
  };
}

/**
 * How many of `cores` one training step of this many multiply–accumulates (forwards, of the whole batch) is worth: what
 * threads wait for each other outweighs what they share out when the step is small. Measured: benchmarks/train-search.
 */
export const usefulThreads = (stepMacCount: number, cores: number): number =>
  stepMacCount < 100e6 ? 1 : cores;

function planAugmentation(
  { augmentation, mixup }: TrainOptions,
  dataset: Pick<Dataset, "shape" | "mirrorable">,
): Augmentation {
  if (augmentation === "none") return { ...noAugmentation, mixupAlpha: mixup };
  // Handwriting is slanted and turned at will; what may be mirrored is a photograph, which stands upright.
  const usual = { ...defaultAugmentation(dataset), warp: dataset.mirrorable ? 0 : 0.4 };
  const strong = { trivialAugment: true, cutoutSize: Math.floor(dataset.shape[1] / 4) };
  return { ...usual, ...(augmentation === "strong" && strong), mixupAlpha: mixup };
}

const between = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
