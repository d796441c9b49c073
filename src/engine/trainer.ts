// A training in progress: owns the session, the state vectors and the step counter. Two sets of buffers take turns
// as input and output, so that no step copies or allocates state and no loop here touches a tensor's elements.
// It knows nothing of data sets, epochs or schedules: the caller of `step` brings the batch and the learning rate.
import { GeniusError } from "../base/errors.ts";
import { createRandom } from "../base/random.ts";
import type { NetworkNode } from "../graph/network.ts";
import type { NetworkParameter } from "../graph/parameters.ts";
import type { Weights } from "../graph/weights.ts";
import { readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { initialWeights } from "./initialise.ts";
import type { Target } from "./lower/context.ts";
import type { LossName } from "./lower/losses.ts";
import { biasCorrections, type Optimiser } from "./optimiser.ts";
import { asTensor, type ExecutionProvider, openSession, type Tensor, targetFor } from "./session.ts";
import { packWeights, unpackWeights } from "./state.ts";
import { buildTrainingGraph, checkEnds, type TrainingGraph } from "./training-graph.ts";

export interface TrainerOptions {
  readonly nodes: readonly NetworkNode[];
  /** Logits of the last node; checked against it. */
  readonly classCount: number;
  /** Images per step; fixed for the trainer's life. */
  readonly batchSize: number;
  readonly optimiser: Optimiser;
  /** What is minimised; cross-entropy by default. */
  readonly loss?: LossName;
  /** 0 to 1, 0 by default. */
  readonly labelSmoothing?: number;
  /** Largest global norm of the gradient; not clipped by default. */
  readonly clipNorm?: number;
  /** Keeps an exponential moving average of weights and statistics with this decay, 0 to 1 (0.99 to 0.9999). */
  readonly averageDecay?: number;
  /** Decides initial weights, dropout and stochastic depth. */
  readonly seed: number | string;
  /** Threads of the session; 1 by default. */
  readonly threads?: number;
  readonly executionProvider?: ExecutionProvider;
  /** Parameters that keep their values; none by default. */
  readonly isFrozen?: (parameter: NetworkParameter) => boolean;
  /** Multiplies the learning rate of a parameter; 1 for all by default. */
  readonly rateFactor?: (parameter: NetworkParameter) => number;
  /** Overrides what the graph is written for: `portable` uses standard ONNX operators only. */
  readonly lowering?: "native" | "plain" | "portable";
}

export interface Batch {
  /** [N, C, H, W], row-major, N being the batch size. */
  readonly images: Float32Array;
  /** [N, classes]: one-hot, or any soft targets. */
  readonly targets: Float32Array;
  readonly learningRate: number;
  /** The shares of the network's mixtures, as many as it takes; required where there are any. */
  readonly shares?: Float32Array;
}

export interface StepResult {
  /** Mean loss of the batch before the update; not finite when the training has diverged. */
  readonly loss: number;
  /** Images whose largest logit is at their largest target. */
  readonly correctCount: number;
}

export interface Trainer {
  /** One optimiser step. */
  step(batch: Batch): Promise<StepResult>;
  /** The same loss and gradients without the step: weights, statistics and momenta stay as they are. */
  gradientsOnly(batch: Omit<Batch, "learningRate">): Promise<StepResult>;
  /** Steps made so far. */
  stepCount(): number;
  /** A copy of the current weights and running statistics. */
  weights(): Weights;
  /** A copy of their moving average; undefined without `averageDecay`. */
  averagedWeights(): Weights | undefined;
  /** Replaces the weights (and their moving average); momenta stay. */
  setWeights(weights: Weights): void;
  /** The gradients of the last step's loss (after clipping), by parameter. For tests and diagnosis. */
  gradients(): Weights;
  /** The gradient of the last step's (or `gradientsOnly`'s) loss by each share of the mixtures, a view; empty without any. */
  shareGradient(): Float32Array;
  /** The optimised parameters as one vector, a view until the next step; `gradientVector` is in its order. */
  parameterVector(): Float32Array;
  gradientVector(): Float32Array;
  /** The logits of the last step, [N, classes], a view. */
  logits(): Float32Array;
  /** All state as bytes. */
  checkpoint(): Uint8Array;
  /**
   * Continues exactly where the checkpoint was written.
   * @throws GeniusError `bad-file` when it belongs to another network or optimiser.
   */
  restore(checkpoint: Uint8Array): void;
  /** Nodes of the ONNX graph. */
  readonly graphNodeCount: number;
  dispose(): Promise<void>;
}

/**
 * Builds the training graph of a network and opens it.
 * @example
 * const trainer = await createTrainer({ nodes, classCount: 10, batchSize: 64, seed: 1,
 *   optimiser: { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay: 5e-4 } });
 * const { loss } = await trainer.step({ images, targets, learningRate: 0.1 });
 */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  checkOptions(options);
  const executionProvider = options.executionProvider ?? "cpu";
  const { averageDecay, optimiser, batchSize } = options;
  const graph = buildTrainingGraph({
    nodes: options.nodes,
    batchSize,
    target: await chooseTarget(executionProvider, options.lowering ?? "native"),
    optimiser,
    loss: options.loss ?? "cross-entropy",
    labelSmoothing: options.labelSmoothing ?? 0,
    ...(options.clipNorm === undefined ? {} : { clipNorm: options.clipNorm }),
    average: averageDecay !== undefined,
    ...(options.isFrozen && { isFrozen: options.isFrozen }),
    ...(options.rateFactor && { rateFactor: options.rateFactor }),
  });
  const session = await openSession(graph.bytes, {
    threads: options.threads ?? 1,
    executionProvider,
    graph: options.lowering === "portable" || executionProvider !== "cpu" ? "standard" : "lowered",
  });
  const [front, back] = [createBuffers(graph), createBuffers(graph)];
  let current = front;
  let steps = 0;
  const scalars = {
    learningRate: new Float32Array(1),
    firstCorrection: new Float32Array(1),
    secondCorrection: new Float32Array(1),
    averageKeep: new Float32Array(1),
  };
  const uniforms = new Float32Array(graph.uniformCount);
  const report = createReport(graph);
  const inputNames = new Set(session.inputNames);
  const fixed = Object.fromEntries(
    [
      ...Object.entries(scalars).map(([name, data]) => [name, asTensor(data, [])] as const),
      ["uniforms", asTensor(uniforms, [uniforms.length])] as const,
    ].filter(([name]) => inputNames.has(name)),
  );

  const vector = (name: string) => current.arrays.get(name) as Float32Array;
  const none = new Float32Array(0);
  const vectors = (prefix: "" | "average") => ({
    parameters: vector(prefix === "" ? "parameters" : "averageParameters"),
    statistics: current.arrays.get(prefix === "" ? "statistics" : "averageStatistics") ?? none,
  });
  const setWeights = (weights: Weights) => {
    packWeights(graph.layout, weights, vectors(""));
    if (averageDecay !== undefined) packWeights(graph.layout, weights, vectors("average"));
  };
  setWeights(initialWeights(options.nodes, options.seed));

  /** Runs the graph as step number `step`; the new state lands in the buffers that are not current. */
  const run = async (batch: Batch, step: number): Promise<Buffers> => {
    const feeds = batchTensors(graph, batch);
    scalars.learningRate[0] = batch.learningRate;
    [scalars.firstCorrection[0], scalars.secondCorrection[0]] = biasCorrections(optimiser, step);
    // The first steps weigh more, or the average would remember the initial weights.
    scalars.averageKeep[0] = Math.min(averageDecay ?? 0, step / (step + 9));
    if (uniforms.length > 0) drawUniforms(uniforms, options.seed, step);
    const other = current === front ? back : front;
    await session.run({ ...feeds, ...fixed, ...current.feeds }, { ...other.fetches, ...report.fetches });
    return other;
  };
  const result = () => ({ loss: report.loss[0] as number, correctCount: report.correct[0] as number });

  return {
    async step(batch) {
      current = await run(batch, steps + 1);
      steps += 1;
      return result();
    },
    async gradientsOnly(batch) {
      await run({ ...batch, learningRate: 0 }, steps + 1);
      return result();
    },
    shareGradient: () => report.shareGradient,
    parameterVector: () => vector("parameters"),
    gradientVector: () => report.gradient,
    stepCount: () => steps,
    weights: () => unpackWeights(graph.layout, vectors("")),
    averagedWeights: () =>
      averageDecay === undefined ? undefined : unpackWeights(graph.layout, vectors("average")),
    setWeights,
    gradients: () => {
      const statistics = new Float32Array(graph.layout.statisticCount);
      const all = unpackWeights(graph.layout, { parameters: report.gradient, statistics });
      return new Map([...all].filter(([name]) => graph.layout.byName.get(name)?.vector === "parameters"));
    },
    logits: () => report.logits,
    checkpoint: () => writeCheckpoint({ step: steps, vectors: current.arrays, layout: graph.layout }),
    restore(bytes) {
      steps = readCheckpoint(bytes, { vectors: current.arrays, layout: graph.layout });
    },
    graphNodeCount: graph.nodeCount,
    dispose: () => session.release(),
  };
}

