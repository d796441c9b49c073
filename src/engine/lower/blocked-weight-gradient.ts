// Weight gradients in the blocked layout. onnxruntime has no kernels for them; each is written as one of its blocked
// convolutions with the gradient map in the role of the kernel, which costs about what the forward pass costs.
// Every function also says where each weight lies in the tensor it gives.
// Measured on one thread against the next best formulation: full 3×3, 16 channels, 64 × 32 × 32: 4.5 ms (nine matrix
// products of shifted maps 8.6); pointwise 16 → 48: 1.7 (matrix products 2.1); depthwise 3×3, 48: 2.5 (23).
import type { Pair } from "../../graph/operator.ts";
import type { Window } from "../../graph/window.ts";
import { blockedDomain, type Tensor } from "../tensor-graph/builder.ts";
import { pad, reduceSum, reshape, transpose } from "../tensor-graph/operations.ts";
import type { LoweringContext } from "./context.ts";
import { fromBlockedDepthwise, fromBlockedMatrix, fromInputMajor } from "./weights.ts";

type Four = [number, number, number, number];

export interface WeightGradient {
  readonly tensor: Tensor;
  /** Position of each weight's gradient in the tensor. */
  readonly indices: Int32Array;
}

/** Attributes of a blocked convolution whose kernel is a whole map, moving by one with `dilations` between its taps. */
function mapKernel(map: Pair, dilations: Pair, group: number) {
  return { kernel_shape: map, pads: [0, 0, 0, 0], strides: [1, 1], dilations, group };
}

/** How much to pad (or, if negative, cut) the ends so that the map-sized kernel has `kernel` positions. */
function endPaddings({ kernel, stride, padding }: Window, size: Pair, outSize: Pair): Pair {
  const end = (axis: 0 | 1) => (outSize[axis] - 1) * stride[axis] + kernel[axis] - size[axis] - padding[axis];
  return [end(0), end(1)];
}

/**
 * Depthwise, from blocked maps: each image and channel of x is convolved with its own gradient map.
 * The padding is written out: the kernels at the edge of a map are several times slower.
 */
export function depthwiseWeightGradient(
  context: LoweringContext,
  maps: { readonly x: Tensor; readonly dy: Tensor },
  weight: Window & { readonly channels: number },
): WeightGradient {
  const { graph } = context;
  const { blockSize } = context.target;
  const { kernel, stride, padding, channels } = weight;
  const [batch, padded, height, width] = maps.x.shape as Four;
  const [, , outHeight, outWidth] = maps.dy.shape as Four;
  const group = batch * padded;
  const exposed = reshape(graph, maps.x, [group / blockSize, height, width, blockSize]);
  const ends = endPaddings(weight, [height, width], [outHeight, outWidth]);
  const framed = pad(graph, exposed, [0, ...padding, 0], [0, ...ends, 0]);
  const [, framedHeight, framedWidth] = framed.shape as Four;
  const taps = graph.emit(
    "Conv",
    [
      reshape(graph, framed, [1, group, framedHeight, framedWidth]),
      reshape(graph, maps.dy, [group, 1, outHeight, outWidth]),
    ],
    [1, group, ...kernel],
    mapKernel([outHeight, outWidth], stride, group),
    blockedDomain,
  );
  return {
    tensor: reduceSum(graph, reshape(graph, taps, [batch, padded, kernel[0] * kernel[1]]), [0]),
    indices: fromBlockedDepthwise({ channels, kernel }, blockSize),
  };
}

/**
 * Full, from x in the plain layout and dy in the blocked one: batch and channels of x change places, and a few images
 * at a time are the input channels of a convolution whose kernels are the gradient maps of those images.
 */
