// Batch norm over the channels. `momentum` is PyTorch's: running = (1 − momentum) · running + momentum · batch.
import { type Operator, ones, type Parameter, sameShape, volume, zeros } from "../operator.ts";
import { call, keyword, positional } from "../torch-module.ts";

export interface BatchNorm {
  readonly kind: "batch-norm";
  readonly epsilon: number;
  readonly momentum: number;
}

export const batchNorm: Operator<BatchNorm> = {
  kind: "batch-norm",
  inputCount: 1,
  takes: "either",
  gives: "alike",
  commutative: false,
  channelwise: true,
  pure: false,
  identity: () => false,
  shape: (op, inputs) =>
    op.epsilon > 0 ? sameShape(op, inputs) : `its epsilon must be above 0, received ${op.epsilon}`,
  parameters(_op, [channels]): readonly Parameter[] {
    const dims = [channels];
    return [
      { part: "weight", role: "norm-scale", dims, initial: ones },
      { part: "bias", role: "norm-shift", dims, initial: zeros },
      { part: "runningMean", role: "running-mean", dims, initial: zeros },
      { part: "runningVariance", role: "running-variance", dims, initial: ones },
    ];
  },
  macs: (_op, { output, normMacsPerElement }) => normMacsPerElement * volume(output),
  words: () => "batch norm",
  label: () => undefined,
  onnx: ({ epsilon }, { id, graph, inputs }) =>
    graph.emit(
      "BatchNormalization",
      id,
      [...inputs, `${id}.weight`, `${id}.bias`, `${id}.runningMean`, `${id}.runningVariance`],
      { epsilon: { float: epsilon } },
    ),
  torch: (op, { inputShape, flat }) =>
    call(
      flat ? "nn.BatchNorm1d" : "nn.BatchNorm2d",
      positional("num_features", "channels", inputShape[0]),
      keyword("eps", "number", [op.epsilon, 1e-5]),
      keyword("momentum", "number", [op.momentum, 0.1]),
    ),
  examples: [{ op: { kind: "batch-norm", epsilon: 1e-3, momentum: 0.1 }, inputs: [[5, 3, 4]] }],
};