async function chooseTarget(
  provider: ExecutionProvider,
  lowering: NonNullable<TrainerOptions["lowering"]>,
): Promise<Target> {
  const native = await targetFor(provider);
  if (lowering === "native") return native;
  return { blockSize: 1, microsoft: lowering === "plain" && native.microsoft };
}

interface Buffers {
  readonly arrays: ReadonlyMap<string, Float32Array>;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly fetches: Readonly<Record<string, Tensor>>;
}

/** One set of state vectors, wrapped once for reading and once for writing. */
function createBuffers(graph: TrainingGraph): Buffers {
  const arrays = new Map(graph.state.map(({ name, length }) => [name, new Float32Array(length)]));
  const wrapped = graph.state.map((entry) => ({
    ...entry,
    tensor: asTensor(arrays.get(entry.name) as Float32Array, [entry.length]),
  }));
  return {
    arrays,
    feeds: Object.fromEntries(wrapped.map(({ name, tensor }) => [name, tensor])),
    fetches: Object.fromEntries(wrapped.map(({ output, tensor }) => [output, tensor])),
  };
}

/** Where the results that are not state are written. */
function createReport(graph: TrainingGraph) {
  const [batchSize] = graph.imageShape as [number];
  const loss = new Float32Array(1);
  const correct = new Float32Array(1);
  const gradient = new Float32Array(graph.layout.parameterCount);
  const logits = new Float32Array(batchSize * graph.classCount);
  const shareGradient = new Float32Array(graph.shareCount);
  const fetches = {
    [graph.outputs.loss]: asTensor(loss, []),
    [graph.outputs.correct]: asTensor(correct, []),
    [graph.outputs.gradient]: asTensor(gradient, [gradient.length]),
    [graph.outputs.logits]: asTensor(logits, [batchSize, graph.classCount]),
    ...(graph.outputs.shareGradient !== undefined && {
      [graph.outputs.shareGradient]: asTensor(shareGradient, [graph.shareCount]),
    }),
  };
  return { loss, correct, gradient, logits, shareGradient, fetches };
}

