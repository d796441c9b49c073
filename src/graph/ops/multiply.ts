// The product of two maps of one shape, or of a map [C, H, W] and a gate [C, 1, 1], in either order.
import { type FeatureShape, free, none, type Operator, shapeText } from "../operator.ts";
import { arithmetic, expression } from "../torch-module.ts";

export interface Multiply {
  readonly kind: "multiply";
}

export const multiply: Operator<Multiply> = {
  kind: "multiply",
  inputCount: 2,
  takes: "either",
  gives: "alike",
  commutative: true,
  channelwise: true,
  pure: true,
  identity: () => false,
  shape(_op, inputs) {
    const [first, second] = inputs as readonly [FeatureShape, FeatureShape];
    const [map, gate] = first[1] * first[2] >= second[1] * second[2] ? [first, second] : [second, first];
    const same = map[1] === gate[1] && map[2] === gate[2];
    if (map[0] === gate[0] && (same || (gate[1] === 1 && gate[2] === 1))) return map;
    return `shapes ${shapeText(first)} and ${shapeText(second)} do not fit: one must be the other's, or [${map[0]}, 1, 1]`;
  },
  parameters: none,
  macs: free,
  words: () => "product",
  label: () => undefined,
  onnx: (_op, { id, graph, inputs }) => graph.emit("Mul", id, inputs),
  torch: () => expression((inputs) => arithmetic(inputs, "*")),
  examples: [
    {
      op: { kind: "multiply" },
      inputs: [
        [3, 4, 5],
        [3, 4, 5],
      ],
    },
    {
      op: { kind: "multiply" },
      inputs: [
        [3, 4, 5],
        [3, 1, 1],
      ],
    },
    {
      op: { kind: "multiply" },
      inputs: [
        [3, 1, 1],
        [3, 4, 5],
      ],
    },
  ],
};
