// A network in 8-bit integers as plain data, by TensorFlow Lite's specification: weights −127 to 127 by filter, maps −128 to
// 127 on one grid each, sums of 32 bits, factors as fixed-point numbers. It is what every file for a device is written from,
// and run-integer.ts says exactly what it computes. It must not know a file format or where the ranges were measured.
// Weights use their full range here, and not the half of `quantise.ts`: the kernels of TFLite, CMSIS-NN and our C add
// products of 16 bits in 32, whereas onnxruntime on older x86 processors adds pairs of them in 16 bits, which saturate.
// @see https://ai.google.dev/edge/litert/models/quantization_spec
import { GeniusError } from "../base/errors.ts";
import type { ValueRange } from "../graph/export/quantise.ts";
import {
  type DeviceConvolution,
  type DeviceDepthwise,
  type DeviceNetwork,
  type DeviceOperation,
  type DeviceStep,
  type DeviceWindow,
  type MapShape,
  type Movement,
  plainWindow,
} from "./device-network.ts";
import {
  type Clamp,
  clamped,
  clampOf,
  type ProductArithmetic,
  productArithmetic,
  type Rectifier,
  type SumArithmetic,
  sumArithmetic,
} from "./elementwise.ts";
import {
  clampTo8,
  type FixedPoint,
  fixedPoint,
  type Grid,
  gridOver,
  roundHalfAway,
  sameGrid,
  timesFixedPoint,
} from "./fixed-point.ts";
import { fixedGridOf, type PointwiseFunction, tableOf } from "./pointwise.ts";
import { gridsOf } from "./shared-grids.ts";

export interface IntegerValue {
  /** The id of the node that gives it. */
  readonly name: string;
  readonly shape: MapShape;
  readonly grid: Grid;
}

/** result = clamp(factor[f] · (bias[f] + Σ weight · (input − its zero point)) + zero point) for filter f. */
export interface IntegerWeights {
  readonly weights: Int8Array;
  /** Real weight = scale · weight, by filter. */
  readonly weightScales: Float32Array;
  /** In steps of the input's scale times the weight's. */
  readonly bias: Int32Array;
  readonly factors: readonly FixedPoint[];
  readonly clamp: Clamp;
  /** Where the clamp comes from. */
  readonly rectifier?: Rectifier;
}

/** Weights [filters, kernel height, kernel width, channels / groups]; a linear layer is one over the whole map. */
export interface IntegerConvolution extends IntegerWeights {
  readonly kind: "conv";
  readonly window: DeviceWindow;
  readonly groups: number;
}

/** Weights [kernel height, kernel width, filters]; filter f reads channel ⌊f · channels / filters⌋. */
export interface IntegerDepthwise extends IntegerWeights {
  readonly kind: "depthwise";
  readonly window: DeviceWindow;
}

export type IntegerOperation =
  | IntegerConvolution
  | IntegerDepthwise
  /** Input and output have one grid; the padding of a maximum is never the largest, that of an average is zero. */
  | Movement
  | { readonly kind: "add"; readonly arithmetic: SumArithmetic; readonly rectifier?: Rectifier }
  /** The second input may be a gate [1, 1, channels]. */
  | { readonly kind: "multiply"; readonly arithmetic: ProductArithmetic; readonly rectifier?: Rectifier }
  /** Of each channel: the sum of (number − zero point), times the factor, in which the number of pixels is. */
  | { readonly kind: "mean"; readonly factor: FixedPoint }
  /** The result of −128, −127, …, 127; `function` says what it stands for. */
  | { readonly kind: "table"; readonly function: PointwiseFunction; readonly table: Int8Array };

export type IntegerStep<Op = IntegerOperation> = DeviceStep<Op>;

export interface IntegerNetwork {
  readonly name: string;
  /** Value 0 is the image, normalised. */
  readonly values: readonly IntegerValue[];
  readonly steps: readonly IntegerStep[];
  /** The place of the scores, [1, 1, classes]. */
  readonly output: number;
  readonly pixels: IntegerPixels;
}

/** How an image of bytes becomes value 0. */
export interface IntegerPixels {
  /** Of the bytes less 128. */
  readonly grid: Grid;
  /** The step from there to value 0; absent where the bytes less 128 are value 0 already. */
  readonly normalise?: IntegerDepthwise;
}

/** Of pixels in 0..1 that are stored as a byte less 128. */
const pixelGrid: Grid = { scale: Math.fround(1 / 255), zeroPoint: -128 };

/** The names in `inferenceModel` of the values whose ranges `integerNetwork` needs. */
export function rangesToMeasure(network: DeviceNetwork): readonly string[] {
  checkOperations(network);
  const needed = new Set(network.steps.filter(({ op }) => !keepsGrid(op)).map(({ output }) => output));
  return network.values
    .filter((_, place) => place === 0 || needed.has(place))
    .map(({ onnxName }) => onnxName);
}

