// Small random rotations, slants and scalings: what a person's hand or a camera does to the same thing. Bilinear,
// and what enters at the border is the border's pixel. @see Simard et al., ICDAR 2003, on digits
import type { Random } from "../../../base/random.ts";
import type { ImageShape } from "../dataset.ts";

const maxDegrees = 30;
const maxScaling = 0.3;
const maxSlant = 0.3;

/**
 * Warps uint8 `[C, H, W]` about its centre from `pixels` to `out`. At strength 1 the rotation is drawn from ±30°, the
 * scaling of each axis from 1 ± 0.3 and the slant from ±0.3; at strength s from s times that. Draws four numbers.
 */
export function warp(
  pixels: Uint8Array,
  out: Uint8Array,
  {
    shape,
    strength01,
    random,
  }: { readonly shape: ImageShape; readonly strength01: number; readonly random: Random },
): void {
  const [channels, height, width] = shape;
  const draw = (most: number) => strength01 * most * (2 * random.next() - 1);
  const angle = (draw(maxDegrees) * Math.PI) / 180;
  const [scaleX, scaleY] = [1 + draw(maxScaling), 1 + draw(maxScaling)];
  const slant = draw(maxSlant);
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  // From a place of the output, relative to the centre, to the place of the input that it shows.
  const [xx, xy] = [cosine * scaleX, (cosine * slant - sine) * scaleY];
  const [yx, yy] = [sine * scaleX, (sine * slant + cosine) * scaleY];
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  const area = height * width;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const fromX = within(xx * (x - centreX) + xy * (y - centreY) + centreX, width - 1);
      const fromY = within(yx * (x - centreX) + yy * (y - centreY) + centreY, height - 1);
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
      const [shareX, shareY] = [fromX - left, fromY - top];
      for (let channel = 0; channel < channels; channel += 1) {
        const at = (row: number, column: number) => pixels[channel * area + row * width + column] as number;
        const upper = at(top, left) * (1 - shareX) + at(top, right) * shareX;
        const lower = at(bottom, left) * (1 - shareX) + at(bottom, right) * shareX;
        out[channel * area + y * width + x] = Math.round(upper * (1 - shareY) + lower * shareY);
      }
    }
  }
}

const within = (value: number, most: number) => Math.min(most, Math.max(0, value));
