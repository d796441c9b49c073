// What a view of a value comes to: channels first or last, channels in another order, every second pixel; and the nodes that
// give it where an operator needs its input in place. Everything is for one image; a batch that is written into a file
// must be treated image by image.
import { type FeatureShape, volume } from "../operator.ts";
import type { Build } from "./build.ts";
import { refuse } from "./fault.ts";
import { type Feature, sizeOf, viewed } from "./value.ts";

/** Where the channels of the base are in the dims of a feature. */
export type Layout = "first" | "last";

/** Undefined where the feature is no whole map in either order. */
export function layoutOf(build: Build, feature: Feature, wanted?: Layout): Layout | undefined {
  const { dims, view } = feature;
  const [channels, height, width] = build.shape(feature.base);
  const isFirst = view === undefined && dims[1] === channels;
  const isLast =
    dims.at(-1) === channels &&
    dims.length > 1 &&
    (view === undefined ? height * width === 1 : isChannelsLast(build, feature));
  if (wanted === "last") return isLast ? "last" : isFirst ? "first" : undefined;
  return isFirst ? "first" : isLast ? "last" : undefined;
}

function isChannelsLast(build: Build, { base, view }: Feature): boolean {
  const shape = build.shape(base);
  const [channels, height, width] = shape;
  const area = height * width;
  if (view === undefined || view.length % (channels * area) !== 0) return false;
  return view.every((from, index) => from === channelsLastIndex(shape, index));
}

function channelsLastIndex([channels, height, width]: FeatureShape, index: number): number {
  const area = height * width;
  const image = Math.floor(index / (channels * area));
  const within = index - image * channels * area;
  return image * channels * area + (within % channels) * area + Math.floor(within / channels);
}

/** A feature that shows `base` in a layout. The lengths between batch and channels are those of `like`. */
export function inLayout(
  build: Build,
  base: string,
  {
    layout,
    like,
    isSole = true,
  }: { readonly layout: Layout; readonly like: readonly number[]; readonly isSole?: boolean },
): Feature {
  const shape = build.shape(base);
  const [channels, height, width] = shape;
  const batch = like[0] ?? 1;
  const plain = { kind: "feature", base, isSole } as const;
  if (layout === "first") {
    const rest = like.length <= 2 ? (height * width === 1 ? [] : [height * width]) : [height, width];
    return { ...plain, dims: [batch, channels, ...rest] };
  }
  const middle = like.slice(1, -1);
  const between = sizeOf(middle) === height * width ? middle : [height, width];
  const dims = [batch, ...between, channels];
  const view = Int32Array.from({ length: sizeOf(dims) }, (_, index) => channelsLastIndex(shape, index));
  return viewed({ ...plain, dims }, view, view.length);
}

/** The node whose values are the feature's, in order, as a map [C, H, W] of its dims. */
export function asMap(build: Build, feature: Feature): string {
  const { dims, base, view, padding } = feature;
  if (padding !== undefined)
    return refuse("zeros are added around a map and no convolution or pooling follows");
  const wanted = dims.length === 2 ? [dims[1], 1, 1] : dims.slice(1);
  const shape = build.shape(base);
  if (wanted.length !== 3)
    return refuse(`its input has the shape [${dims.join(", ")}], and a map of images is needed`);
  if (view === undefined) {
    if (wanted.join() === shape.join()) return base;
    return refuse(`its input [${dims.join(", ")}] is no map: it was reshaped from [${shape.join(", ")}]`);
  }
  const picked = pickedChannels(shape, view, {
    batch: dims[0] as number,
    wanted: wanted as unknown as FeatureShape,
  });
  let id = base;
  if (picked.groups > 1) id = build.once({ kind: "channel-shuffle", groups: picked.groups }, id);
  if (picked.to - picked.from < shape[0])
    id = build.once({ kind: "slice", from: picked.from, to: picked.to }, id);
  const { stride } = picked;
  if (stride[0] * stride[1] > 1)
    id = build.once({ kind: "pool", mode: "max", kernel: 1, stride, padding: 0, countPadding: false }, id);
  return id;
}

interface Picked {
  readonly groups: number;
  readonly from: number;
  readonly to: number;
  readonly stride: readonly [number, number];
}

const otherOrder = "channels or pixels are put into an order that no layer here gives";

function pickedChannels(
  [channels, height, width]: FeatureShape,
  view: Int32Array,
  { batch, wanted: [count, rows, columns] }: { readonly batch: number; readonly wanted: FeatureShape },
): Picked {
  const area = height * width;
  const size = rows * columns;
  const first = Array.from({ length: count }, (_, channel) =>
    Math.floor((view[channel * size] as number) / area),
  );
  const stride = [strideOf(height, rows), strideOf(width, columns)] as const;
  for (let index = 0; index < view.length; index += 1) {
    const image = Math.floor(index / (count * size));
    const channel = Math.floor((index % (count * size)) / size);
    const row = Math.floor((index % size) / columns) * stride[0];
    const column = (index % columns) * stride[1];
    const from = image * channels * area + (first[channel] as number) * area + row * width + column;
    if (view[index] !== from || image >= batch) refuse(otherOrder);
  }
  const order = orderOf(first, channels);
  return order === undefined ? refuse(otherOrder) : { ...order, stride };
}

const strideOf = (length: number, wanted: number): number => {
  const stride = Math.ceil(length / wanted);
  return Math.ceil(length / stride) === wanted ? stride : refuse(otherOrder);
};

/** Channels in a row, or in a row after a shuffle of so many groups. */
function orderOf(first: readonly number[], channels: number): Omit<Picked, "stride"> | undefined {
  for (let groups = 1; groups < channels; groups += 1) {
    if (channels % groups !== 0) continue;
    const each = channels / groups;
    // Of the shuffled channels, number j · groups + g is channel g · each + j.
    const placeOf = (channel: number) => (channel % each) * groups + Math.floor(channel / each);
    const from = placeOf(first[0] as number);
    if (first.every((channel, index) => placeOf(channel) === from + index))
      return { groups, from, to: from + first.length };
  }
  return undefined;
}

/** The node whose values are the feature's as a vector [N, features]. */
export function asVector(build: Build, feature: Feature): string {
  const { dims, base, view, padding } = feature;
  const isWhole = sizeOf(dims.slice(1)) === volume(build.shape(base));
  const id = view === undefined && padding === undefined && isWhole ? base : asMap(build, feature);
  return build.isVector(id) ? id : build.once({ kind: "flatten" }, id);
}

/** The feature with what it leaves out left out in the network too, so that nothing is computed for it. */
export function withoutRest(build: Build, feature: Feature): Feature {
  const { dims, base } = feature;
  if (feature.padding !== undefined || sizeOf(dims.slice(1)) === volume(build.shape(base))) return feature;
  return { kind: "feature", dims, base: asMap(build, feature), isSole: true };
}
