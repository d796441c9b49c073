// The sum of maps of one shape.
import { type FeatureShape, free, none, type Operator, shapeText } from "../operator.ts";
import { arithmetic } from "../torch-module.ts";

export interface Add {
  readonly kind: "add";
}

/** The shape that all inputs have, or what differs. */
export function commonShape(inputs: readonly FeatureShape[]): FeatureShape | string {
  const [first] = inputs as readonly [FeatureShape];
  for (const other of inputs) {
    if (other !== first && (other[0] !== first[0] || other[1] !== first[1] || other[2] !== first[2]))
      return `shapes ${inputs.map(shapeText).join(", ")} do not fit: all must be the same`;
  }
  return first;
}

export const add: Operator<Add> = {
  kind: "add",
  inputCount: "any",
  takes: "either",
  gives: "alike",
  commutative: true,
  channelwise: true,
  pure: true,
  identity: (_op, inputs) => inputs.length === 1,
  shape: (_op, inputs) => commonShape(inputs),
  parameters: none,
  macs: free,
  words: () => "sum",
  label: () => undefined,
  onnx: (_op, { id, graph, inputs }) =>
    inputs
      .slice(1)
      .reduce(
        (left, right, index) =>
          graph.emit("Add", index === inputs.length - 2 ? id : `${id}.${index + 1}`, [left, right]),
        inputs[0] as string,
      ),
  torch: () => ({ kind: "expression", brackets: false, write: (inputs) => arithmetic(inputs, "+") }),
  examples: [
    {
      op: { kind: "add" },
      inputs: [
        [3, 4, 5],
        [3, 4, 5],
      ],
    },
    {
      op: { kind: "add" },
      inputs: [
        [2, 3, 4],
        [2, 3, 4],
        [2, 3, 4],
      ],
    },
  ],
};
