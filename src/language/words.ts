// The layers that a text may name, one word each, and how each is written: from arguments to an operation of graph/ops
// and back. An operator without a way to be written does not compile here.
import type { FeatureShape, Operation, Pair } from "../graph/network.ts";
import type { ActivationName } from "../graph/ops/activation.ts";
import type { OperationKind, OperatorKind } from "../graph/ops/index.ts";

/** A parameter of a layer. `pair` is of height and width: one number, or two as in `3x1`. */
export interface LayerParameter {
  readonly name: string;
  readonly kind: "whole" | "pair" | "real" | "flag";
  readonly from: number;
  readonly to: number;
  /** Whether it may be given by its place, without its name. */
  readonly positional: boolean;
  readonly required: boolean;
}

export type ArgumentValue = number | Pair;

/** Arguments by the names of the parameters. */
export type LayerArguments = ReadonlyMap<string, ArgumentValue>;

export interface LayerWord {
  readonly parameters: readonly LayerParameter[];
  /** Of norms and activations, which belong to the convolution before them: what they are called there. */
  readonly follows?: "norm" | "act";
  make(given: LayerArguments, input: FeatureShape): Operation;
}

const maxChannels = 16_384;
const whole = (name: string, to = maxChannels, from = 1): LayerParameter => ({
  ...{ name, kind: "whole", from, to, positional: false, required: false },
});
const pair = (name: string, from: number): LayerParameter => ({ ...whole(name, 255, from), kind: "pair" });
const real = (name: string, to = 1e9, from = -1e9): LayerParameter => ({
  ...whole(name, to, from),
  kind: "real",
});
const flag = (name: string): LayerParameter => ({ ...whole(name, 1, 0), kind: "flag" });
const placed = (parameter: LayerParameter, required = true): LayerParameter => ({
  ...parameter,
  positional: true,
  required,
});

const numberOf = (given: LayerArguments, name: string, fallback: number): number =>
  (given.get(name) as number | undefined) ?? fallback;
const pairOf = (given: LayerArguments, name: string, fallback: Pair): Pair => {
  const value = given.get(name) ?? fallback;
  return typeof value === "number" ? [value, value] : value;
};

/** Keeps the size at stride 1 for odd windows. */
const halfOf = ([height, width]: Pair): Pair => [Math.floor((height - 1) / 2), Math.floor((width - 1) / 2)];

const window = [pair("k", 1), pair("s", 1), pair("p", 0)] as const;
const one: Pair = [1, 1];
const three: Pair = [3, 3];

function windowOf(given: LayerArguments, kernelBefore: Pair, strideBefore?: Pair) {
  const kernel = pairOf(given, "k", kernelBefore);
  const stride = pairOf(given, "s", strideBefore ?? kernel);
  return { kernel, stride, padding: pairOf(given, "p", halfOf(kernel)) };
}

const plain = (operation: Operation): LayerWord => ({ parameters: [], make: () => operation });

/** Of PyTorch's `BatchNorm2d`, and of ConvNeXt's layer norm. */
const normDefaults = { epsilon: 1e-5, momentum: 0.1 };
const layerNormEpsilon = 1e-6;

const poolOf = (mode: "average" | "max"): LayerWord => ({
  parameters: [placed(window[0]), window[1], window[2], ...(mode === "average" ? [flag("countpad")] : [])],
  make(given) {
    const { kernel, stride, padding } = windowOf(given, one);
    const unpadded = padding[0] + padding[1] === 0;
    const countPadding = mode === "average" && numberOf(given, "countpad", unpadded ? 1 : 0) === 1;
    return { kind: "pool", mode, kernel, stride, padding, countPadding };
  },
});

const activationWords: Readonly<Record<ActivationName, string>> = {
  relu: "relu",
  relu6: "relu6",
  "hard-swish": "hardswish",
  "hard-sigmoid": "hardsigmoid",
  sigmoid: "sigmoid",
  silu: "silu",
  gelu: "gelu",
};

