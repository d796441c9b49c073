// Convolutions in onnxruntime's blocked layout (com.microsoft.nchwc), the fastest it has on processors that support
// it. Full convolutions and depthwise ones of any kernel and stride are here; other groupings stay plain.
// The depthwise weight gradient is itself a blocked depthwise convolution: the input of one image and channel,
// convolved with the whole gradient map as its kernel (64 × 48 × 32 × 32, 3 × 3, two cores: 1.4 ms; as matrix
// products 11.5 ms). It must not know about batch norm or the optimiser.
import { blockedDomain, type Tensor } from "../graph/builder.ts";
import { concat, matMul, reduceSum, reshape, slice } from "../graph/operations.ts";
import { sumPerChannel } from "./channels.ts";
import type { ConvolutionNode, Lowered, LoweringContext, Surroundings } from "./context.ts";
import { featureMap, paddedChannels, read } from "./feature-map.ts";
import { columns } from "./plain-weight-gradient.ts";
import {
  blockedDepthwiseWeights,
  blockedWeights,
  fromBlockedDepthwise,
  identityIndices,
  paddedVector,
} from "./weights.ts";

type Four = [number, number, number, number];

/** Whether the blocked formulation applies: a target with blocks, and no groups or one group per channel. */
export function canBlock(context: LoweringContext, node: ConvolutionNode, around: Surroundings): boolean {
  const { op } = node;
  if (context.target.blockSize === 1) return false;
  const [channels] = around.input.shape;
  if (op.padding > op.kernel - 1) return false;
  return op.groups === 1 || (op.groups === channels && op.outChannels === channels);
}

export function lowerBlockedConvolution(
  context: LoweringContext,
  node: ConvolutionNode,
  around: Surroundings,
): Lowered {
  const { graph, batch } = context;
  const { op } = node;
  const { blockSize } = context.target;
  const [channels, height, width] = around.input.shape;
  const [, outHeight, outWidth] = around.outputShape;
  const depthwise = op.groups > 1;
  const name = `${node.id}.weight`;
  const outs = paddedChannels(context, op.outChannels);
  // Few input channels (the images) are read as they are: there is a kernel for it.
  const plainInput = !depthwise && channels < blockSize && around.input.layouts.plain !== undefined;
  const x = read(context, around.input, plainInput ? "plain" : "blocked");
  const weightShape = { ...op, inChannels: channels / op.groups };
  const weight = context.parameter(
    name,
    depthwise
      ? blockedDepthwiseWeights({ channels, kernel: op.kernel }, blockSize, false)
      : blockedWeights(weightShape, blockSize, plainInput ? "plainInput" : "forward"),
  );
  const bias = op.bias ? context.parameter(`${node.id}.bias`, paddedVector(op.outChannels, outs)) : undefined;
  const y = graph.emit(
    "Conv",
    [x, weight, bias],
    [batch, outs, outHeight, outWidth],
    blockedAttributes({
      ...op,
      pads: [op.padding, op.padding, op.padding, op.padding],
      group: depthwise ? outs : 1,
    }),
    blockedDomain,
  );
  return {
    output: featureMap(around.outputShape, "blocked", y),
    backward(gradient) {
      const dy = read(context, gradient, "blocked");
      if (op.bias) {
        const sum = sumPerChannel(context, dy, "blocked");
        context.gradient(`${node.id}.bias`, sum, identityIndices(op.outChannels));
      }
      if (depthwise) {
        const blocked = depthwiseKernelGradient(context, x, dy, op);
        context.gradient(name, blocked, fromBlockedDepthwise({ channels, kernel: op.kernel }, blockSize));
      } else {
        const plainX = read(context, around.input, "plain");
        context.gradient(name, fullWeightGradient(context, plainX, read(context, gradient, "plain"), op));
      }
      if (!around.inputNeedsGradient) return [undefined];
      const flipped = context.parameter(
        name,
        depthwise
          ? blockedDepthwiseWeights({ channels, kernel: op.kernel }, blockSize, true)
          : blockedWeights(weightShape, blockSize, "inputGradient"),
      );
      const dx = blockedInputGradient(context, dy, { op, flipped, size: [height, width], depthwise });
      return [featureMap(around.input.shape, "blocked", dx)];
    },
  };
}

