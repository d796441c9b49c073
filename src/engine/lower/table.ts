// One rule an operator: how the engine trains it, and how it predicts with it. The type holds all operators of the graph
// but the input, so that one without a rule does not compile.
import type { OperatorKind } from "../../graph/ops/index.ts";
import { activation } from "./activation.ts";
import { batchNorm } from "./batch-norm.ts";
import { channelShuffle } from "./channel-shuffle.ts";
import { add, concatenation, flatten, multiplication, scale, zero } from "./combine.ts";
import type { LoweringRule } from "./context.ts";
import { conv } from "./convolution.ts";
import { linear } from "./dense.ts";
import { layerNorm } from "./layer-norm.ts";
import { mixture } from "./mixture.ts";
import { globalPool, pool } from "./pooling.ts";
import { dropout, dropPath } from "./regularise.ts";
import { slice } from "./slice.ts";
import { upsample } from "./upsample.ts";

/** Every kind of node that computes something. */
export type ComputedKind = Exclude<OperatorKind, "input">;

export const lowering: { readonly [Kind in ComputedKind]: LoweringRule<Kind> } = {
  conv,
  "batch-norm": batchNorm,
  "layer-norm": layerNorm,
  activation,
  pool,
  "global-pool": globalPool,
  flatten,
  linear,
  add,
  multiply: multiplication,
  concat: concatenation,
  scale,
  zero,
  "channel-shuffle": channelShuffle,
  slice,
  upsample,
  dropout,
  "drop-path": dropPath,
  mixture,
};

/** The rule of a kind that is known only while running. */
export const ruleOf = (kind: ComputedKind) => lowering[kind] as unknown as LoweringRule<ComputedKind>;