/** Layers of one input, by their word. */
export const layerWords: Readonly<Record<string, LayerWord>> = {
  conv: {
    parameters: [placed(whole("c")), ...window, whole("g"), flag("bias")],
    make: (given) => ({
      ...{ kind: "conv", outChannels: numberOf(given, "c", 0), ...windowOf(given, one, one) },
      ...{ groups: numberOf(given, "g", 1), bias: numberOf(given, "bias", 0) === 1 },
    }),
  },
  dw: {
    parameters: [...window, flag("bias")],
    make: (given, [channels]) => ({
      ...{ kind: "conv", outChannels: channels, ...windowOf(given, three, one) },
      ...{ groups: channels, bias: numberOf(given, "bias", 0) === 1 },
    }),
  },
  norm: {
    follows: "norm",
    parameters: [real("eps", 1, 1e-12), real("momentum", 1, 0)],
    make: (given) => ({
      kind: "batch-norm",
      epsilon: numberOf(given, "eps", normDefaults.epsilon),
      momentum: numberOf(given, "momentum", normDefaults.momentum),
    }),
  },
  layernorm: {
    follows: "norm",
    parameters: [real("eps", 1, 1e-12)],
    make: (given) => ({ kind: "layer-norm", epsilon: numberOf(given, "eps", layerNormEpsilon) }),
  },
  ...Object.fromEntries(
    Object.entries(activationWords).map(([name, word]) => [
      word,
      { ...plain({ kind: "activation", function: name as ActivationName }), follows: "act" as const },
    ]),
  ),
  maxpool: poolOf("max"),
  avgpool: poolOf("average"),
  globalpool: plain({ kind: "global-pool" }),
  flatten: plain({ kind: "flatten" }),
  linear: {
    parameters: [placed(whole("c", 1_000_000)), flag("bias")],
    make: (given) => ({
      ...{ kind: "linear", outFeatures: numberOf(given, "c", 0) },
      bias: numberOf(given, "bias", 1) === 1,
    }),
  },
  scale: {
    parameters: [placed(real("by"))],
    make: (given) => ({ kind: "scale", factor: numberOf(given, "by", 1) }),
  },
  zero: {
    parameters: [placed(whole("c"), false), pair("s", 1)],
    make: (given, [channels]) => ({
      ...{ kind: "zero", outChannels: numberOf(given, "c", channels), stride: pairOf(given, "s", one) },
    }),
  },
  shuffle: {
    parameters: [placed(whole("g"))],
    make: (given) => ({ kind: "channel-shuffle", groups: numberOf(given, "g", 1) }),
  },
  slice: {
    parameters: [placed(whole("from", maxChannels, 0)), placed(whole("to"))],
    make: (given) => ({ kind: "slice", from: numberOf(given, "from", 0), to: numberOf(given, "to", 0) }),
  },
  upsample: {
    parameters: [placed(whole("by", 64))],
    make: (given) => ({ kind: "upsample", factor: numberOf(given, "by", 1) }),
  },
  dropout: {
    parameters: [placed(real("rate", 0.999, 0))],
    make: (given) => ({ kind: "dropout", rate: numberOf(given, "rate", 0) }),
  },
  droppath: {
    parameters: [placed(real("rate", 0.999, 0))],
    make: (given) => ({ kind: "drop-path", rate: numberOf(given, "rate", 0) }),
  },
};

/** Operations of several inputs, by their word. */
export const mergeWords: Readonly<Record<string, Operation>> = {
  add: { kind: "add" },
  mul: { kind: "multiply" },
  concat: { kind: "concat" },
};

/** What people write who know another name. */
export const otherNames: Readonly<Record<string, string>> = {
  ...{
    batchnorm: "norm",
    batchnorm2d: "norm",
    bn: "norm",
    "batch-norm": "norm",
    "layer-norm": "layernorm",
    ln: "layernorm",
  },
  ...{
    conv2d: "conv",
    convolution: "conv",
    depthwise: "dw",
    dwconv: "dw",
    pointwise: "conv",
    maxpool2d: "maxpool",
  },
  ...{ avgpool2d: "avgpool", averagepool: "avgpool", gap: "globalpool", "global-pool": "globalpool" },
  ...{ adaptiveavgpool2d: "globalpool", globalavgpool: "globalpool", dense: "linear", fc: "linear" },
  ...{
    hswish: "hardswish",
    "hard-swish": "hardswish",
    hsigmoid: "hardsigmoid",
    "hard-sigmoid": "hardsigmoid",
  },
  ...{ swish: "silu", multiply: "mul", cat: "concat", sum: "add", identity: "in", skip: "in", none: "zero" },
  ...{ "channel-shuffle": "shuffle", "drop-path": "droppath", res: "residual", def: "block", repeat: "x" },
};

/** An argument as it is written; without a name it stands in its place. */
export interface WrittenArgument {
  readonly name: string;
  readonly bare: boolean;
  readonly value: ArgumentValue;
  /** The value that it has where it is left out. */
  readonly usual?: ArgumentValue;
}

/** A layer as it is written. */
export interface WrittenLayer {
  readonly word: string;
  readonly arguments: readonly WrittenArgument[];
}

