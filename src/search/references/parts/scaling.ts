// How the references take other images and widths than those they were published for.

/** A channel count times the width: a multiple of 4, at least 4. */
export function widen(channels: number, width: number): number {
  return Math.max(4, 4 * Math.round((channels * width) / 4));
}

/**
 * The strides of a network's `places` where it may halve the map, the first place being next to the image. Small images
 * leave the first ones out, so that the last map keeps at least about `lastSide` pixels, as the usual CIFAR versions of
 * these networks do.
 */
export function stridesAt(side: number, places: number, lastSide = 3): readonly (1 | 2)[] {
  const halvings = Math.max(0, Math.floor(Math.log2(side / lastSide)));
  return Array.from({ length: places }, (_, place) => (places - place <= halvings ? 2 : 1));
}
