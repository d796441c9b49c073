// Short trainings of designs that keep their weights, and what is measured of them: their scores on images, and the
// local measures of a block. In this process, on the images it is given. It must not know how designs are changed.

import { createPredictor, createTrainer, learningRateAt } from "../../engine/index.ts";
import type { Scored } from "../../metrics/index.ts";
import {
  type Augmentation,
  createBatches,
  createEvaluationBatches,
  type ImageSet,
  type Normalisation,
  takeFraction,
} from "../../tasks/image-classification/index.ts";
import type { Design } from "./design.ts";
import { type LocalSample, localSample } from "./local-measures.ts";

export interface RefineData {
  readonly train: ImageSet;
  readonly validation: ImageSet;
  readonly normalisation: Normalisation;
  readonly augmentation: Augmentation;
}

export interface ShortTraining {
  readonly data: RefineData;
  readonly epochs: number;
  /** Its highest; it rises in the first tenth and falls along a cosine to 0. */
  readonly learningRate: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly threads: number;
  readonly signal?: AbortSignal;
}

/** The design with the weights that a training from its own ends with; undefined when the training diverged. */
export async function trainDesign(design: Design, training: ShortTraining): Promise<Design | undefined> {
  const { data, epochs, learningRate, batchSize, seed, threads, signal } = training;
  const { nodes } = design.network;
  const trainer = await createTrainer({
    nodes,
    classCount: data.train.classCount,
    batchSize,
    optimiser: { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
    clipNorm: 5,
    seed,
    threads,
  });
  try {
    trainer.setWeights(design.weights);
    await using batches = createBatches({
      set: data.train,
      batchSize,
      normalisation: data.normalisation,
      augmentation: data.augmentation,
      seed,
    });
    const totalSteps = epochs * batches.batchCount;
    const schedule = {
      kind: "cosine",
      peak: learningRate,
      totalSteps,
      warmupSteps: Math.floor(totalSteps / 10),
    } as const;
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      for await (const batch of batches.epoch(epoch)) {
        signal?.throwIfAborted();
        const rate = learningRateAt(schedule, epoch * batches.batchCount + batch.index);
        const { loss } = await trainer.step({ ...batch, learningRate: rate });
        if (!Number.isFinite(loss)) return undefined;
      }
    }
    return { network: design.network, weights: trainer.weights() };
  } finally {
    await trainer.dispose();
  }
}

/** What a design says of each image of a set, in its order; with running statistics. */
export async function scoresOf(
  design: Design,
  given: { readonly set: ImageSet; readonly normalisation: Normalisation; readonly threads: number },
): Promise<Scored> {
  const { classCount, count } = given.set;
  const logits = new Float32Array(count * classCount);
  const labels: number[] = [];
  await eachOutput(design, given, (values, own) => {
    logits.set(values, labels.length * classCount);
    labels.push(...own);
  });
  return { logits, labels, classCount };
}

/** The local measures of the map that node `id` gives, averaged over height and width, on about
 * `imageCount` images. */
export async function measureMap(
  { network, weights }: Design,
  id: string,
  given: {
    readonly set: ImageSet;
    readonly normalisation: Normalisation;
    readonly threads: number;
    readonly imageCount: number;
  },
): Promise<LocalSample> {
  const place = network.nodes.findIndex((node) => node.id === id);
  const upTo = network.nodes.slice(0, place + 1);
  const live = new Set([id]);
  for (const { id: own, inputs } of upTo.toReversed())
    if (live.has(own)) for (const input of inputs) live.add(input);
  const nodes = [
    ...upTo.filter((node) => live.has(node.id)),
    { id: "features.pool", inputs: [id], op: { kind: "global-pool" } },
    { id: "features.flat", inputs: ["features.pool"], op: { kind: "flatten" } },
  ] as const;
  const parts: Float32Array[] = [];
  const labels: number[] = [];
  const design = { network: { ...network, nodes }, weights };
  // Of every class its share: sets lie in the order of their classes.
  const fraction01 = Math.min(1, given.imageCount / given.set.count);
  const set = takeFraction(given.set, { fraction01, seed: "local-measures" });
  await eachOutput(design, { ...given, set }, (values, own) => {
    parts.push(values.slice());
    labels.push(...own);
  });
  const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    values.set(part, offset);
    offset += part.length;
  }
  return localSample({ values, labels, classCount: given.set.classCount });
}

/** Runs a design over a set, batch by batch. */
async function eachOutput(
  { network, weights }: Design,
  {
    set,
    normalisation,
    threads,
  }: { readonly set: ImageSet; readonly normalisation: Normalisation; readonly threads: number },
  see: (values: Float32Array, labels: Uint16Array) => void,
): Promise<void> {
  const predictor = await createPredictor({ nodes: network.nodes, weights, threads });
  await using batches = createEvaluationBatches({ set, normalisation, batchSize: Math.min(128, set.count) });
  try {
    for await (const { images, labels } of batches.epoch(0)) see(await predictor.run(images), labels);
  } finally {
    await predictor.dispose();
  }
}
