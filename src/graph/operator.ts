// The contract of an operator: everything that the product knows about one kind of node, in one object of one file in
// ops/. Everything that counts, draws, explains or exports a network looks here; how it is trained is a rule in engine/lower/.
// It must not know which operators exist.
import type { OnnxNode, OnnxTensor } from "./onnx/model.ts";
import type { Call, TorchExpression } from "./torch-module.ts";

/** `[channels, height, width]` of one image's feature map, without the batch. A vector of n features is `[n, 1, 1]`. */
export type FeatureShape = readonly [channels: number, height: number, width: number];

/** Of a window, a stride or a padding. Paddings are per side. */
export type Pair = readonly [height: number, width: number];

/**
 * What the optimiser does with a tensor: only a `weight` decays, and running statistics are not optimised at all.
 */
export type ParameterRole =
  | "weight"
  | "bias"
  | "norm-scale"
  | "norm-shift"
  | "running-mean"
  | "running-variance";

/** The name of a tensor below its node: `${nodeId}.${part}`. */
export type ParameterPart = "weight" | "bias" | "runningMean" | "runningVariance";

/** How a tensor begins. */
export type Initial =
  | { readonly kind: "normal"; readonly deviation: number }
  | { readonly kind: "uniform"; readonly bound: number }
  | { readonly kind: "constant"; readonly value: number };

/** A tensor that a node owns. Row-major. */
export interface Parameter {
  readonly part: ParameterPart;
  readonly role: ParameterRole;
  readonly dims: readonly number[];
  readonly initial: Initial;
}

/** What the exporter of .onnx files gives an operator to write into. */
export interface OnnxWriter {
  /** Adds a constant and returns its name. */
  constant(name: string, dims: readonly number[], data: OnnxTensor["data"]): string;
  /** Adds a node called `name` and returns the name of its output. */
  emit(
    operator: string,
    name: string,
    inputs: readonly string[],
    attributes?: NonNullable<OnnxNode["attributes"]>,
  ): string;
}

export interface OnnxAround {
  readonly id: string;
  readonly graph: OnnxWriter;
  /** Names of the inputs' values, in the form that `takes` asks for. */
  readonly inputs: readonly string[];
  readonly inputShape: FeatureShape;
  readonly shape: FeatureShape;
  /** Whether the inputs are stored as vectors [N, features] rather than maps [N, C, H, W]. */
  readonly flat: boolean;
}

export interface TorchAround {
  readonly inputShape: FeatureShape;
  /** Whether the input is a vector [N, features]. */
  readonly flat: boolean;
}

/** An operator in a network, for tests that run over the registry. */
export interface OperatorExample<Op> {
  readonly op: Op;
  readonly inputs: readonly FeatureShape[];
}

export interface Operator<Op extends { readonly kind: string }> {
  readonly kind: Op["kind"];
  /** How many inputs it reads. */
  readonly inputCount: 0 | 1 | 2 | "any";
  /** What it reads: maps [N, C, H, W], vectors [N, features] (maps are flattened), or either, all alike. */
  readonly takes: "map" | "vector" | "either";
  /** What it gives; `alike` is what it reads. */
  readonly gives: "map" | "vector" | "alike";
  /** Whether the order of its inputs does not matter. */
  readonly commutative: boolean;
  /** Whether channel c of the output depends on channel c of the input alone, for any number of channels. */
  readonly channelwise: boolean;
  /** Whether two of them that read the same give the same: they own no weights and draw no random numbers. */
  readonly pure: boolean;
  /** Whether it gives its first input unchanged. */
  identity(op: Op, inputs: readonly FeatureShape[]): boolean;
  /** The shape of the output, or the reason why the inputs do not fit, to be read after the node's name. */
  shape(op: Op, inputs: readonly FeatureShape[]): FeatureShape | string;
  /** Its tensors, in the order in which they are stored. */
  parameters(op: Op, input: FeatureShape): readonly Parameter[];
  /** Multiply–accumulates for one image. */
  macs(op: Op, around: CountAround): number;
  /** In words: `depthwise convolution 3×3, stride 2`. */
  words(op: Op, input: FeatureShape): string;
  /** In as few characters as a picture has room for; undefined for what a picture leaves out. */
  label(op: Op): string | undefined;
  /** Writes its inference form in standard operators of opset 17 and returns the name of the result. */
  onnx(op: Op, around: OnnxAround): string;
  /** A module of PyTorch, or an expression. */
  torch(op: Op, around: TorchAround): Call | TorchExpression;
  /** At least one; the contract suite runs them all. */
  readonly examples: readonly [OperatorExample<Op>, ...OperatorExample<Op>[]];
}

export interface CountAround {
  readonly input: FeatureShape;
  readonly output: FeatureShape;
  /** Of the network: what a batch norm counts per element of its output. */
  readonly normMacsPerElement: number;
}

const noParameters: readonly Parameter[] = [];

/** Of operators without tensors. */
export const none = () => noParameters;

/** Of operators that count no multiply–accumulates. */
export const free = () => 0;

/** The shape of the only input, unchanged. */
export const sameShape = (_op: unknown, inputs: readonly FeatureShape[]): FeatureShape =>
  inputs[0] as FeatureShape;

export const volume = (shape: FeatureShape): number => shape[0] * shape[1] * shape[2];

export const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

export const zeros: Initial = { kind: "constant", value: 0 };
export const ones: Initial = { kind: "constant", value: 1 };
