// The window of a convolution or pooling as a file has it – paddings of each side, sizes rounded up – as one of ours, which is
// padded alike on both sides and rounded down.
import type { FileNode } from "../onnx/decode.ts";
import type { FeatureShape, Pair } from "../operator.ts";
import { listAttribute, numberAttribute, textAttribute } from "./constants.ts";
import { refuse } from "./fault.ts";
import type { Padding } from "./value.ts";

export interface FileWindow {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Padding;
  readonly roundsUp: boolean;
}

const pairOf = (values: readonly number[] | undefined, fallback: number): Pair => {
  const [height = fallback, width = fallback] = values ?? [];
  return [height, width];
};

const autos: ReadonlySet<string> = new Set(["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]);

/** A list that has a number for each side, or for each of its ends. */
function sides(
  node: FileNode,
  name: string,
  { count, from }: { readonly count: number; readonly from: number },
): readonly number[] | undefined {
  const values = listAttribute(node, name);
  if (values === undefined) return undefined;
  const isRight = values.length === count && values.every((side) => Number.isInteger(side) && side >= from);
  return isRight
    ? values
    : refuse(`its ${name} are [${values.join(", ")}], and ${count} numbers from ${from} on are needed`);
}

export function windowOf(
  node: FileNode,
  [, height, width]: FeatureShape,
  weightKernel?: readonly number[],
): FileWindow {
  const written = listAttribute(node, "kernel_shape") ?? weightKernel;
  if (written?.length !== 2)
    return refuse(`its window has ${written?.length ?? 0} sides, and images have two`);
  if (weightKernel !== undefined && written.join() !== weightKernel.join())
    return refuse(`its window is ${written.join("×")}, and its weight is for ${weightKernel.join("×")}`);
  const kernel = pairOf(written, 1);
  const stride = pairOf(sides(node, "strides", { count: 2, from: 1 }), 1);
  const dilations = sides(node, "dilations", { count: 2, from: 1 }) ?? [1];
  if (dilations.some((dilation) => dilation !== 1))
    return refuse(`its window is dilated by ${dilations.join("×")}, and no layer here has gaps`);
  const auto = textAttribute(node, "auto_pad") ?? "NOTSET";
  if (!autos.has(auto)) return refuse(`its auto_pad "${auto}" is none of ${[...autos].join(", ")}`);
  const roundsUp = numberAttribute(node, "ceil_mode", 0) === 1;
  const pads = sides(node, "pads", { count: 4, from: 0 });
  if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
    const total = [height, width].map((length, axis) => {
      const count = Math.ceil(length / (stride[axis] as number));
      return Math.max(0, (count - 1) * (stride[axis] as number) + (kernel[axis] as number) - length);
    }) as [number, number];
    const small = total.map((sum) => Math.floor(sum / 2)) as [number, number];
    const large = total.map((sum, axis) => sum - (small[axis] as number)) as [number, number];
    const [begin, end] = auto === "SAME_UPPER" ? [small, large] : [large, small];
    return {
      kernel,
      stride,
      roundsUp,
      padding: { top: begin[0], left: begin[1], bottom: end[0], right: end[1] },
    };
  }
  const [top = 0, left = 0, bottom = 0, right = 0] = auto === "VALID" ? [] : (pads ?? []);
  return { kernel, stride, roundsUp, padding: { top, left, bottom, right } };
}

export const addedPadding = (a: Padding, b: Padding | undefined): Padding =>
  b === undefined
    ? a
    : { top: a.top + b.top, left: a.left + b.left, bottom: a.bottom + b.bottom, right: a.right + b.right };

export interface EvenWindow {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  /** Rows and columns of zeros that a kernel needs before its own, so that both sides can be padded alike. */
  readonly zeros: Pair;
}

/** The window padded alike on both sides. With `mayGrow` a kernel may get zeros in front; a pooling may not. */
export function evenWindow(
  { kernel, stride, padding, roundsUp }: FileWindow,
  [, height, width]: FeatureShape,
  mayGrow: boolean,
): EvenWindow {
  const sides = [
    { length: height, begin: padding.top, end: padding.bottom },
    { length: width, begin: padding.left, end: padding.right },
  ].map(({ length, begin, end }, axis) => {
    const [size, step] = [kernel[axis] as number, stride[axis] as number];
    const span = length + begin + end - size;
    const count = roundedUp(span, { step, roundsUp, begin, length });
    const lengthWith = (both: number, window: number) => Math.floor((length + 2 * both - window) / step) + 1;
    // What is padded more at the end than a window reaches makes no difference.
    if (lengthWith(begin, size) === count) return { padding: begin, zeros: 0 };
    const zeros = end - begin;
    if (mayGrow && zeros > 0 && zeros <= size && lengthWith(end, size + zeros) === count)
      return { padding: end, zeros };
    const rounded = roundsUp ? ", and its size is rounded up" : "";
    return refuse(
      `it is padded by ${begin} before and ${end} behind ${length} pixels${rounded}: both sides must be padded alike`,
    );
  });
  const [rows, columns] = sides as [{ padding: number; zeros: number }, { padding: number; zeros: number }];
  return {
    kernel: [kernel[0] + rows.zeros, kernel[1] + columns.zeros],
    stride,
    padding: [rows.padding, columns.padding],
    zeros: [rows.zeros, columns.zeros],
  };
}

function roundedUp(
  span: number,
  {
    step,
    roundsUp,
    begin,
    length,
  }: { readonly step: number; readonly roundsUp: boolean; readonly begin: number; readonly length: number },
): number {
  if (!roundsUp) return Math.floor(span / step) + 1;
  const count = Math.ceil(span / step) + 1;
  // A window that would begin behind the map is none.
  return (count - 1) * step >= length + begin ? count - 1 : count;
}
