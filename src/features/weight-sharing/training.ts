// The training of a supernet in this process: weights on one half of the images, architecture parameters on the other,
// in alternating steps on the same graph. The four methods differ only in which shares a step has and in how the
// gradient by the architecture is found. It must not know of strategies, tables or where its state is kept.
import { createRandom, type Random } from "../../base/random.ts";
import { createTrainer, learningRateAt, type Trainer, type Weights } from "../../engine/index.ts";
import type { NetworkParameter } from "../../graph/parameters.ts";
import type { Choices } from "../../search/space.ts";
import { createBatches } from "../../tasks/image-classification/index.ts";
import {
  type ArchitectureState,
  beginArchitecture,
  gumbelShares,
  largest,
  oneHot,
  type Segments,
  type Shares,
  segmentsOf,
  softmax,
  softShares,
  stepArchitecture,
} from "./architecture.ts";
import type { SupernetData } from "./data.ts";
import type { Supernet } from "./supernet.ts";

export type Method = "darts-1" | "darts-2" | "gdas" | "one-shot";

export interface SupernetPlan {
  readonly method: Method;
  readonly epochs: number;
  readonly batchSize: number;
  /** The first learning rate of the weights; it falls along a cosine to a twenty-fifth. */
  readonly learningRate: number;
  /** Of the weights. */
  readonly weightDecay: number;
  /** Adam's rate for the architecture parameters. */
  readonly architectureRate: number;
  readonly seed: number;
}

export interface SupernetEpoch {
  /** Counted from 1. */
  readonly epoch: number;
  readonly trainLoss: number;
  /** Mean loss and accuracy of the architecture's batches; absent for one-shot, which has none. */
  readonly validationLoss?: number;
  readonly validationAccuracy01?: number;
  /** The option with the largest probability, for each decision; the design that the search would end with now. */
  readonly choices: Choices;
  /** Of all options, in the order of the shares. */
  readonly probabilities: readonly number[];
}

/** All that a training continues from. */
export interface SupernetState {
  readonly curve: readonly SupernetEpoch[];
  readonly architecture: ArchitectureState;
  readonly trainer: Uint8Array;
}

export interface SupernetTraining {
  readonly supernet: Supernet;
  readonly data: SupernetData;
  readonly plan: SupernetPlan;
  readonly threads: number;
  readonly signal?: AbortSignal;
  /** Draws a path of one-shot: any allowed design. Default: every option alike. */
  readonly drawPath?: (random: Random) => Choices;
  readonly begun?: SupernetState;
  /** After every epoch. `state()` copies everything. */
  readonly onEpoch?: (point: SupernetEpoch, state: () => SupernetState) => Promise<void> | void;
}

export interface TrainedSupernet {
  readonly curve: readonly SupernetEpoch[];
  readonly probabilities: Float32Array;
  readonly weights: Weights;
}

/** As in the papers, these stay fixed: a norm that could rescale an option would take the shares' work away. */
export const isOptionNorm = ({ role, name }: Pick<NetworkParameter, "role" | "name">): boolean =>
  role.startsWith("norm-") && name.includes("@");

const architectureDecay = 1e-3;
const momentum = 0.9;

/**
 * Trains the supernet to the end of its plan.
 * @throws the signal's reason when it aborts; a training can continue from the last epoch that `onEpoch` saw.
 */
export async function trainSupernet(training: SupernetTraining): Promise<TrainedSupernet> {
  const { supernet, data, plan, threads, signal, begun } = training;
  const segments = segmentsOf(supernet.space);
  const trainer = await createTrainer({
    nodes: supernet.nodes,
    classCount: supernet.space.classCount,
    batchSize: plan.batchSize,
    optimiser: { kind: "sgd", momentum, nesterov: false, weightDecay: plan.weightDecay },
    clipNorm: 5,
    seed: plan.seed,
    threads,
    isFrozen: isOptionNorm,
  });
  try {
    if (begun !== undefined) trainer.restore(begun.trainer);
    let architecture =
      begun?.architecture ?? beginArchitecture(supernet.shareCount, createRandom(plan.seed, "architecture"));
    const curve = [...(begun?.curve ?? [])];
    const { normalisation, augmentation } = data;
    const shared = { batchSize: plan.batchSize, normalisation, augmentation };
    await using trainBatches = createBatches({ ...shared, set: data.train, seed: `${plan.seed}/weights` });
    await using otherBatches = createBatches({
      ...shared,
      set: data.validation,
      seed: `${plan.seed}/architecture`,
    });
    const steps = Math.min(trainBatches.batchCount, otherBatches.batchCount);
    const { learningRate: peak } = plan;
    const schedule = { kind: "cosine", peak, final: peak / 25, totalSteps: plan.epochs * steps } as const;
    for (let epoch = curve.length; epoch < plan.epochs; epoch += 1) {
      const sums = { train: 0, other: 0, correct: 0 };
      const others = plan.method === "one-shot" ? undefined : otherBatches.epoch(epoch);
      let done = 0;
      for await (const batch of trainBatches.epoch(epoch)) {
        signal?.throwIfAborted();
        if (done === steps) break;
        const step = epoch * steps + done;
        const random = createRandom(plan.seed, "paths", step);
        const learningRate = learningRateAt(schedule, step);
        const draw = () =>
          drawShares(training, { segments, architecture, random, progress01: step / schedule.totalSteps });
        const other = others && (await others.next()).value;
        if (other) {
          const shares = draw();
          const gradient =
            plan.method === "darts-2"
              ? await secondOrder(trainer, { batch, other, shares: shares.values, learningRate })
              : await firstOrder(trainer, { other, shares: shares.values });
          sums.other += gradient.loss;
          sums.correct += gradient.correctCount;
          architecture = stepArchitecture(architecture, shares.backward(gradient.byShares), {
            rate: plan.architectureRate,
            weightDecay: architectureDecay,
          });
        }
        const { loss } = await trainer.step({ ...batch, shares: draw().values, learningRate });
        sums.train += loss;
        done += 1;
      }
      await others?.return();
      const probabilities = softmax(architecture.parameters, segments);
      const point: SupernetEpoch = {
        epoch: epoch + 1,
        trainLoss: sums.train / steps,
        ...(others && {
          validationLoss: sums.other / steps,
          validationAccuracy01: sums.correct / (steps * plan.batchSize),
        }),
        choices: largest(probabilities, segments),
        probabilities: [...probabilities],
      };
      curve.push(point);
      await training.onEpoch?.(point, () => ({
        curve: [...curve],
        architecture,
        trainer: trainer.checkpoint(),
      }));
    }
    return {
      curve,
      probabilities: softmax(architecture.parameters, segments),
      weights: trainer.weights(),
    };
  } finally {
    await trainer.dispose();
  }
}

