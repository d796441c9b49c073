// What a network costs: shapes, parameters, multiply–accumulates and activation memory, per node and in total.
// The operators say what they count (ops/): convolutions and linear layers one MAC a multiply–accumulate, everything
// else none, as in the published tables – except where a network says what its batch norms count. A text that says
// FLOPs usually means these MACs.
import type { Network, NetworkNode } from "./network.ts";
import { type FeatureShape, volume } from "./operator.ts";
import { operatorOf } from "./ops/index.ts";
import { isStatistic, sizeOf } from "./parameters.ts";
import { inputShapes, outputShape } from "./shapes.ts";

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
  const counter = createCounter(network);
  return network.nodes.map((node) => {
    const shape = counter.shapeOf(node);
    return {
      id: node.id,
      shape,
      paramCount: counter.paramCount(node),
      macCount: counter.macCount(node),
      activationBytes: 4 * volume(shape),
    };
  });
}

/** The network's totals: about 20,000 networks a second and more, which is why it makes no list of nodes. */
export function networkCost(network: Network): NetworkCost {
  const counter = createCounter(network);
  let paramCount = 0;
  let macCount = 0;
  let elements = 0;
  for (const node of network.nodes) {
    elements += volume(counter.shapeOf(node));
    paramCount += counter.paramCount(node);
    macCount += counter.macCount(node);
  }
  return { paramCount, macCount, activationBytes: 4 * elements };
}

/** Walks a network: `shapeOf` goes to the next node, and the counts are those of that node. */
function createCounter({ normMacsPerElement = 0 }: Network) {
  const shapes = new Map<string, FeatureShape>();
  const around = { input: nothing, output: nothing, normMacsPerElement };
  return {
    shapeOf(node: NetworkNode): FeatureShape {
      const inputs = inputShapes(node, shapes);
      around.output = outputShape(node, inputs);
      around.input = inputs[0] ?? around.output;
      shapes.set(node.id, around.output);
      return around.output;
    },
    paramCount({ op }: NetworkNode): number {
      let count = 0;
      for (const parameter of operatorOf(op).parameters(op, around.input)) {
        if (!isStatistic(parameter)) count += sizeOf(parameter.dims);
      }
      return count;
    },
    macCount: ({ op }: NetworkNode): number => operatorOf(op).macs(op, around),
  };
}

const nothing: FeatureShape = [0, 0, 0];

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
