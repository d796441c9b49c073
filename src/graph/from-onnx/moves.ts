// Operators that only move numbers: they change the view of a value and make no layer.

import { volume } from "../operator.ts";
import {
  axesOf,
  castTypeOf,
  isToFloat,
  listAttribute,
  numberAttribute,
  orderOf,
  reshapedDims,
  sliceOf,
  squeezedDims,
  textAttribute,
  unsqueezedDims,
} from "./constants.ts";
import { refuse } from "./fault.ts";
import { asMap } from "./layout.ts";
import { constantAt, featureAt, type Rule, type RuleSetting } from "./rule.ts";
import { axisOf, type Feature, picked, reshaped, sizeOf, stridesOf } from "./value.ts";

const same: Rule = (setting) => featureAt(setting, 0);

const cast: Rule = (setting) =>
  isToFloat(setting.node)
    ? featureAt(setting, 0)
    : refuse(`it casts values of the network to ${castTypeOf(setting.node)}, and they are floats here`);

const reshape: Rule = (setting) => {
  const feature = featureAt(setting, 0);
  const wanted = constantAt(setting, 1)?.data ?? listAttribute(setting.node, "shape");
  if (wanted === undefined) return refuse("its shape is computed from values of the network");
  return reshaped(
    feature,
    reshapedDims(feature.dims, [...wanted], numberAttribute(setting.node, "allowzero", 0) === 1),
  );
};

const flatten: Rule = (setting) => {
  const feature = featureAt(setting, 0);
  const { dims } = feature;
  const written = numberAttribute(setting.node, "axis", 1);
  const axis = written < 0 ? written + dims.length : written;
  return reshaped(feature, [sizeOf(dims.slice(0, axis)), sizeOf(dims.slice(axis))]);
};

const unsqueeze: Rule = (setting) => {
  const feature = featureAt(setting, 0);
  const axes = axesOf(setting.node, constantAt(setting, 1));
  return axes === undefined
    ? refuse("its axes are not constant")
    : reshaped(feature, unsqueezedDims(feature.dims, axes));
};

const squeeze: Rule = (setting) => {
  const feature = featureAt(setting, 0);
  const axes = axesOf(setting.node, constantAt(setting, 1));
  // Without axes all of length 1 go; the batch, which is one image here, is none of them.
  const gone = axes ?? feature.dims.flatMap((length, axis) => (length === 1 && axis > 0 ? axis : []));
  return reshaped(feature, squeezedDims(feature.dims, gone));
};

const transpose: Rule = (setting) => {
  const feature = featureAt(setting, 0);
  const { dims } = feature;
  const order = orderOf(setting.node, dims.length);
  if (order[0] !== 0) return refuse("it moves the batch to another place");
  const strides = stridesOf(dims);
  const pick = {
    dims: order.map((axis) => dims[axis] as number),
    strides: order.map((axis) => strides[axis] as number),
    offset: 0,
  };
  return picked(feature, pick, wholeOf(setting, feature));
};

/** How many elements the base of a feature has, in a batch. */
const wholeOf = ({ build }: RuleSetting, { dims, base }: Feature) =>
  (dims[0] as number) * volume(build.shape(base));

function sliced(
  setting: RuleSetting,
  feature: Feature,
  { from, step, length }: ReturnType<typeof sliceOf>,
): Feature {
  const { dims } = feature;
  if (from[0] !== 0 || length[0] !== dims[0]) return refuse("it takes some images of a batch");
  if (sizeOf(length) === 0) return refuse("nothing is left of its input");
  const strides = stridesOf(dims);
  const offset = from.reduce((sum, first, axis) => sum + first * (strides[axis] as number), 0);
  return picked(
    feature,
    { dims: length, strides: step.map((by, axis) => by * (strides[axis] as number)), offset },
    wholeOf(setting, feature),
  );
}

const slice: Rule = (setting) => {
  const feature = featureAt(setting, 0);
  const limits = [1, 2, 3, 4].map((index) => constantAt(setting, index));
  if (limits.some((limit, index) => limit === undefined && setting.inputs[index + 1] !== undefined))
    return refuse("where it begins and ends is computed from values of the network");
  return sliced(setting, feature, sliceOf(feature.dims, setting.node, limits));
};

const part = (
  setting: RuleSetting,
  feature: Feature,
  { axis, from, to }: { readonly axis: number; readonly from: number; readonly to: number },
): Feature =>
  sliced(setting, feature, {
    from: feature.dims.map((_, at) => (at === axis ? from : 0)),
    step: feature.dims.map(() => 1),
    length: feature.dims.map((length, at) => (at === axis ? to - from : length)),
  });

