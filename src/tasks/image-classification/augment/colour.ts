// Colour operations on one image of uint8 [C, H, W], in place, C = 1 or 3. Definitions follow Pillow's ImageEnhance
// and ImageOps, on which AutoAugment and its successors are built; luminance is ITU-R 601.
import type { ImageShape } from "../dataset.ts";

type Operation = (pixels: Uint8Array, shape: ImageShape, strength: number) => void;

/** Scales towards black: 0 is black, 1 the image. */
export const adjustBrightness: Operation = (pixels, _shape, factor) => {
  mapValues(pixels, 0, pixels.length, (value) => value * factor);
};

/** Scales the distance to the mean luminance: 0 is grey, 1 the image. */
export const adjustContrast: Operation = (pixels, shape, factor) => {
  const area = shape[1] * shape[2];
  let sum = 0;
  for (let i = 0; i < area; i += 1) sum += luminance(pixels, shape[0], area, i);
  const mean = Math.round(sum / area);
  mapValues(pixels, 0, pixels.length, (value) => mean + (value - mean) * factor);
};

/** Scales the distance to each pixel's own grey: 0 is without colour, 1 the image. Leaves grey images as they are. */
export const adjustSaturation: Operation = (pixels, shape, factor) => {
  if (shape[0] === 1) return;
  const area = shape[1] * shape[2];
  for (let i = 0; i < area; i += 1) {
    const grey = luminance(pixels, 3, area, i);
    for (let at = i; at < pixels.length; at += area)
      pixels[at] = clamp(grey + ((pixels[at] as number) - grey) * factor);
  }
};

/** Blends with a 3×3 smoothed image (centre weight 5 of 13): 0 is smooth, 1 the image, 2 sharp. The border stays. */
export const adjustSharpness: Operation = (pixels, [channels, height, width], factor) => {
  for (let channel = 0; channel < channels; channel += 1) {
    const plane = pixels.slice(channel * height * width, (channel + 1) * height * width);
    for (let y = 1; y < height - 1; y += 1) {
      for (let x = 1; x < width - 1; x += 1) {
        let sum = 4 * (plane[y * width + x] as number);
        for (let dy = -1; dy <= 1; dy += 1) {
          for (let dx = -1; dx <= 1; dx += 1) sum += plane[(y + dy) * width + x + dx] as number;
        }
        const smooth = Math.round(sum / 13);
        const at = y * width + x;
        pixels[channel * height * width + at] = clamp(smooth + ((plane[at] as number) - smooth) * factor);
      }
    }
  }
};

/** Keeps the `bits` highest bits of each value, 0..8. */
export const posterize: Operation = (pixels, _shape, bits) => {
  const mask = 0xff & ~(2 ** (8 - bits) - 1);
  for (let i = 0; i < pixels.length; i += 1) pixels[i] = (pixels[i] as number) & mask;
};

/** Inverts values of at least `threshold`, 0..256. */
export const solarize: Operation = (pixels, _shape, threshold) => {
  mapValues(pixels, 0, pixels.length, (value) => (value >= threshold ? 255 - value : value));
};

/** Stretches each channel to the full range. */
export const autoContrast: Operation = (pixels, shape) => {
  const area = shape[1] * shape[2];
  for (let from = 0; from < pixels.length; from += area) {
    let low = 255;
    let high = 0;
    for (let i = from; i < from + area; i += 1) {
      low = Math.min(low, pixels[i] as number);
      high = Math.max(high, pixels[i] as number);
    }
    if (high > low) mapValues(pixels, from, from + area, (value) => ((value - low) * 255) / (high - low));
  }
};

/** Makes each channel's histogram as even as it can be. */
export const equalize: Operation = (pixels, shape) => {
  const area = shape[1] * shape[2];
  for (let from = 0; from < pixels.length; from += area) {
    const histogram = new Uint32Array(256);
    for (let i = from; i < from + area; i += 1) histogram[pixels[i] as number]! += 1;
    const last = histogram.findLast((count) => count > 0) as number;
    const step = Math.floor((area - last) / 255);
    if (step === 0) continue;
    const below = new Uint32Array(256);
    for (let value = 1; value < 256; value += 1)
      below[value] = (below[value - 1] as number) + (histogram[value - 1] as number);
    mapValues(pixels, from, from + area, (value) =>
      Math.floor(((below[value] as number) + (step >> 1)) / step),
    );
  }
};

function luminance(pixels: Uint8Array, channels: number, area: number, at: number): number {
  if (channels === 1) return pixels[at] as number;
  const [red, green, blue] = [
    pixels[at] as number,
    pixels[at + area] as number,
    pixels[at + 2 * area] as number,
  ];
  return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
}

/** Values depend on values only, so 256 of them are computed rather than one a pixel. */
function mapValues(pixels: Uint8Array, from: number, to: number, map: (value: number) => number): void {
  const table = new Uint8ClampedArray(256);
  for (let value = 0; value < 256; value += 1) table[value] = map(value);
  for (let i = from; i < to; i += 1) pixels[i] = table[pixels[i] as number] as number;
}

function clamp(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value);
}
