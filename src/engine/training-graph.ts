// One training step as one ONNX graph: forward, loss, backward, clipping, optimiser, running statistics and the
// moving average of the weights. Its state goes in and comes out as a few flat vectors. It must not know of
// sessions, batches of data or learning-rate schedules.
import { GeniusError } from "../base/errors.ts";
import type { NetworkNode } from "../graph/network.ts";
import type { FeatureShape } from "../graph/operator.ts";
import type { NetworkParameter } from "../graph/parameters.ts";
import { inferShapes } from "../graph/shapes.ts";
import type { Arrangement, LoweringContext, Target } from "./lower/context.ts";
import { type LossName, losses } from "./lower/losses.ts";
import { shareCountOf } from "./lower/mixture.ts";
import { lowerNetwork } from "./lower/network.ts";
import { identityIndices } from "./lower/weights.ts";
import { emitClip, emitUpdate, type Optimiser, optimiserVectors } from "./optimiser.ts";
import { layoutState, type Place, type StateLayout } from "./state.ts";
import { createGraphBuilder, type GraphBuilder, sizeOf, type Tensor } from "./tensor-graph/builder.ts";
import {
  add,
  concat,
  multiply,
  reduceSum,
  reshape,
  scalar,
  slice,
  subtract,
} from "./tensor-graph/operations.ts";

export interface TrainingGraphOptions {
  readonly nodes: readonly NetworkNode[];
  readonly batchSize: number;
  readonly target: Target;
  readonly optimiser: Optimiser;
  /** 0 to 1. */
  readonly loss: LossName;
  readonly labelSmoothing: number;
  /** Largest global norm of the gradient. */
  readonly clipNorm?: number;
  /** Whether to keep a moving average of weights and statistics. */
  readonly average: boolean;
  /** Parameters that keep their values. */
  readonly isFrozen?: (parameter: NetworkParameter) => boolean;
  /** Multiplies the learning rate of a parameter. */
  readonly rateFactor?: (parameter: NetworkParameter) => number;
}

/** A vector of state: the name of its input, that of its output, and its length. */
export interface StateVector {
  readonly name: string;
  readonly output: string;
  readonly length: number;
}

export interface TrainingGraph {
  readonly bytes: Uint8Array;
  readonly nodeCount: number;
  readonly layout: StateLayout;
  readonly imageShape: readonly number[];
  readonly classCount: number;
  /** How many uniform numbers each step takes. */
  readonly uniformCount: number;
  /** How many shares of mixtures each step takes. */
  readonly shareCount: number;
  readonly state: readonly StateVector[];
  /** Names of the further outputs: scalars, the flat gradient after clipping, the logits [N, classes]. */
  readonly outputs: {
    readonly loss: string;
    readonly correct: string;
    readonly gradient: string;
    readonly logits: string;
    /** The gradient by every share; absent without mixtures. */
    readonly shareGradient?: string;
  };
}

export function buildTrainingGraph(options: TrainingGraphOptions): TrainingGraph {
  const { nodes, batchSize } = options;
  const { input, classCount } = checkEnds(nodes);
  const layout = layoutState(nodes);
  const graph = createGraphBuilder();
  const images = graph.input("images", [batchSize, ...input]);
  const targets = graph.input("targets", [batchSize, classCount]);
  const parameters = graph.input("parameters", [layout.parameterCount]);
  const statistics =
    layout.statisticCount > 0 ? graph.input("statistics", [layout.statisticCount]) : undefined;
  const shareCount = shareCountOf(nodes);
  const collector = createContext({
    graph,
    layout,
    parameters,
    batch: batchSize,
    target: options.target,
    shareCount,
  });

  const network = lowerNetwork(collector.context, nodes, { shapes: inferShapes(nodes), images });
  const { labelSmoothing } = options;
  const loss = losses[options.loss](collector.context, network.output, { targets, labelSmoothing });
  network.backward(loss.gradient);

  const whole = collector.flatGradient();
  const moving = movingParameters(layout, options.isFrozen);
  const raw = moving === undefined ? whole : multiply(graph, whole, graph.constant(moving, whole.shape));
  const gradient = options.clipNorm === undefined ? raw : emitClip(graph, raw, options.clipNorm);
  const names = optimiserVectors(options.optimiser);
  const vectors = names.map((name) => graph.input(name, [layout.parameterCount]));
  const updated = emitUpdate(graph, options.optimiser, {
    parameters,
    gradient,
    vectors,
    decay: decayPerParameter(layout, options.optimiser.weightDecay, options.isFrozen),
    learningRate: graph.input("learningRate", []),
    rateFactors: ratePerParameter(layout, options.rateFactor),
  });
  const next: [name: string, tensor: Tensor][] = [["parameters", updated.parameters]];
  for (const [index, name] of names.entries()) next.push([name, updated.vectors[index] as Tensor]);
  const newStatistics = statistics && collector.updatedStatistics(statistics);
  if (newStatistics !== undefined) next.push(["statistics", newStatistics]);
  if (options.average) {
    const keep = graph.input("averageKeep", []);
    const averaged = (name: string, tensor: Tensor) => {
      const old = graph.input(name, tensor.shape);
      next.push([name, add(graph, tensor, multiply(graph, subtract(graph, old, tensor), keep))]);
    };
    averaged("averageParameters", updated.parameters);
    if (newStatistics !== undefined) averaged("averageStatistics", newStatistics);
  }
  const correct = countCorrect(graph, loss.logits, targets);
  const uniformCount = collector.uniformCount();
  const shareGradient = shareCount > 0 ? collector.shareGradients() : undefined;
  const results = [loss.loss, correct, gradient, loss.logits, ...(shareGradient ? [shareGradient] : [])];
  for (const tensor of [...next.map(([, tensor]) => tensor), ...results]) graph.output(tensor);
  return {
    bytes: graph.encode(),
    nodeCount: graph.nodeCount(),
    layout,
    imageShape: images.shape,
    classCount,
    uniformCount,
    shareCount,
    state: next.map(([name, tensor]) => ({ name, output: tensor.name, length: sizeOf(tensor.shape) })),
    outputs: {
      loss: loss.loss.name,
      correct: correct.name,
      gradient: gradient.name,
      logits: loss.logits.name,
      ...(shareGradient && { shareGradient: shareGradient.name }),
    },
  };
}

