// What an integer network computes, in integers only and in plain loops: the exact result that every file for a device is
// held to. Written to be read; a map is [height, width, channels] in an Int8Array.
// @see https://github.com/tensorflow/tensorflow/tree/master/tensorflow/lite/kernels/internal/reference
import { GeniusError } from "../base/errors.ts";
import type { DeviceWindow, MapShape } from "./device-network.ts";
import { clamped, productOf, sumOf } from "./elementwise.ts";
import { clampTo8, type FixedPoint, timesFixedPoint } from "./fixed-point.ts";
import {
  type IntegerConvolution,
  type IntegerDepthwise,
  type IntegerNetwork,
  type IntegerStep,
  type IntegerValue,
  pixelTables,
} from "./integer-network.ts";

/** Runs a network on value 0, an image that is normalised already. Every value of it lands in `maps`, for who looks inside. */
export function runInteger(network: IntegerNetwork, image: Int8Array, maps: Int8Array[] = []): Int8Array {
  const { values, steps, output } = network;
  const [height, width, channels] = (values[0] as IntegerValue).shape;
  if (image.length !== height * width * channels)
    throw new GeniusError(
      "wrong-use",
      `The image has ${image.length} numbers; ${network.name} takes ${height} × ${width} × ${channels}.`,
    );
  maps[0] = image;
  for (const step of steps) maps[step.output] = runStep(step, values, maps);
  return maps[output] as Int8Array;
}

/** Bytes [height, width, channels] as value 0. */
export function imageOf(network: IntegerNetwork, bytes: ArrayLike<number>): Int8Array {
  const tables = pixelTables(network);
  return Int8Array.from(bytes, (byte, place) => (tables[place % tables.length] as Int8Array)[byte] as number);
}

/** Scores as real numbers. */
export function realScores({ values, output }: IntegerNetwork, scores: Int8Array): Float32Array {
  const { scale, zeroPoint } = (values[output] as IntegerValue).grid;
  return Float32Array.from(scores, (score) => scale * (score - zeroPoint));
}

function runStep(
  { inputs, output, op }: IntegerStep,
  values: readonly IntegerValue[],
  maps: readonly Int8Array[],
): Int8Array {
  const given = inputs.map((place) => ({
    ...(values[place] as IntegerValue),
    map: maps[place] as Int8Array,
  }));
  const [first, second] = given as [(typeof given)[number], (typeof given)[number]];
  const { shape, grid } = values[output] as IntegerValue;
  const size = shape[0] * shape[1] * shape[2];
  const result = new Int8Array(size);
  switch (op.kind) {
    case "conv":
      convolve(op, { ...first, result, shape: first.shape, outShape: shape, zero: grid.zeroPoint });
      break;
    case "depthwise":
      convolveDepthwise(op, { ...first, result, shape: first.shape, outShape: shape, zero: grid.zeroPoint });
      break;
    case "add":
      for (let i = 0; i < size; i += 1) result[i] = sumOf(first.map[i]!, second.map[i]!, op.arithmetic);
      break;
    case "multiply":
      for (let i = 0; i < size; i += 1)
        result[i] = productOf(first.map[i]!, second.map[i % second.map.length]!, op.arithmetic);
      break;
    case "table":
      for (let i = 0; i < size; i += 1) result[i] = op.table[first.map[i]! + 128]!;
      break;
    case "mean":
      averageAll(op.factor, { ...first, result, zero: grid.zeroPoint });
      break;
    case "max-pool":
    case "average-pool":
      pool(op, { ...first, result, outShape: shape });
      break;
    case "concat":
      joinChannels(given, result, shape[2]);
      break;
    case "slice":
      eachPixel(result, shape[2], (pixel, channel) => first.map[pixel * first.shape[2] + op.from + channel]!);
      break;
    case "channel-shuffle": {
      const perGroup = shape[2] / op.groups;
      // Channel c of group g becomes channel c · groups + g.
      eachPixel(result, shape[2], (pixel, channel) => {
        const from = (channel % op.groups) * perGroup + Math.floor(channel / op.groups);
        return first.map[pixel * shape[2] + from]!;
      });
      break;
    }
    case "upsample":
      eachPixel(result, shape[2], (pixel, channel) => {
        const row = Math.floor(Math.floor(pixel / shape[1]) / op.factor);
        const column = Math.floor((pixel % shape[1]) / op.factor);
        return first.map[(row * first.shape[1] + column) * shape[2] + channel]!;
      });
      break;
    case "flatten": {
      const [height, width, channels] = first.shape;
      const area = height * width;
      for (let i = 0; i < size; i += 1) result[i] = first.map[(i % area) * channels + Math.floor(i / area)]!;
      break;
    }
    case "zeros":
      result.fill(grid.zeroPoint);
      break;
    default:
      op satisfies never;
  }
  return result;
}

interface Layer {
  readonly map: Int8Array;
  readonly shape: MapShape;
  readonly grid: { readonly zeroPoint: number };
  readonly result: Int8Array;
  readonly outShape: MapShape;
  /** The result's zero point. */
  readonly zero: number;
}

