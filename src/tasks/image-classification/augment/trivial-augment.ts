// TrivialAugment (Müller & Hutter, ICCV 2021), wide space: one operation drawn uniformly from 14, at a strength
// drawn uniformly from 31 levels. Geometry takes the nearest pixel and fills with black, as the reference does.
// Differs from the paper: translation is at most the image's side (the paper's 32 pixels are CIFAR's side).
import type { Random } from "../../../base/random.ts";
import type { ImageShape } from "../dataset.ts";
import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustSharpness,
  autoContrast,
  equalize,
  posterize,
  solarize,
} from "./colour.ts";

const levels = 31;

type Operation = (pixels: Uint8Array, shape: ImageShape, draw: { level01: number; sign: number }) => void;

/** A 2×2 matrix and a shift that lead from an output pixel (relative to the centre) to the input pixel it shows. */
type Affine = readonly [xx: number, xy: number, yx: number, yy: number, right: number, down: number];

/** The operations of the wide space by name. `level01` is the strength, `sign` the direction where there is one. */
export const trivialOperations: Readonly<Record<string, Operation>> = {
  identity: () => undefined,
  shearX: (pixels, shape, { level01, sign }) => warp(pixels, shape, [1, sign * level01 * 0.99, 0, 1, 0, 0]),
  shearY: (pixels, shape, { level01, sign }) => warp(pixels, shape, [1, 0, sign * level01 * 0.99, 1, 0, 0]),
  translateX: (pixels, shape, { level01, sign }) =>
    warp(pixels, shape, [1, 0, 0, 1, sign * Math.round(level01 * Math.min(32, shape[2])), 0]),
  translateY: (pixels, shape, { level01, sign }) =>
    warp(pixels, shape, [1, 0, 0, 1, 0, sign * Math.round(level01 * Math.min(32, shape[1]))]),
  rotate: (pixels, shape, { level01, sign }) => {
    const angle = (sign * level01 * 135 * Math.PI) / 180;
    warp(pixels, shape, [Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle), 0, 0]);
  },
  brightness: (pixels, shape, { level01, sign }) =>
    adjustBrightness(pixels, shape, 1 + sign * level01 * 0.99),
  saturation: (pixels, shape, { level01, sign }) =>
    adjustSaturation(pixels, shape, 1 + sign * level01 * 0.99),
  contrast: (pixels, shape, { level01, sign }) => adjustContrast(pixels, shape, 1 + sign * level01 * 0.99),
  sharpness: (pixels, shape, { level01, sign }) => adjustSharpness(pixels, shape, 1 + sign * level01 * 0.99),
  posterize: (pixels, shape, { level01 }) => posterize(pixels, shape, 8 - Math.round(level01 * 6)),
  solarize: (pixels, shape, { level01 }) => solarize(pixels, shape, 255 * (1 - level01)),
  autoContrast: (pixels, shape) => autoContrast(pixels, shape, 0),
  equalize: (pixels, shape) => equalize(pixels, shape, 0),
};

const all = Object.values(trivialOperations);

/** Applies one random operation to uint8 `[C, H, W]` in place. Draws three numbers whatever the operation. */
export function applyTrivialAugment(pixels: Uint8Array, shape: ImageShape, random: Random): void {
  const operation = random.pick(all);
  const level01 = random.integer(levels) / (levels - 1);
  operation(pixels, shape, { level01, sign: random.integer(2) === 0 ? -1 : 1 });
}

function warp(pixels: Uint8Array, [channels, height, width]: ImageShape, affine: Affine): void {
  const [xx, xy, yx, yy, right, down] = affine;
  const area = height * width;
  const before = pixels.slice();
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const fromX = Math.round(xx * (x - centreX) + xy * (y - centreY) + centreX + right);
      const fromY = Math.round(yx * (x - centreX) + yy * (y - centreY) + centreY + down);
      const inside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
      for (let channel = 0; channel < channels; channel += 1) {
        pixels[channel * area + y * width + x] = inside
          ? (before[channel * area + fromY * width + fromX] as number)
          : 0;
      }
    }
  }
}