/** The numbers for masks depend on the seed and the step alone, so that a restored training draws the same. */
function drawUniforms(uniforms: Float32Array, seed: number | string, step: number): void {
  const random = createRandom(seed, "masks", step);
  for (let i = 0; i < uniforms.length; i += 1) uniforms[i] = random.next();
}

function batchTensors(graph: TrainingGraph, batch: Batch): Record<string, Tensor> {
  const [batchSize] = graph.imageShape as [number];
  const wrap = (what: "images" | "targets" | "shares", dims: readonly number[]) => {
    const size = dims.reduce((product, length) => product * length, 1);
    const data = batch[what];
    if (data?.length !== size) {
      throw new GeniusError(
        "wrong-use",
        `A batch of ${what} must hold ${size} numbers ([${dims.join(", ")}]), received ${data?.length ?? "none"}.`,
      );
    }
    return asTensor(data, dims);
  };
  return {
    images: wrap("images", graph.imageShape),
    targets: wrap("targets", [batchSize, graph.classCount]),
    ...(graph.shareCount > 0 && { shares: wrap("shares", [graph.shareCount]) }),
  };
}

function checkOptions(options: TrainerOptions): void {
  const { classCount } = checkEnds(options.nodes);
  if (classCount !== options.classCount) {
    throw new GeniusError(
      "wrong-use",
      `The network gives ${classCount} logits, but classCount is ${options.classCount}. Change the last linear node.`,
    );
  }
  if (!Number.isInteger(options.batchSize) || options.batchSize < 1) {
    throw new GeniusError(
      "wrong-use",
      `batchSize must be a whole number of at least 1, received ${options.batchSize}.`,
    );
  }
}
