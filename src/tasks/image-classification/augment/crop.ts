// Shifted crop and horizontal flip of one image of uint8 [C, H, W], in one pass. What enters at the border is the
// image reflected (the border pixel not repeated), as in airbench; black borders would be a colour of their own.
import type { ImageShape } from "../dataset.ts";

/** Writes `pixels` moved by (`right`, `down`) pixels, then mirrored if `flip`, to `out`. |right| < W, |down| < H. */
export type CropAndFlip = (
  pixels: Uint8Array,
  move: { right: number; down: number; flip: boolean },
  out: Uint8Array,
) => void;

/** A crop for images of `shape`; keeps an index table between calls. */
export function createCrop(shape: ImageShape): CropAndFlip {
  const [channels, height, width] = shape;
  const columns = new Int32Array(width);
  return (pixels, { right, down, flip }, out) => {
    for (let x = 0; x < width; x += 1) columns[x] = reflect((flip ? width - 1 - x : x) - right, width);
    let to = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      for (let y = 0; y < height; y += 1) {
        const row = (channel * height + reflect(y - down, height)) * width;
        for (let x = 0; x < width; x += 1, to += 1) out[to] = pixels[row + (columns[x] as number)] as number;
      }
    }
  };
}

function reflect(index: number, size: number): number {
  return index < 0 ? -index : index >= size ? 2 * size - 2 - index : index;
}
