// A trained network transferred to a new dataset, in three ways, compared by their time: trained from scratch, its weights
// fine-tuned, and a linear probe – the features as they are, and a new classifier on them. What a paper's table of
// transferred accuracies leaves out is how long each took. It knows nothing of runs or searches.

import { createRandom } from "../../base/random.ts";
import { createPredictor, createTrainer, learningRateAt, type Weights } from "../../engine/index.ts";
import type { Network, NetworkNode } from "../../graph/network.ts";
import { type Metric, type Metrics, measureAll, scoreIn } from "../../metrics/index.ts";
import {
  createEvaluationBatches,
  type ImageSet,
  type Normalisation,
} from "../../tasks/image-classification/index.ts";
import type { Training } from "../../training/job.ts";
import { type Measured, measure } from "../../training/measure.ts";
import { averageDecay } from "../../training/plan.ts";
import { runTraining, type Trained } from "../../training/run-training.ts";
import type { TrainingParts } from "../../training/training-data.ts";

export type Way = "scratch" | "fine-tuned" | "linear-probe";

export interface TransferPoint {
  /** Since the way began, with everything that it needs but opening the data. */
  readonly seconds: number;
  readonly epoch: number;
  readonly validation: Metrics;
}

export interface Transferred {
  readonly way: Way;
  readonly curve: readonly TransferPoint[];
  readonly seconds: number;
  readonly weights: Weights;
  readonly measured: Measured;
  readonly testMetrics: Metrics;
}

export interface Transfer {
  /** For the new classes; apart from the classifier it is the network that `inherited` belongs to. */
  readonly network: Network;
  readonly inherited: Weights;
  readonly training: Training;
  /** Peak learning rate of fine-tuning, as a share of that from scratch. */
  readonly rateShare01: number;
  readonly probeEpochs: number;
  readonly parts: TrainingParts;
  readonly test: ImageSet;
  readonly onPoint: (way: Way, point: TransferPoint) => void;
}

/** Trains in one way. @throws GeniusError `training-failed` when the training diverges. */
export async function transferBy(
  way: Way,
  transfer: Transfer,
): Promise<Transferred | { readonly failed: string }> {
  const started = performance.now();
  const curve: TransferPoint[] = [];
  const add: Add = (epoch, validation) => {
    const point = { seconds: (performance.now() - started) / 1000, epoch, validation };
    curve.push(point);
    transfer.onPoint(way, point);
  };
  const trained = way === "linear-probe" ? await probe(transfer, add) : await train(way, transfer, add);
  if ("failed" in trained) return trained;
  const seconds = (performance.now() - started) / 1000;
  const { metrics } = await measureOn(transfer, trained.weights, transfer.test);
  return { way, curve, seconds, ...trained, testMetrics: metrics };
}

/** Notes what an epoch came to on validation images. */
type Add = (epoch: number, validation: Metrics) => void;
type Measurable = { readonly weights: Weights; readonly measured: Measured };

async function train(
  way: "scratch" | "fine-tuned",
  { training, inherited, rateShare01, network }: Transfer,
  add: Add,
): Promise<Measurable | { readonly failed: string }> {
  const { plan } = training;
  const tuned = way === "fine-tuned";
  const end = await runTraining(
    { ...training, plan: { ...plan, learningRate: plan.learningRate * (tuned ? rateShare01 : 1) } },
    {
      onEpoch: ({ epoch, validation }) => add(epoch, validation),
      ...(tuned && { begin: withoutClassifier(network, inherited) }),
      averageDecay,
    },
  );
  if (end.kind !== "trained") return { failed: end.detail };
  return better(end, training.metric);
}

/** Of the last and the averaged weights those that the metric puts first. */
function better({ last, averaged }: Trained, metric: Metric): Measurable {
  const isBetter =
    averaged !== undefined &&
    scoreIn(metric, averaged.measured.metrics) > scoreIn(metric, last.measured.metrics);
  return isBetter ? averaged : last;
}

