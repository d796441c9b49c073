// Convolutions in onnxruntime's blocked layout (com.microsoft.nchwc), the fastest it has on processors that support
// it. Full convolutions and depthwise ones of any kernel and stride are here; other groupings stay plain.
// It must not know about batch norm or the optimiser.
import { isPointwise } from "../../graph/window.ts";
import { blockedDomain, type Tensor } from "../tensor-graph/builder.ts";
import { pad, reshape, slice, slidingAttributes } from "../tensor-graph/operations.ts";
import { blockedInputGradient } from "./blocked-input-gradient.ts";
import {
  depthwiseWeightGradient,
  fullWeightGradient,
  hasWholeTiles,
  pointwiseWeightGradient,
} from "./blocked-weight-gradient.ts";
import { sumPerChannel } from "./channels.ts";
import type { FeatureMap, Lowered, LoweringContext, NodeOf, Surroundings } from "./context.ts";
import { featureMap, paddedChannels, read } from "./feature-map.ts";
import {
  allTaps,
  blockedDepthwiseWeights,
  blockedWeights,
  identityIndices,
  paddedVector,
  type Taps,
} from "./weights.ts";

/** Whether the blocked formulation applies: a target with blocks, and no groups or one group per channel. */
export function canBlock(context: LoweringContext, node: NodeOf<"conv">, around: Surroundings): boolean {
  const { op } = node;
  if (context.target.blockSize === 1) return false;
  const [channels] = around.input.shape;
  return op.groups === 1 || (op.groups === channels && op.outChannels === channels);
}

export function lowerBlockedConvolution(
  context: LoweringContext,
  node: NodeOf<"conv">,
  around: Surroundings,
): Lowered {
  const { op } = node;
  if (isSubsampling(op)) return lowerSubsampled(context, node, around);
  const { graph, batch } = context;
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
  const arrangement = (taps: Taps, swapped: boolean) =>
    depthwise
      ? blockedDepthwiseWeights({ channels, kernel: op.kernel }, blockSize, taps)
      : blockedWeights(weightShape, { blockSize, taps, swapped, plainInput: plainInput && !swapped });
  const weight = context.parameter(name, arrangement(allTaps(op.kernel, false), false));
  const bias = op.bias ? context.parameter(`${node.id}.bias`, paddedVector(op.outChannels, outs)) : undefined;
  const y = graph.emit(
    "Conv",
    [x, weight, bias],
    [batch, outs, outHeight, outWidth],
    slidingAttributes(op, depthwise ? outs : 1),
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
      const { tensor, indices } = weightGradient(context, node, { input: around.input, dy });
      context.gradient(name, tensor, indices);
      if (!around.inputNeedsGradient) return [undefined];
      const dx = blockedInputGradient(context, dy, {
        op,
        size: [height, width],
        channels: paddedChannels(context, channels),
        depthwise,
        weights: (taps) => context.parameter(name, arrangement(taps, true)),
      });
      return [featureMap(around.input.shape, "blocked", dx)];
    },
  };
}

function weightGradient(
  context: LoweringContext,
  { op }: NodeOf<"conv">,
  maps: { readonly input: FeatureMap; readonly dy: Tensor },
) {
  const { input, dy } = maps;
  const [channels, height, width] = input.shape;
  if (op.groups > 1) {
    return depthwiseWeightGradient(context, { x: read(context, input, "blocked"), dy }, { ...op, channels });
  }
  const weight = { ...op, inChannels: channels };
  if (isPointwise(op) && hasWholeTiles(context, height, width)) {
    return pointwiseWeightGradient(context, { x: read(context, input, "blocked"), dy }, weight);
  }
  return fullWeightGradient(context, { x: read(context, input, "plain"), dy }, weight);
}

/** Whether the window is one pixel that leaves some out. */
function isSubsampling({ kernel, stride, padding }: NodeOf<"conv">["op"]): boolean {
  return kernel[0] * kernel[1] === 1 && stride[0] * stride[1] > 1 && padding[0] + padding[1] === 0;
}

/** 1 × 1 with a stride: every stride-th pixel, then a pointwise convolution of those. */
function lowerSubsampled(context: LoweringContext, node: NodeOf<"conv">, around: Surroundings): Lowered {
  const { graph, batch } = context;
  const { blockSize } = context.target;
  const { stride } = node.op;
  const [channels, height, width] = around.input.shape;
  const [, outHeight, outWidth] = around.outputShape;
  const padded = paddedChannels(context, channels);
  const images = (batch * padded) / blockSize;
  const [down, across] = stride;
  const missing = [outHeight * down - height, outWidth * across - width] as const;
  const exposed = reshape(graph, read(context, around.input, "blocked"), [images, height, width, blockSize]);
  const whole = pad(graph, exposed, [0, 0, 0, 0], [0, ...missing, 0]);
  const split = reshape(graph, whole, [images * outHeight, down, outWidth, across * blockSize]);
  const kept = slice(graph, slice(graph, split, 1, [0, 1]), 3, [0, blockSize]);
  const pixels = featureMap(
    [channels, outHeight, outWidth],
    "blocked",
    reshape(graph, kept, [batch, padded, outHeight, outWidth]),
  );
  const inner = lowerBlockedConvolution(
    context,
    { ...node, op: { ...node.op, stride: [1, 1] } },
    { ...around, input: pixels },
  );
  return {
    output: inner.output,
    backward(gradient) {
      const [reached] = inner.backward(gradient);
      if (reached === undefined) return [undefined];
      // Zeros between the pixels, then cut to size.
      const dx = reshape(graph, read(context, reached, "blocked"), [
        images * outHeight,
        1,
        outWidth,
        blockSize,
      ]);
      const spread = pad(graph, dx, [0, 0, 0, 0], [0, down - 1, 0, (across - 1) * blockSize]);
      const map = reshape(graph, spread, [images, outHeight * down, outWidth * across, blockSize]);
      const cut = pad(graph, map, [0, 0, 0, 0], [0, -missing[0], -missing[1], 0]);
      return [featureMap(around.input.shape, "blocked", reshape(graph, cut, [batch, padded, height, width]))];
    },
  };
}
