// The size of images as people, options and journals write it: one number for square images, or height and width. Square
// sizes are always the number, so that a journal, a cache key or a seed made from one does not depend on how the size was written.
import { z } from "zod";
import type { Pair } from "../graph/network.ts";

/** Pixels: the side of square images, or `[height, width]`. */
export type ImageSize = number | Pair;

/** `[height, width]` of a size. */
export const sidesOf = (size: ImageSize): Pair => (typeof size === "number" ? [size, size] : size);

/** Height and width as a size. */
export const sizeOf = ([height, width]: Pair): ImageSize => (height === width ? height : [height, width]);

export const shortSideOf = (size: ImageSize): number => Math.min(...sidesOf(size));

/** The size with another short side, and the same aspect ratio as near as whole pixels allow. */
export function withShortSide(size: ImageSize, shortSide: number): ImageSize {
  const [height, width] = sidesOf(size);
  const factor = shortSide / Math.min(height, width);
  return sizeOf([Math.round(height * factor), Math.round(width * factor)]);
}

/** `24×32`: height before width, as in a network's input. */
export const sizeText = (size: ImageSize): string => sidesOf(size).join("×");

/**
 * An option that is a size: `32`, `"24x32"` or `[24, 32]`, with sides from `min` to `max` pixels.
 * @example
 * const options = z.object({ imageSize: imageSizeOption({ min: 8, max: 1024 }).prefault(32) });
 */
export function imageSizeOption({ min, max }: { readonly min: number; readonly max: number }) {
  const message = `expected pixels from ${min} to ${max}, such as 32 or 24x32 (height x width)`;
  return z
    .union([z.number(), z.tuple([z.number(), z.number()]).readonly(), z.string()], { error: message })
    .transform((given, context): ImageSize => {
      const sides = typeof given === "string" ? readSides(given) : sidesOf(given);
      if (sides?.every((side) => Number.isInteger(side) && side >= min && side <= max)) return sizeOf(sides);
      context.addIssue({ code: "custom", message, input: given });
      return z.NEVER;
    })
    .meta({ placeholder: "N|HxW" });
}

function readSides(text: string): Pair | undefined {
  const [height, width = height] = /^(\d+)(?:[x×](\d+))?$/.exec(text.trim())?.slice(1) ?? [];
  return height === undefined ? undefined : [Number(height), Number(width)];
}
