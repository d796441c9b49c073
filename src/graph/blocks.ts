// The building blocks that the spaces share: convolution with norm and activation, squeeze-excite, inverted
// residual. Each takes and returns a node id, and names its nodes below the prefix it is given.
import type { ActivationName, NetworkBuilder, Pair } from "./network.ts";

/** PyTorch's defaults of `BatchNorm2d`. */
const batchNorm = { kind: "batch-norm", epsilon: 1e-5, momentum: 0.1 } as const;

export interface ConvOptions {
  readonly outChannels: number;
  /** One number for a square window. */
  readonly kernel: Pair | number;
  readonly stride?: Pair | number;
  readonly groups?: number;
  readonly bias?: boolean;
  /** Absent: `kernel / 2` rounded down, which keeps the size at stride 1. */
  readonly padding?: Pair | number;
}

const pairOf = (given: Pair | number): Pair => (typeof given === "number" ? [given, given] : given);

/** A convolution `[C, H, W] → [outChannels, H / stride, W / stride]`, without bias unless asked for. */
export function conv(build: NetworkBuilder, id: string, input: string, options: ConvOptions): string {
  const { outChannels, groups = 1, bias = false } = options;
  const kernel = pairOf(options.kernel);
  const stride = pairOf(options.stride ?? 1);
  const padding = pairOf(options.padding ?? [Math.floor(kernel[0] / 2), Math.floor(kernel[1] / 2)]);
  return build.add(id, { kind: "conv", outChannels, kernel, stride, padding, groups, bias }, input);
}

/** Convolution, batch norm and, if one is named, an activation: `id.conv`, `id.norm`, `id.act`. */
export function convNorm(
  build: NetworkBuilder,
  id: string,
  input: string,
  options: ConvOptions & { readonly activation?: ActivationName },
): string {
  const convolved = conv(build, `${id}.conv`, input, options);
  const normed = build.add(`${id}.norm`, batchNorm, convolved);
  if (options.activation === undefined) return normed;
  return build.add(`${id}.act`, { kind: "activation", function: options.activation }, normed);
}

/** Batch norm with PyTorch's defaults. */
export function norm(build: NetworkBuilder, id: string, input: string): string {
  return build.add(id, batchNorm, input);
}

/**
 * Squeeze-and-excitation: channels reweighted by a gate computed from their means.
 * @see https://arxiv.org/abs/1709.01507
 */
export function squeezeExcite(
  build: NetworkBuilder,
  id: string,
  input: string,
  options: { readonly channels: number; readonly reducedChannels: number; readonly gate: ActivationName },
): string {
  const pooled = build.add(`${id}.pool`, { kind: "global-pool" }, input);
  const reduced = conv(build, `${id}.reduce`, pooled, {
    outChannels: options.reducedChannels,
    kernel: 1,
    bias: true,
  });
  const active = build.add(`${id}.act`, { kind: "activation", function: "relu" }, reduced);
  const expanded = conv(build, `${id}.expand`, active, {
    outChannels: options.channels,
    kernel: 1,
    bias: true,
  });
  const gate = build.add(`${id}.gate`, { kind: "activation", function: options.gate }, expanded);
  return build.add(`${id}.scale`, { kind: "multiply" }, input, gate);
}

export interface InvertedResidualOptions {
  readonly inChannels: number;
  readonly hiddenChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly activation: ActivationName;
  /** Squeeze-excite after the depthwise convolution, if given. */
  readonly excite?: { readonly reducedChannels: number; readonly gate: ActivationName };
}

/**
 * Inverted residual: pointwise expansion, depthwise convolution, linear pointwise projection, and the input
 * added where the shape allows.
 * @see https://arxiv.org/abs/1801.04381
 */
export function invertedResidual(
  build: NetworkBuilder,
  id: string,
  input: string,
  options: InvertedResidualOptions,
): string {
  const { inChannels, hiddenChannels, outChannels, kernel, stride, activation, excite } = options;
  let x = convNorm(build, `${id}.expand`, input, { outChannels: hiddenChannels, kernel: 1, activation });
  x = convNorm(build, `${id}.depthwise`, x, {
    outChannels: hiddenChannels,
    kernel,
    stride,
    groups: hiddenChannels,
    activation,
  });
  if (excite !== undefined)
    x = squeezeExcite(build, `${id}.excite`, x, { channels: hiddenChannels, ...excite });
  x = convNorm(build, `${id}.project`, x, { outChannels, kernel: 1 });
  return stride === 1 && inChannels === outChannels ? build.add(`${id}.add`, { kind: "add" }, x, input) : x;
}

/** Global average pool, flatten and the linear classifier `[C, H, W] → [classCount]`. */
export function classifier(
  build: NetworkBuilder,
  input: string,
  classCount: number,
  dropoutRate = 0,
): string {
  const pooled = build.add("head.pool", { kind: "global-pool" }, input);
  let flat = build.add("head.flatten", { kind: "flatten" }, pooled);
  if (dropoutRate > 0) flat = build.add("head.dropout", { kind: "dropout", rate: dropoutRate }, flat);
  return build.add("head.classifier", { kind: "linear", outFeatures: classCount, bias: true }, flat);
}

/** The multiple of `divisor` nearest to `value`, at least `divisor` and never below 90 % of it (MobileNet's rule). */
export function makeDivisible(value: number, divisor = 8): number {
  const rounded = Math.max(divisor, Math.floor((value + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * value ? rounded + divisor : rounded;
}
