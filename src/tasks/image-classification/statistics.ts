// Per-channel mean and standard deviation of an image set, for normalisation. Computed on the training part only:
// what is measured on validation or test images must not reach the network. Sums are exact (histograms of uint8).
import type { ImageSet } from "./dataset.ts";
import { openPixels } from "./pixels.ts";

/** Normalised value = (pixel / 255 − mean01[c]) / sd01[c]. One entry a channel; sd01 is never 0. */
export interface Normalisation {
  readonly mean01: readonly number[];
  readonly sd01: readonly number[];
}

/** Mean and standard deviation over all pixels of all images, in units of 0..1. A constant channel gets sd01 1. */
export function channelStatistics(set: ImageSet): Normalisation {
  const [channels, height, width] = set.shape;
  const area = height * width;
  const histograms = Array.from({ length: channels }, () => new Float64Array(256));
  const reader = openPixels(set);
  try {
    for (let position = 0; position < set.count; position += 1) {
      const pixels = reader.read(position);
      for (let channel = 0; channel < channels; channel += 1) {
        const histogram = histograms[channel] as Float64Array;
        for (let i = channel * area; i < (channel + 1) * area; i += 1) histogram[pixels[i] as number]! += 1;
      }
    }
  } finally {
    reader.close();
  }
  const moments = histograms.map((histogram) => {
    const total = Math.max(1, set.count * area);
    const mean = histogram.reduce((sum, count, value) => sum + count * value, 0) / total;
    const variance = histogram.reduce((sum, count, value) => sum + count * (value - mean) ** 2, 0) / total;
    return { mean01: mean / 255, sd01: variance > 0 ? Math.sqrt(variance) / 255 : 1 };
  });
  return { mean01: moments.map((moment) => moment.mean01), sd01: moments.map((moment) => moment.sd01) };
}
