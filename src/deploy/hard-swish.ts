// x · relu6(x + 3) / 6 of an 8-bit number in TFLite's arithmetic of 16 bits.
// @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/kernels/internal/reference/hard_swish.h
import { clampTo8, dividedByPower, type FixedPoint, fixedPoint, type Grid } from "./fixed-point.ts";

export function hardSwish(number: number, input: Grid, output: Grid): number {
  // The input's grid, 128 times finer.
  const fine = Math.fround(input.scale / 128);
  const result = fixedPoint(Math.fround(fine / output.scale));
  const gate = fixedPoint(Math.fround(fine / Math.fround(3 / 32_768)));
  const value = (number - input.zeroPoint) * 128;
  const scaled = roundedHighProduct(value, to16(result));
  // The rectified gate, from −1 to 1 in 16 bits, then from 0 to 1.
  let open = value;
  if (gate.shift > 0) open = saturated(open * 2 ** (gate.shift - 1));
  open = roundedHighProduct(open, to16(gate));
  if (gate.shift > 0) open = saturated(open * 2);
  if (gate.shift < 0) open = dividedByPower(open, -gate.shift);
  open = (open + 32_768) >> 1;
  // Towards zero, which takes back what the roundings before added.
  const product = Math.trunc((open * scaled) / 32_768);
  return clampTo8(dividedByPower(product, -result.shift) + output.zeroPoint);
}

function to16({ multiplier }: FixedPoint): number {
  return multiplier >= 2 ** 31 - 1 - 2 ** 15 ? 32_767 : (multiplier + 2 ** 15) >> 16;
}

const saturated = (value: number) => Math.max(-32_768, Math.min(32_767, value));

/** `a · b / 2^15`, rounded to the nearest, in 16 bits. */
function roundedHighProduct(a: number, b: number): number {
  const product = a * b;
  return Math.trunc((product + (product >= 0 ? 2 ** 14 : 1 - 2 ** 14)) / 2 ** 15);
}
