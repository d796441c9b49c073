// How good weights are on a set of images: the scores of all of them, and accuracy and loss from the scores.

import { type Metrics, measureAll } from "../metrics/index.ts";
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
  return { scores, metrics, loss: metrics[task.loss] as number };
}

/** The softmax of one row of scores. */
export function probabilities(scores: Float32Array, row: number, classCount: number): Float64Array {
  const own = Float64Array.from(scores.subarray(row * classCount, (row + 1) * classCount));
  const highest = own.reduce((a, b) => Math.max(a, b));
  const raised = own.map((score) => Math.exp(score - highest));
  const total = raised.reduce((a, b) => a + b);
  return raised.map((value) => value / total);
}