/** The weights that a network for other classes can take over. */
function withoutClassifier(network: Network, weights: Weights): Weights {
  const classifier = network.nodes.at(-1)!.id;
  return new Map([...weights].filter(([name]) => !name.startsWith(`${classifier}.`)));
}

async function probe(transfer: Transfer, add: Add): Promise<Measurable> {
  const { network, inherited, parts, probeEpochs, training } = transfer;
  const { task, train: set, validation, normalisation } = parts;
  const kept = withoutClassifier(network, inherited);
  const features = await featuresOf(transfer, kept, set);
  const held = await featuresOf(transfer, kept, validation);
  const [size, classCount] = [features.length / set.count, set.classCount];
  const classifier = network.nodes.at(-1)!;
  const nodes: NetworkNode[] = [
    { id: "features", inputs: [], op: { kind: "input", shape: [size, 1, 1] } },
    { id: classifier.id, inputs: ["features"], op: classifier.op },
  ];
  const batchSize = Math.min(64, set.count);
  const steps = Math.floor(set.count / batchSize);
  const trainer = await createTrainer({
    nodes,
    classCount,
    batchSize,
    optimiser: { kind: "adamw", weightDecay: 1e-4 },
    seed: training.seed,
    threads: training.threads,
  });
  const images = new Float32Array(batchSize * size);
  const targets = new Float32Array(batchSize * classCount);
  const schedule = { kind: "cosine", peak: 0.01, totalSteps: probeEpochs * steps, warmupSteps: 0 } as const;
  try {
    for (let epoch = 0; epoch < probeEpochs; epoch += 1) {
      const order = createRandom(training.seed, "probe", epoch).shuffle([...set.labels.keys()]);
      for (let step = 0; step < steps; step += 1) {
        targets.fill(0);
        for (let row = 0; row < batchSize; row += 1) {
          const image = order[step * batchSize + row]!;
          images.set(features.subarray(image * size, (image + 1) * size), row * size);
          targets[row * classCount + set.labels[image]!] = 1;
        }
        const learningRate = learningRateAt(schedule, epoch * steps + step);
        await trainer.step({ images, targets, learningRate });
      }
      const predictor = await createPredictor({ nodes, weights: trainer.weights() });
      const logits = await predictor.run(held);
      add(epoch + 1, measureAll(task.metrics, { logits, labels: validation.labels, classCount }));
      await predictor.dispose();
    }
    const weights = new Map([...kept, ...trainer.weights()]);
    const predictor = await createPredictor({ nodes: network.nodes, weights, threads: training.threads });
    const measured = await measure((batch) => predictor.run(batch), { set: validation, normalisation, task });
    await predictor.dispose();
    return { weights, measured };
  } finally {
    await trainer.dispose();
  }
}

/** What the network gives its classifier, [N, features], in the order of the set. */
async function featuresOf(
  { network, parts, training }: Transfer,
  kept: Weights,
  set: ImageSet,
): Promise<Float32Array> {
  const nodes = network.nodes.slice(0, -1);
  const predictor = await createPredictor({ nodes, weights: kept, threads: training.threads });
  const collected: Float32Array[] = [];
  await using batches = evaluationBatches(set, parts.normalisation);
  for await (const { images } of batches.epoch(0)) collected.push((await predictor.run(images)).slice());
  await predictor.dispose();
  const features = new Float32Array(collected.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of collected) {
    features.set(part, offset);
    offset += part.length;
  }
  return features;
}

async function measureOn(
  { network, parts, training }: Transfer,
  weights: Weights,
  set: ImageSet,
): Promise<Measured> {
  const predictor = await createPredictor({ nodes: network.nodes, weights, threads: training.threads });
  try {
    return await measure((batch) => predictor.run(batch), {
      task: parts.task,
      set,
      normalisation: parts.normalisation,
    });
  } finally {
    await predictor.dispose();
  }
}

const evaluationBatches = (set: ImageSet, normalisation: Normalisation) =>
  createEvaluationBatches({ set, batchSize: Math.min(128, set.count), normalisation });
