// A range of channels; the gradient is padded with zeros to all of them. Blocked where whole blocks are cut.
import { pad, slice as part } from "../tensor-graph/operations.ts";
import type { Layout, LoweringRule } from "./context.ts";
import { featureMap, layoutOf, read } from "./feature-map.ts";

export const slice: LoweringRule<"slice"> = {
  train(context, { op }, { input, outputShape }) {
    const { graph, target } = context;
    const [channels] = input.shape;
    const whole = [op.from, op.to, channels].every((count) => count % target.blockSize === 0);
    const layout: Layout = whole ? layoutOf(input) : "plain";
    const x = read(context, input, layout);
    return {
      output: featureMap(outputShape, layout, part(graph, x, 1, [op.from, op.to])),
      backward(gradient) {
        const d = read(context, gradient, layout);
        const dx = pad(graph, d, [0, op.from, 0, 0], [0, channels - op.to, 0, 0]);
        return [featureMap(input.shape, layout, dx)];
      },
    };
  },
  predict({ op }, { graph, inputs, shape }) {
    const limits = [[op.from], [op.to], [1]].map((values) => graph.integers(values));
    return graph.emit("Slice", [...inputs, ...limits], shape);
  },
};
