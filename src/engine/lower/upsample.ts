// Nearest-neighbour upsampling by a whole factor: pixels are repeated, and their gradients summed. In the blocked layout
// a pixel is a block of channels.
import type { Tensor } from "../tensor-graph/builder.ts";
import { reduceSum, reshape } from "../tensor-graph/operations.ts";
import type { LoweringRule } from "./context.ts";
import { featureMap, layoutOf, read, tensorShape } from "./feature-map.ts";

export const upsample: LoweringRule<"upsample"> = {
  train(context, { op }, { input, outputShape }) {
    const { graph, target } = context;
    const { factor } = op;
    if (factor === 1) return { output: input, backward: (gradient) => [gradient] };
    const layout = layoutOf(input);
    const lanes = layout === "blocked" ? target.blockSize : 1;
    const x = read(context, input, layout);
    const [batch, channels, height, width] = x.shape as readonly [number, number, number, number];
    const rows = (batch * channels * height) / lanes;
    const repeated = [rows, factor, width, factor, lanes];
    const split = reshape(graph, x, [rows, 1, width, 1, lanes]);
    const y = graph.emit("Expand", [split, graph.integers(repeated)], repeated);
    return {
      output: featureMap(outputShape, layout, reshape(graph, y, tensorShape(context, outputShape, layout))),
      backward(gradient) {
        const d = reshape(graph, read(context, gradient, layout), repeated);
        return [featureMap(input.shape, layout, reshape(graph, reduceSum(graph, d, [1, 3]), x.shape))];
      },
    };
  },
  predict({ op }, { graph, inputs, shape }) {
    // As a transposed convolution with a window of ones, a channel at a time.
    const [x] = inputs as readonly [Tensor];
    const { factor } = op;
    const channels = shape[1] as number;
    const ones = new Float32Array(channels * factor * factor).fill(1);
    return graph.emit("ConvTranspose", [x, graph.constant(ones, [channels, 1, factor, factor])], shape, {
      kernel_shape: [factor, factor],
      strides: [factor, factor],
      group: channels,
    });
  },
};