/** The shares of one step. GDAS cools from 10 to 0.1 along the training. */
function drawShares(
  { plan, supernet, drawPath }: SupernetTraining,
  now: {
    readonly segments: Segments;
    readonly architecture: ArchitectureState;
    readonly random: Random;
    readonly progress01: number;
  },
): Shares {
  const { segments, architecture, random } = now;
  switch (plan.method) {
    case "darts-1":
    case "darts-2":
      return softShares(architecture.parameters, segments);
    case "gdas": {
      const temperature = 10 + (0.1 - 10) * now.progress01;
      return gumbelShares(architecture.parameters, segments, { temperature, random });
    }
    case "one-shot": {
      const uniform = () => supernet.space.decisions.map(({ options }) => random.integer(options.length));
      const values = oneHot(drawPath?.(random) ?? uniform(), segments);
      return { values, backward: () => new Float32Array(values.length) };
    }
    default:
      return plan.method satisfies never;
  }
}

interface Images {
  readonly images: Float32Array;
  readonly targets: Float32Array;
}

interface ArchitectureGradient {
  readonly byShares: Float32Array;
  readonly loss: number;
  readonly correctCount: number;
}

/** The gradient of the other half's loss at the weights as they are. */
async function firstOrder(
  trainer: Trainer,
  { other, shares }: { readonly other: Images; readonly shares: Float32Array },
): Promise<ArchitectureGradient> {
  const seen = await trainer.gradientsOnly({ ...other, shares });
  return { byShares: trainer.shareGradient().slice(), ...seen };
}

/**
 * The gradient of the other half's loss at the weights after one more step, through that step: DARTS's second order,
 * its Hessian–vector product by two more gradients of the training loss at weights ± ε · gradient, ε = 0.01 / |gradient|.
 * The step ahead is plain gradient descent, as in the paper's equation 7.
 * Differs from DARTS's code, whose step ahead has the momentum and the decay of the weights. For tests and for training.
 * @see https://arxiv.org/abs/1806.09055, section 2.3
 */
export async function secondOrder(
  trainer: Trainer,
  given: {
    readonly batch: Images;
    readonly other: Images;
    readonly shares: Float32Array;
    readonly learningRate: number;
  },
): Promise<ArchitectureGradient> {
  const { batch, other, shares, learningRate } = given;
  const start = trainer.parameterVector().slice();
  const moveTo = (change: (value: number, at: number) => number) => {
    const vector = trainer.parameterVector();
    for (let at = 0; at < vector.length; at += 1) vector[at] = change(start[at]!, at);
  };
  await trainer.gradientsOnly({ ...batch, shares });
  const ahead = trainer.gradientVector().slice();
  moveTo((value, at) => value - learningRate * ahead[at]!);
  const seen = await trainer.gradientsOnly({ ...other, shares });
  const byShares = trainer.shareGradient().slice();
  const direction = trainer.gradientVector().slice();
  const epsilon = 0.01 / Math.max(Math.hypot(...norms(direction)), 1e-12);
  const at = async (factor: number) => {
    moveTo((value, place) => value + factor * epsilon * direction[place]!);
    await trainer.gradientsOnly({ ...batch, shares });
    return trainer.shareGradient().slice();
  };
  const plus = await at(1);
  const minus = await at(-1);
  trainer.parameterVector().set(start);
  for (const [place, value] of plus.entries())
    byShares[place]! -= (learningRate * (value - minus[place]!)) / (2 * epsilon);
  return { byShares, ...seen };
}

/** Norms of parts: `Math.hypot` takes its numbers as arguments, and a network has too many. */
function norms(vector: Float32Array): number[] {
  const parts: number[] = [];
  for (let start = 0; start < vector.length; start += 4096)
    parts.push(Math.hypot(...vector.subarray(start, start + 4096)));
  return parts;
}
