// What a network costs: shapes, parameters, multiply–accumulates and activation memory, per node and in total.
// One MAC is one multiply–accumulate of a convolution or a linear layer; norms, activations, poolings and
// additions count none, as in the published tables – but for a network that says what its norms count. A text
// that says FLOPs usually means these MACs.
import { GeniusError } from "../base/errors.ts";
import type { FeatureShape, Network, NetworkNode, Operation } from "./network.ts";

export interface NodeCost {
  readonly id: string;
  readonly shape: FeatureShape;
  /** Trainable numbers: weights, biases, and batch norm's scale and shift (not its running statistics). */
  readonly paramCount: number;
  /** Multiply–accumulates for one image. */
  readonly macCount: number;
  /** Bytes of the node's output for one image, as 32-bit floats. */
  readonly activationBytes: number;
}

export interface NetworkCost {
  readonly paramCount: number;
  readonly macCount: number;
  /** Bytes of all nodes' outputs for one image: what training keeps for the backward pass. */
  readonly activationBytes: number;
}

/** Shapes and costs of every node, in the network's order. */
export function nodeCosts(network: Network): readonly NodeCost[] {
  const shapes = new Map<string, FeatureShape>();
  return network.nodes.map((node) => {
    const inputs = node.inputs.map((id) => shapes.get(id) as FeatureShape);
    const shape = outputShape(node, inputs);
    shapes.set(node.id, shape);
    const [paramCount, macCount] = count(node.op, shape, inputs[0] ?? shape);
    const normMacs = node.op.kind === "batch-norm" ? (network.normMacsPerElement ?? 0) * volume(shape) : 0;
    return {
      id: node.id,
      shape,
      paramCount,
      macCount: macCount + normMacs,
      activationBytes: 4 * volume(shape),
    };
  });
}

/** The network's totals: about 20,000 networks a second and more, which is why it makes no list of nodes. */
export function networkCost(network: Network): NetworkCost {
  const shapes = new Map<string, FeatureShape>();
  const normMacs = network.normMacsPerElement ?? 0;
  let paramCount = 0;
  let macCount = 0;
  let elements = 0;
  for (const node of network.nodes) {
    const inputs: FeatureShape[] = [];
    for (const id of node.inputs) inputs.push(shapes.get(id) as FeatureShape);
    const shape = outputShape(node, inputs);
    shapes.set(node.id, shape);
    const size = volume(shape);
    elements += size;
    const [params, macs] = count(node.op, shape, inputs[0] ?? shape);
    paramCount += params;
    macCount += node.op.kind === "batch-norm" ? normMacs * size : macs;
  }
  return { paramCount, macCount, activationBytes: 4 * elements };
}

/** Bytes live at once in inference, one image, when each output is freed after its last reader. */
export function peakActivationBytes(network: Network): number {
  const lastReader = new Map<string, number>();
  network.nodes.forEach((node, index) => {
    for (const id of node.inputs) lastReader.set(id, index);
  });
  const costs = nodeCosts(network);
  const bytes = new Map(costs.map((cost) => [cost.id, cost.activationBytes]));
  let live = 0;
  let peak = 0;
  network.nodes.forEach((node, index) => {
    live += bytes.get(node.id) as number;
    peak = Math.max(peak, live);
    for (const id of new Set(node.inputs)) if (lastReader.get(id) === index) live -= bytes.get(id) as number;
  });
  return peak;
}

const volume = (shape: FeatureShape) => shape[0] * shape[1] * shape[2];

function strided(size: number, kernel: number, stride: number, padding: number): number {
  return Math.floor((size + 2 * padding - kernel) / stride) + 1;
}

/** The shape of a node's output, given its inputs' shapes. A flat vector of n features is `[n, 1, 1]`. */
export function outputShape(node: NetworkNode, inputs: readonly FeatureShape[]): FeatureShape {
  const { op } = node;
  if (op.kind === "input") return op.shape;
  const first = inputs[0];
  if (first === undefined) throw new GeniusError("internal", `Node "${node.id}" (${op.kind}) has no input.`);
  const [channels, height, width] = first;
  switch (op.kind) {
    case "conv": {
      if (channels % op.groups !== 0 || op.outChannels % op.groups !== 0) {
        throw new GeniusError(
          "internal",
          `Node "${node.id}": ${channels} → ${op.outChannels} channels do not divide into ${op.groups} groups.`,
        );
      }
      const size = (from: number) => strided(from, op.kernel, op.stride, op.padding);
      return checked(node, [op.outChannels, size(height), size(width)]);
    }
    case "pool": {
      const size = (from: number) => strided(from, op.kernel, op.stride, op.padding);
      return checked(node, [channels, size(height), size(width)]);
    }
    case "zero":
      return [op.outChannels, Math.ceil(height / op.stride), Math.ceil(width / op.stride)];
    case "global-pool":
      return [channels, 1, 1];
    case "flatten":
      return [volume(first), 1, 1];
    case "linear":
      return [op.outFeatures, 1, 1];
    case "concat":
      return [inputs.reduce((sum, shape) => sum + shape[0], 0), height, width];
    case "add":
    case "multiply":
      for (const other of inputs) {
        const broadcast = op.kind === "multiply" && other[1] === 1 && other[2] === 1;
        if (other[0] !== channels || (!broadcast && (other[1] !== height || other[2] !== width))) {
          throw new GeniusError(
            "internal",
            `Node "${node.id}" (${op.kind}): shapes [${first.join(", ")}] and [${other.join(", ")}] do not fit.`,
          );
        }
      }
      return first;
    case "batch-norm":
    case "activation":
    case "scale":
    case "dropout":
    case "drop-path":
      return first;
    default:
      return op satisfies never;
  }
}

function checked(node: NetworkNode, shape: FeatureShape): FeatureShape {
  if (shape[1] >= 1 && shape[2] >= 1) return shape;
  throw new GeniusError(
    "internal",
    `Node "${node.id}": the image is too small, its output would be [${shape.join(", ")}].`,
  );
}

function count(
  op: Operation,
  shape: FeatureShape,
  input: FeatureShape,
): [paramCount: number, macCount: number] {
  switch (op.kind) {
    case "conv": {
      const weights = op.outChannels * (input[0] / op.groups) * op.kernel * op.kernel;
      return [weights + (op.bias ? op.outChannels : 0), weights * shape[1] * shape[2]];
    }
    case "linear": {
      const weights = op.outFeatures * volume(input);
      return [weights + (op.bias ? op.outFeatures : 0), weights];
    }
    case "batch-norm":
      return [2 * shape[0], 0];
    default:
      return [0, 0];
  }
}
