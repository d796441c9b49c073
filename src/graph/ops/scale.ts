// A map times a constant.
import { free, none, type Operator, sameShape } from "../operator.ts";
import { arithmetic, expression } from "../torch-module.ts";

export interface Scale {
  readonly kind: "scale";
  readonly factor: number;
}

export const scale: Operator<Scale> = {
  kind: "scale",
  inputCount: 1,
  takes: "either",
  gives: "alike",
  commutative: false,
  channelwise: true,
  pure: true,
  identity: ({ factor }) => factor === 1,
  shape: (op, inputs) =>
    Number.isFinite(op.factor) ? sameShape(op, inputs) : `its factor must be a number, received ${op.factor}`,
  parameters: none,
  macs: free,
  words: ({ factor }) => `times ${factor}`,
  label: () => undefined,
  onnx: ({ factor }, { id, graph, inputs }) =>
    graph.emit("Mul", id, [...inputs, graph.constant(`${id}.factor`, [], Float32Array.of(factor))]),
  torch: ({ factor }) => expression((inputs) => arithmetic([...inputs, String(factor)], "*")),
  examples: [{ op: { kind: "scale", factor: -0.5 }, inputs: [[3, 4, 5]] }],
};
