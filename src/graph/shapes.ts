// The shape of every node's output, by the operators' own rules; what does not fit is refused by the node's name.
// It must not know which operators exist.
import { GeniusError } from "../base/errors.ts";
import type { NetworkNode } from "./network.ts";
import type { FeatureShape } from "./operator.ts";
import { operatorOf, operators } from "./ops/index.ts";

/** Shape of every node's output, by node id. */
export type Shapes = ReadonlyMap<string, FeatureShape>;

/**
 * The shape of a node's output, given its inputs' shapes.
 * @throws GeniusError `wrong-use` that names the node, what it received and what is allowed.
 */
export function outputShape(node: NetworkNode, inputs: readonly FeatureShape[]): FeatureShape {
  const operator = operatorOf(node.op);
  if (operator === undefined) {
    throw unfit(node, `there is no such operator; there are ${Object.keys(operators).join(", ")}`);
  }
  const { inputCount } = operator;
  if (inputCount === "any" ? inputs.length === 0 : inputs.length !== inputCount)
    throw unfit(node, countFault(inputCount, inputs.length));
  const shape = operator.shape(node.op, inputs);
  if (typeof shape === "string") throw unfit(node, shape);
  return shape;
}

/**
 * The shape of every node.
 * @throws GeniusError `wrong-use` when an id is used twice, an input is not a node before it, or shapes do not fit.
 */
export function inferShapes(nodes: readonly NetworkNode[]): Shapes {
  const shapes = new Map<string, FeatureShape>();
  for (const node of nodes) {
    if (shapes.has(node.id)) throw unfit(node, "its id is used twice");
    shapes.set(node.id, outputShape(node, inputShapes(node, shapes)));
  }
  return shapes;
}

/** The shapes of a node's inputs. */
export function inputShapes(node: NetworkNode, shapes: Shapes): readonly FeatureShape[] {
  const inputs: FeatureShape[] = [];
  for (const id of node.inputs) {
    const shape = shapes.get(id);
    if (shape === undefined) throw unfit(node, `its input "${id}" is not a node before it`);
    inputs.push(shape);
  }
  return inputs;
}

function countFault(wanted: number | "any", received: number): string {
  if (received === 0) return "it has no input";
  if (wanted === 0) return `it takes no input, received ${received}`;
  return wanted === 1 ? `it takes one input, not ${received}` : `it takes two inputs, not ${received}`;
}

function unfit(node: NetworkNode, reason: string): GeniusError {
  return new GeniusError("wrong-use", `Node "${node.id}" (${node.op.kind}): ${reason}. Correct the network.`);
}
