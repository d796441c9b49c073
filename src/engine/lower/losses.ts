// One rule a loss: what a training lowers, by the name that a task gives it. The type holds every name, so that a loss
// without a rule does not compile. A metric of the same name measures it on validation, without smoothing.
import type { Tensor } from "../tensor-graph/builder.ts";
import type { FeatureMap, LoweringContext } from "./context.ts";
import { type LoweredLoss, lowerCrossEntropy } from "./loss.ts";

export const lossNames = ["cross-entropy"] as const;
export type LossName = (typeof lossNames)[number];

export type LossRule = (
  context: LoweringContext,
  output: FeatureMap,
  options: { readonly targets: Tensor; readonly labelSmoothing: number },
) => LoweredLoss;

export const losses: { readonly [Name in LossName]: LossRule } = { "cross-entropy": lowerCrossEntropy };
