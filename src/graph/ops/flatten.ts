// A map as a vector: [C, H, W] → [C · H · W, 1, 1].
import { type FeatureShape, free, none, type Operator, volume } from "../operator.ts";
import { call } from "../torch-module.ts";

export interface Flatten {
  readonly kind: "flatten";
}

export const flatten: Operator<Flatten> = {
  kind: "flatten",
  inputCount: 1,
  takes: "either",
  gives: "vector",
  commutative: false,
  channelwise: false,
  pure: true,
  identity: (_op, [input]) => (input as FeatureShape)[1] * (input as FeatureShape)[2] === 1,
  shape: (_op, [input]) => [volume(input as FeatureShape), 1, 1],
  parameters: none,
  macs: free,
  words: () => "flatten",
  label: () => undefined,
  onnx: (_op, { id, graph, inputs, flat }) =>
    flat ? (inputs[0] as string) : graph.emit("Flatten", id, inputs, { axis: 1 }),
  torch: () => call("nn.Flatten"),
  examples: [{ op: { kind: "flatten" }, inputs: [[2, 3, 4]] }],
};