/** The gradient of depthwise weights, in the layout of blockedDepthwiseWeights. */
function depthwiseKernelGradient(
  context: LoweringContext,
  x: Tensor,
  dy: Tensor,
  op: { readonly kernel: number; readonly stride: number; readonly padding: number },
): Tensor {
  const { graph } = context;
  const [batch, channels, height, width] = x.shape as Four;
  const [, , outHeight, outWidth] = dy.shape as Four;
  const group = batch * channels;
  // Windows that the stride leaves over at the end are cut off by a smaller, possibly negative, end padding.
  const end = (size: number, outSize: number) =>
    op.kernel - 1 + (outSize - 1) * op.stride + 1 - size - op.padding;
  const ends = [end(height, outHeight), end(width, outWidth)] as const;
  const kept = (size: number, missing: number): [number, number] => [0, size + Math.min(0, missing)];
  const cut =
    ends[0] < 0 || ends[1] < 0
      ? cropBlocked(context, x, kept(height, ends[0])[1], kept(width, ends[1])[1])
      : x;
  const taps = graph.emit(
    "Conv",
    [
      reshape(graph, cut, [1, group, cut.shape[2] as number, cut.shape[3] as number]),
      reshape(graph, dy, [group, 1, outHeight, outWidth]),
    ],
    [1, group, op.kernel, op.kernel],
    {
      kernel_shape: [outHeight, outWidth],
      pads: [op.padding, op.padding, Math.max(0, ends[0]), Math.max(0, ends[1])],
      strides: [1, 1],
      dilations: [op.stride, op.stride],
      group,
    },
    blockedDomain,
  );
  return reduceSum(graph, reshape(graph, taps, [batch, channels * op.kernel * op.kernel]), [0]);
}

/** The gradient of full weights [O, I, k, k] from plain maps. */
function fullWeightGradient(
  context: LoweringContext,
  x: Tensor,
  dy: Tensor,
  op: ConvolutionNode["op"],
): Tensor {
  const { graph, batch } = context;
  const cols = columns(context, x, op);
  const positions = (dy.shape[2] as number) * (dy.shape[3] as number);
  return reduceSum(
    graph,
    matMul(
      graph,
      reshape(graph, dy, [batch, op.outChannels, positions]),
      reshape(graph, cols, [batch, cols.shape[1] as number, positions]),
      { transposeB: true, fused: true },
    ),
    [0],
  );
}

/**
 * The gradient with respect to the input: the gradient map, with zeros between its values when the stride is
 * above 1, convolved with the flipped kernel at stride 1.
 */
export function blockedInputGradient(
  context: LoweringContext,
  dy: Tensor,
  options: {
    readonly op: { kernel: number; stride: number; padding: number };
    readonly flipped: Tensor;
    readonly size: readonly [height: number, width: number];
    readonly depthwise: boolean;
  },
): Tensor {
  const { graph } = context;
  const { op, flipped, size, depthwise } = options;
  const [batch] = dy.shape as Four;
  const spread = op.stride === 1 ? dy : insertZeros(context, dy, op.stride);
  const margin = op.kernel - 1 - op.padding;
  const missing = [0, 1].map(
    (axis) => (size[axis] as number) - (spread.shape[axis + 2] as number) + op.padding,
  );
  const lengths = missing.map((count, axis) => (spread.shape[axis + 2] as number) + Math.min(0, count));
  const source =
    Math.min(...missing) < 0
      ? cropBlocked(context, spread, lengths[0] as number, lengths[1] as number)
      : spread;
  const channels = depthwise ? (dy.shape[1] as number) : (flipped.shape[0] as number);
  return graph.emit(
    "Conv",
    [source, flipped],
    [batch, channels, size[0], size[1]],
    blockedAttributes({
      kernel: op.kernel,
      stride: 1,
      pads: [margin, margin, Math.max(0, missing[0] as number), Math.max(0, missing[1] as number)],
      group: depthwise ? channels : 1,
    }),
    blockedDomain,
  );
}

/** Puts stride − 1 zeros after every value, down and across. */
function insertZeros(context: LoweringContext, map: Tensor, stride: number): Tensor {
  const { graph } = context;
  const { blockSize } = context.target;
  const [batch, channels, height, width] = map.shape as Four;
  const rows = (batch * channels * height) / blockSize;
  const values = reshape(graph, map, [rows * width, blockSize]);
  const across = concat(graph, [values, zeros(context, [rows * width, blockSize * (stride - 1)])], 1);
  const lines = reshape(graph, across, [rows, width * blockSize * stride]);
  const down = concat(graph, [lines, zeros(context, [rows, width * blockSize * stride * (stride - 1)])], 1);
  return reshape(graph, down, [batch, channels, height * stride, width * stride]);
}

function zeros(context: LoweringContext, shape: readonly number[]): Tensor {
  const { graph } = context;
  const zero = graph.constant(Float32Array.of(0), []);
  return graph.emit("Expand", [zero, graph.integers(shape)], shape);
}

function cropBlocked(context: LoweringContext, map: Tensor, height: number, width: number): Tensor {
  const { graph } = context;
  const { blockSize } = context.target;
  const [batch, channels, fullHeight, fullWidth] = map.shape as Four;
  const images = (batch * channels) / blockSize;
  const exposed = reshape(graph, map, [images, fullHeight, fullWidth, blockSize]);
  const cut = slice(graph, slice(graph, exposed, 1, [0, height]), 2, [0, width]);
  return reshape(graph, cut, [batch, channels, height, width]);
}

function blockedAttributes(options: {
  readonly kernel: number;
  readonly stride: number;
  readonly pads: readonly number[];
  readonly group: number;
}) {
  return {
    kernel_shape: [options.kernel, options.kernel],
    pads: options.pads,
    strides: [options.stride, options.stride],
    dilations: [1, 1],
    group: options.group,
  };
}
