// Convolutions in the plain layout, for every kernel, stride, padding and number of groups, and the choice of
// formulation: blocked.ts takes over what onnxruntime's blocked kernels do faster. Where the formulations come
// from: docs/log.md and benchmarks/training-speed. It must not know about batch norm or the optimiser.
import { isPointwise, type Window, windowAttributes } from "../../graph/window.ts";
import type { Tensor } from "../tensor-graph/builder.ts";
import {
  concat,
  matMul,
  pad,
  reduceSum,
  reshape,
  slice,
  slidingAttributes,
  transpose,
} from "../tensor-graph/operations.ts";
import { canBlock, lowerBlockedConvolution } from "./blocked-convolution.ts";
import type { Lowered, LoweringContext, LoweringRule, NodeOf, Surroundings } from "./context.ts";
import { lowerLinear } from "./dense.ts";
import { featureMap, read } from "./feature-map.ts";
import { columns, depthwiseWeightGradient } from "./plain-weight-gradient.ts";
import { flippedWeights } from "./weights.ts";

export const conv: LoweringRule<"conv"> = {
  train: lowerConvolution,
  predict: ({ op }, { graph, inputs, shape, parameter }) =>
    graph.emit("Conv", [...inputs, parameter("weight"), parameter("bias")], shape, {
      ...windowAttributes(op),
      group: op.groups,
    }),
};

function lowerConvolution(context: LoweringContext, node: NodeOf<"conv">, around: Surroundings): Lowered {
  const { op } = node;
  const [, height, width] = around.input.shape;
  const pointwise = op.groups === 1 && isPointwise(op);
  if (pointwise && height === 1 && width === 1) return lowerLinear(context, node, around);
  if (canBlock(context, node, around)) return lowerBlockedConvolution(context, node, around);
  return pointwise ? lowerPointwise(context, node, around) : lowerGeneral(context, node, around);
}

/** 1 × 1: matrix products over the channels, one per image. */
function lowerPointwise(context: LoweringContext, node: NodeOf<"conv">, around: Surroundings): Lowered {
  const { graph, batch } = context;
  const fused = context.target.microsoft;
  const [inputs, height, width] = around.input.shape;
  const { outChannels, bias } = node.op;
  const x = reshape(graph, read(context, around.input, "plain"), [batch, inputs, height * width]);
  const weight = reshape(graph, context.parameter(`${node.id}.weight`), [outChannels, inputs]);
  const product = matMul(graph, weight, x);
  const y = reshape(graph, product, [batch, outChannels, height, width]);
  return {
    output: featureMap(around.outputShape, "plain", bias ? addBias(context, node, y) : y),
    backward(gradient) {
      const map = read(context, gradient, "plain");
      if (bias) context.gradient(`${node.id}.bias`, reduceSum(graph, map, [0, 2, 3]));
      const dy = reshape(graph, map, [batch, outChannels, height * width]);
      context.gradient(
        `${node.id}.weight`,
        reduceSum(graph, matMul(graph, dy, x, { transposeB: true, fused }), [0]),
      );
      if (!around.inputNeedsGradient) return [undefined];
      const dx = matMul(graph, transpose(graph, weight, [1, 0]), dy);
      return [featureMap(around.input.shape, "plain", reshape(graph, dx, [batch, inputs, height, width]))];
    },
  };
}

function lowerGeneral(context: LoweringContext, node: NodeOf<"conv">, around: Surroundings): Lowered {
  const { graph, batch } = context;
  const { op } = node;
  const [channels] = around.input.shape;
  const [, outHeight, outWidth] = around.outputShape;
  const x = read(context, around.input, "plain");
  const weight = context.parameter(`${node.id}.weight`);
  const attributes = slidingAttributes(op, op.groups);
  const outShape = [batch, op.outChannels, outHeight, outWidth];
  const y = convolve(context, { operator: "Conv", x, weight, shape: outShape, attributes });
  return {
    output: featureMap(around.outputShape, "plain", op.bias ? addBias(context, node, y) : y),
    backward(gradient) {
      const dy = read(context, gradient, "plain");
      if (op.bias) context.gradient(`${node.id}.bias`, reduceSum(graph, dy, [0, 2, 3]));
      const depthwise = op.groups === channels && op.outChannels === channels;
      const weightGradient = depthwise
        ? depthwiseWeightGradient(context, x, dy, op)
        : groupedWeightGradient(context, x, dy, op);
      context.gradient(`${node.id}.weight`, weightGradient);
      if (!around.inputNeedsGradient) return [undefined];
      const name = `${node.id}.weight`;
      const weightShape = { ...op, inChannels: channels / op.groups };
      const dx = inputGradient(context, dy, {
        op,
        inputShape: x.shape,
        weight,
        flipped: () => context.parameter(name, flippedWeights(weightShape)),
      });
      return [featureMap(around.input.shape, "plain", dx)];
    },
  };
}

