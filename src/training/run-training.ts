// One training by epochs, from its first or a kept epoch to its last: steps, the learning rate, the measurement after
// each epoch. Runs inside a worker process and knows nothing of searches.

import { learningRateAt, type Trainer, type Weights } from "../engine/index.ts";
import type { EpochPoint } from "../search/trial.ts";
import { readCheckpointFile, writeCheckpointFile } from "./checkpoints.ts";
import type { Training } from "./job.ts";
import type { Measured } from "./measure.ts";
import { openTraining } from "./open-training.ts";
import type { TrainingParts } from "./training-data.ts";
import { createWatch, type EarlyEnd } from "./watch.ts";

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

/**
 * Trains. The learning rate rises in the first epoch (in a tenth of the training, if that is shorter) and falls
 * along a cosine that reaches zero at the last epoch. A training that continues one of fewer epochs jumps back up
 * onto the cosine of the longer one, as if that had been asked for from the start.
 */
export async function runTraining(training: Training, hooks: TrainingHooks): Promise<Trained | EarlyEnd> {
  const { plan, epochs, from } = training;
  const started = performance.now();
  const begun = from === undefined ? undefined : await readCheckpointFile(from);
  const { begin, averageDecay } = hooks;
  await using open = await openTraining(training, { begun, begin, averageDecay });
  const { parts, seed, trainer, batches, measureWeights } = open;
  const steps = batches.batchCount;
  const schedule = {
    kind: "cosine",
    peak: plan.learningRate,
    totalSteps: epochs * steps,
    warmupSteps: Math.min(steps, Math.floor((epochs * steps) / 10)),
  } as const;
  const watch = createWatch(training, parts.train.classCount, () => performance.now() - started);
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
}

async function weightsOf(trainer: Trainer, measureWeights: (weights: Weights) => Promise<Measured>) {
  const withMeasure = async (weights: Weights) => ({ weights, measured: await measureWeights(weights) });
  const averaged = trainer.averagedWeights();
  return {
    last: await withMeasure(trainer.weights()),
    ...(averaged !== undefined && { averaged: await withMeasure(averaged) }),
  };
}
