// Pooling: windows, whole maps, and means that are whole maps; and what makes maps larger.
import { axesOf, numberAttribute, textAttribute } from "./constants.ts";
import { refuse } from "./fault.ts";
import { mapOf } from "./layers.ts";
import { asMap, layoutOf } from "./layout.ts";
import { constantAt, featureAt, type Rule, type RuleSetting } from "./rule.ts";
import { axisOf, type Feature } from "./value.ts";
import { addedPadding, evenWindow, windowOf } from "./window.ts";

const pool =
  (mode: "max" | "average"): Rule =>
  (setting) => {
    const { node, build } = setting;
    const { padding, ...feature } = featureAt(setting, 0);
    const inner: Feature =
      padding === undefined
        ? feature
        : {
            ...feature,
            dims: [
              ...feature.dims.slice(0, 2),
              (feature.dims[2] as number) - padding.top - padding.bottom,
              (feature.dims[3] as number) - padding.left - padding.right,
            ],
          };
    const input = asMap(build, inner);
    const shape = build.shape(input);
    const written = windowOf(node, shape);
    const isPadded = padding !== undefined;
    const countsPadding = numberAttribute(node, "count_include_pad", 0) === 1;
    if (isPadded && mode === "max" && !isNeverNegative(build.node(input).op))
      return refuse("zeros are added around a map that may be below 0, and a maximum would see them");
    if (
      isPadded &&
      mode === "average" &&
      Object.values(written.padding).some((side) => side > 0) &&
      !countsPadding
    )
      return refuse("it is padded twice, once with zeros that count and once with zeros that do not");
    const window = evenWindow({ ...written, padding: addedPadding(written.padding, padding) }, shape, false);
    const { kernel, stride } = window;
    const isUnpadded = window.padding[0] + window.padding[1] === 0;
    const isWhole = isUnpadded && kernel[0] === shape[1] && kernel[1] === shape[2];
    if (mode === "average" && isWhole)
      return mapOf(build.add({ kind: "global-pool" }, [input]), setting, inner);
    const countPadding = mode === "average" && (isUnpadded || isPadded || countsPadding);
    return mapOf(
      build.add({ kind: "pool", mode, kernel, stride, padding: window.padding, countPadding }, [input]),
      setting,
      inner,
    );
  };

const isNeverNegative = (op: { readonly kind: string; readonly function?: string }): boolean =>
  op.kind === "activation" && ["relu", "relu6", "sigmoid", "hard-sigmoid"].includes(op.function ?? "");

/** The mean or maximum of each channel over all pixels, whatever the order of the axes. */
const whole =
  (mode: "max" | "average", keepsAlways: boolean): Rule =>
  (setting) => {
    const { node, build } = setting;
    const feature = featureAt(setting, 0);
    const { dims } = feature;
    const rank = dims.length;
    const given = keepsAlways ? undefined : axesOf(node, constantAt(setting, 1));
    const axes = keepsAlways
      ? dims.map((_, axis) => axis).slice(2)
      : given?.map((axis) => axisOf(axis, rank));
    const isOver = (wanted: readonly number[]) => axes?.toSorted((a, b) => a - b).join() === wanted.join();
    const between = dims.map((_, axis) => axis);
    const layout = isOver(between.slice(2)) ? "first" : isOver(between.slice(1, -1)) ? "last" : undefined;
    const message = `it ${mode === "max" ? "takes the maximum" : "averages"} over the axes ${axes?.join(", ") ?? "of all"} of [${dims.join(", ")}], and only all pixels of a channel can be`;
    if (layout === undefined || rank < 3) return refuse(message);
    let base: string;
    if (layoutOf(build, feature, layout) === layout && feature.padding === undefined) base = feature.base;
    else if (layout === "first" && rank === 4) base = asMap(build, feature);
    else return refuse(message);
    const [channels, height, width] = build.shape(base);
    const keeps = keepsAlways || numberAttribute(node, "keepdims", 1) === 1;
    const id =
      mode === "average"
        ? build.add({ kind: "global-pool" }, [base])
        : build.add(
            {
              ...{ kind: "pool", mode, kernel: [height, width], stride: [height, width] },
              padding: 0,
              countPadding: false,
            },
            [base],
          );
    const batch = dims[0] as number;
    const ones = dims.slice(2).map(() => 1);
    const kept = layout === "first" ? [batch, channels, ...ones] : [batch, ...ones, channels];
    return { kind: "feature", dims: keeps ? kept : [batch, channels], base: id, isSole: true };
  };

const upsample: Rule = (setting) => {
  const { node, build } = setting;
  const feature = featureAt(setting, 0);
  const input = asMap(build, feature);
  const factor = factorOf(setting, build.shape(input));
  const mode = textAttribute(node, "mode") ?? "nearest";
  const place = textAttribute(node, "coordinate_transformation_mode") ?? "half_pixel";
  const rounding = textAttribute(node, "nearest_mode") ?? "round_prefer_floor";
  const isRepeat =
    node.operator === "Upsample" ||
    (place === "asymmetric" && rounding === "floor") ||
    (place === "half_pixel" && rounding !== "ceil");
  if (mode !== "nearest" || !isRepeat)
    return refuse(`it resizes by ${mode} (${place}), and only whole repeats of pixels can be`);
  return mapOf(build.add({ kind: "upsample", factor }, [input]), setting, feature);
};

function factorOf(setting: RuleSetting, [, height, width]: readonly [number, number, number]): number {
  const { node } = setting;
  const scales =
    node.operator === "Upsample"
      ? (constantAt(setting, 1)?.data ?? node.attributes.get("scales"))
      : constantAt(setting, 2)?.data;
  const sizes = constantAt(setting, 3)?.data;
  const list = Array.isArray(scales) || ArrayBuffer.isView(scales) ? [...(scales as Iterable<number>)] : [];
  const [rows, columns] =
    list.length === 4
      ? list.slice(2)
      : sizes?.length === 4
        ? [(sizes[2] as number) / height, (sizes[3] as number) / width]
        : [];
  if (rows === undefined || rows !== columns || !Number.isInteger(rows))
    return refuse("its factor is not a whole number, the same in both directions");
  return rows;
}

export const poolRules: Readonly<Record<string, Rule>> = {
  MaxPool: pool("max"),
  AveragePool: pool("average"),
  GlobalAveragePool: whole("average", true),
  GlobalMaxPool: whole("max", true),
  ReduceMean: whole("average", false),
  ReduceMax: whole("max", false),
  Resize: upsample,
  Upsample: upsample,
};
