// One training from its first or a kept epoch to its last: steps, the learning rate, the measurement after each
// epoch, and the four ways in which it can end early. Runs inside a worker process and knows nothing of searches.

import {
  createPredictor,
  createTrainer,
  learningRateAt,
  type Trainer,
  type Weights,
} from "../engine/index.ts";
import type { EpochPoint } from "../search/trial.ts";
import { createBatches } from "../tasks/image-classification/index.ts";
import { readCheckpointFile, writeCheckpointFile } from "./checkpoints.ts";
import type { End, Training } from "./job.ts";
import { type Measured, measure } from "./measure.ts";
import { openTrainingData, type TrainingParts } from "./training-data.ts";

export interface TrainingHooks {
  readonly onEpoch: (point: EpochPoint) => void;
  /** Where the state is kept: after every epoch, or after the last one only. */
  readonly keep?: { readonly path: string; readonly every: "epoch" | "end" };
  /** Decay of a moving average of the weights; none by default. */
  readonly averageDecay?: number;
  /** Weights to begin with; what is not among them begins at random. */
  readonly begin?: Weights;
}

export interface Trained {
  readonly kind: "trained";
  readonly curve: readonly EpochPoint[];
  readonly last: { readonly weights: Weights; readonly measured: Measured };
  readonly averaged?: { readonly weights: Weights; readonly measured: Measured };
  readonly epochsRun: number;
  readonly parts: TrainingParts;
}

export type EarlyEnd = Extract<End, { kind: "diverged" | "timeout" | "out-of-memory" }>;

/**
 * Trains. The learning rate rises in the first epoch (in a tenth of the training, if that is shorter) and falls
 * along a cosine that reaches zero at the last epoch. A training that continues one of fewer epochs jumps back up
 * onto the cosine of the longer one, as if that had been asked for from the start.
 */
export async function runTraining(training: Training, hooks: TrainingHooks): Promise<Trained | EarlyEnd> {
  const { network, plan, epochs, threads, from } = training;
  const started = performance.now();
  const parts = await openTrainingData(training.data);
  const { task, train, validation, normalisation } = parts;
  const begun = from === undefined ? undefined : await readCheckpointFile(from);
  const seed = begun?.seed ?? training.seed;
  const trainer = await createTrainer({
    nodes: network.nodes,
    classCount: train.classCount,
    batchSize: plan.batchSize,
    optimiser: plan.optimiser,
    loss: task.loss,
    labelSmoothing: plan.labelSmoothing,
    clipNorm: plan.clipNorm,
    seed,
    threads,
    ...(plan.executionProvider !== undefined && { executionProvider: plan.executionProvider }),
    ...(hooks.averageDecay !== undefined && { averageDecay: hooks.averageDecay }),
  });
  try {
    if (begun !== undefined) trainer.restore(begun.state);
    else if (hooks.begin !== undefined) trainer.setWeights(new Map([...trainer.weights(), ...hooks.begin]));
    await using batches = createBatches({
      set: train,
      batchSize: plan.batchSize,
      normalisation,
      augmentation: plan.augmentation,
      seed,
    });
    const measureWeights = async (weights: Weights) => {
      const predictor = await createPredictor({ nodes: network.nodes, weights, threads });
      try {
        return await measure((images) => predictor.run(images), { set: validation, normalisation, task });
      } finally {
        await predictor.dispose();
      }
    };
    const steps = batches.batchCount;
    const schedule = {
      kind: "cosine",
      peak: plan.learningRate,
      totalSteps: epochs * steps,
      warmupSteps: Math.min(steps, Math.floor((epochs * steps) / 10)),
    } as const;
    const watch = createWatch(training, train.classCount, started);
    const curve = [...(begun?.curve ?? [])];
    const firstEpoch = begun?.epochs ?? 0;
    for (let epoch = firstEpoch; epoch < epochs; epoch += 1) {
      let lossSum = 0;
      let learningRate = 0;
      for await (const batch of batches.epoch(epoch)) {
        learningRate = learningRateAt(schedule, epoch * steps + batch.index);
        const { loss } = await trainer.step({ ...batch, learningRate });
        lossSum += loss;
        const trouble = watch(loss);
        if (trouble !== undefined) return { ...trouble, curve, epochsRun: epoch - firstEpoch };
      }
      const measured = await measureWeights(trainer.weights());
      const point: EpochPoint = {
        epoch: epoch + 1,
        trainLoss: lossSum / steps,
        validation: measured.metrics,
        validationLoss: measured.loss,
        learningRate,
      };
      curve.push(point);
      const isLast = epoch + 1 === epochs;
      if (hooks.keep !== undefined && (isLast || hooks.keep.every === "epoch")) {
        await writeCheckpointFile(hooks.keep.path, {
          epochs: epoch + 1,
          seed,
          curve,
          state: trainer.checkpoint(),
        });
      }
      // After the writing: an epoch that was shown is not lost.
      hooks.onEpoch(point);
    }
    return {
      kind: "trained",
      curve,
      ...(await weightsOf(trainer, measureWeights)),
      epochsRun: Math.max(0, epochs - firstEpoch),
      parts,
    };
  } finally {
    await trainer.dispose();
  }
}

async function weightsOf(trainer: Trainer, measureWeights: (weights: Weights) => Promise<Measured>) {
  const withMeasure = async (weights: Weights) => ({ weights, measured: await measureWeights(weights) });
  const averaged = trainer.averagedWeights();
  return {
    last: await withMeasure(trainer.weights()),
    ...(averaged !== undefined && { averaged: await withMeasure(averaged) }),
  };
}

type Trouble = Pick<EarlyEnd, "kind" | "detail">;

/**
 * Looks at each step. Guessing has a loss of log(classes), and so has a network that has learnt nothing: a recent
 * mean far above it is a training that was thrown off and will not return.
 */
function createWatch(
  { timeLimitMs, memoryLimitBytes }: Training,
  classCount: number,
  started: number,
): (loss: number) => Trouble | undefined {
  const guessing = Math.log(classCount);
  let recent = guessing;
  let steps = 0;
  return (loss) => {
    steps += 1;
    if (!Number.isFinite(loss))
      return { kind: "diverged", detail: `the loss became ${loss} in step ${steps}` };
    recent = 0.95 * recent + 0.05 * loss;
    if (steps > 20 && recent > 4 * guessing) {
      const detail = `the loss is ${recent.toPrecision(3)} after ${steps} steps; guessing has ${guessing.toPrecision(3)}`;
      return { kind: "diverged", detail };
    }
    if (timeLimitMs !== undefined && performance.now() - started > timeLimitMs) {
      return { kind: "timeout", detail: `stopped after ${Math.round(timeLimitMs / 1000)} s, the limit` };
    }
    if (memoryLimitBytes !== undefined && steps % 16 === 1) {
      const used = process.memoryUsage.rss();
      const megabytes = (bytes: number) => Math.round(bytes / 1e6);
      if (used > memoryLimitBytes) {
        const detail = `the worker uses ${megabytes(used)} MB, and ${megabytes(memoryLimitBytes)} MB is the limit`;
        return { kind: "out-of-memory", detail };
      }
    }
    return undefined;
  };
}
