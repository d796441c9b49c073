// What every training opens before its first step: the images, the trainer with the state that it continues from, the
// batches, and the measurement of weights on validation.
import { readFile } from "node:fs/promises";
import { fileError } from "../base/errors.ts";
import {
  checkpointWeights,
  createPredictor,
  createTrainer,
  type Trainer,
  type Weights,
} from "../engine/index.ts";
import { inheritWeights } from "../graph/changes/index.ts";
import { fittingWeights } from "../graph/export/weights-file.ts";
import type { Network } from "../graph/network.ts";
import { type Batches, createBatches } from "../tasks/image-classification/index.ts";
import { type Checkpoint, readCheckpointFile } from "./checkpoints.ts";
import type { TrainingSetting } from "./job.ts";
import { type Measured, measure } from "./measure.ts";
import { openTrainingData, type TrainingParts } from "./training-data.ts";

export interface OpenTraining extends AsyncDisposable {
  readonly parts: TrainingParts;
  /** That of the checkpoint, if there is one. */
  readonly seed: number;
  readonly trainer: Trainer;
  readonly batches: Batches;
  measureWeights(weights: Weights): Promise<Measured>;
}

/** The weights of a network from those of the one that it was changed from. */
async function inherited(
  { path, network: before }: NonNullable<TrainingSetting["heirOf"]>,
  network: Network,
  fresh: Weights,
): Promise<Weights> {
  const { state } = await readCheckpointFile(path);
  return inheritWeights({ network: before, weights: checkpointWeights(state, before.nodes) }, network, fresh);
}

export async function openTraining(
  { network, plan, threads, data, seed: ownSeed, heirOf, begin: file }: TrainingSetting,
  from: {
    readonly begun?: Checkpoint | undefined;
    /** Weights to begin with; what is not among them begins at random. */
    readonly begin?: Weights | undefined;
    /** Decay of a moving average of the weights; none by default. */
    readonly averageDecay?: number | undefined;
  },
): Promise<OpenTraining> {
  const { begun, averageDecay } = from;
  const begin =
    from.begin ?? (begun === undefined && file !== undefined ? await weightsIn(file, network) : undefined);
  const parts = await openTrainingData(data);
  const { task, train, validation, normalisation } = parts;
  const seed = begun?.seed ?? ownSeed;
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
    ...(averageDecay !== undefined && { averageDecay }),
  });
  try {
    if (begun !== undefined) trainer.restore(begun.state);
    else if (begin !== undefined) trainer.setWeights(new Map([...trainer.weights(), ...begin]));
    else if (heirOf !== undefined) trainer.setWeights(await inherited(heirOf, network, trainer.weights()));
    const batches = createBatches({
      set: train,
      batchSize: plan.batchSize,
      normalisation,
      augmentation: plan.augmentation,
      seed,
    });
    return {
      parts,
      seed,
      trainer,
      batches,
      async measureWeights(weights) {
        const predictor = await createPredictor({ nodes: network.nodes, weights, threads });
        try {
          return await measure((images) => predictor.run(images), { set: validation, normalisation, task });
        } finally {
          await predictor.dispose();
        }
      },
      async [Symbol.asyncDispose]() {
        await batches.close();
        await trainer.dispose();
      },
    };
  } catch (thrown) {
    await trainer.dispose();
    throw thrown;
  }
}

async function weightsIn(file: string, network: Network): Promise<Weights> {
  const bytes = await readFile(file).catch((thrown: unknown) => {
    throw fileError(thrown, file, "read");
  });
  return fittingWeights(network, bytes).weights;
}
