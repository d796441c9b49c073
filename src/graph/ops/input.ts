// The images that a network takes.
import { type FeatureShape, free, none, type Operator, shapeText } from "../operator.ts";
import { expression } from "../torch-module.ts";

export interface Input {
  readonly kind: "input";
  readonly shape: FeatureShape;
}

export const input: Operator<Input> = {
  kind: "input",
  inputCount: 0,
  takes: "map",
  gives: "map",
  commutative: false,
  channelwise: false,
  pure: false,
  identity: () => false,
  shape: ({ shape }) =>
    shape.every((length) => Number.isInteger(length) && length >= 1)
      ? shape
      : `its shape must be three whole numbers from 1, received ${shapeText(shape)}`,
  parameters: none,
  macs: free,
  words: ({ shape }) => `images ${shape.join("×")}`,
  label: () => undefined,
  onnx: () => "images",
  torch: () => expression(([images]) => images as string),
  examples: [{ op: { kind: "input", shape: [3, 6, 5] }, inputs: [] }],
};
