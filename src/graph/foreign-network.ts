// A network that comes from outside this program – a file, a plug-in, a journal – checked once, before anything is made of
// it: known operators with whole fields, plain names (they go into code and diagrams), shapes that fit, and a size that
// this program can hold. It must not know where the network came from.
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { formatCount } from "../base/units.ts";
import { networkCost } from "./cost.ts";
import type { FeatureShape, Network } from "./network.ts";
import { shapeText } from "./operator.ts";
import type { OperationKind, OperatorKind } from "./ops/index.ts";
import { inferShapes } from "./shapes.ts";

/** What a network has to be for. */
export interface NetworkUse {
  /** `[channels, height, width]` of the images. */
  readonly input: FeatureShape;
  readonly classCount: number;
}

const maxNodes = 2000;
const maxParamCount = 1e9;
const maxActivationBytes = 4e9;

const name = z
  .string()
  .max(100)
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} .,_/+×-]*$/u,
    "only letters, digits, spaces and . , _ / + × - are allowed",
  );
const id = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "only letters, digits, _ . and - are allowed");
const size = z.int().min(1).max(1e6);
const sizes = z.tuple([size, size]);
const paddings = z.tuple([z.int().min(0).max(1e6), z.int().min(0).max(1e6)]);
const rate = z.number().min(0).lt(1);
const epsilon = z.number().min(0).max(1);

/** The fields of every operator that a network may have outside the training of a supernet. */
const operations: {
  readonly [Kind in Exclude<OperatorKind, "mixture">]: z.ZodType<OperationKind<Kind>>;
} = {
  input: z.strictObject({ kind: z.literal("input"), shape: z.tuple([size, size, size]) }),
  conv: z.strictObject({
    kind: z.literal("conv"),
    outChannels: size,
    kernel: sizes,
    stride: sizes,
    padding: paddings,
    groups: size,
    bias: z.boolean(),
  }),
  "batch-norm": z.strictObject({
    kind: z.literal("batch-norm"),
    epsilon,
    momentum: z.number().min(0).max(1),
  }),
  "layer-norm": z.strictObject({ kind: z.literal("layer-norm"), epsilon }),
  activation: z.strictObject({
    kind: z.literal("activation"),
    function: z.enum(["relu", "relu6", "hard-swish", "hard-sigmoid", "sigmoid", "silu", "gelu"]),
  }),
  pool: z.strictObject({
    kind: z.literal("pool"),
    mode: z.enum(["average", "max"]),
    kernel: sizes,
    stride: sizes,
    padding: paddings,
    countPadding: z.boolean(),
  }),
  "global-pool": z.strictObject({ kind: z.literal("global-pool") }),
  flatten: z.strictObject({ kind: z.literal("flatten") }),
  linear: z.strictObject({ kind: z.literal("linear"), outFeatures: size, bias: z.boolean() }),
  add: z.strictObject({ kind: z.literal("add") }),
  multiply: z.strictObject({ kind: z.literal("multiply") }),
  concat: z.strictObject({ kind: z.literal("concat") }),
  scale: z.strictObject({ kind: z.literal("scale"), factor: z.number() }),
  zero: z.strictObject({ kind: z.literal("zero"), outChannels: size, stride: sizes }),
  "channel-shuffle": z.strictObject({ kind: z.literal("channel-shuffle"), groups: size }),
  slice: z.strictObject({ kind: z.literal("slice"), from: z.int().min(0), to: size }),
  upsample: z.strictObject({ kind: z.literal("upsample"), factor: size }),
  dropout: z.strictObject({ kind: z.literal("dropout"), rate }),
  "drop-path": z.strictObject({ kind: z.literal("drop-path"), rate }),
};

const operation = z.discriminatedUnion("kind", Object.values(operations) as never);
const shaped = z.strictObject({
  name,
  nodes: z
    .array(z.strictObject({ id, inputs: z.array(z.string()), op: operation }))
    .min(2)
    .max(maxNodes),
  normMacsPerElement: z.number().min(0).max(100).optional(),
});

/** A network as data from outside has it: a value that parses is one that can be counted, trained and exported. */
export const networkSchema = shaped.superRefine((network, context) => {
  const message = graphFault(network as unknown as Network);
  if (message !== undefined) context.addIssue({ code: "custom", message });
}) as unknown as z.ZodType<Network>;

/** Why a sound network does not suit a use, as the end of a sentence that begins with its name; undefined when it does. */
export function misuse({ nodes }: Network, { input, classCount }: NetworkUse): string | undefined {
  const shapes = [...inferShapes(nodes).values()];
  const [first, last] = [shapes[0] as FeatureShape, shapes.at(-1) as FeatureShape];
  if (shapeText(first) !== shapeText(input))
    return `takes images of ${shapeText(first)}, and the data has ${shapeText(input)}`;
  if (shapeText(last) !== shapeText([classCount, 1, 1]))
    return `gives ${shapeText(last)}, and ${classCount} class scores are needed`;
  return undefined;
}

function graphFault(network: Network): string | undefined {
  const { nodes } = network;
  if (nodes[0]?.op.kind !== "input") return "its first node is no input";
  if (nodes.slice(1).some(({ op }) => op.kind === "input")) return "it has more than one input";
  try {
    inferShapes(nodes);
    const { paramCount, macCount, activationBytes } = networkCost(network);
    if (![paramCount, macCount, activationBytes].every(Number.isFinite)) return "its costs cannot be counted";
    if (paramCount > maxParamCount)
      return `it has ${formatCount(paramCount)} parameters; max ${formatCount(maxParamCount)}`;
    if (activationBytes > maxActivationBytes)
      return `its feature maps take ${formatCount(activationBytes)} bytes per image; max ${formatCount(maxActivationBytes)}`;
    return undefined;
  } catch (thrown) {
    if (thrown instanceof GeniusError) return thrown.message;
    throw thrown;
  }
}
