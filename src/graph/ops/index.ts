// The registry: every operator there is, by its kind. The type of a node's operation follows from it, and with that
// the tables that must hold all kinds (the engine's `lowering`): what is missing there does not compile.
import type { Operator } from "../operator.ts";
import { activation } from "./activation.ts";
import { add } from "./add.ts";
import { batchNorm } from "./batch-norm.ts";
import { channelShuffle } from "./channel-shuffle.ts";
import { concat } from "./concat.ts";
import { conv } from "./conv.ts";
import { dropPath } from "./drop-path.ts";
import { dropout } from "./dropout.ts";
import { flatten } from "./flatten.ts";
import { globalPool } from "./global-pool.ts";
import { input } from "./input.ts";
import { layerNorm } from "./layer-norm.ts";
import { linear } from "./linear.ts";
import { mixture } from "./mixture.ts";
import { multiply } from "./multiply.ts";
import { pool } from "./pool.ts";
import { scale } from "./scale.ts";
import { slice } from "./slice.ts";
import { upsample } from "./upsample.ts";
import { zero } from "./zero.ts";

export const operators = {
  input,
  conv,
  "batch-norm": batchNorm,
  "layer-norm": layerNorm,
  activation,
  pool,
  "global-pool": globalPool,
  flatten,
  linear,
  add,
  multiply,
  concat,
  scale,
  zero,
  "channel-shuffle": channelShuffle,
  slice,
  upsample,
  dropout,
  "drop-path": dropPath,
  mixture,
};

type Registry = typeof operators;
type OperationOf<Entry> = Entry extends Operator<infer Op> ? Op : never;

/** One operation. Semantics follow PyTorch's modules of the same name. */
export type Operation = { [Kind in keyof Registry]: OperationOf<Registry[Kind]> }[keyof Registry];
export type OperatorKind = Operation["kind"];
export type OperationKind<Kind extends OperatorKind> = Extract<Operation, { readonly kind: Kind }>;

// Every key is its operator's kind.
operators satisfies { readonly [Kind in OperatorKind]: Operator<OperationKind<Kind>> };

/** What is known of an operation. Undefined for a kind that there is not, in data that nobody has checked. */
export function operatorOf<Op extends Operation>(op: Op): Operator<Op> {
  return operators[op.kind] as unknown as Operator<Op>;
}
