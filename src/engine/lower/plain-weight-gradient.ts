// Weight gradients of plain convolutions that are neither pointwise nor blocked. onnxruntime has no kernel for them,
// so they are written with the operators it is fast at: matrix products and convolutions with constant kernels.
import { isPointwise, slidingLength, type Window } from "../../graph/window.ts";
import type { Tensor } from "../tensor-graph/builder.ts";
import { matMul, reduceSum, reshape, slidingAttributes } from "../tensor-graph/operations.ts";
import type { LoweringContext } from "./context.ts";

/**
 * im2col as a convolution with an identity kernel: [N, C · kH · kW, H', W']. Depthwise is the fastest here; a portable
 * graph takes the channels as further images, since onnxruntime's WebGPU provider gets groups of 9 channels wrong.
 */
export function columns(context: LoweringContext, x: Tensor, window: Window): Tensor {
  const { graph } = context;
  const { kernel } = window;
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const area = kernel[0] * kernel[1];
  if (isPointwise(window)) return x;
  const group = context.target.microsoft ? channels : 1;
  const images = (batch * channels) / group;
  const identity = new Float32Array(group * area * area);
  for (let row = 0; row < group * area; row += 1) identity[row * area + (row % area)] = 1;
  const [rows, cols] = [slidingLength(height, window, 0), slidingLength(width, window, 1)];
  const unfolded = graph.emit(
    "Conv",
    [
      reshape(graph, x, [images, group, height, width]),
      graph.constant(identity, [group * area, 1, ...kernel]),
    ],
    [images, group * area, rows, cols],
    slidingAttributes(window, group),
  );
  return reshape(graph, unfolded, [batch, channels * area, rows, cols]);
}

/**
 * Depthwise: dy times a constant matrix gives its rows shifted by each horizontal tap; the product of those rows
 * with all rows of x holds every wanted dot product, and a constant mask picks and sums them. [C, 1, kH, kW].
 */
export function depthwiseWeightGradient(
  context: LoweringContext,
  x: Tensor,
  dy: Tensor,
  window: Window,
): Tensor {
  const { graph } = context;
  const { kernel, stride, padding } = window;
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const [, , outHeight, outWidth] = dy.shape as [number, number, number, number];

  const [tapRows, tapColumns] = kernel;
  const shift = new Float32Array(outWidth * tapColumns * width);
  for (let column = 0; column < outWidth; column += 1) {
    for (let tap = 0; tap < tapColumns; tap += 1) {
      const source = column * stride[1] + tap - padding[1];
      if (source >= 0 && source < width) shift[(column * tapColumns + tap) * width + source] = 1;
    }
  }
  const taps = tapRows * tapColumns;
  const mask = new Float32Array(outHeight * tapColumns * height * taps);
  for (let row = 0; row < outHeight; row += 1) {
    for (let across = 0; across < tapColumns; across += 1) {
      for (let down = 0; down < tapRows; down += 1) {
        const source = row * stride[0] + down - padding[0];
        if (source < 0 || source >= height) continue;
        mask[((row * tapColumns + across) * height + source) * taps + down * tapColumns + across] = 1;
      }
    }
  }
  const shifted = matMul(graph, dy, graph.constant(shift, [outWidth, tapColumns * width]));
  const rows = reshape(graph, shifted, [batch, channels, outHeight * tapColumns, width]);
  const products = matMul(graph, rows, x, { transposeB: true, fused: context.target.microsoft });
  const summed = reshape(graph, reduceSum(graph, products, [0]), [channels, outHeight * tapColumns * height]);
  const picked = matMul(graph, summed, graph.constant(mask, [outHeight * tapColumns * height, taps]));
  return reshape(graph, picked, [channels, 1, ...kernel]);
}
