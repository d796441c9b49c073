// A batch of feature maps in the layout that its maker chose, converted at most once when a reader wants the other.
// plain:   [N, C, H, W], row-major.
// blocked: [N, C', H, W] by shape, stored as [N, C'/B, H, W, B], C' being C rounded up to the block size B. This is
//          the layout of onnxruntime's fast convolutions. Padding channels hold any finite number: code that reads
//          them must multiply by zero or cut them off.

import type { FeatureShape } from "../../graph/operator.ts";
import { blockedDomain, sizeOf, type Tensor } from "../tensor-graph/builder.ts";
import { add, pad, reshape, scalar, slice } from "../tensor-graph/operations.ts";
import type { FeatureMap, Layout, LoweringContext } from "./context.ts";

export function featureMap(shape: FeatureShape, layout: Layout, tensor: Tensor): FeatureMap {
  return { shape, zero: false, layouts: { [layout]: tensor } };
}

/** The number of channels of a blocked map: rounded up to whole blocks. */
export function paddedChannels(context: LoweringContext, channels: number): number {
  const { blockSize } = context.target;
  return Math.ceil(channels / blockSize) * blockSize;
}

/** The layout that costs nothing to read; blocked when both are there. */
export function layoutOf(map: FeatureMap): Layout {
  return map.layouts.blocked === undefined ? "plain" : "blocked";
}

/** The layout in which maps are best read together: blocked when the target has it and any of them is blocked. */
export function commonLayout(maps: readonly FeatureMap[]): Layout {
  return maps.some((map) => layoutOf(map) === "blocked") ? "blocked" : "plain";
}

/** The shape of a map's tensor in a layout. */
export function tensorShape(
  context: LoweringContext,
  shape: FeatureShape,
  layout: Layout,
): readonly number[] {
  const [channels, height, width] = shape;
  return [context.batch, layout === "plain" ? channels : paddedChannels(context, channels), height, width];
}

/** The map as a tensor in the wanted layout. */
export function read(context: LoweringContext, map: FeatureMap, layout: Layout): Tensor {
  const existing = map.layouts[layout];
  if (existing !== undefined) return existing;
  const converted = convert(context, map, layout);
  map.layouts[layout] = converted;
  return converted;
}

function convert(context: LoweringContext, map: FeatureMap, layout: Layout): Tensor {
  const { graph } = context;
  const [channels, height, width] = map.shape;
  const shape = tensorShape(context, map.shape, layout);
  if (map.zero) return graph.emit("Expand", [scalar(graph, 0), graph.integers(shape)], shape);
  if (layout === "plain") {
    const blocked = map.layouts.blocked as Tensor;
    if (height === 1 && width === 1) return slice(graph, blocked, 1, [0, channels]);
    return graph.emit("ReorderOutput", [blocked], shape, { channels }, blockedDomain);
  }
  const plain = map.layouts.plain as Tensor;
  const missing = (shape[1] as number) - channels;
  if (height === 1 && width === 1) return pad(graph, plain, [0, 0, 0, 0], [0, missing, 0, 0]);
  // The reordering kernel takes channels in fours.
  const source = channels % 4 === 0 ? plain : pad(graph, plain, [0, 0, 0, 0], [0, missing, 0, 0]);
  return graph.emit("ReorderInput", [source], shape, {}, blockedDomain);
}

/** A blocked tensor with its true dimensions, [N, C'/B, H·W, B]. */
export function exposeBlocks(context: LoweringContext, tensor: Tensor): Tensor {
  const { blockSize } = context.target;
  const [batch, channels, height, width] = tensor.shape as [number, number, number, number];
  return reshape(context.graph, tensor, [batch, channels / blockSize, height * width, blockSize]);
}

/** The sum of two gradients. */
export function sumMaps(context: LoweringContext, a: FeatureMap, b: FeatureMap): FeatureMap {
  if (a.zero) return b;
  if (b.zero) return a;
  const layout = commonLayout([a, b]);
  return featureMap(a.shape, layout, add(context.graph, read(context, a, layout), read(context, b, layout)));
}

/** A map of zeros, written out only if someone reads it. */
export function zeroMap(shape: FeatureShape): FeatureMap {
  return { shape, zero: true, layouts: {} };
}

/** Number of values of one channel in a batch. */
export function valuesPerChannel(context: LoweringContext, shape: FeatureShape): number {
  return context.batch * sizeOf(shape.slice(1));
}
