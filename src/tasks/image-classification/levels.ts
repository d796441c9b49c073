// Images of 16 bits a channel: X-rays with 12 bits used, thermal cameras with a narrow band of values. What the whole
// set uses is counted first; then one scale brings all of them to 8 bits, so that the same value is the same grey in
// every image. Knows values only, not files.
import type { Levels } from "./dataset.ts";

const valueCount = 65_536;

/** How often each value occurs. */
export type Histogram = Uint32Array<ArrayBuffer>;

export const createHistogram = (): Histogram => new Uint32Array(valueCount);

/** Counts every `step`-th value from `first`. */
export function countValues(
  histogram: Histogram,
  values: Uint16Array,
  channels: number,
  colours: number,
): void {
  for (let at = 0; at < values.length; at += channels) {
    for (let c = 0; c < colours; c += 1) histogram[values[at + c] as number]! += 1;
  }
}

export function addHistogram(sum: Float64Array, histogram: Histogram): void {
  for (const [value, count] of histogram.entries()) if (count > 0) sum[value]! += count;
}

/**
 * The scale for a set. A ten-thousandth of the values at either end is left out as dead pixels and burnt-in letters. The
 * scale begins at 0 and ends at the power of two that holds the rest, as cameras count; only a set of nothing but 16-bit
 * images whose values fill less than half of that is spread out between its own lowest and highest value.
 */
export function chooseLevels(sum: Float64Array, isAlone: boolean): Levels {
  const total = sum.reduce((all, count) => all + count, 0);
  const margin = total / 10_000;
  const low = firstAbove(sum, margin);
  const high = valueCount - 1 - firstAbove(sum.toReversed(), margin);
  const top = 2 ** Math.max(8, Math.ceil(Math.log2(high + 1))) - 1;
  if (isAlone && high > low && high - low < top / 2) return { low, high };
  return { low: 0, high: top };
}

function firstAbove(counts: Float64Array, margin: number): number {
  let passed = 0;
  return Math.max(
    0,
    counts.findIndex((count) => {
      passed += count;
      return passed > margin;
    }),
  );
}

/** 16-bit `[H, W, C]` to 8 bits, the last channel being transparency where `hasAlpha`: that keeps its own full scale. */
export function scaleLevels(
  values: Uint16Array,
  { low, high }: Levels,
  shape: { readonly channels: number; readonly hasAlpha: boolean },
): Uint8Array {
  const { channels, hasAlpha } = shape;
  const factor = 255 / Math.max(1, high - low);
  const table = Uint8Array.from({ length: valueCount }, (_, value) =>
    Math.round(Math.min(255, Math.max(0, (value - low) * factor))),
  );
  const out = new Uint8Array(values.length);
  for (let at = 0; at < values.length; at += 1) out[at] = table[values[at] as number] as number;
  if (hasAlpha) {
    for (let at = channels - 1; at < values.length; at += channels)
      out[at] = Math.round((values[at] as number) / 257);
  }
  return out;
}
