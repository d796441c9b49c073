// Average, max and global pooling. The gradient of an average is a depthwise convolution with a constant kernel;
// that of a maximum is scattered to the first largest element of each window, as PyTorch does.

import type { FeatureShape } from "../../graph/operator.ts";
import type { Pool } from "../../graph/ops/pool.ts";
import { windowAttributes } from "../../graph/window.ts";
import { blockedDomain, sizeOf, type Tensor } from "../tensor-graph/builder.ts";
import { multiply, reshape, scalar, slidingAttributes } from "../tensor-graph/operations.ts";
import { blockedInputGradient } from "./blocked-input-gradient.ts";
import { meanPerImage } from "./channels.ts";
import type { FeatureMap, Layout, Lowered, LoweringContext, LoweringRule } from "./context.ts";
import { inputGradient } from "./convolution.ts";
import { exposeBlocks, featureMap, layoutOf, read, tensorShape } from "./feature-map.ts";
import { columns } from "./plain-weight-gradient.ts";

export const pool: LoweringRule<"pool"> = {
  train: (context, { op }, { input, outputShape }) =>
    op.mode === "max"
      ? lowerMaximum(context, op, input, outputShape)
      : lowerAverage(context, op, input, outputShape),
  predict: ({ op }, { graph, inputs, shape }) =>
    op.mode === "max"
      ? graph.emit("MaxPool", inputs, shape, windowAttributes(op))
      : graph.emit("AveragePool", inputs, shape, {
          ...windowAttributes(op),
          count_include_pad: Number(op.countPadding),
        }),
};

export const globalPool: LoweringRule<"global-pool"> = {
  train: (context, _node, { input }) => lowerGlobalPool(context, input),
  predict: (_node, { graph, inputs, shape }) => graph.emit("GlobalAveragePool", inputs, shape),
};

function lowerAverage(context: LoweringContext, op: Pool, input: FeatureMap, shape: FeatureShape): Lowered {
  const { graph } = context;
  const inside = op.padding[0] < op.kernel[0] && op.padding[1] < op.kernel[1];
  const layout = inside ? layoutOf(input) : "plain";
  const x = read(context, input, layout);
  const attributes = poolAttributes(op);
  const y = graph.emit(
    "AveragePool",
    [x],
    tensorShape(context, shape, layout),
    { ...attributes, count_include_pad: Number(op.countPadding) },
    layout === "blocked" ? blockedDomain : "",
  );
  return {
    output: featureMap(shape, layout, y),
    backward(gradient) {
      const d = divideByCount(context, read(context, gradient, layout), { op, layout, input: input.shape });
      const channels = x.shape[1] as number;
      const window = { ...op, groups: channels };
      const ones = (count: number, kernel: readonly [number, number]) => {
        const data = new Float32Array(count * kernel[0] * kernel[1]).fill(1);
        return graph.constant(data, [count, 1, ...kernel]);
      };
      const kernel = ones(channels, op.kernel);
      const dx =
        layout === "blocked"
          ? blockedInputGradient(context, d, {
              op,
              size: [input.shape[1], input.shape[2]],
              channels,
              depthwise: true,
              weights: (taps) => ones(channels, [taps.height, taps.width]),
            })
          : inputGradient(context, d, {
              op: window,
              inputShape: x.shape,
              weight: kernel,
              flipped: () => kernel,
            });
      return [featureMap(input.shape, layout, dx)];
    },
  };
}

/** Divides each value by the number of elements of its window, padding counted or not. */
function divideByCount(
  context: LoweringContext,
  d: Tensor,
  options: { readonly op: Pool; readonly layout: Layout; readonly input: FeatureShape },
): Tensor {
  const { graph } = context;
  const { op, layout, input } = options;
  const { kernel, stride, padding } = op;
  if (op.countPadding || (padding[0] === 0 && padding[1] === 0))
    return multiply(graph, d, 1 / (kernel[0] * kernel[1]));
  const [, , height, width] = d.shape as [number, number, number, number];
  const counts = (length: number, size: number, axis: 0 | 1) =>
    Array.from({ length }, (_, index) => {
      const start = index * stride[axis] - padding[axis];
      return Math.min(size, start + kernel[axis]) - Math.max(0, start);
    });
  const down = counts(height, input[1], 0);
  const across = counts(width, input[2], 1);
  const inverse = down.flatMap((rows) => across.map((columns) => 1 / (rows * columns)));
  if (layout === "plain") {
    return multiply(graph, d, graph.constant(Float32Array.from(inverse), [height, width]));
  }
  const exposed = exposeBlocks(context, d);
  const { blockSize } = context.target;
  const lanes = Float32Array.from({ length: inverse.length * blockSize }, (_, index) => {
    return inverse[Math.floor(index / blockSize)] as number;
  });
  return reshape(
    graph,
    multiply(graph, exposed, graph.constant(lanes, [inverse.length, blockSize])),
    d.shape,
  );
}

