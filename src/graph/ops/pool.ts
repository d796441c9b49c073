// Average and max pooling over windows.
import { type FeatureShape, free, none, type Operator, type Pair } from "../operator.ts";
import { call, keyword } from "../torch-module.ts";
import { pairText, slidingShape, strideText, torchPair, windowAttributes } from "../window.ts";

export interface Pool {
  readonly kind: "pool";
  readonly mode: "average" | "max";
  readonly kernel: Pair;
  readonly stride: Pair;
  /** Per side. */
  readonly padding: Pair;
  /** Whether an average counts the padding's zeros (PyTorch's `count_include_pad`). */
  readonly countPadding: boolean;
}

export const pool: Operator<Pool> = {
  kind: "pool",
  inputCount: 1,
  takes: "map",
  gives: "map",
  commutative: false,
  channelwise: true,
  pure: true,
  identity: () => false,
  shape: (op, [input]) => slidingShape((input as FeatureShape)[0], input as FeatureShape, op),
  parameters: none,
  macs: free,
  words: ({ mode, kernel, stride }) => `${mode} pooling ${pairText(kernel)}${strideText(stride, ", ")}`,
  label: ({ mode, kernel, stride }) =>
    `${mode === "average" ? "average" : "maximum"} ${pairText(kernel)}${strideText(stride, " ")}`,
  onnx: (op, { id, graph, inputs }) =>
    op.mode === "max"
      ? graph.emit("MaxPool", id, inputs, windowAttributes(op))
      : graph.emit("AveragePool", id, inputs, {
          ...windowAttributes(op),
          count_include_pad: Number(op.countPadding),
        }),
  torch(op) {
    const window = [
      keyword("kernel_size", "kernel", [torchPair(op.kernel)]),
      keyword("stride", "number", [torchPair(op.stride)]),
      keyword("padding", "padding", [torchPair(op.padding), 0]),
    ];
    if (op.mode === "max") return call("nn.MaxPool2d", ...window);
    const counted = op.countPadding || (op.padding[0] === 0 && op.padding[1] === 0);
    return call("nn.AvgPool2d", ...window, keyword("count_include_pad", "flag", [counted, true]));
  },
  examples: [
    {
      op: {
        kind: "pool",
        mode: "average",
        kernel: [3, 2],
        stride: [1, 2],
        padding: [1, 0],
        countPadding: false,
      },
      inputs: [[3, 5, 6]],
    },
    {
      op: {
        kind: "pool",
        mode: "average",
        kernel: [3, 3],
        stride: [2, 2],
        padding: [1, 1],
        countPadding: true,
      },
      inputs: [[2, 5, 6]],
    },
    {
      op: { kind: "pool", mode: "max", kernel: [2, 3], stride: [2, 1], padding: [0, 1], countPadding: false },
      inputs: [[3, 6, 5]],
    },
  ],
};
