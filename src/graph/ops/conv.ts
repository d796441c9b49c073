// Convolution, also depthwise and in groups. Weights [out, in / groups, kH, kW].
// Initial weights: normal with deviation √(2 / fan-out), fan-out being kH · kW · out / groups, He et al. 2015 for the
// backward pass. @see https://arxiv.org/abs/1502.01852
import { type FeatureShape, type Operator, type Pair, type Parameter, zeros } from "../operator.ts";
import { call, keyword, positional } from "../torch-module.ts";
import { pairText, slidingShape, strideText, torchPair, windowAttributes } from "../window.ts";

export interface Conv {
  readonly kind: "conv";
  readonly outChannels: number;
  readonly kernel: Pair;
  readonly stride: Pair;
  /** Per side. */
  readonly padding: Pair;
  readonly groups: number;
  readonly bias: boolean;
}

export const conv: Operator<Conv> = {
  kind: "conv",
  inputCount: 1,
  takes: "map",
  gives: "map",
  commutative: false,
  channelwise: false,
  pure: false,
  identity: () => false,
  shape(op, [input]) {
    const [channels] = input as FeatureShape;
    if (channels % op.groups !== 0 || op.outChannels % op.groups !== 0)
      return `${channels} → ${op.outChannels} channels do not divide into ${op.groups} groups`;
    return slidingShape(op.outChannels, input as FeatureShape, op);
  },
  parameters({ outChannels, kernel, groups, bias }, [channels]) {
    const deviation = Math.sqrt(2 / ((kernel[0] * kernel[1] * outChannels) / groups));
    const weight: Parameter = {
      part: "weight",
      role: "weight",
      dims: [outChannels, channels / groups, kernel[0], kernel[1]],
      initial: { kind: "normal", deviation },
    };
    return bias ? [weight, { part: "bias", role: "bias", dims: [outChannels], initial: zeros }] : [weight];
  },
  macs: ({ kernel, groups }, { input, output }) =>
    output[0] * (input[0] / groups) * kernel[0] * kernel[1] * output[1] * output[2],
  words({ kernel, stride, groups }, [channels]) {
    const depth = groups === 1 ? "" : groups === channels ? "depthwise " : `grouped (${groups}) `;
    return `${depth}convolution ${pairText(kernel)}${strideText(stride, ", ")}`;
  },
  label({ outChannels, kernel, stride, groups }) {
    if (groups > 1 && groups === outChannels)
      return `depthwise ${pairText(kernel)}${strideText(stride, " ")}`;
    const grouped = groups > 1 ? ` in ${groups} groups` : "";
    return `${pairText(kernel)}→${outChannels}${grouped}${strideText(stride, " ")}`;
  },
  onnx: (op, { id, graph, inputs }) =>
    graph.emit("Conv", id, [...inputs, `${id}.weight`, ...(op.bias ? [`${id}.bias`] : [])], {
      ...windowAttributes(op),
      group: op.groups,
    }),
  torch: (op, { inputShape }) =>
    call(
      "nn.Conv2d",
      positional("in_channels", "channels", inputShape[0]),
      positional("out_channels", "channels", op.outChannels),
      keyword("kernel_size", "kernel", [torchPair(op.kernel)]),
      keyword("stride", "number", [torchPair(op.stride), 1]),
      keyword("padding", "padding", [torchPair(op.padding), 0]),
      keyword("groups", op.groups === 1 ? "number" : "channels", [op.groups, 1]),
      keyword("bias", "flag", [op.bias, true]),
    ),
  examples: [
    {
      op: {
        kind: "conv",
        outChannels: 6,
        kernel: [3, 5],
        stride: [1, 2],
        padding: [1, 2],
        groups: 2,
        bias: true,
      },
      inputs: [[4, 6, 5]],
    },
    {
      op: {
        kind: "conv",
        outChannels: 4,
        kernel: [1, 1],
        stride: [1, 1],
        padding: [0, 0],
        groups: 1,
        bias: false,
      },
      inputs: [[3, 4, 5]],
    },
    {
      op: {
        kind: "conv",
        outChannels: 3,
        kernel: [2, 3],
        stride: [2, 1],
        padding: [0, 1],
        groups: 3,
        bias: true,
      },
      inputs: [[3, 7, 4]],
    },
  ],
};
