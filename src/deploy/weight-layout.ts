// Weights and images in the order in which devices read them: channels last, as the maps are.

/** [filters, channels, height, width] as [filters, height, width, channels]. */
export function byTap(
  data: Float32Array,
  [filters, channels, height, width]: readonly [number, number, number, number],
): Float32Array {
  const taps = height * width;
  const result = new Float32Array(data.length);
  for (let filter = 0; filter < filters; filter += 1) {
    const start = filter * channels * taps;
    for (let channel = 0; channel < channels; channel += 1) {
      for (let tap = 0; tap < taps; tap += 1)
        result[start + tap * channels + channel] = data[start + channel * taps + tap]!;
    }
  }
  return result;
}

/** [filters, 1, height, width] as [height, width, filters]. */
export function depthwiseByTap(
  data: Float32Array,
  [filters, height, width]: readonly [number, number, number],
): Float32Array {
  const taps = height * width;
  const result = new Float32Array(data.length);
  for (let filter = 0; filter < filters; filter += 1) {
    for (let tap = 0; tap < taps; tap += 1) result[tap * filters + filter] = data[filter * taps + tap]!;
  }
  return result;
}

/** An image [channels, height, width] as [height, width, channels]. */
export function channelsLast(
  planes: Uint8Array,
  [channels, height, width]: readonly [number, number, number],
): Uint8Array {
  const area = height * width;
  return planes.map((_, place) => planes[(place % channels) * area + Math.floor(place / channels)] as number);
}
