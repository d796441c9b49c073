// Dropout and stochastic depth. Both multiply by a mask that is 0 with probability `rate` and 1 / (1 − rate)
// otherwise; dropout draws one number per value, stochastic depth one per image.
// See Srivastava et al. 2014 and Huang et al. 2016, https://arxiv.org/abs/1603.09382
import type { Tensor } from "../tensor-graph/builder.ts";
import { multiply, scalar, subtract } from "../tensor-graph/operations.ts";
import type { FeatureMap, Lowered, LoweringContext, LoweringRule } from "./context.ts";
import { featureMap, layoutOf, read, tensorShape } from "./feature-map.ts";

export const dropout: LoweringRule<"dropout"> = {
  train: (context, { op }, { input }) => lowerMasking(context, { rate: op.rate, per: "value" }, input),
  predict: (_node, { inputs }) => inputs[0] as Tensor,
};

export const dropPath: LoweringRule<"drop-path"> = {
  train: (context, { op }, { input }) => lowerMasking(context, { rate: op.rate, per: "image" }, input),
  predict: (_node, { inputs }) => inputs[0] as Tensor,
};

function lowerMasking(
  context: LoweringContext,
  options: { readonly rate: number; readonly per: "value" | "image" },
  input: FeatureMap,
): Lowered {
  const { graph } = context;
  const { rate, per } = options;
  if (rate === 0) return { output: input, backward: (gradient) => [gradient] };
  const layout = layoutOf(input);
  const x = read(context, input, layout);
  // Drawn in the plain order, so that a training is the same in either layout.
  const uniform = context.uniform(
    per === "value" ? tensorShape(context, input.shape, "plain") : [context.batch, 1, 1, 1],
  );
  const above = multiply(graph, subtract(graph, uniform, scalar(graph, rate)), 1e30);
  const limits = [scalar(graph, 0), scalar(graph, 1 / (1 - rate))];
  const drawn = graph.emit("Clip", [above, ...limits], uniform.shape);
  const mask = per === "value" ? read(context, featureMap(input.shape, "plain", drawn), layout) : drawn;
  return {
    output: featureMap(input.shape, layout, multiply(graph, x, mask)),
    backward: (gradient) => [
      featureMap(input.shape, layout, multiply(graph, read(context, gradient, layout), mask)),
    ],
  };
}