/** The image shape and the number of classes of a network. */
export function checkEnds(nodes: readonly NetworkNode[]): {
  readonly input: FeatureShape;
  readonly classCount: number;
} {
  const inputs = nodes.filter((node) => node.op.kind === "input");
  const last = nodes.at(-1);
  if (inputs.length !== 1 || last === undefined) {
    throw new GeniusError(
      "wrong-use",
      `A network must have exactly one input node; this one has ${inputs.length}.`,
    );
  }
  const shapes = inferShapes(nodes);
  const [classCount, height, width] = shapes.get(last.id) as FeatureShape;
  if (height !== 1 || width !== 1) {
    throw new GeniusError(
      "wrong-use",
      `The last node, "${last.id}", must give one number per class, but gives [${classCount}, ${height}, ${width}]. End with a global-pool, a flatten and a linear node.`,
    );
  }
  return { input: shapes.get((inputs[0] as NetworkNode).id) as FeatureShape, classCount };
}

/** 1 for each parameter that is trained, 0 for a frozen one; undefined when none is frozen. */
function movingParameters(
  layout: StateLayout,
  isFrozen: TrainingGraphOptions["isFrozen"],
): Float32Array | undefined {
  const frozen = layout.places.filter((place) => place.vector === "parameters" && isFrozen?.(place));
  if (frozen.length === 0) return undefined;
  const moving = new Float32Array(layout.parameterCount).fill(1);
  for (const { offset, size } of frozen) moving.fill(0, offset, offset + size);
  return moving;
}

/** The factor of each parameter's learning rate; undefined when all are 1. */
function ratePerParameter(
  layout: StateLayout,
  rateFactor: TrainingGraphOptions["rateFactor"],
): Float32Array | undefined {
  if (rateFactor === undefined) return undefined;
  const factors = new Float32Array(layout.parameterCount);
  for (const place of layout.places) {
    if (place.vector === "parameters")
      factors.fill(rateFactor(place), place.offset, place.offset + place.size);
  }
  return factors.every((factor) => factor === 1) ? undefined : factors;
}

/** The weight decay of each parameter: that of convolution and linear weights, 0 for biases, norms and frozen ones. */
function decayPerParameter(
  layout: StateLayout,
  weightDecay: number,
  isFrozen: TrainingGraphOptions["isFrozen"],
): Float32Array {
  const decay = new Float32Array(layout.parameterCount);
  for (const place of layout.places) {
    if (place.role === "weight" && !isFrozen?.(place))
      decay.fill(weightDecay, place.offset, place.offset + place.size);
  }
  return decay;
}

function countCorrect(graph: GraphBuilder, logits: Tensor, targets: Tensor): Tensor {
  const largest = (tensor: Tensor) =>
    graph.emit("ArgMax", [tensor], [tensor.shape[0] as number], { axis: 1, keepdims: 0 });
  const equal = graph.emit("Equal", [largest(logits), largest(targets)], [logits.shape[0] as number]);
  return reduceSum(graph, graph.emit("Cast", [equal], equal.shape, { to: 1 }), [0]);
}

