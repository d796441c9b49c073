// Some of the channels: those from `from` up to, and not including, `to`. ShuffleNetV2's units split their input so.
// @see https://arxiv.org/abs/1807.11164
import { type FeatureShape, free, none, type Operator } from "../operator.ts";
import { expression } from "../torch-module.ts";

export interface Slice {
  readonly kind: "slice";
  readonly from: number;
  readonly to: number;
}

export const slice: Operator<Slice> = {
  kind: "slice",
  inputCount: 1,
  takes: "either",
  gives: "alike",
  commutative: false,
  channelwise: false,
  pure: true,
  identity: ({ from, to }, [input]) => to - from === (input as FeatureShape)[0],
  shape({ from, to }, [input]) {
    const [channels, height, width] = input as FeatureShape;
    const whole = Number.isInteger(from) && Number.isInteger(to);
    return whole && from >= 0 && from < to && to <= channels
      ? [to - from, height, width]
      : `channels ${from} to ${to} are not a part of its input's 0 to ${channels}`;
  },
  parameters: none,
  macs: free,
  words: ({ from, to }) => `channels ${from} to ${to - 1}`,
  label: () => undefined,
  onnx({ from, to }, { id, graph, inputs }) {
    const limits = Object.entries({ from, to, axis: 1 }).map(([part, value]) =>
      graph.constant(`${id}.${part}`, [1], BigInt64Array.of(BigInt(value))),
    );
    return graph.emit("Slice", id, [...inputs, ...limits]);
  },
  torch: ({ from, to }) => expression(([input]) => `${input}[:, ${from}:${to}]`),
  examples: [
    { op: { kind: "slice", from: 1, to: 4 }, inputs: [[6, 4, 5]] },
    { op: { kind: "slice", from: 16, to: 32 }, inputs: [[32, 2, 3]] },
  ],
};