const argument = (name: string, value: ArgumentValue, bare = false): WrittenArgument => ({
  name,
  value,
  bare,
});
const unless = (isDefault: boolean, name: string, value: ArgumentValue): readonly WrittenArgument[] =>
  isDefault ? [] : [argument(name, value)];
const samePair = (a: Pair, b: Pair) => a[0] === b[0] && a[1] === b[1];
const short = (value: Pair): ArgumentValue => (value[0] === value[1] ? value[0] : value);
const pairUnless = (value: Pair, usual: Pair, name: string) =>
  unless(samePair(value, usual), name, short(value));

function windowArguments(
  { kernel, stride, padding }: { readonly kernel: Pair; readonly stride: Pair; readonly padding: Pair },
  kernelBefore: Pair,
): readonly WrittenArgument[] {
  return [
    { ...argument("k", short(kernel)), usual: short(kernelBefore) },
    { ...argument("s", short(stride)), usual: 1 },
    ...pairUnless(padding, halfOf(kernel), "p"),
  ];
}

const writers: {
  readonly [Kind in OperatorKind]: (op: OperationKind<Kind>, input: FeatureShape) => WrittenLayer | undefined;
} = {
  input: () => undefined,
  mixture: () => undefined,
  conv(op, [channels]) {
    const isDepthwise = op.groups === channels && op.outChannels === channels && channels > 1;
    const bias = unless(!op.bias, "bias", 1);
    if (isDepthwise) return { word: "dw", arguments: [...windowArguments(op, three), ...bias] };
    const groups = unless(op.groups === 1, "g", op.groups);
    const out = argument("c", op.outChannels, true);
    return { word: "conv", arguments: [out, ...windowArguments(op, one), ...groups, ...bias] };
  },
  "batch-norm": ({ epsilon, momentum }) => ({
    word: "norm",
    arguments: [
      ...unless(epsilon === normDefaults.epsilon, "eps", epsilon),
      ...unless(momentum === normDefaults.momentum, "momentum", momentum),
    ],
  }),
  "layer-norm": ({ epsilon }) => ({
    ...{ word: "layernorm", arguments: unless(epsilon === layerNormEpsilon, "eps", epsilon) },
  }),
  activation: (op) => ({ word: activationWords[op.function], arguments: [] }),
  pool(op) {
    const { mode, kernel, stride, padding, countPadding } = op;
    const unpadded = padding[0] + padding[1] === 0;
    return {
      word: mode === "max" ? "maxpool" : "avgpool",
      arguments: [
        argument("k", short(kernel), true),
        ...pairUnless(stride, kernel, "s"),
        ...pairUnless(padding, halfOf(kernel), "p"),
        ...unless(mode === "max" || countPadding === unpadded, "countpad", Number(countPadding)),
      ],
    };
  },
  "global-pool": () => ({ word: "globalpool", arguments: [] }),
  flatten: () => ({ word: "flatten", arguments: [] }),
  linear: ({ outFeatures, bias }) => ({
    ...{ word: "linear", arguments: [argument("c", outFeatures, true), ...unless(bias, "bias", 0)] },
  }),
  add: () => ({ word: "add", arguments: [] }),
  multiply: () => ({ word: "mul", arguments: [] }),
  concat: () => ({ word: "concat", arguments: [] }),
  scale: ({ factor }) => ({ word: "scale", arguments: [argument("by", factor)] }),
  zero: ({ outChannels, stride }, [channels]) => ({
    word: "zero",
    arguments: [
      ...(outChannels === channels ? [] : [argument("c", outChannels, true)]),
      ...pairUnless(stride, one, "s"),
    ],
  }),
  "channel-shuffle": ({ groups }) => ({ word: "shuffle", arguments: [argument("g", groups, true)] }),
  slice: ({ from, to }) => ({
    ...{ word: "slice", arguments: [argument("from", from, true), argument("to", to, true)] },
  }),
  upsample: ({ factor }) => ({ word: "upsample", arguments: [argument("by", factor, true)] }),
  dropout: ({ rate }) => ({ word: "dropout", arguments: [argument("rate", rate, true)] }),
  "drop-path": ({ rate }) => ({ word: "droppath", arguments: [argument("rate", rate, true)] }),
};

/** How an operation is written; undefined for what a text cannot say, such as the mixture of a supernet. */
export function writtenLayer<Op extends Operation>(op: Op, input: FeatureShape): WrittenLayer | undefined {
  const write = writers[op.kind] as (op: Operation, input: FeatureShape) => WrittenLayer | undefined;
  return write(op, input);
}
