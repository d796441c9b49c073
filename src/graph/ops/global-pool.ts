// The mean of each channel over height and width: [C, H, W] → [C, 1, 1].
import { type FeatureShape, free, none, type Operator } from "../operator.ts";
import { call, positional } from "../torch-module.ts";

export interface GlobalPool {
  readonly kind: "global-pool";
}

export const globalPool: Operator<GlobalPool> = {
  kind: "global-pool",
  inputCount: 1,
  takes: "map",
  gives: "map",
  commutative: false,
  channelwise: true,
  pure: true,
  identity: (_op, [input]) => (input as FeatureShape)[1] * (input as FeatureShape)[2] === 1,
  shape: (_op, [input]) => [(input as FeatureShape)[0], 1, 1],
  parameters: none,
  macs: free,
  words: () => "mean of each channel",
  label: () => "mean of each channel",
  onnx: (_op, { id, graph, inputs }) => graph.emit("GlobalAveragePool", id, inputs),
  torch: () => call("nn.AdaptiveAvgPool2d", positional("output_size", "number", 1)),
  examples: [{ op: { kind: "global-pool" }, inputs: [[3, 4, 5]] }],
};
