// Rearrangements of convolution weights [O, I, kH, kW] as index tables: into blocked layouts, flipped and swapped
// for input gradients, padded with zeros to whole blocks, and where each weight lies in a blocked gradient.
// Pure arithmetic on indices; nothing is emitted here. See Arrangement in context.ts for what a table means.
import type { Pair } from "../../graph/operator.ts";
import type { Arrangement } from "./context.ts";

export interface WeightShape {
  readonly outChannels: number;
  /** Input channels per group. */
  readonly inChannels: number;
  readonly groups: number;
  readonly kernel: Pair;
}

/** Taps of a kernel (row · kW + column) in the order in which a convolution uses them. */
export interface Taps {
  readonly height: number;
  readonly width: number;
  readonly order: readonly number[];
}

/** 0, 1, 2, … */
export function identityIndices(count: number): Int32Array {
  const indices = new Int32Array(count);
  for (let index = 0; index < count; index += 1) indices[index] = index;
  return indices;
}

/** A vector padded with zeros to `length`; undefined when nothing is missing. */
export function paddedVector(count: number, length: number): Arrangement | undefined {
  if (length === count) return undefined;
  const indices = Int32Array.from({ length }, (_, index) => (index < count ? index : -1));
  return { shape: [length], indices };
}

/** All taps in their own order, or in reverse for an input gradient at stride 1. */
export function allTaps(kernel: Pair, reversed: boolean): Taps {
  const order = Array.from(identityIndices(kernel[0] * kernel[1]));
  return { height: kernel[0], width: kernel[1], order: reversed ? order.reverse() : order };
}

/** Weights for the gradient with respect to the input at stride 1: [I, O / groups, kH, kW], flipped. */
export function flippedWeights(weight: WeightShape): Arrangement {
  const { outChannels, inChannels, groups, kernel } = weight;
  const outPerGroup = outChannels / groups;
  const area = kernel[0] * kernel[1];
  const indices = new Int32Array(outChannels * inChannels * area);
  let position = 0;
  for (let group = 0; group < groups; group += 1) {
    for (let input = 0; input < inChannels; input += 1) {
      for (let output = 0; output < outPerGroup; output += 1) {
        const source = ((group * outPerGroup + output) * inChannels + input) * area;
        for (let tap = area - 1; tap >= 0; tap -= 1) indices[position++] = source + tap;
      }
    }
  }
  return { shape: [groups * inChannels, outPerGroup, ...kernel], indices };
}

/**
 * Blocked weights of a full convolution: shape [O', I', h, w], stored [O'/B, I'/B, h · w, B of I, B of O].
 * With `swapped`, those of a convolution from the outputs to the inputs, [I', O', h, w].
 * With `plainInput`, the input channels are not blocked: stored [O'/B, I, h · w, B of O].
 */
export function blockedWeights(
  weight: WeightShape,
  options: {
    readonly blockSize: number;
    readonly taps: Taps;
    readonly swapped?: boolean;
    readonly plainInput?: boolean;
  },
): Arrangement {
  const { blockSize, taps, swapped = false, plainInput = false } = options;
  const area = weight.kernel[0] * weight.kernel[1];
  const outs = swapped ? weight.inChannels : weight.outChannels;
  const ins = swapped ? weight.outChannels : weight.inChannels;
  const [outStride, inStride] = swapped ? [area, outs * area] : [ins * area, area];
  const inBlock = plainInput ? 1 : blockSize;
  const outBlocks = Math.ceil(outs / blockSize);
  const inBlocks = Math.ceil(ins / inBlock);
  const indices = new Int32Array(outBlocks * blockSize * inBlocks * inBlock * taps.order.length);
  let position = 0;
  for (let firstOut = 0; firstOut < outs; firstOut += blockSize) {
    for (let firstIn = 0; firstIn < ins; firstIn += inBlock) {
      for (const tap of taps.order) {
        for (let input = firstIn; input < firstIn + inBlock; input += 1) {
          for (let output = firstOut; output < firstOut + blockSize; output += 1) {
            const inside = output < outs && input < ins;
            indices[position++] = inside ? output * outStride + input * inStride + tap : -1;
          }
        }
      }
    }
  }
  return { shape: [outBlocks * blockSize, inBlocks * inBlock, taps.height, taps.width], indices };
}

/** Blocked weights of a depthwise convolution: shape [C', 1, h, w], stored [C'/B, h · w, B]. */
export function blockedDepthwiseWeights(
  weight: { readonly channels: number; readonly kernel: Pair },
  blockSize: number,
  taps: Taps,
): Arrangement {
  const { channels, kernel } = weight;
  const area = kernel[0] * kernel[1];
  const padded = Math.ceil(channels / blockSize) * blockSize;
  const indices = new Int32Array(padded * taps.order.length);
  let position = 0;
  for (let first = 0; first < channels; first += blockSize) {
    for (const tap of taps.order) {
      for (let channel = first; channel < first + blockSize; channel += 1) {
        indices[position++] = channel < channels ? channel * area + tap : -1;
      }
    }
  }
  return { shape: [padded, 1, taps.height, taps.width], indices };
}

/** Where each weight [C, 1, kH, kW] lies in a tensor stored [C'/B, kH · kW, B]. */
export function fromBlockedDepthwise(
  weight: { readonly channels: number; readonly kernel: Pair },
  blockSize: number,
): Int32Array {
  const area = weight.kernel[0] * weight.kernel[1];
  return Int32Array.from({ length: weight.channels * area }, (_, index) => {
    const channel = Math.floor(index / area);
    const tap = index % area;
    return (Math.floor(channel / blockSize) * area + tap) * blockSize + (channel % blockSize);
  });
}

/** Where each weight [O, I, kH, kW] lies in a tensor stored [I, O'/B, kH · kW, B]. */
export function fromInputMajor(weight: WeightShape, blockSize: number): Int32Array {
  const { outChannels, inChannels, kernel } = weight;
  const area = kernel[0] * kernel[1];
  const padded = Math.ceil(outChannels / blockSize) * blockSize;
  const indices = new Int32Array(outChannels * inChannels * area);
  let position = 0;
  for (let output = 0; output < outChannels; output += 1) {
    const block = Math.floor(output / blockSize) * area * blockSize + (output % blockSize);
    for (let input = 0; input < inChannels; input += 1) {
      for (let tap = 0; tap < area; tap += 1) {
        indices[position++] = input * padded * area + block + tap * blockSize;
      }
    }
  }
  return indices;
}

/**
 * Where each weight [O, I] lies in a matrix of one map's channels by the other's, stored [rows'/B, columns', B]:
 * the rows are outputs, or inputs with `inputRows`.
 */
export function fromBlockedMatrix(
  weight: { readonly outChannels: number; readonly inChannels: number },
  options: { readonly blockSize: number; readonly columns: number; readonly inputRows: boolean },
): Int32Array {
  const { outChannels, inChannels } = weight;
  const { blockSize, columns, inputRows } = options;
  const indices = new Int32Array(outChannels * inChannels);
  let position = 0;
  for (let output = 0; output < outChannels; output += 1) {
    for (let input = 0; input < inChannels; input += 1) {
      const row = inputRows ? input : output;
      const column = inputRows ? output : input;
      const lane = row % blockSize;
      indices[position++] = ((row - lane) / blockSize) * columns * blockSize + column * blockSize + lane;
    }
  }
  return indices;
}
