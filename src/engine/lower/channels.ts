// Per-channel primitives in both layouts: means, dot products and affine maps. Batch norm, its gradient, gates and
// biases are made of them. In the blocked layout a dot product is a depthwise convolution whose kernel is the whole
// second map, and an affine map one of size 1 × 1: the fastest kernels onnxruntime has for either
// (64 × 48 × 32 × 32 on two cores: dot 0.37 ms, affine 1.0 ms; multiply and reduce 1.2 ms).
import { blockedDomain, type Tensor } from "../tensor-graph/builder.ts";
import { add, matMul, multiply, reduceSum, reshape } from "../tensor-graph/operations.ts";
import type { Layout, LoweringContext } from "./context.ts";

type Four = [number, number, number, number];

/** Averages over height and width: [N, C, 1, 1] (C' when blocked). */
export function meanPerImage(context: LoweringContext, map: Tensor, layout: Layout): Tensor {
  const { graph } = context;
  const [batch, channels, height, width] = map.shape as Four;
  if (height * width === 1) return map;
  const shape = [batch, channels, 1, 1];
  if (layout === "blocked") return graph.emit("GlobalAveragePool", [map], shape, {}, blockedDomain);
  return graph.emit("ReduceMean", [map], shape, { axes: [2, 3], keepdims: 1 });
}

/** Averages over the batch, height and width: [C]. */
export function meanPerChannel(context: LoweringContext, map: Tensor, layout: Layout): Tensor {
  const images = meanPerImage(context, map, layout);
  return context.graph.emit("ReduceMean", [images], [images.shape[1] as number], {
    axes: [0, 2, 3],
    keepdims: 0,
  });
}

/** Dot products over height and width: [N, C, 1, 1] (C' when blocked). */
export function dotPerImage(context: LoweringContext, a: Tensor, b: Tensor, layout: Layout): Tensor {
  const { graph } = context;
  const [batch, channels, height, width] = a.shape as Four;
  if (height * width === 1) return multiply(graph, a, b);
  const shape = [batch, channels, 1, 1];
  if (layout === "blocked") {
    const group = batch * channels;
    const dot = graph.emit(
      "Conv",
      [reshape(graph, a, [1, group, height, width]), reshape(graph, b, [group, 1, height, width])],
      [1, group, 1, 1],
      { kernel_shape: [height, width], pads: [0, 0, 0, 0], strides: [1, 1], dilations: [1, 1], group },
      blockedDomain,
    );
    return reshape(graph, dot, shape);
  }
  if (!context.target.microsoft)
    return reshape(graph, reduceSum(graph, multiply(graph, a, b), [2, 3]), shape);
  const rows = (tensor: Tensor) => reshape(graph, tensor, [batch * channels, 1, height * width]);
  return reshape(graph, matMul(graph, rows(a), rows(b), { transposeB: true, fused: true }), shape);
}

/** Dot products over the batch, height and width: [C]. */
export function dotPerChannel(context: LoweringContext, a: Tensor, b: Tensor, layout: Layout): Tensor {
  return reduceSum(context.graph, dotPerImage(context, a, b, layout), [0, 2, 3]);
}

/** Sums over the batch, height and width: [C]. */
export function sumPerChannel(context: LoweringContext, map: Tensor, layout: Layout): Tensor {
  const [batch, , height, width] = map.shape as Four;
  return multiply(context.graph, meanPerChannel(context, map, layout), batch * height * width);
}

/** scale · map + shift (+ sum), then ReLU if wanted; scale and shift are [C] (C' when blocked). */
export function affine(
  context: LoweringContext,
  map: Tensor,
  options: {
    readonly layout: Layout;
    readonly scale: Tensor;
    readonly shift?: Tensor;
    readonly sum?: Tensor;
    readonly relu?: boolean;
  },
): Tensor {
  const { graph } = context;
  const { layout, scale, shift, sum, relu = false } = options;
  const channels = map.shape[1] as number;
  if (layout === "blocked") {
    return graph.emit(
      "Conv",
      [map, reshape(graph, scale, [channels, 1, 1, 1]), shift, sum],
      map.shape,
      {
        kernel_shape: [1, 1],
        pads: [0, 0, 0, 0],
        strides: [1, 1],
        dilations: [1, 1],
        group: channels,
        ...(relu && { activation: "Relu" }),
      },
      blockedDomain,
    );
  }
  const fill = (value: number) => graph.constant(new Float32Array(channels).fill(value), [channels]);
  const scaled = shift
    ? graph.emit("BatchNormalization", [map, scale, shift, fill(0), fill(1)], map.shape, {
        epsilon: { float: 0 },
      })
    : multiply(graph, map, reshape(graph, scale, [channels, 1, 1]));
  const total = sum === undefined ? scaled : add(graph, scaled, sum);
  return relu ? graph.emit("Relu", [total], map.shape) : total;
}
