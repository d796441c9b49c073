// A network as the training library sees it: plain JSON-safe nodes in topological order. This file gives every
// node its shape and lists the parameters that training owns. It knows nothing of ONNX, gradients or sessions.
// src/graph has structurally the same description, so its graphs pass straight through; neither imports the other.
import { GeniusError } from "../base/errors.ts";

export interface ModelNode {
  readonly id: string;
  readonly inputs: readonly string[];
  readonly op: ModelOp;
}

/** Names of the pointwise non-linearities, as PyTorch defines them. */
export type ActivationFunction = "relu" | "relu6" | "hard-swish" | "hard-sigmoid" | "sigmoid" | "silu";

/**
 * What a node computes. Shapes leave out the batch: feature maps are [channels, height, width], vectors [features].
 * `momentum` of batch-norm is PyTorch's: running = (1 − momentum) · running + momentum · batch.
 * `multiply` broadcasts [C, 1, 1] over height and width. `zero` gives zeros of the strided shape.
 * `mixture` sums its inputs, input i times share `firstShare` + i of the numbers that come with each step.
 */
export type ModelOp =
  | { kind: "input"; shape: readonly [channels: number, height: number, width: number] }
  | {
      kind: "conv";
      outChannels: number;
      kernel: number;
      stride: number;
      padding: number;
      groups: number;
      bias: boolean;
    }
  | { kind: "batch-norm"; epsilon: number; momentum: number }
  | { kind: "activation"; function: ActivationFunction }
  | {
      kind: "pool";
      mode: "average" | "max";
      kernel: number;
      stride: number;
      padding: number;
      countPadding: boolean;
    }
  | { kind: "global-pool" }
  | { kind: "flatten" }
  | { kind: "linear"; outFeatures: number; bias: boolean }
  | { kind: "add" }
  | { kind: "multiply" }
  | { kind: "concat" }
  | { kind: "scale"; factor: number }
  | { kind: "zero"; outChannels: number; stride: number }
  | { kind: "dropout"; rate: number }
  | { kind: "drop-path"; rate: number }
  | { kind: "mixture"; firstShare: number };

/** [channels, height, width]; a vector of features is [features, 1, 1]. */
export type MapShape = readonly [channels: number, height: number, width: number];

/** Shape of every node's output, by node id. */
export type Shapes = ReadonlyMap<string, MapShape>;

/**
 * A tensor that training owns. `role` decides what the optimiser does with it: only `weight` decays, and the
 * running statistics of batch norm are not optimised at all. Layouts: convolution [O, I / groups, kH, kW],
 * linear [out, in], everything else [channels].
 */
export interface ParameterSpec {
  readonly name: string;
  readonly dims: readonly number[];
  readonly role: "weight" | "bias" | "norm-scale" | "norm-shift" | "running-mean" | "running-variance";
}

/**
 * The shape of every node.
 * @throws GeniusError `wrong-use` when a node refers to an unknown input or its inputs do not fit.
 */
export function inferShapes(nodes: readonly ModelNode[]): Shapes {
  const shapes = new Map<string, MapShape>();
  for (const node of nodes) {
    if (shapes.has(node.id)) throw unfit(node, "its id is used twice");
    const inputs = node.inputs.map((id) => {
      const shape = shapes.get(id);
      if (shape === undefined) throw unfit(node, `its input "${id}" is not a node before it`);
      return shape;
    });
    shapes.set(node.id, shapeOf(node, inputs));
  }
  return shapes;
}

/** All parameters and running statistics, in node order, named `${nodeId}.weight`, `.bias`, `.runningMean`, `.runningVariance`. */
export function parametersOf(nodes: readonly ModelNode[], shapes: Shapes): readonly ParameterSpec[] {
  return nodes.flatMap((node): ParameterSpec[] => {
    const [channels] = shapes.get(node.inputs[0] ?? node.id) as MapShape;
    const { op } = node;
    const bias = (size: number): ParameterSpec => ({ name: `${node.id}.bias`, dims: [size], role: "bias" });
    switch (op.kind) {
      case "conv": {
        const dims = [op.outChannels, channels / op.groups, op.kernel, op.kernel];
        const weight: ParameterSpec = { name: `${node.id}.weight`, dims, role: "weight" };
        return op.bias ? [weight, bias(op.outChannels)] : [weight];
      }
      case "linear": {
        const weight: ParameterSpec = {
          name: `${node.id}.weight`,
          dims: [op.outFeatures, channels],
          role: "weight",
        };
        return op.bias ? [weight, bias(op.outFeatures)] : [weight];
      }
      case "batch-norm":
        return [
          { name: `${node.id}.weight`, dims: [channels], role: "norm-scale" },
          { name: `${node.id}.bias`, dims: [channels], role: "norm-shift" },
          { name: `${node.id}.runningMean`, dims: [channels], role: "running-mean" },
          { name: `${node.id}.runningVariance`, dims: [channels], role: "running-variance" },
        ];
      default:
        return [];
    }
  });
}

