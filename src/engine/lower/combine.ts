// Rules that join or rescale maps: add, multiply (gates), concat, scale, flatten, zero. All work in either layout; concat
// stays blocked only when every part fills whole blocks.

import type { FeatureShape } from "../../graph/operator.ts";
import type { Tensor } from "../tensor-graph/builder.ts";
import { concat, multiply, reshape, slice } from "../tensor-graph/operations.ts";
import { dotPerImage } from "./channels.ts";
import type { FeatureMap, Layout, Lowered, LoweringContext, LoweringRule } from "./context.ts";
import {
  commonLayout,
  exposeBlocks,
  featureMap,
  layoutOf,
  read,
  sumMaps,
  tensorShape,
  zeroMap,
} from "./feature-map.ts";

export const add: LoweringRule<"add"> = {
  train(context, _node, { inputs }) {
    const [first, ...rest] = inputs as readonly [FeatureMap, ...FeatureMap[]];
    return {
      output: rest.reduce((sum, map) => sumMaps(context, sum, map), first),
      backward: (gradient) => inputs.map(() => gradient),
    };
  },
  predict: (_node, { graph, inputs, shape }) =>
    inputs.reduce((sum, tensor) => graph.emit("Add", [sum, tensor], shape)),
};

export const multiplication: LoweringRule<"multiply"> = {
  train: (context, _node, { inputs }) => lowerMultiply(context, inputs as readonly [FeatureMap, FeatureMap]),
  predict: (_node, { graph, inputs, shape }) => graph.emit("Mul", inputs, shape),
};

export const concatenation: LoweringRule<"concat"> = {
  train: (context, _node, { inputs, outputShape }) => lowerConcat(context, inputs, outputShape),
  predict: (_node, { graph, inputs, shape }) => graph.emit("Concat", inputs, shape, { axis: 1 }),
};

export const scale: LoweringRule<"scale"> = {
  train: (context, { op }, { input }) => lowerScale(context, op.factor, input),
  predict: ({ op }, { graph, inputs, shape }) =>
    graph.emit("Mul", [...inputs, graph.constant(Float32Array.of(op.factor), [])], shape),
};

export const flatten: LoweringRule<"flatten"> = {
  train: (context, _node, { input, outputShape }) => lowerFlatten(context, input, outputShape),
  predict: (_node, { graph, inputs, shape }) =>
    graph.emit("Reshape", [...inputs, graph.integers([0, shape[1] as number, 1, 1])], shape),
};

export const zero: LoweringRule<"zero"> = {
  train: (_context, _node, { outputShape }) => ({
    output: zeroMap(outputShape),
    backward: () => [undefined],
  }),
  predict({ op }, { graph, inputs, shape }) {
    // Zeros of a shape that depends on the batch: one channel, pooled to size, times 0, repeated.
    const [first] = inputs as readonly [Tensor];
    const pooled =
      op.stride[0] * op.stride[1] === 1
        ? first
        : graph.emit("MaxPool", [first], shape, { kernel_shape: [1, 1], strides: op.stride });
    const ends = [[0], [1], [1]].map((values) => graph.integers(values));
    const channel = graph.emit("Slice", [pooled, ...ends], []);
    const none = graph.emit("Mul", [channel, graph.constant(Float32Array.of(0), [])], []);
    return graph.emit("Expand", [none, graph.integers([1, op.outChannels, 1, 1])], shape);
  },
};

/** The product of two maps of one shape, or of a map and a gate [C, 1, 1]. */
function lowerMultiply(context: LoweringContext, inputs: readonly [FeatureMap, FeatureMap]): Lowered {
  const { graph } = context;
  const [a, b] = inputs;
  if (a.shape.join() === b.shape.join()) {
    const layout = commonLayout(inputs);
    const [left, right] = [read(context, a, layout), read(context, b, layout)];
    return {
      output: featureMap(a.shape, layout, multiply(graph, left, right)),
      backward(gradient) {
        const d = read(context, gradient, layout);
        return [
          featureMap(a.shape, layout, multiply(graph, d, right)),
          featureMap(b.shape, layout, multiply(graph, d, left)),
        ];
      },
    };
  }
  const gateFirst = a.shape[1] * a.shape[2] < b.shape[1] * b.shape[2];
  const [map, gate] = gateFirst ? [b, a] : [a, b];
  const layout = layoutOf(map);
  const x = read(context, map, layout);
  const s = read(context, gate, layout);
  const gated = (tensor: typeof x) =>
    layout === "plain"
      ? multiply(graph, tensor, s)
      : reshape(graph, multiply(graph, exposeBlocks(context, tensor), exposeBlocks(context, s)), x.shape);
  return {
    output: featureMap(map.shape, layout, gated(x)),
    backward(gradient) {
      const d = read(context, gradient, layout);
      const dx = featureMap(map.shape, layout, gated(d));
      const ds = featureMap(gate.shape, layout, dotPerImage(context, d, x, layout));
      return gateFirst ? [ds, dx] : [dx, ds];
    },
  };
}

function lowerConcat(context: LoweringContext, inputs: readonly FeatureMap[], shape: FeatureShape): Lowered {
  const { graph } = context;
  const whole = inputs.every((map) => map.shape[0] % context.target.blockSize === 0);
  const layout: Layout = whole ? commonLayout(inputs) : "plain";
  const tensors = inputs.map((map) => read(context, map, layout));
  return {
    output: featureMap(shape, layout, concat(graph, tensors, 1)),
    backward(gradient) {
      const d = read(context, gradient, layout);
      let start = 0;
      return inputs.map((map) => {
        const part = slice(graph, d, 1, [start, start + map.shape[0]]);
        start += map.shape[0];
        return featureMap(map.shape, layout, part);
      });
    },
  };
}

function lowerScale(context: LoweringContext, factor: number, input: FeatureMap): Lowered {
  const scaled = (map: FeatureMap): FeatureMap => {
    if (factor === 1 || map.zero) return map;
    if (factor === 0) return zeroMap(map.shape);
    const layout = layoutOf(map);
    return featureMap(map.shape, layout, multiply(context.graph, read(context, map, layout), factor));
  };
  return { output: scaled(input), backward: (gradient) => [scaled(gradient)] };
}

function lowerFlatten(context: LoweringContext, input: FeatureMap, shape: FeatureShape): Lowered {
  const { graph } = context;
  const reshaped = (map: FeatureMap, to: FeatureShape) =>
    featureMap(to, "plain", reshape(graph, read(context, map, "plain"), tensorShape(context, to, "plain")));
  if (input.shape.join() === shape.join()) return { output: input, backward: (gradient) => [gradient] };
  return { output: reshaped(input, shape), backward: (gradient) => [reshaped(gradient, input.shape)] };
}
