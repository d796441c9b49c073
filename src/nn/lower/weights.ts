// Rearrangements of convolution weights [O, I, kH, kW] as index tables: into blocked layouts, flipped and swapped
// for input gradients, and padded with zeros to whole blocks. Pure arithmetic on indices; nothing is emitted here.
// See Arrangement in context.ts for what an index table means.
import type { Arrangement } from "./context.ts";

export interface WeightShape {
  readonly outChannels: number;
  /** Input channels per group. */
  readonly inChannels: number;
  readonly groups: number;
  readonly kernel: number;
}

/** 0, 1, 2, … */
export function identityIndices(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index);
}

/** A vector padded with zeros to `length`; undefined when nothing is missing. */
export function paddedVector(count: number, length: number): Arrangement | undefined {
  if (length === count) return undefined;
  const indices = Int32Array.from({ length }, (_, index) => (index < count ? index : -1));
  return { shape: [length], indices };
}

/** Weights for the gradient with respect to the input at stride 1: [I, O / groups, kH, kW], flipped. */
export function flippedWeights(weight: WeightShape): Arrangement {
  const { outChannels, inChannels, groups, kernel } = weight;
  const outPerGroup = outChannels / groups;
  const area = kernel * kernel;
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
  return { shape: [groups * inChannels, outPerGroup, kernel, kernel], indices };
}

/**
 * Blocked weights of a full convolution: shape [O', I', kH, kW], stored [O'/B, I'/B, kH·kW, B of I, B of O].
 * With `inputGradient`, those of the flipped and swapped convolution, [I', O', kH, kW].
 * With `plainInput`, the input channels are not blocked: stored [O'/B, I, kH·kW, B of O].
 */
export function blockedWeights(
  weight: WeightShape,
  blockSize: number,
  mode: "forward" | "inputGradient" | "plainInput",
): Arrangement {
  const { kernel } = weight;
  const area = kernel * kernel;
  const swapped = mode === "inputGradient";
  const outs = swapped ? weight.inChannels : weight.outChannels;
  const ins = swapped ? weight.outChannels : weight.inChannels;
  const inBlock = mode === "plainInput" ? 1 : blockSize;
  const outBlocks = Math.ceil(outs / blockSize);
  const inBlocks = Math.ceil(ins / inBlock);
  const indices = new Int32Array(outBlocks * blockSize * inBlocks * inBlock * area);
  let position = 0;
  for (let outBlock = 0; outBlock < outBlocks; outBlock += 1) {
    for (let block = 0; block < inBlocks; block += 1) {
      for (let tap = 0; tap < area; tap += 1) {
        for (let i = 0; i < inBlock; i += 1) {
          for (let o = 0; o < blockSize; o += 1) {
            const output = outBlock * blockSize + o;
            const input = block * inBlock + i;
            const source = swapped
              ? (input * outs + output) * area + (area - 1 - tap)
              : (output * ins + input) * area + tap;
            indices[position++] = output < outs && input < ins ? source : -1;
          }
        }
      }
    }
  }
  return { shape: [outBlocks * blockSize, inBlocks * inBlock, kernel, kernel], indices };
}

/** Blocked weights of a depthwise convolution: shape [C', 1, kH, kW], stored [C'/B, kH·kW, B]; flipped on demand. */
export function blockedDepthwiseWeights(
  weight: { readonly channels: number; readonly kernel: number },
  blockSize: number,
  flipped: boolean,
): Arrangement {
  const { channels, kernel } = weight;
  const area = kernel * kernel;
  const blocks = Math.ceil(channels / blockSize);
  const indices = new Int32Array(blocks * blockSize * area);
  let position = 0;
  for (let block = 0; block < blocks; block += 1) {
    for (let tap = 0; tap < area; tap += 1) {
      for (let lane = 0; lane < blockSize; lane += 1) {
        const channel = block * blockSize + lane;
        const source = channel * area + (flipped ? area - 1 - tap : tap);
        indices[position++] = channel < channels ? source : -1;
      }
    }
  }
  return { shape: [blocks * blockSize, 1, kernel, kernel], indices };
}

/** Where each weight [C, 1, kH, kW] lies in a blocked depthwise tensor stored [C'/B, kH·kW, B]. */
export function fromBlockedDepthwise(
  weight: { readonly channels: number; readonly kernel: number },
  blockSize: number,
): Int32Array {
  const area = weight.kernel * weight.kernel;
  return Int32Array.from({ length: weight.channels * area }, (_, index) => {
    const channel = Math.floor(index / area);
    const tap = index % area;
    return (Math.floor(channel / blockSize) * area + tap) * blockSize + (channel % blockSize);
  });
}