/** How many shares the mixtures of a network take with each step; 0 where there is none. */
export function shareCountOf(nodes: readonly ModelNode[]): number {
  return nodes.reduce(
    (count, { op, inputs }) =>
      op.kind === "mixture" ? Math.max(count, op.firstShare + inputs.length) : count,
    0,
  );
}

/** The length of the output of a sliding window, as convolutions and pools round it (down). */
export function slidingLength(
  length: number,
  op: { kernel: number; stride: number; padding: number },
): number {
  return Math.floor((length + 2 * op.padding - op.kernel) / op.stride) + 1;
}

function shapeOf(node: ModelNode, inputs: readonly MapShape[]): MapShape {
  const { op } = node;
  if (op.kind === "input") return op.shape;
  const first = inputs[0];
  if (first === undefined) throw unfit(node, "it has no input");
  const many = op.kind === "add" || op.kind === "multiply" || op.kind === "concat" || op.kind === "mixture";
  if (!many && inputs.length !== 1) throw unfit(node, `it takes one input, not ${inputs.length}`);
  const [channels, height, width] = first;
  switch (op.kind) {
    case "conv":
      if (channels % op.groups !== 0 || op.outChannels % op.groups !== 0) {
        throw unfit(
          node,
          `${op.groups} groups divide neither ${channels} nor ${op.outChannels} channels evenly`,
        );
      }
      return windowed(node, [op.outChannels, slidingLength(height, op), slidingLength(width, op)]);
    case "pool":
      return windowed(node, [channels, slidingLength(height, op), slidingLength(width, op)]);
    case "global-pool":
      return [channels, 1, 1];
    case "flatten":
      return [channels * height * width, 1, 1];
    case "linear":
      if (height !== 1 || width !== 1) {
        throw unfit(node, `it takes a vector, not [${first.join(", ")}]; put a flatten before it`);
      }
      return [op.outFeatures, 1, 1];
    case "zero":
      return [op.outChannels, Math.ceil(height / op.stride), Math.ceil(width / op.stride)];
    case "concat":
      for (const shape of inputs) {
        if (shape[1] !== height || shape[2] !== width) throw differ(node, inputs);
      }
      return [inputs.reduce((sum, shape) => sum + shape[0], 0), height, width];
    case "add":
    case "mixture":
      for (const shape of inputs) {
        if (shape.join() !== first.join()) throw differ(node, inputs);
      }
      return first;
    case "multiply": {
      const [, second] = inputs;
      if (second === undefined || inputs.length !== 2)
        throw unfit(node, `it takes two inputs, not ${inputs.length}`);
      const gated = first[1] * first[2] >= second[1] * second[2];
      const [map, gate] = gated ? [first, second] : [second, first];
      if (map.join() !== gate.join() && gate.join() !== [map[0], 1, 1].join()) throw differ(node, inputs);
      return map;
    }
    case "batch-norm":
      if (!(op.epsilon > 0)) throw unfit(node, `its epsilon must be above 0, not ${op.epsilon}`);
      return first;
    case "activation":
    case "scale":
    case "dropout":
    case "drop-path":
      return first;
    default:
      throw unfit(node, `"${(op satisfies never as ModelOp).kind}" is not an operation`);
  }
}

function windowed(node: ModelNode, shape: MapShape): MapShape {
  if (shape[1] < 1 || shape[2] < 1) throw unfit(node, "its window is larger than its padded input");
  return shape;
}

function differ(node: ModelNode, shapes: readonly MapShape[]): GeniusError {
  return unfit(
    node,
    `the shapes of its inputs differ: ${shapes.map((shape) => `[${shape.join(", ")}]`).join(", ")}`,
  );
}

function unfit(node: ModelNode, reason: string): GeniusError {
  return new GeniusError(
    "wrong-use",
    `Node "${node.id}" (${node.op.kind}) does not fit: ${reason}. Correct the network.`,
  );
}
