// The images of a training in a worker: opened once and kept for the trainings that follow.
import { loadOwnMetric } from "../metrics/index.ts";
import {
  channelStatistics,
  type Dataset,
  type ImageSet,
  type Normalisation,
  splitForTraining,
  takeFraction,
} from "../tasks/image-classification/index.ts";
import { openTask, type Task } from "../tasks/index.ts";
import type { TrainingData } from "./job.ts";

export interface TrainingParts {
  /** With a metric of the user's own among its metrics, if the training has one. */
  readonly task: Pick<Task, "name" | "loss" | "metrics">;
  readonly dataset: Dataset;
  readonly train: ImageSet;
  readonly validation: ImageSet;
  /** Of the whole training part, so that every fidelity sees the same numbers. */
  readonly normalisation: Normalisation;
}

let opened: { readonly key: string; readonly parts: Promise<TrainingParts> } | undefined;

export async function openTrainingData(data: TrainingData): Promise<TrainingParts> {
  const { dataFraction01, ...whole } = data;
  const key = JSON.stringify(whole);
  if (opened?.key !== key) opened = { key, parts: open(data) };
  const parts = await opened.parts;
  return { ...parts, train: takeFraction(parts.train, { fraction01: dataFraction01, seed: data.splitSeed }) };
}

async function open({
  task: name,
  metricFile,
  cachePath,
  validationFraction01,
  splitSeed,
}: TrainingData): Promise<TrainingParts> {
  const task = await openTask(name);
  const dataset = await task.reopen(cachePath);
  const split = splitForTraining(dataset, { fraction01: validationFraction01, seed: splitSeed });
  const own = metricFile === undefined ? [] : [await loadOwnMetric(metricFile)];
  return {
    task: { ...task, metrics: [...task.metrics, ...own] },
    dataset,
    ...split,
    normalisation: channelStatistics(split.train),
  };
}