const split: Rule = (setting) => {
  const { node } = setting;
  const feature = featureAt(setting, 0);
  const axis = axisOf(numberAttribute(node, "axis", 0), feature.dims.length);
  const length = feature.dims[axis] as number;
  const count = node.outputs.length;
  const each = Math.ceil(length / count);
  const even = Array.from({ length: count }, (_, index) => Math.min(each, length - index * each));
  const sizes = [...(constantAt(setting, 1)?.data ?? listAttribute(node, "split") ?? even)];
  if (sizes.some((size) => !(size >= 0)) || sizes.reduce((sum, size) => sum + size, 0) !== length)
    return refuse(`it splits ${length} into ${sizes.join(" and ")}`);
  let from = 0;
  return sizes.map((size) => {
    from += size;
    return part(setting, feature, { axis, from: from - size, to: from });
  });
};

const gather: Rule = (setting) => {
  const { node } = setting;
  const feature = featureAt(setting, 0);
  const indices = constantAt(setting, 1);
  if (indices === undefined) return refuse("which parts it takes is computed from values of the network");
  const { dims } = feature;
  const axis = axisOf(numberAttribute(node, "axis", 0), dims.length);
  if (axis === 0) return refuse("it takes some images of a batch");
  const size = dims[axis] as number;
  const wanted = [...indices.data].map((index) => (index < 0 ? index + size : index));
  const step = wanted.length > 1 ? (wanted[1] as number) - (wanted[0] as number) : 1;
  const isRow = wanted.every((index, place) => index === (wanted[0] as number) + place * step);
  if (!isRow || step === 0 || wanted.some((index) => !(index >= 0 && index < size)))
    return refuse("the parts that it takes are in no order");
  const taken = sliced(setting, feature, {
    from: dims.map((_, at) => (at === axis ? (wanted[0] as number) : 0)),
    step: dims.map((_, at) => (at === axis ? step : 1)),
    length: dims.map((length, at) => (at === axis ? wanted.length : length)),
  });
  return reshaped(taken, [...dims.slice(0, axis), ...indices.dims, ...dims.slice(axis + 1)]);
};

const pad: Rule = (setting) => {
  const { node } = setting;
  const feature = featureAt(setting, 0);
  const { dims } = feature;
  const pads = [
    ...(constantAt(setting, 1)?.data ??
      listAttribute(node, "pads") ??
      listAttribute(node, "paddings") ??
      refuse("how much it pads is not constant")),
  ];
  const fill = constantAt(setting, 2)?.data[0] ?? numberAttribute(node, "value", 0);
  const mode = textAttribute(node, "mode") ?? "constant";
  const axes = constantAt(setting, 3)?.data;
  const along =
    axes === undefined ? dims.map((_, axis) => axis) : [...axes].map((axis) => axisOf(axis, dims.length));
  if (pads.length !== 2 * along.length)
    return refuse(`it has ${pads.length} pads, and ${2 * along.length} are needed`);
  const [before, behind] = [0, 1].map((side) =>
    dims.map((_, axis) => {
      const at = along.indexOf(axis);
      return at === -1 ? 0 : (pads[side * along.length + at] ?? 0);
    }),
  ) as [number[], number[]];
  if ([...before, ...behind].every((side) => side === 0)) return feature;
  if (mode !== "constant" || fill !== 0)
    return refuse(`it pads by "${mode}" with ${fill}, and only zeros can be`);
  if ([...before, ...behind].some((side) => side < 0)) return refuse("it cuts off a border");
  const isOfMap = dims.length === 4 && before[0] === 0 && behind[0] === 0;
  if (!isOfMap || feature.padding !== undefined)
    return refuse(`it pads [${dims.join(", ")}], and only maps of images can be`);
  if ((before[1] as number) + (behind[1] as number) === 0) {
    const padding = { top: before[2], left: before[3], bottom: behind[2], right: behind[3] } as Record<
      "top" | "left" | "bottom" | "right",
      number
    >;
    return {
      ...feature,
      dims: dims.map((length, axis) => length + (before[axis] as number) + (behind[axis] as number)),
      padding,
    };
  }
  if ([2, 3].some((axis) => (before[axis] as number) + (behind[axis] as number) > 0))
    return refuse("it pads channels and pixels at once");
  return withZeroChannels(setting, feature, { before: before[1] as number, behind: behind[1] as number });
};

/** Channels of zeros around those of a map, as in shortcuts without weights. */
function withZeroChannels(
  { build }: RuleSetting,
  feature: Feature,
  { before, behind }: { readonly before: number; readonly behind: number },
): Feature {
  const map = asMap(build, feature);
  const zeros = (outChannels: number) =>
    outChannels === 0 ? [] : [build.add({ kind: "zero", outChannels, stride: 1 }, [map])];
  const base = build.add({ kind: "concat" }, [...zeros(before), map, ...zeros(behind)]);
  return { kind: "feature", dims: [feature.dims[0] as number, ...build.shape(base)], base, isSole: true };
}

export const moveRules: Readonly<Record<string, Rule>> = {
  Identity: same,
  Dropout: same,
  Cast: cast,
  Reshape: reshape,
  Flatten: flatten,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Transpose: transpose,
  Slice: slice,
  Split: split,
  Gather: gather,
  Pad: pad,
};
