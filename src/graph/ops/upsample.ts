// Each pixel repeated `factor` times in both directions: the nearest neighbour, by a whole factor.
import { type FeatureShape, free, none, type Operator } from "../operator.ts";
import { call, keyword } from "../torch-module.ts";

export interface Upsample {
  readonly kind: "upsample";
  readonly factor: number;
}

export const upsample: Operator<Upsample> = {
  kind: "upsample",
  inputCount: 1,
  takes: "map",
  gives: "map",
  commutative: false,
  channelwise: true,
  pure: true,
  identity: ({ factor }) => factor === 1,
  shape({ factor }, [input]) {
    const [channels, height, width] = input as FeatureShape;
    return Number.isInteger(factor) && factor >= 1
      ? [channels, factor * height, factor * width]
      : `its factor must be a whole number from 1, received ${factor}`;
  },
  parameters: none,
  macs: free,
  words: ({ factor }) => `upsampling by ${factor}`,
  label: ({ factor }) => `upsample ${factor}`,
  onnx: ({ factor }, { id, graph, inputs }) =>
    graph.emit(
      "Resize",
      id,
      [...inputs, "", graph.constant(`${id}.scales`, [4], Float32Array.of(1, 1, factor, factor))],
      { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
    ),
  torch: ({ factor }) => call("nn.Upsample", keyword("scale_factor", "number", [factor])),
  examples: [{ op: { kind: "upsample", factor: 3 }, inputs: [[4, 3, 2]] }],
};
