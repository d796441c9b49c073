// Batch norm in training mode, in either layout. Mean and variance come from one pass over the input, by sums and
// dot products; the variance E[x²] − E[x]² loses digits when a channel's mean is much larger than its spread, which
// convolution outputs are not. The gradient is the affine map dx = a·dy + b·x + c with per-channel a, b and c.
// See Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167
import { add, multiply, scalar, subtract, unary } from "../graph/operations.ts";
import type { ModelOp } from "../model.ts";
import { affine, dotPerChannel, sumPerChannel } from "./channels.ts";
import type { FeatureMap, Lowered, LoweringContext } from "./context.ts";
import { featureMap, layoutOf, paddedChannels, read, valuesPerChannel } from "./feature-map.ts";
import { identityIndices, paddedVector } from "./weights.ts";

export function lowerBatchNorm(
  context: LoweringContext,
  node: { readonly id: string; readonly op: Extract<ModelOp, { kind: "batch-norm" }> },
  input: FeatureMap,
): Lowered {
  const { graph } = context;
  const layout = layoutOf(input);
  const [channels] = input.shape;
  const x = read(context, input, layout);
  const length = layout === "plain" ? channels : paddedChannels(context, channels);
  const parameter = (suffix: string) =>
    context.parameter(`${node.id}.${suffix}`, paddedVector(channels, length));
  const count = valuesPerChannel(context, input.shape);

  const mean = multiply(graph, sumPerChannel(context, x, layout), 1 / count);
  const meanSquare = multiply(graph, dotPerChannel(context, x, x, layout), 1 / count);
  const difference = subtract(graph, meanSquare, multiply(graph, mean, mean));
  const variance = graph.emit("Max", [difference, scalar(graph, 0)], mean.shape);
  const spread = unary(graph, "Sqrt", add(graph, variance, scalar(graph, node.op.epsilon)));
  const inverse = unary(graph, "Reciprocal", spread);
  const scale = multiply(graph, parameter("weight"), inverse);
  const shift = subtract(graph, parameter("bias"), multiply(graph, scale, mean));
  const y = affine(context, x, { layout, scale, shift });

  context.statistic(`${node.id}.runningMean`, mean, node.op.momentum);
  const unbiased = multiply(graph, variance, count / Math.max(1, count - 1));
  context.statistic(`${node.id}.runningVariance`, unbiased, node.op.momentum);

  return {
    output: featureMap(input.shape, layout, y),
    backward(gradient) {
      const dy = read(context, gradient, layout);
      const sum = sumPerChannel(context, dy, layout);
      const dot = dotPerChannel(context, dy, x, layout);
      const centred = subtract(graph, dot, multiply(graph, mean, sum));
      const scaleGradient = multiply(graph, inverse, centred);
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