function lowerMaximum(context: LoweringContext, op: Pool, input: FeatureMap, shape: FeatureShape): Lowered {
  const { graph } = context;
  if (!context.target.microsoft) return lowerPortableMaximum(context, op, input, shape);
  const x = read(context, input, "plain");
  const outShape = tensorShape(context, shape, "plain");
  const [y, indices] = graph.emitMany("MaxPool", [x], [outShape, outShape], poolAttributes(op)) as [
    Tensor,
    Tensor,
  ];
  return {
    output: featureMap(shape, "plain", y),
    backward(gradient) {
      const size = [sizeOf(x.shape)];
      const flat = (tensor: Tensor) => reshape(graph, tensor, [sizeOf(outShape)]);
      const zeros = graph.emit(
        "Expand",
        [graph.constant(Float32Array.of(0), []), graph.integers(size)],
        size,
      );
      const scattered = graph.emit(
        "ScatterElements",
        [zeros, flat(indices), flat(read(context, gradient, "plain"))],
        size,
        { axis: 0, reduction: "add" },
      );
      return [featureMap(input.shape, "plain", reshape(graph, scattered, x.shape))];
    },
  };
}

/**
 * For execution providers whose pooling does not say where a maximum was: the elements of each window side by side,
 * which of them is the first largest, and the gradient taken back from there.
 */
function lowerPortableMaximum(
  context: LoweringContext,
  op: Pool,
  input: FeatureMap,
  shape: FeatureShape,
): Lowered {
  const { graph, batch } = context;
  const { kernel, stride, padding } = op;
  const x = read(context, input, "plain");
  const [channels, height, width] = input.shape;
  const [, rows, columnCount] = shape;
  const [images, taps, positions] = [batch * channels, kernel[0] * kernel[1], rows * columnCount];
  const y = graph.emit("MaxPool", [x], tensorShape(context, shape, "plain"), poolAttributes(op));
  return {
    output: featureMap(shape, "plain", y),
    backward(gradient) {
      const outside = graph.integers([0, 0, ...padding, 0, 0, ...padding]);
      const wider = [batch, channels, height + 2 * padding[0], width + 2 * padding[1]];
      const padded =
        padding[0] + padding[1] === 0 ? x : graph.emit("Pad", [x, outside, scalar(graph, lowest)], wider);
      const unfolded = columns(context, padded, { kernel, stride, padding: [0, 0] });
      const windows = reshape(graph, unfolded, [images, taps, positions]);
      const place = graph.emit("ArgMax", [windows], [images, 1, positions], { axis: 1, keepdims: 1 });
      const tap = graph.constant(
        Float32Array.from({ length: taps }, (_, index) => index),
        [taps, 1],
      );
      const hit = graph.emit(
        "Equal",
        [graph.emit("Cast", [place], place.shape, { to: 1 }), tap],
        windows.shape,
      );
      const dy = reshape(graph, read(context, gradient, "plain"), [images, 1, positions]);
      const shares = multiply(graph, graph.emit("Cast", [hit], windows.shape, { to: 1 }), dy);
      const identity = (at: (tap: number) => number, dims: readonly number[]) => {
        const data = new Float32Array(taps * taps);
        for (let index = 0; index < taps; index += 1) data[index * taps + at(index)] = 1;
        return graph.constant(data, dims);
      };
      const dx = inputGradient(context, reshape(graph, shares, [images, taps, rows, columnCount]), {
        op: { kernel, stride, padding, groups: 1 },
        inputShape: [images, 1, height, width],
        weight: identity((index) => index, [taps, 1, ...kernel]),
        flipped: () => identity((index) => taps - 1 - index, [1, taps, ...kernel]),
      });
      return [featureMap(input.shape, "plain", reshape(graph, dx, x.shape))];
    },
  };
}

/** Below every value of a map, and finite: the identity convolution multiplies it by zero. */
const lowest = -1e30;

/** The average over height and width: [C, 1, 1]. */
function lowerGlobalPool(context: LoweringContext, input: FeatureMap): Lowered {
  const { graph } = context;
  const layout = layoutOf(input);
  const x = read(context, input, layout);
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  return {
    output: featureMap([input.shape[0], 1, 1], layout, meanPerImage(context, x, layout)),
    backward(gradient) {
      const d = multiply(graph, read(context, gradient, layout), 1 / (height * width));
      if (layout === "plain") {
        return [featureMap(input.shape, layout, graph.emit("Expand", [d, graph.integers(x.shape)], x.shape))];
      }
      const { blockSize } = context.target;
      const blocks = [batch, channels / blockSize, height * width, blockSize];
      const expanded = graph.emit("Expand", [exposeBlocks(context, d), graph.integers(blocks)], blocks);
      return [featureMap(input.shape, layout, reshape(graph, expanded, x.shape))];
    },
  };
}

function poolAttributes(op: Pool) {
  const { kernel_shape, pads, strides } = slidingAttributes(op, 1);
  return { kernel_shape, pads, strides };
}
