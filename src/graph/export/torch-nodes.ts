// Every node of a network by itself in PyTorch, for a program that walks the graph (trainer/genius_trainer/supernet.py):
// how its module is made and how it is applied, so that the program infers no shapes and knows no operators.
import type { NetworkNode } from "../network.ts";
import type { FeatureShape } from "../operator.ts";
import { operatorOf } from "../ops/index.ts";
import { inferShapes } from "../shapes.ts";
import { written } from "./pytorch/forward.ts";
import { construction } from "./pytorch/text.ts";
import { flatNodes } from "./simplify.ts";

export interface TorchNode {
  /** An expression that makes the node's module, where it is one. */
  readonly module?: string;
  /** An expression of `module`, and of the inputs `x0`, `x1`, …; absent where the program has the rule itself. */
  readonly forward?: string;
}

export interface TorchNodes {
  /** By node id. */
  readonly nodes: ReadonlyMap<string, TorchNode>;
  /** The Python of classes that torch lacks. */
  readonly classes: readonly string[];
}

/** The nodes in PyTorch, but for the input and mixtures, which only the program's own walk can give. */
export function torchNodes(nodes: readonly NetworkNode[]): TorchNodes {
  const shapes = inferShapes(nodes);
  const flat = flatNodes(nodes);
  const classes = new Map<string, string>();
  const described = nodes.map((node): [string, TorchNode] => {
    const { id, inputs, op } = node;
    if (op.kind === "input" || op.kind === "mixture") return [id, {}];
    const input = shapes.get(inputs[0] as string) as FeatureShape;
    const operands = inputs.map((source, index) => ({ text: `x${index}`, flat: flat.has(source) }));
    const forward = written(node, { callee: "module", operands, input }).text;
    const form = operatorOf(op).torch(op, {
      inputShape: input,
      flat: operands.every((operand) => operand.flat),
    });
    if (form.kind === "expression") return [id, { forward }];
    if (form.source !== undefined) classes.set(form.callee, form.source);
    const lines = construction(form, { indent: 0, start: "", end: "" });
    return [id, { module: lines.map((line) => line.trim()).join(" "), forward }];
  });
  return { nodes: new Map(described), classes: [...classes.values()] };
}
