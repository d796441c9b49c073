// A network as a picture the size of a thumb: from left to right, a bar for each block, as high as its maps and as thick as
// its channels, in the colour of its stage. Geometry only: the page and the report draw it, each in its own way.
import type { FeatureShape } from "../graph/network.ts";

export interface ThumbnailBlock {
  readonly outputShape: FeatureShape;
  readonly count: number;
  readonly residual: boolean;
}

export interface ThumbnailBar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Of its stage. */
  readonly series: number;
  readonly residual: boolean;
}

/** Alike blocks are drawn one by one, up to so many. */
const maxAlike = 6;
const gap = 3;

/** Bars that fill a rectangle of this size. */
export function thumbnailBars(
  stages: readonly { readonly blocks: readonly ThumbnailBlock[] }[],
  { width, height }: { readonly width: number; readonly height: number },
): ThumbnailBar[] {
  const blocks = stages.flatMap(({ blocks }, series) =>
    blocks.flatMap((block) =>
      Array.from({ length: Math.max(1, Math.min(maxAlike, block.count)) }, () => ({ ...block, series })),
    ),
  );
  if (blocks.length === 0) return [];
  const thickness = ({ outputShape: [channels] }: ThumbnailBlock) => Math.log2(2 + channels);
  const tallness = ({ outputShape: [, rows] }: ThumbnailBlock) => Math.log2(1 + rows);
  const tallest = Math.max(...blocks.map(tallness));
  const whole = blocks.reduce((sum, block) => sum + thickness(block), 0);
  const between = Math.min(gap, (0.3 * width) / blocks.length);
  const room = width - between * (blocks.length - 1);
  let x = 0;
  return blocks.map((block) => {
    const own = (thickness(block) / whole) * room;
    // Even a single value has a bar that can be seen.
    const tall = Math.max(0.14, tallness(block) / tallest) * height;
    const bar = {
      ...{ x, y: (height - tall) / 2, width: own, height: tall },
      series: block.series,
      residual: block.residual,
    };
    x += own + between;
    return bar;
  });
}
