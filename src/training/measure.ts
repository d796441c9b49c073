// How good weights are on a set of images: the scores of all of them, and accuracy and loss from the scores.

import { highestOf, type Metrics, measureAll } from "../metrics/index.ts";
import {
  createEvaluationBatches,
  type ImageSet,
  type Normalisation,
} from "../tasks/image-classification/index.ts";
import type { Task } from "../tasks/task.ts";

export interface Measured {
  /** By the name of the metric. */
  readonly metrics: Metrics;
  /** The task's loss, without label smoothing. */
  readonly loss: number;
  /** The pairs of classes that are mixed up most, by number. */
  readonly confused?: readonly ConfusedPair[];
}

/** `images` of the class `actual` were taken for `predicted`. */
export interface ConfusedPair {
  readonly actual: number;
  readonly predicted: number;
  readonly images: number;
}

export interface Scores extends Measured {
  /** [N, classes], in the order of the set. */
  readonly scores: Float32Array;
}

/** Runs `run` (normalised images [n, C, H, W] to scores [n, classes]) over a set. */
export async function measure(
  run: (images: Float32Array) => Promise<Float32Array>,
  {
    set,
    normalisation,
    task,
  }: {
    readonly set: ImageSet;
    readonly normalisation: Normalisation;
    /** What is measured. */
    readonly task: Pick<Task, "loss" | "metrics">;
  },
): Promise<Scores> {
  await using batches = createEvaluationBatches({
    set,
    batchSize: Math.min(128, set.count),
    normalisation,
  });
  const scores = new Float32Array(set.count * set.classCount);
  let offset = 0;
  for await (const { images } of batches.epoch(0)) {
    const part = await run(images);
    scores.set(part, offset);
    offset += part.length;
  }
  const metrics = measureAll(task.metrics, {
    logits: scores,
    labels: set.labels,
    classCount: set.classCount,
  });
  return { scores, metrics, loss: metrics[task.loss] as number, confused: mostConfused(scores, set) };
}

const maxPairs = 3;

/** Of many classes most pairs never occur, so they are counted as they come. */
function mostConfused(
  scores: Float32Array,
  { labels, classCount }: Pick<ImageSet, "labels" | "classCount">,
): readonly ConfusedPair[] {
  const pairs = new Map<number, number>();
  for (let image = 0; image < labels.length; image += 1) {
    const actual = labels[image] as number;
    const predicted = highestOf(scores, image, classCount);
    const pair = actual * classCount + predicted;
    if (predicted !== actual) pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return [...pairs]
    .sort(([a, more], [b, fewer]) => fewer - more || a - b)
    .slice(0, maxPairs)
    .map(([pair, images]) => ({
      actual: Math.floor(pair / classCount),
      predicted: pair % classCount,
      images,
    }));
}

/** The softmax of one row of scores. */
export function probabilities(scores: Float32Array, row: number, classCount: number): Float64Array {
  const own = Float64Array.from(scores.subarray(row * classCount, (row + 1) * classCount));
  const highest = own.reduce((a, b) => Math.max(a, b));
  const raised = own.map((score) => Math.exp(score - highest));
  const total = raised.reduce((a, b) => a + b);
  return raised.map((value) => value / total);
}