/** im2col by a convolution with an identity kernel, then one matrix product per image and group. */
function groupedWeightGradient(
  context: LoweringContext,
  x: Tensor,
  dy: Tensor,
  op: NodeOf<"conv">["op"],
): Tensor {
  const { graph, batch } = context;
  const [, channels] = x.shape as [number, number];
  const positions = (dy.shape[2] as number) * (dy.shape[3] as number);
  const rows = (channels / op.groups) * op.kernel[0] * op.kernel[1];
  const cols = reshape(graph, columns(context, x, op), [batch, op.groups, rows, positions]);
  const d = reshape(graph, dy, [batch, op.groups, op.outChannels / op.groups, positions]);
  return reduceSum(graph, matMul(graph, d, cols, { transposeB: true, fused: context.target.microsoft }), [0]);
}

/**
 * The gradient with respect to a convolution's input in the plain layout. At stride 1 it is a convolution with the
 * flipped kernel, otherwise a transposed convolution.
 */
export function inputGradient(
  context: LoweringContext,
  dy: Tensor,
  options: {
    readonly op: Window & { readonly groups: number };
    readonly inputShape: readonly number[];
    readonly weight: Tensor;
    readonly flipped: () => Tensor;
  },
): Tensor {
  const { graph } = context;
  const { op, inputShape } = options;
  const { kernel, stride, padding } = op;
  const margin = [kernel[0] - 1 - padding[0], kernel[1] - 1 - padding[1]] as const;
  if (stride[0] === 1 && stride[1] === 1 && margin[0] >= 0 && margin[1] >= 0) {
    const attributes = slidingAttributes({ kernel, stride, padding: margin }, op.groups);
    return convolve(context, {
      ...{ operator: "Conv", x: dy, weight: options.flipped() },
      ...{ shape: inputShape, attributes },
    });
  }
  const missing = ([0, 1] as const).map((axis) => {
    const covered = ((dy.shape[axis + 2] as number) - 1) * stride[axis] + kernel[axis] - 2 * padding[axis];
    return (inputShape[axis + 2] as number) - covered;
  });
  // output_padding must be smaller than the stride; what a window never reaches has no gradient.
  const inside = missing.map((count, axis) => Math.min(count, (stride[axis] as number) - 1)) as [
    number,
    number,
  ];
  const attributes = {
    ...slidingAttributes(op, op.groups),
    output_padding: inside,
  };
  const reached = inputShape.map((size, axis) =>
    axis < 2 ? size : size - (missing[axis - 2] as number) + (inside[axis - 2] as number),
  );
  const dx = convolve(context, {
    ...{ operator: "ConvTranspose", x: dy, weight: options.weight },
    ...{ shape: reached, attributes },
  });
  const rest = inputShape.map((size, axis) => size - (reached[axis] as number));
  return pad(graph, dx, [0, 0, 0, 0], rest);
}

/**
 * A convolution, or a transposed one, in as many groups as its attributes say. A portable graph computes each group
 * apart, unless it is depthwise: onnxruntime's WebGPU provider gets some group sizes wrong (docs/log.md).
 */
function convolve(
  { graph, target }: LoweringContext,
  given: {
    readonly operator: "Conv" | "ConvTranspose";
    readonly x: Tensor;
    readonly weight: Tensor;
    readonly shape: readonly number[];
    readonly attributes: ReturnType<typeof slidingAttributes>;
  },
): Tensor {
  const { operator, x, weight, shape, attributes } = given;
  const { group } = attributes;
  const [batch, channels, ...size] = shape as [number, number, number, number];
  const depthwise = x.shape[1] === group && channels === group;
  if (target.microsoft || group === 1 || depthwise)
    return graph.emit(operator, [x, weight], shape, attributes);
  const part = (tensor: Tensor, axis: number, index: number) => {
    const length = (tensor.shape[axis] as number) / group;
    return slice(graph, tensor, axis, [index * length, (index + 1) * length]);
  };
  const outputs = Array.from({ length: group }, (_, index) =>
    graph.emit(operator, [part(x, 1, index), part(weight, 0, index)], [batch, channels / group, ...size], {
      ...attributes,
      group: 1,
    }),
  );
  return concat(graph, outputs, 1);
}

function addBias(context: LoweringContext, node: NodeOf<"conv">, y: Tensor): Tensor {
  const bias = context.parameter(`${node.id}.bias`);
  return context.graph.emit("Add", [y, reshape(context.graph, bias, [node.op.outChannels, 1, 1])], y.shape);
}