/**
 * Rounds a network to 8 bits.
 * @param ranges of every name that `rangesToMeasure` gives.
 * @throws GeniusError `missing-feature` that names an operator without an 8-bit form, `wrong-use` when a range is missing.
 */
export function integerNetwork(
  network: DeviceNetwork,
  ranges: ReadonlyMap<string, ValueRange>,
): IntegerNetwork {
  checkOperations(network);
  const rangeOf = (place: number): ValueRange => {
    const name = network.values[place]?.onnxName as string;
    const range = ranges.get(name);
    if (range === undefined || !range.every(Number.isFinite))
      throw new GeniusError(
        "wrong-use",
        `8-bit network: ${name} has ${range ? `the range [${range.join(", ")}]` : "no range"}; measure every value of rangesToMeasure on a few images.`,
      );
    const producer = network.steps.find(({ output }) => output === place);
    if (producer?.op.kind !== "pointwise" || producer.op.function.kind !== "hard-swish") return range;
    // TFLite's arithmetic needs a result that is not much finer than the input.
    const [min, max] = rangeOf(producer.inputs[0] as number);
    return [range[0], Math.max(range[1], range[0] + (max - min) / 64)];
  };
  const bytesGrid = pixelGridOf(network, rangeOf);
  const { normalisation } = network;
  const isNormalised = normalisation !== undefined && bytesGrid === pixelGrid;
  const grids = gridsOf(network, {
    fixed(place) {
      if (place === 0) return isNormalised ? undefined : bytesGrid;
      const op = network.steps.find(({ output }) => output === place)?.op;
      return op?.kind === "pointwise" ? fixedGridOf(op.function) : undefined;
    },
    range: rangeOf,
    keepsGrid,
  });
  const values: IntegerValue[] = network.values.map(({ name, shape }, place) => ({
    name,
    shape,
    grid: grids[place] as Grid,
  }));
  const steps: IntegerStep[] = [];
  for (const { inputs, output, op } of network.steps) {
    const grid = grids[output] as Grid;
    const read = inputs.map((input) => {
      const own = values[input] as IntegerValue;
      if (!keepsGrid(op) || sameGrid(own.grid, grid)) return input;
      // A concatenation of maps whose grids cannot be the same.
      const what = { kind: "rescale" } as const;
      const place = values.push({ ...own, name: `${own.name}.rescaled${values.length}`, grid }) - 1;
      const table = tableOf(what, own.grid, grid);
      steps.push({ inputs: [input], output: place, op: { kind: "table", function: what, table } });
      return place;
    });
    const given = read.map((input) => values[input] as IntegerValue);
    steps.push({ inputs: read, output, op: integerOperation(op, given, grid) });
  }
  const normalise = isNormalised && normaliseStep(normalisation, bytesGrid, grids[0] as Grid);
  const pixels = { grid: bytesGrid, ...(normalise && { normalise }) };
  return { name: network.name, values, steps, output: network.output, pixels };
}

/** Operations whose result is on the grid of what they read. */
const keepsGrid = (op: DeviceOperation): op is Movement =>
  op.kind === "concat" ||
  op.kind === "max-pool" ||
  op.kind === "average-pool" ||
  op.kind === "slice" ||
  op.kind === "channel-shuffle" ||
  op.kind === "upsample" ||
  op.kind === "flatten";

/** Names every operator that 8-bit integers have no form of, before anything is measured or written. */
function checkOperations({ name, steps, values }: DeviceNetwork): void {
  const missing = steps
    .filter(({ op }) => op.kind === "layer-norm")
    .map(({ output }) => values[output]?.name);
  if (missing.length > 0)
    throw new GeniusError(
      "missing-feature",
      `The network ${name} has layer norms (${missing.slice(0, 3).join(", ")}${missing.length > 3 ? ", …" : ""}), which have no form in 8-bit integers. Use a network with batch norms, or a file in floats.`,
    );
}

function integerOperation(
  op: DeviceOperation,
  inputs: readonly IntegerValue[],
  output: Grid,
): IntegerOperation {
  const [first, second] = inputs.map(({ grid }) => grid) as [Grid, Grid];
  const pixelCount = (inputs[0]?.shape[0] ?? 1) * (inputs[0]?.shape[1] ?? 1);
  switch (op.kind) {
    case "conv":
      return { kind: "conv", window: op.window, groups: op.groups, ...integerWeights(op, first, output) };
    case "depthwise":
      return { kind: "depthwise", window: op.window, ...integerWeights(op, first, output) };
    case "add":
      return {
        kind: "add",
        arithmetic: sumArithmetic([first, second], output, op.rectifier),
        ...(op.rectifier && { rectifier: op.rectifier }),
      };
    case "multiply":
      return {
        kind: "multiply",
        arithmetic: productArithmetic([first, second], output, op.rectifier),
        ...(op.rectifier && { rectifier: op.rectifier }),
      };
    case "mean":
      return { kind: "mean", factor: meanFactor(first.scale / output.scale, pixelCount) };
    case "pointwise":
      return { kind: "table", function: op.function, table: tableOf(op.function, first, output) };
    case "layer-norm":
      throw new GeniusError("internal", "Layer norms were refused before.");
    default:
      return op;
  }
}

