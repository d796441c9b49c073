// Integers in place of real factors, rounded exactly as TensorFlow Lite's kernels round: a factor is a 31-bit fraction and a
// power of two, and multiplying by it rounds twice. All who compute with 8-bit maps – the interpreter, the tables, the C
// text's tests – call these, so that their results are equal bit by bit.
// @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/kernels/internal/common.h
// @see https://arxiv.org/abs/1712.05877

/** The factor `multiplier · 2^(shift − 31)`; a shift above 0 goes left. */
export interface FixedPoint {
  /** 0, or from 2^30 to below 2^31. */
  readonly multiplier: number;
  readonly shift: number;
}

const one31 = 2 ** 31;

/** The nearest factor: TFLite's `QuantizeMultiplier`. */
export function fixedPoint(factor: number): FixedPoint {
  if (factor === 0) return { multiplier: 0, shift: 0 };
  let shift = 0;
  let fraction = factor;
  while (Math.abs(fraction) >= 1) {
    fraction /= 2;
    shift += 1;
  }
  while (Math.abs(fraction) < 0.5) {
    fraction *= 2;
    shift -= 1;
  }
  let multiplier = roundHalfAway(fraction * one31);
  if (multiplier === one31) {
    multiplier /= 2;
    shift += 1;
  }
  return shift < -31 ? { multiplier: 0, shift: 0 } : { multiplier, shift };
}

/** `value` times a factor: TFLite's `MultiplyByQuantizedMultiplier` with double rounding, its default. */
export function timesFixedPoint(value: number, { multiplier, shift }: FixedPoint): number {
  const raised = shift > 0 ? value << shift : value;
  const product = doublingHighProduct(raised, multiplier);
  return shift < 0 ? dividedByPower(product, -shift) : product;
}

/**
 * `a · b / 2^31` of two 32-bit integers, rounded to the nearest, a half upwards: gemmlowp's
 * `SaturatingRoundingDoublingHighMul`. In doubles, so the product is taken in two parts, each of them exact.
 */
export function doublingHighProduct(a: number, b: number): number {
  if (a === -one31 && b === -one31) return one31 - 1;
  const high = a * (b >> 16);
  const low = a * (b & 0xffff);
  const isNegative = a < 0 !== b < 0 && a !== 0 && b !== 0;
  const nudged = low + (isNegative ? 1 - 2 ** 30 : 2 ** 30);
  const carried = Math.floor(nudged / 0x10000);
  const rest = nudged - carried * 0x10000;
  const top = high + carried;
  const quotient = Math.floor(top / 0x8000);
  // C divides towards zero.
  const hasRest = rest !== 0 || top !== quotient * 0x8000;
  return top < 0 && hasRest ? quotient + 1 : quotient;
}

/** `value / 2^exponent`, rounded to the nearest, a half away from zero: gemmlowp's `RoundingDivideByPOT`. */
export function dividedByPower(value: number, exponent: number): number {
  if (exponent === 0) return value;
  const mask = exponent >= 31 ? 0x7fffffff : (1 << exponent) - 1;
  const remainder = value & mask;
  const threshold = (mask >> 1) + (value < 0 ? 1 : 0);
  return (value >> exponent) + (remainder > threshold ? 1 : 0);
}

/** C's `round`: a half goes away from zero. */
export function roundHalfAway(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

/** The grid of a feature map: a number q from −128 to 127 stands for `scale · (q − zeroPoint)`. */
export interface Grid {
  /** A 32-bit float. */
  readonly scale: number;
  readonly zeroPoint: number;
}

export const [lowest, highest] = [-128, 127] as const;

export const clampTo8 = (value: number): number => Math.max(lowest, Math.min(highest, value));

/** The place of a real number on a grid, in float32 as TFLite's QUANTIZE. */
export function onGrid(value: number, { scale, zeroPoint }: Grid): number {
  return clampTo8(roundHalfAway(Math.fround(Math.fround(value) / scale)) + zeroPoint);
}

/** The grid of 256 steps that holds zero exactly and both ends of the range. */
export function gridOver(min: number, max: number): Grid {
  const [from, to] = [Math.min(0, min), Math.max(0, max)];
  const scale = Math.fround((to - from) / 255);
  if (scale === 0) return { scale: 1, zeroPoint: 0 };
  return { scale, zeroPoint: clampTo8(roundHalfAway(lowest - from / scale)) };
}

export const sameGrid = (a: Grid, b: Grid): boolean => a.scale === b.scale && a.zeroPoint === b.zeroPoint;
