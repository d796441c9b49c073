// The rule of a mixture: the sum of its inputs, each times its share. The shares are numbers that the caller brings
// with every step, not parameters, so softmax weights, a one-hot path and a Gumbel sample are all the same graph; what
// goes back to the caller is the gradient of the loss by every share. It must not know where shares come from.
import type { NetworkNode } from "../../graph/network.ts";
import { unchosen } from "../../graph/ops/mixture.ts";
import type { Tensor } from "../tensor-graph/builder.ts";
import { add, multiply, reduceSum, slice } from "../tensor-graph/operations.ts";
import { dotPerImage } from "./channels.ts";
import type { FeatureMap, Lowered, LoweringContext, LoweringRule } from "./context.ts";
import { commonLayout, featureMap, read, zeroMap } from "./feature-map.ts";

export const mixture: LoweringRule<"mixture"> = {
  train: (context, { op }, { inputs }) => lowerMixture(context, op.firstShare, inputs),
  predict({ id }) {
    throw unchosen(id);
  },
};

/** How many shares the mixtures of a network take with each step; 0 where there is none. */
export function shareCountOf(nodes: readonly NetworkNode[]): number {
  return nodes.reduce(
    (count, { op, inputs }) =>
      op.kind === "mixture" ? Math.max(count, op.firstShare + inputs.length) : count,
    0,
  );
}

/** `first`: where the shares of this node begin in the vector of all shares. */
function lowerMixture(context: LoweringContext, first: number, inputs: readonly FeatureMap[]): Lowered {
  const { graph } = context;
  const { shape } = inputs[0] as FeatureMap;
  const mixed = inputs.flatMap((map, index) => (map.zero ? [] : [{ map, index, at: first + index }]));
  if (mixed.length === 0) return { output: zeroMap(shape), backward: () => inputs.map(() => undefined) };
  const layout = commonLayout(mixed.map(({ map }) => map));
  const parts = mixed.map(({ map, index, at }) => {
    return { index, at, tensor: read(context, map, layout), share: context.share(at) };
  });
  const terms = parts.map(({ tensor, share }) => multiply(graph, tensor, share));
  return {
    output: featureMap(
      shape,
      layout,
      terms.reduce((sum, term) => add(graph, sum, term)),
    ),
    backward(gradient) {
      const d = read(context, gradient, layout);
      const results: (FeatureMap | undefined)[] = inputs.map(() => undefined);
      for (const { index, at, tensor, share } of parts) {
        // Padding channels of a blocked map hold anything: they are cut off before the sum.
        const dots: Tensor = slice(graph, dotPerImage(context, d, tensor, layout), 1, [0, shape[0]]);
        context.shareGradient(at, reduceSum(graph, dots, [0, 1, 2, 3]));
        results[index] = featureMap(shape, layout, multiply(graph, d, share));
      }
      return results;
    },
  };
}