/** The factor of a mean over `count` numbers, as TFLite divides it: rounded down. */
function meanFactor(factor: number, count: number): FixedPoint {
  const { multiplier, shift } = fixedPoint(factor);
  const raised = Math.min(Math.floor(Math.log2(count)), 31 + shift);
  return { multiplier: Math.floor((multiplier * 2 ** raised) / count), shift: shift - raised };
}

/** Largest bias in steps: what is added to it must fit 32 bits too. */
const maxBias = 2 ** 30;

/** Weights in 254 steps of their own filter. A filter that is nearly zero beside its bias has wider steps, so that the bias fits. */
function integerWeights(
  { weights, bias, rectifier, kind }: DeviceConvolution | DeviceDepthwise,
  input: Grid,
  output: Grid,
): IntegerWeights {
  const filters = bias.length;
  const perFilter = weights.length / filters;
  const placeOf =
    kind === "conv"
      ? (filter: number, index: number) => filter * perFilter + index
      : (filter: number, index: number) => index * filters + filter;
  const scales = Float32Array.from(bias, (shift, filter) => {
    let largest = Math.abs(shift) / (maxBias * input.scale) / 127;
    for (let index = 0; index < perFilter; index += 1)
      largest = Math.max(largest, Math.abs(weights[placeOf(filter, index)]!));
    return largest / 127 || 1;
  });
  const rounded = new Int8Array(weights.length);
  for (let filter = 0; filter < filters; filter += 1) {
    for (let index = 0; index < perFilter; index += 1) {
      const place = placeOf(filter, index);
      const steps = roundHalfAway(weights[place]! / scales[filter]!);
      rounded[place] = Math.max(-127, Math.min(127, steps));
    }
  }
  return {
    weights: rounded,
    weightScales: scales,
    bias: Int32Array.from(bias, (shift, filter) => roundHalfAway(shift / (input.scale * scales[filter]!))),
    factors: [...scales].map((scale) => fixedPoint((input.scale * scale) / output.scale)),
    clamp: clampOf(output, rectifier),
    ...(rectifier && { rectifier }),
  };
}

/** The grid of the bytes. Of one channel it can hold the normalisation; several need a step that does. */
function pixelGridOf({ normalisation, values }: DeviceNetwork, range: (place: number) => ValueRange): Grid {
  if (normalisation === undefined) return gridOver(...range(0));
  const { mean01, sd01 } = normalisation;
  if (values[0]?.shape[2] !== 1) return pixelGrid;
  const [mean, deviation] = [mean01[0] as number, sd01[0] as number];
  return {
    scale: Math.fround(1 / (255 * deviation)),
    zeroPoint: clampTo8(roundHalfAway(255 * mean) - 128),
  };
}

/** (pixel01 − mean) / deviation, channel by channel. */
function normaliseStep(
  { mean01, sd01 }: NonNullable<DeviceNetwork["normalisation"]>,
  input: Grid,
  output: Grid,
): IntegerDepthwise {
  const weights = Float32Array.from(sd01, (deviation) => 1 / deviation);
  const bias = Float32Array.from(mean01, (mean, channel) => -mean / sd01[channel]!);
  const op = { kind: "depthwise", window: plainWindow([1, 1], [1, 1]), weights, bias } as const;
  return { kind: "depthwise", window: op.window, ...integerWeights(op, input, output) };
}

/** An image of bytes as value 0: for each channel, what each byte 0 to 255 becomes. */
export function pixelTables({ values, pixels }: IntegerNetwork): readonly Int8Array[] {
  const { shape, grid } = values[0] as IntegerValue;
  return Array.from({ length: shape[2] }, (_, channel) =>
    Int8Array.from({ length: 256 }, (_, byte) => {
      const stored = byte - 128;
      if (pixels.normalise === undefined) return stored;
      const { weights, bias, factors, clamp } = pixels.normalise;
      const sum = bias[channel]! + weights[channel]! * (stored - pixels.grid.zeroPoint);
      const result = timesFixedPoint(sum, factors[channel] as FixedPoint) + grid.zeroPoint;
      return clamped(result, clamp);
    }),
  );
}