/** The context of the rules, and what they left in it. */
function createContext(given: {
  readonly graph: GraphBuilder;
  readonly layout: StateLayout;
  readonly parameters: Tensor;
  readonly batch: number;
  readonly target: Target;
  readonly shareCount: number;
}) {
  const { graph, layout, parameters } = given;
  const optimised = layout.places.filter((place) => place.vector === "parameters");
  const pieces = splitVector(graph, parameters, {
    sizes: optimised.map(({ size }) => size),
    target: given.target,
  });
  const pieceOf = new Map(optimised.map(({ name }, index) => [name, pieces[index] as Tensor]));
  const gradients = new Map<string, { tensor: Tensor; indices: Int32Array | undefined }>();
  const statistics = new Map<string, { tensor: Tensor; momentum: number; factor: number }>();
  const shares =
    given.shareCount > 0
      ? graph.input("shares", [given.shareCount])
      : graph.constant(new Float32Array(1), [1]);
  const shareGradients = new Map<number, Tensor>();
  let uniforms = 0;
  const place = (name: string) => layout.byName.get(name) as Place;

  const context: LoweringContext = {
    graph,
    batch: given.batch,
    target: given.target,
    parameter(name, arrangement) {
      const piece = pieceOf.get(name) as Tensor;
      if (arrangement === undefined) return reshape(graph, piece, place(name).dims);
      if (!arrangement.indices.includes(-1)) return gather(graph, piece, arrangement);
      // A gap's −1 is the last position, where the zero is.
      const padded = graph.share(`padded ${name}`, () =>
        concat(graph, [piece, graph.constant(Float32Array.of(0), [1])], 0),
      );
      return gather(graph, padded, arrangement);
    },
    gradient(name, gradient, indices) {
      gradients.set(name, { tensor: gradient, indices });
    },
    statistic(name, batchValue, rule) {
      statistics.set(name, { tensor: slice(graph, batchValue, 0, [0, place(name).size]), ...rule });
    },
    share: (at) => graph.share(`share ${at}`, () => slice(graph, shares, 0, [at, at + 1])),
    shareGradient(at, gradient) {
      const sofar = shareGradients.get(at);
      shareGradients.set(at, sofar === undefined ? gradient : add(graph, sofar, gradient));
    },
    uniform(shape) {
      // Drawn from one input, whose length is known only at the end: the slices are cut from it by name.
      const start = uniforms;
      uniforms += sizeOf(shape);
      const whole = { name: "uniforms", shape: [uniforms] };
      const part = graph.emit(
        "Slice",
        [whole, ...[[start], [uniforms], [0]].map((values) => graph.integers(values))],
        [sizeOf(shape)],
      );
      return reshape(graph, part, shape);
    },
  };

  /** All gradients as one vector in the order of the parameters; a parameter without one gets zeros. */
  function flatGradient(): Tensor {
    const tensors: Tensor[] = [];
    const order = new Int32Array(layout.parameterCount);
    let length = 0;
    let inOrder = true;
    for (const { name, offset, size } of optimised) {
      const entry = gradients.get(name);
      if (entry === undefined) {
        order.fill(-1, offset, offset + size);
        inOrder = false;
        continue;
      }
      if (entry.indices !== undefined || length !== offset) inOrder = false;
      const positions = entry.indices ?? identityIndices(size);
      for (let i = 0; i < size; i += 1) order[offset + i] = (positions[i] as number) + length;
      const total = sizeOf(entry.tensor.shape);
      tensors.push(reshape(graph, entry.tensor, [total]));
      length += total;
    }
    if (inOrder) return concat(graph, tensors, 0);
    // A parameter without a gradient takes the zero at the end, as −1 says.
    const joined = concat(graph, [...tensors, graph.constant(Float32Array.of(0), [1])], 0);
    return gather(graph, joined, { shape: [layout.parameterCount], indices: order });
  }

  function updatedStatistics(old: Tensor): Tensor {
    const places = layout.places.filter((entry) => entry.vector === "statistics");
    const kept = new Float32Array(layout.statisticCount).fill(1);
    const taken = new Float32Array(layout.statisticCount);
    const tensors = places.map(({ name, offset, size }) => {
      const given = statistics.get(name);
      if (given === undefined) return graph.constant(new Float32Array(size), [size]);
      kept.fill(1 - given.momentum, offset, offset + size);
      taken.fill(given.momentum * given.factor, offset, offset + size);
      return given.tensor;
    });
    const share = (tensor: Tensor, weights: Float32Array) =>
      multiply(graph, tensor, graph.constant(weights, [layout.statisticCount]));
    return add(graph, share(old, kept), share(concat(graph, tensors, 0), taken));
  }
  return {
    context,
    flatGradient,
    updatedStatistics,
    /** The gradient by all shares, [shares]; 0 for the share of a zero. */
    shareGradients() {
      const all = Array.from({ length: given.shareCount }, (_, at) => shareGradients.get(at));
      return concat(
        graph,
        all.map((tensor) => reshape(graph, tensor ?? scalar(graph, 0), [1])),
        0,
      );
    },
    uniformCount() {
      if (uniforms > 0) graph.input("uniforms", [uniforms]);
      return uniforms;
    },
  };
}

/** A vector in pieces. A GPU's shader writes to few buffers, so a portable graph cuts them out one by one. */
function splitVector(
  graph: GraphBuilder,
  vector: Tensor,
  { sizes, target }: { readonly sizes: readonly number[]; readonly target: Target },
): readonly Tensor[] {
  if (target.microsoft) {
    const shapes = sizes.map((size) => [size]);
    return graph.emitMany("Split", [vector, graph.integers(sizes)], shapes, { axis: 0 });
  }
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return slice(graph, vector, 0, [end - size, end]);
  });
}

function gather(graph: GraphBuilder, source: Tensor, arrangement: Arrangement): Tensor {
  const { shape, indices } = arrangement;
  return graph.emit("Gather", [source, graph.indices(indices, shape)], shape, { axis: 0 });
}