function convolve(op: IntegerConvolution, layer: Layer): void {
  const { weights, groups } = op;
  const [, , channels] = layer.shape;
  const [, , filters] = layer.outShape;
  const perGroup = channels / groups;
  const perFilter = weights.length / filters;
  eachSum(op, layer, (patch, filter) => {
    const first = Math.floor((filter * groups) / filters) * perGroup;
    let place = filter * perFilter;
    let sum = 0;
    for (let tap = first; tap < patch.length; tap += channels) {
      for (let i = 0; i < perGroup; i += 1) sum += weights[place + i]! * patch[tap + i]!;
      place += perGroup;
    }
    return sum;
  });
}

function convolveDepthwise(op: IntegerDepthwise, layer: Layer): void {
  const { weights } = op;
  const [, , channels] = layer.shape;
  const [, , filters] = layer.outShape;
  const multiple = filters / channels;
  eachSum(op, layer, (patch, filter) => {
    let place = filter;
    let sum = 0;
    for (let tap = Math.floor(filter / multiple); tap < patch.length; tap += channels) {
      sum += weights[place]! * patch[tap]!;
      place += filters;
    }
    return sum;
  });
}

/** Writes every filter's sum of every window. A patch is [kernel height, kernel width, channels] less the zero point. */
function eachSum(
  { window, bias, factors, clamp }: IntegerConvolution | IntegerDepthwise,
  { map, shape, grid, result, outShape, zero }: Layer,
  sumOfPatch: (patch: Int32Array, filter: number) => number,
): void {
  const [, , channels] = shape;
  const [, , filters] = outShape;
  const patch = new Int32Array(window.kernel[0] * window.kernel[1] * channels);
  eachWindow(window, shape, outShape, (start, taps) => {
    patch.fill(0);
    taps((row, column, tap) => {
      const pixel = (row * shape[1] + column) * channels;
      for (let i = 0; i < channels; i += 1) patch[tap * channels + i] = map[pixel + i]! - grid.zeroPoint;
    });
    for (let filter = 0; filter < filters; filter += 1) {
      const sum = bias[filter]! + sumOfPatch(patch, filter);
      result[start + filter] = clamped(timesFixedPoint(sum, factors[filter] as FixedPoint) + zero, clamp);
    }
  });
}

/** For each pixel of the result, where its channels start, and the taps of its window that lie inside the map. */
function eachWindow(
  { kernel, stride, padding }: DeviceWindow,
  [height, width]: MapShape,
  [outHeight, outWidth, outChannels]: MapShape,
  visit: (start: number, taps: (each: (row: number, column: number, tap: number) => void) => void) => void,
): void {
  for (let outRow = 0; outRow < outHeight; outRow += 1) {
    for (let outColumn = 0; outColumn < outWidth; outColumn += 1) {
      const top = outRow * stride[0] - padding[0][0];
      const left = outColumn * stride[1] - padding[1][0];
      visit((outRow * outWidth + outColumn) * outChannels, (each) => {
        for (let y = Math.max(0, -top); y < kernel[0] && top + y < height; y += 1) {
          for (let x = Math.max(0, -left); x < kernel[1] && left + x < width; x += 1)
            each(top + y, left + x, y * kernel[1] + x);
        }
      });
    }
  }
}

function averageAll(factor: FixedPoint, { map, shape, grid, result, zero }: Omit<Layer, "outShape">): void {
  const [height, width, channels] = shape;
  const area = height * width;
  for (let channel = 0; channel < channels; channel += 1) {
    let sum = 0;
    for (let pixel = 0; pixel < area; pixel += 1) sum += map[pixel * channels + channel]! - grid.zeroPoint;
    result[channel] = clampTo8(timesFixedPoint(sum, factor) + zero);
  }
}

/** Rounded to the nearest, a half away from zero. */
function quotient(sum: number, count: number): number {
  const half = Math.floor(count / 2);
  return Math.trunc((sum > 0 ? sum + half : sum - half) / count);
}

function pool(
  op: Extract<IntegerStep["op"], { kind: "max-pool" | "average-pool" }>,
  { map, shape, grid, result, outShape }: Omit<Layer, "zero">,
): void {
  const channels = shape[2];
  const [kernelHeight, kernelWidth] = op.window.kernel;
  eachWindow(op.window, shape, outShape, (start, taps) => {
    for (let channel = 0; channel < channels; channel += 1) {
      let [sum, count, max] = [0, 0, -128];
      taps((row, column) => {
        const value = map[(row * shape[1] + column) * channels + channel]!;
        sum += value;
        count += 1;
        max = Math.max(max, value);
      });
      if (op.kind === "max-pool") result[start + channel] = max;
      else {
        const all = kernelHeight * kernelWidth;
        // What is padded counts as zeros of the grid.
        if (op.countPadding) [sum, count] = [sum + (all - count) * grid.zeroPoint, all];
        result[start + channel] = quotient(sum, count);
      }
    }
  });
}

function joinChannels(
  given: readonly { readonly map: Int8Array; readonly shape: MapShape }[],
  result: Int8Array,
  channels: number,
): void {
  let before = 0;
  for (const { map, shape } of given) {
    const own = shape[2];
    for (let pixel = 0; pixel < map.length / own; pixel += 1)
      result.set(map.subarray(pixel * own, (pixel + 1) * own), pixel * channels + before);
    before += own;
  }
}

function eachPixel(result: Int8Array, channels: number, value: (pixel: number, channel: number) => number) {
  for (let i = 0; i < result.length; i += 1) result[i] = value(Math.floor(i / channels), i % channels);
}
