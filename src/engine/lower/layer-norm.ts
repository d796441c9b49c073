// Layer norm over the channels of each pixel. With x̂ the normalised map and g = scale · dy, the gradient of the input is
// (g − mean(g) − x̂ · mean(g · x̂)) / deviation, means over the channels. See Ba et al. 2016, arXiv:1607.06450
import type { Tensor } from "../tensor-graph/builder.ts";
import { add, multiply, reduceSum, reshape, scalar, subtract } from "../tensor-graph/operations.ts";
import type { LoweringContext, LoweringRule } from "./context.ts";
import { featureMap, read } from "./feature-map.ts";

export const layerNorm: LoweringRule<"layer-norm"> = {
  train(context, { id, op }, { input }) {
    const { graph } = context;
    const x = read(context, input, "plain");
    const perChannel = (part: string) =>
      reshape(graph, context.parameter(`${id}.${part}`), [input.shape[0], 1, 1]);
    const centred = subtract(graph, x, channelMean(context, x));
    const variance = channelMean(context, multiply(graph, centred, centred));
    const padded = add(graph, variance, scalar(graph, op.epsilon));
    const inverse = graph.emit("Pow", [padded, scalar(graph, -0.5)], padded.shape);
    const normed = multiply(graph, centred, inverse);
    const scale = perChannel("weight");
    return {
      output: featureMap(
        input.shape,
        "plain",
        add(graph, multiply(graph, normed, scale), perChannel("bias")),
      ),
      backward(gradient) {
        const dy = read(context, gradient, "plain");
        context.gradient(`${id}.weight`, reduceSum(graph, multiply(graph, dy, normed), [0, 2, 3]));
        context.gradient(`${id}.bias`, reduceSum(graph, dy, [0, 2, 3]));
        const g = multiply(graph, dy, scale);
        const along = multiply(graph, normed, channelMean(context, multiply(graph, g, normed)));
        const rest = subtract(graph, subtract(graph, g, channelMean(context, g)), along);
        return [featureMap(input.shape, "plain", multiply(graph, rest, inverse))];
      },
    };
  },
  predict({ op }, { graph, inputs, shape, parameter }) {
    const [x] = inputs as readonly [Tensor];
    const constant = (value: number) => graph.constant(Float32Array.of(value), []);
    const mean = (tensor: Tensor) => graph.emit("ReduceMean", [tensor], [], { axes: [1], keepdims: 1 });
    const centred = graph.emit("Sub", [x, mean(x)], shape);
    const variance = mean(graph.emit("Mul", [centred, centred], shape));
    const deviation = graph.emit("Sqrt", [graph.emit("Add", [variance, constant(op.epsilon)], [])], []);
    const normed = graph.emit("Div", [centred, deviation], shape);
    // [C] becomes [C, 1, 1].
    const wide = (tensor: Tensor) => graph.emit("Reshape", [tensor, graph.integers([-1, 1, 1])], []);
    const [scale, shift] = [parameter("weight"), parameter("bias")];
    if (scale === undefined || shift === undefined) return normed;
    return graph.emit("Add", [graph.emit("Mul", [normed, wide(scale)], shape), wide(shift)], shape);
  },
};

/** Means over the channels: [N, 1, H, W]. */
function channelMean({ graph }: LoweringContext, map: Tensor): Tensor {
  const [batch, , height, width] = map.shape as readonly [number, number, number, number];
  return graph.emit("ReduceMean", [map], [batch, 1, height, width], { axes: [1], keepdims: 1 });
}
