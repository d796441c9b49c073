// Batch norm in training mode, in either layout, with the ReLU behind it where there is one. Mean and variance come
// from one pass over the input, by averages and dot products; the variance E[x²] − E[x]² loses digits when a channel's
// mean is much larger than its spread, which convolution outputs are not. The gradient is the affine map
// dx = a · dy + b · x + c with per-channel a, b and c.
// See Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167
import type { Tensor } from "../tensor-graph/builder.ts";
import { add, multiply, scalar, subtract } from "../tensor-graph/operations.ts";
import { positive } from "./activation.ts";
import { affine, dotPerChannel, meanPerChannel } from "./channels.ts";
import type { Lowered, LoweringContext, LoweringRule, NodeOf, Surroundings } from "./context.ts";
import { featureMap, layoutOf, paddedChannels, read, valuesPerChannel } from "./feature-map.ts";
import { identityIndices, paddedVector } from "./weights.ts";

export const batchNorm: LoweringRule<"batch-norm"> = {
  train: lowerBatchNorm,
  predict({ op }, { graph, inputs, shape, parameter }) {
    const parts = (["weight", "bias", "runningMean", "runningVariance"] as const).map(parameter);
    return graph.emit("BatchNormalization", [...inputs, ...parts], shape, { epsilon: { float: op.epsilon } });
  },
};

function lowerBatchNorm(
  context: LoweringContext,
  node: NodeOf<"batch-norm">,
  { input, relu }: Surroundings,
): Lowered {
  const { graph } = context;
  const layout = layoutOf(input);
  const [channels] = input.shape;
  const x = read(context, input, layout);
  const length = layout === "plain" ? channels : paddedChannels(context, channels);
  const parameter = (suffix: string) =>
    context.parameter(`${node.id}.${suffix}`, paddedVector(channels, length));
  const count = valuesPerChannel(context, input.shape);
  const constant = (value: number) => scalar(graph, value);

  const mean = meanPerChannel(context, x, layout);
  const meanSquare = multiply(graph, dotPerChannel(context, x, x, layout), 1 / count);
  const difference = subtract(graph, meanSquare, multiply(graph, mean, mean));
  const variance = graph.emit("Max", [difference, constant(0)], mean.shape);
  const inverse = power(add(graph, variance, constant(node.op.epsilon)), -0.5);
  const scale = multiply(graph, parameter("weight"), inverse);
  const shift = subtract(graph, parameter("bias"), multiply(graph, scale, mean));
  const y = affine(context, x, { layout, scale, shift, relu });

  const { momentum } = node.op;
  context.statistic(`${node.id}.runningMean`, mean, { momentum, factor: 1 });
  context.statistic(`${node.id}.runningVariance`, variance, {
    momentum,
    factor: count / Math.max(1, count - 1),
  });

  function power(value: Tensor, exponent: number): Tensor {
    return graph.emit("Pow", [value, constant(exponent)], value.shape);
  }
  return {
    output: featureMap(input.shape, layout, y),
    backward(gradient) {
      const outer = read(context, gradient, layout);
      const dy = relu ? multiply(graph, outer, positive(graph, y)) : outer;
      const sum = multiply(graph, meanPerChannel(context, dy, layout), count);
      const dot = dotPerChannel(context, dy, x, layout);
      const scaleGradient = multiply(graph, inverse, subtract(graph, dot, multiply(graph, mean, sum)));
      context.gradient(`${node.id}.weight`, scaleGradient, identityIndices(channels));
      context.gradient(`${node.id}.bias`, sum, identityIndices(channels));
      const perValue = multiply(graph, scale, -1 / count);
      const b = multiply(graph, perValue, multiply(graph, inverse, scaleGradient));
      const c = subtract(graph, multiply(graph, perValue, sum), multiply(graph, b, mean));
      const statistics = affine(context, x, { layout, scale: b, shift: c });
      const dx = affine(context, dy, { layout, scale, sum: statistics });
      return [featureMap(input.shape, layout, dx)];
    },
  };
}