export function fullWeightGradient(
  context: LoweringContext,
  maps: { readonly x: Tensor; readonly dy: Tensor },
  weight: Window & { readonly outChannels: number; readonly inChannels: number },
): WeightGradient {
  const { graph } = context;
  const { blockSize } = context.target;
  const { kernel, stride, padding } = weight;
  const [given, channels, height, width] = maps.x.shape as Four;
  const [, padded, outHeight, outWidth] = maps.dy.shape as Four;
  // The images are channels here, of which there are less than a block or whole blocks: empty images make up for it.
  const batch = given < blockSize ? given : Math.ceil(given / blockSize) * blockSize;
  const ends = endPaddings(weight, [height, width], [outHeight, outWidth]);
  const framed = pad(
    graph,
    transpose(graph, maps.x, [1, 0, 2, 3]),
    [0, 0, ...padding],
    [0, batch - given, ...ends],
  );
  const dy = pad(graph, maps.dy, [0, 0, 0, 0], [batch - given, 0, 0, 0]);
  // Fewer input channels than a block select the kernel that takes them unblocked.
  const images = largestDivisor(batch, blockSize - 1);
  const groups = batch / images;
  const blocks = padded / blockSize;
  const grouped = reshape(graph, dy, [groups, images, blocks, outHeight * outWidth * blockSize]);
  const kernels = blocks === 1 ? grouped : transpose(graph, grouped, [0, 2, 1, 3]);
  const taps = graph.emit(
    "Conv",
    [framed, reshape(graph, kernels, [groups * padded, images, outHeight, outWidth])],
    [channels, groups * padded, ...kernel],
    mapKernel([outHeight, outWidth], stride, groups),
    blockedDomain,
  );
  const perGroup = reshape(graph, taps, [channels, groups, padded * kernel[0] * kernel[1]]);
  return {
    tensor: groups === 1 ? perGroup : reduceSum(graph, perGroup, [1]),
    indices: fromInputMajor({ ...weight, groups: 1 }, blockSize),
  };
}

/** Whether `pointwiseWeightGradient` applies to maps of this size: they must consist of whole tiles. */
export function hasWholeTiles(context: LoweringContext, height: number, width: number): boolean {
  return (height * width) % context.target.blockSize === 0;
}

/**
 * Pointwise, from blocked maps: the products of all channels of one map with all of the other, summed over the batch.
 * As a pointwise convolution: the pixels are its input channels, one map's channels its positions, the other map its
 * kernel, each image its own group. Only the smaller map has to be rearranged, in tiles of B channels by B pixels.
 */
export function pointwiseWeightGradient(
  context: LoweringContext,
  maps: { readonly x: Tensor; readonly dy: Tensor },
  weight: { readonly outChannels: number; readonly inChannels: number },
): WeightGradient {
  const { graph } = context;
  const { blockSize } = context.target;
  const inputRows = (maps.x.shape[1] as number) > (maps.dy.shape[1] as number);
  const [tiled, kernel] = inputRows ? [maps.dy, maps.x] : [maps.x, maps.dy];
  const [batch, columns, height, width] = tiled.shape as Four;
  const rows = kernel.shape[1] as number;
  const pixels = height * width;
  const tiles = pixels / blockSize;
  const blocks = columns / blockSize;
  const source = reshape(graph, tiled, [batch * blocks * tiles, blockSize, 1, blockSize]);
  const turned = graph.emit("ReorderOutput", [source], source.shape, { channels: blockSize }, blockedDomain);
  const inTiles = reshape(graph, turned, [batch, blocks, tiles, blockSize * blockSize]);
  const image = blocks === 1 ? inTiles : transpose(graph, inTiles, [0, 2, 1, 3]);
  const products = graph.emit(
    "Conv",
    [
      reshape(graph, image, [1, batch * pixels, 1, columns]),
      reshape(graph, kernel, [batch * rows, pixels, 1, 1]),
    ],
    [1, batch * rows, 1, columns],
    mapKernel([1, 1], [1, 1], batch),
    blockedDomain,
  );
  return {
    tensor: reduceSum(graph, reshape(graph, products, [batch, rows, columns]), [0]),
    indices: fromBlockedMatrix(weight, { blockSize, columns, inputRows }),
  };
}

function largestDivisor(number: number, limit: number): number {
  let divisor = Math.min(number, limit);
  while (number % divisor !== 0) divisor -= 1;
  return divisor;
}
