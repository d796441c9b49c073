// A fully connected layer. A map is flattened first, everywhere: [C, H, W] counts as C · H · W features.
// Differs from PyTorch's nn.Linear, which would take a map's width for its features.
// Weights [out, in], initially uniform in ±1 / √in, as PyTorch.
import { type FeatureShape, type Operator, type Parameter, volume, zeros } from "../operator.ts";
import { call, keyword, positional } from "../torch-module.ts";

export interface Linear {
  readonly kind: "linear";
  readonly outFeatures: number;
  readonly bias: boolean;
}

export const linear: Operator<Linear> = {
  kind: "linear",
  inputCount: 1,
  takes: "vector",
  gives: "vector",
  commutative: false,
  channelwise: false,
  pure: false,
  identity: () => false,
  shape: ({ outFeatures }) => [outFeatures, 1, 1],
  parameters({ outFeatures, bias }, input: FeatureShape) {
    const inFeatures = volume(input);
    const weight: Parameter = {
      part: "weight",
      role: "weight",
      dims: [outFeatures, inFeatures],
      initial: { kind: "uniform", bound: 1 / Math.sqrt(inFeatures) },
    };
    return bias ? [weight, { part: "bias", role: "bias", dims: [outFeatures], initial: zeros }] : [weight];
  },
  macs: ({ outFeatures }, { input }) => outFeatures * volume(input),
  words: ({ outFeatures }) => `linear layer to ${outFeatures} features`,
  label: ({ outFeatures }) => `linear→${outFeatures}`,
  onnx: ({ bias }, { id, graph, inputs }) =>
    graph.emit("Gemm", id, [...inputs, `${id}.weight`, ...(bias ? [`${id}.bias`] : [])], { transB: 1 }),
  torch: (op, { inputShape }) =>
    call(
      "nn.Linear",
      positional("in_features", "channels", volume(inputShape)),
      positional("out_features", "channels", op.outFeatures),
      keyword("bias", "flag", [op.bias, true]),
    ),
  examples: [
    { op: { kind: "linear", outFeatures: 4, bias: true }, inputs: [[6, 1, 1]] },
    { op: { kind: "linear", outFeatures: 3, bias: false }, inputs: [[2, 3, 4]] },
  ],
};
