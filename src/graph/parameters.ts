// The tensors that a network has, by name: what its operators list, in the order of its nodes. Everything that
// trains, stores, counts or exports weights starts here.
import type { NetworkNode } from "./network.ts";
import type { FeatureShape, Parameter } from "./operator.ts";
import { operatorOf } from "./ops/index.ts";
import { inferShapes, type Shapes } from "./shapes.ts";

/** A tensor of a network. */
export interface NetworkParameter extends Parameter {
  readonly nodeId: string;
  /** `${nodeId}.${part}` */
  readonly name: string;
}

/** All tensors of a network, running statistics included, in the order of its nodes. */
export function parametersOf(
  nodes: readonly NetworkNode[],
  shapes: Shapes = inferShapes(nodes),
): readonly NetworkParameter[] {
  return nodes.flatMap((node) =>
    nodeParameters(node, shapes).map((parameter) => ({
      ...parameter,
      nodeId: node.id,
      name: `${node.id}.${parameter.part}`,
    })),
  );
}

/** The tensors of one node. */
export function nodeParameters(node: NetworkNode, shapes: Shapes): readonly Parameter[] {
  const input = shapes.get(node.inputs[0] ?? node.id) as FeatureShape;
  return operatorOf(node.op).parameters(node.op, input);
}

/** Whether a tensor is a statistic that training follows rather than a parameter that it optimises. */
export function isStatistic({ role }: Pick<Parameter, "role">): boolean {
  return role === "running-mean" || role === "running-variance";
}

/** Number of elements of a tensor. */
export function sizeOf(dims: readonly number[]): number {
  let size = 1;
  for (const length of dims) size *= length;
  return size;
}
