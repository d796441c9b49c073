// The arithmetic of sliding windows, which convolutions and poolings share: sizes round down, as in PyTorch.
import type { FeatureShape, Pair } from "./operator.ts";
import { type PythonValue, pythonPair } from "./torch-module.ts";

export interface Window {
  readonly kernel: Pair;
  readonly stride: Pair;
  /** Per side. */
  readonly padding: Pair;
}

/** Length of the output along one axis (0: height, 1: width). */
export function slidingLength(length: number, window: Window, axis: 0 | 1): number {
  return Math.floor((length + 2 * window.padding[axis] - window.kernel[axis]) / window.stride[axis]) + 1;
}

/** The shape of `channels` maps after the window, or the reason why it does not fit. */
export function slidingShape(channels: number, input: FeatureShape, window: Window): FeatureShape | string {
  const height = slidingLength(input[1], window, 0);
  const width = slidingLength(input[2], window, 1);
  if (height >= 1 && width >= 1 && height < Number.POSITIVE_INFINITY && width < Number.POSITIVE_INFINITY)
    return [channels, height, width];
  return `the image is too small: a window of ${pairText(window.kernel)} on ${input[1]}×${input[2]} with padding ${pairText(window.padding)} and stride ${pairText(window.stride)} gives [${channels}, ${height}, ${width}]`;
}

/** Whether kernel, stride and padding are the same in both directions. */
export function isSquare({ kernel, stride, padding }: Window): boolean {
  return kernel[0] === kernel[1] && stride[0] === stride[1] && padding[0] === padding[1];
}

/** Whether the window is one pixel that visits all of them. */
export function isPointwise({ kernel, stride, padding }: Window): boolean {
  return kernel[0] * kernel[1] * stride[0] * stride[1] === 1 && padding[0] + padding[1] === 0;
}

/** `3×3` */
export const pairText = (pair: Pair): string => `${pair[0]}×${pair[1]}`;

/** `2`, or `2×1` where height and width differ. */
const shortText = (pair: Pair): string => (pair[0] === pair[1] ? String(pair[0]) : pairText(pair));

/** `${before}stride 2`, or nothing for a stride of 1. */
export function strideText(stride: Pair, before: string): string {
  return stride[0] === 1 && stride[1] === 1 ? "" : `${before}stride ${shortText(stride)}`;
}

/** ONNX's attributes of a window. */
export function windowAttributes({ kernel, stride, padding }: Window) {
  return { kernel_shape: [...kernel], strides: [...stride], pads: [...padding, ...padding] };
}

/** A pair as PyTorch takes it: one number where both are the same. */
export const torchPair = (pair: Pair): PythonValue => (pair[0] === pair[1] ? pair[0] : pythonPair(pair));
