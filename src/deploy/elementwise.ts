// Sums and products of two 8-bit numbers that lie on different grids, in TFLite's integer arithmetic.
// @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/kernels/add.cc
import { clampTo8, type FixedPoint, fixedPoint, type Grid, timesFixedPoint } from "./fixed-point.ts";

/** What the fused rectifier of an operation leaves: the smallest and the largest result. */
export type Clamp = readonly [min: number, max: number];

export interface SumArithmetic {
  readonly zeroPoints: readonly [number, number];
  /** Both terms are raised by `leftShift` bits and brought to a common grid. */
  readonly leftShift: 20;
  readonly terms: readonly [FixedPoint, FixedPoint];
  readonly result: FixedPoint;
  readonly resultZeroPoint: number;
  readonly clamp: Clamp;
}

export interface ProductArithmetic {
  readonly zeroPoints: readonly [number, number];
  readonly result: FixedPoint;
  readonly resultZeroPoint: number;
  readonly clamp: Clamp;
}

export type Rectifier = "relu" | "relu6";

/** Where a grid puts a rectifier's bounds. */
export function clampOf({ scale, zeroPoint }: Grid, rectifier: Rectifier | undefined): Clamp {
  if (rectifier === undefined) return [-128, 127];
  const top = zeroPoint + Math.round(Math.fround(6 / scale));
  return [clampTo8(zeroPoint), rectifier === "relu" ? 127 : clampTo8(top)];
}

export function sumArithmetic(
  [a, b]: readonly [Grid, Grid],
  output: Grid,
  rectifier?: Rectifier,
): SumArithmetic {
  const twiceMax = 2 * Math.max(a.scale, b.scale);
  return {
    zeroPoints: [a.zeroPoint, b.zeroPoint],
    leftShift: 20,
    terms: [fixedPoint(a.scale / twiceMax), fixedPoint(b.scale / twiceMax)],
    result: fixedPoint(twiceMax / (2 ** 20 * output.scale)),
    resultZeroPoint: output.zeroPoint,
    clamp: clampOf(output, rectifier),
  };
}

export function sumOf(a: number, b: number, how: SumArithmetic): number {
  const raised = 2 ** how.leftShift;
  const left = timesFixedPoint((a - how.zeroPoints[0]) * raised, how.terms[0]);
  const right = timesFixedPoint((b - how.zeroPoints[1]) * raised, how.terms[1]);
  return clamped(timesFixedPoint(left + right, how.result) + how.resultZeroPoint, how.clamp);
}

export function productArithmetic(
  [a, b]: readonly [Grid, Grid],
  output: Grid,
  rectifier?: Rectifier,
): ProductArithmetic {
  // TFLite computes this factor in floats of 32 bits.
  const factor = Math.fround(Math.fround(a.scale * b.scale) / output.scale);
  return {
    zeroPoints: [a.zeroPoint, b.zeroPoint],
    result: fixedPoint(factor),
    resultZeroPoint: output.zeroPoint,
    clamp: clampOf(output, rectifier),
  };
}

export function productOf(a: number, b: number, how: ProductArithmetic): number {
  const product = (a - how.zeroPoints[0]) * (b - how.zeroPoints[1]);
  return clamped(timesFixedPoint(product, how.result) + how.resultZeroPoint, how.clamp);
}

export const clamped = (value: number, [min, max]: Clamp): number => Math.max(min, Math.min(max, value));
