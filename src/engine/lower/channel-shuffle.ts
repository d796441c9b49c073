// Channel shuffle: a transposition of groups and the channels in them; the gradient goes the way back.
import type { FeatureShape } from "../../graph/operator.ts";
import type { Tensor } from "../tensor-graph/builder.ts";
import { reshape, transpose } from "../tensor-graph/operations.ts";
import type { FeatureMap, LoweringContext, LoweringRule } from "./context.ts";
import { featureMap, read, tensorShape } from "./feature-map.ts";

/** The map as `rows` × `columns` channels, transposed. */
function swapped(context: LoweringContext, map: FeatureMap, rows: number): FeatureMap {
  const { graph, batch } = context;
  const [channels, height, width] = map.shape;
  const split = reshape(graph, read(context, map, "plain"), [batch, rows, channels / rows, height * width]);
  const shape = tensorShape(context, map.shape, "plain");
  return featureMap(map.shape, "plain", reshape(graph, transpose(graph, split, [0, 2, 1, 3]), shape));
}

export const channelShuffle: LoweringRule<"channel-shuffle"> = {
  train: (context, { op }, { input }) => ({
    output: swapped(context, input, op.groups),
    backward: (gradient) => [swapped(context, gradient, input.shape[0] / op.groups)],
  }),
  predict({ op }, { graph, inputs, shape }) {
    const [, channels, height, width] = shape as readonly [number, ...FeatureShape];
    // As a choice of channels, in the order in which they end up.
    const order = Int32Array.from({ length: channels }, (_, at) => {
      return (at % op.groups) * (channels / op.groups) + Math.floor(at / op.groups);
    });
    return graph.emit(
      "Gather",
      [inputs[0] as Tensor, graph.indices(order, [channels])],
      [shape[0] as number, channels, height, width],
      { axis: 1 },
    );
  },
};
