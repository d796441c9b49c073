// Softmax cross-entropy against soft targets (one-hot, mixed or a teacher's probabilities) with label smoothing, as
// PyTorch defines it: target' = (1 − smoothing) · target + smoothing / classes; the loss is the mean over the batch.
import type { Tensor } from "../tensor-graph/builder.ts";
import { add, multiply, reduceSum, reshape, scalar, subtract } from "../tensor-graph/operations.ts";
import type { FeatureMap, LoweringContext } from "./context.ts";
import { featureMap, read } from "./feature-map.ts";

export interface LoweredLoss {
  /** The mean loss of the batch, a scalar. */
  readonly loss: Tensor;
  /** The logits, [N, classes]. */
  readonly logits: Tensor;
  /** The gradient of the loss with respect to the logits. */
  readonly gradient: FeatureMap;
}

export function lowerCrossEntropy(
  context: LoweringContext,
  map: FeatureMap,
  options: { readonly targets: Tensor; readonly labelSmoothing: number },
): LoweredLoss {
  const { graph, batch } = context;
  const [classes] = map.shape;
  const logits = reshape(graph, read(context, map, "plain"), [batch, classes]);
  const { targets, labelSmoothing } = options;
  const smoothed =
    labelSmoothing === 0
      ? targets
      : add(graph, multiply(graph, targets, 1 - labelSmoothing), scalar(graph, labelSmoothing / classes));
  const logProbabilities = graph.emit("LogSoftmax", [logits], logits.shape, { axis: 1 });
  const agreement = reduceSum(graph, multiply(graph, logProbabilities, smoothed), [0, 1]);
  const probabilities = graph.emit("Softmax", [logits], logits.shape, { axis: 1 });
  // Targets that do not sum to 1 weigh their image by their sum.
  const weights = graph.emit("ReduceSum", [smoothed, graph.integers([1])], [batch, 1], { keepdims: 1 });
  const difference = subtract(graph, multiply(graph, probabilities, weights), smoothed);
  const gradient = reshape(graph, multiply(graph, difference, 1 / batch), [batch, classes, 1, 1]);
  return {
    loss: multiply(graph, agreement, -1 / batch),
    logits,
    gradient: featureMap(map.shape, "plain", gradient),
  };
}
