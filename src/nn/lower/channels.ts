// Three per-channel primitives in both layouts: sums, dot products and affine maps. Batch norm, its gradient, gates
// and biases are made of them. In the blocked layout a dot product is a depthwise convolution whose kernel is the
// whole second map, and an affine map one of size 1 × 1: the fastest kernels onnxruntime has for either
// (64 × 48 × 32 × 32 on two cores: dot 0.37 ms, affine 1.0 ms; multiply and reduce 1.2 ms).
import { blockedDomain, type Tensor } from "../graph/builder.ts";
import { add, matMul, multiply, reduceSum, reshape } from "../graph/operations.ts";
import type { Layout, LoweringContext } from "./context.ts";

type Four = [number, number, number, number];

/** Sums over height and width: [N, C] (C' when blocked). */
export function sumPerImage(context: LoweringContext, map: Tensor, layout: Layout): Tensor {
  const { graph } = context;
  const [batch, channels, height, width] = map.shape as Four;
  if (height * width === 1) return reshape(graph, map, [batch, channels]);
  if (layout === "plain") return reduceSum(graph, map, [2, 3]);
  const { blockSize } = context.target;
  const blocks = reshape(graph, map, [(batch * channels) / blockSize, height * width, blockSize]);
  return reshape(graph, reduceSum(graph, blocks, [1]), [batch, channels]);
}

/** Dot products over height and width: [N, C] (C' when blocked). */
export function dotPerImage(context: LoweringContext, a: Tensor, b: Tensor, layout: Layout): Tensor {
  const { graph } = context;
  const [batch, channels, height, width] = a.shape as Four;
  if (height * width === 1) return reshape(graph, multiply(graph, a, b), [batch, channels]);
  if (layout === "blocked") {
    const group = batch * channels;
    const dot = graph.emit(
      "Conv",
      [reshape(graph, a, [1, group, height, width]), reshape(graph, b, [group, 1, height, width])],
      [1, group, 1, 1],
      { kernel_shape: [height, width], pads: [0, 0, 0, 0], strides: [1, 1], dilations: [1, 1], group },
      blockedDomain,
    );
    return reshape(graph, dot, [batch, channels]);
  }
  if (!context.target.microsoft) return reduceSum(graph, multiply(graph, a, b), [2, 3]);
  const rows = (tensor: Tensor) => reshape(graph, tensor, [batch * channels, 1, height * width]);
  return reshape(graph, matMul(graph, rows(a), rows(b), { transposeB: true, fused: true }), [
    batch,
    channels,
  ]);
}

/** Sums over the batch, height and width: [C]. */
export function sumPerChannel(context: LoweringContext, map: Tensor, layout: Layout): Tensor {
  return reduceSum(context.graph, sumPerImage(context, map, layout), [0]);
}

/** Dot products over the batch, height and width: [C]. */
export function dotPerChannel(context: LoweringContext, a: Tensor, b: Tensor, layout: Layout): Tensor {
  return reduceSum(context.graph, dotPerImage(context, a, b, layout), [0]);
}

/** scale · map + shift (+ sum), scale and shift being [C] (C' when blocked). */
export function affine(
  context: LoweringContext,
  map: Tensor,
  options: {
    readonly layout: Layout;
    readonly scale: Tensor;
    readonly shift?: Tensor;
    readonly sum?: Tensor;
  },
): Tensor {
  const { graph } = context;
  const { layout, scale, shift, sum } = options;
  const channels = map.shape[1] as number;
  if (layout === "blocked") {
    return graph.emit(
      "Conv",
      [map, reshape(graph, scale, [channels, 1, 1, 1]), shift ?? (sum && zeros(context, channels)), sum],
      map.shape,
      { kernel_shape: [1, 1], pads: [0, 0, 0, 0], strides: [1, 1], dilations: [1, 1], group: channels },
      blockedDomain,
    );
  }
  const column = (tensor: Tensor) => reshape(graph, tensor, [channels, 1, 1]);
  const scaled = shift
    ? normalise(context, map, [scale, shift, zeros(context, channels), ones(context, channels)], 0)
    : multiply(graph, map, column(scale));
  return sum === undefined ? scaled : add(graph, scaled, sum);
}

/** Batch norm in inference mode: `parameters` are scale, shift, mean and variance, each [C]. */
export function normalise(
  context: LoweringContext,
  map: Tensor,
  parameters: readonly [scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor],
  epsilon: number,
): Tensor {
  return context.graph.emit("BatchNormalization", [map, ...parameters], map.shape, {
    epsilon: { float: epsilon },
  });
}

function zeros(context: LoweringContext, count: number): Tensor {
  return context.graph.constant(new Float32Array(count), [count]);
}
function ones(context: LoweringContext, count: number): Tensor {
  return context.graph.constant(new Float32Array(count).fill(1), [count]);
}
