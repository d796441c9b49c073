// What an output of an ONNX node is: a constant, a value of the network that is being made, or not known. A value of the network
// may be seen through a view: what Reshape, Transpose, Slice, Split and their like do is only an index for each element,
// so that whatever chain of them an exporter writes is understood by what it does in the end.
import type { ConstantTensor } from "../onnx/decode.ts";
import { refuse } from "./fault.ts";

export interface Constant {
  readonly kind: "constant";
  readonly tensor: ConstantTensor;
}

/** What the file adds around a map before a window: rows and columns of zeros. */
export interface Padding {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export interface Feature {
  readonly kind: "feature";
  /** As in the file, with the batch first. */
  readonly dims: readonly number[];
  /** The node of the network. */
  readonly base: string;
  /** For each element the index of the base's element; absent: in its order. */
  readonly view?: Int32Array;
  readonly padding?: Padding;
  /** Whether nothing else in the file reads the base. */
  readonly isSole: boolean;
}

export interface Unknown {
  readonly kind: "unknown";
  /** Names of the nodes at fault, each with its reason. */
  readonly faults: readonly string[];
}

export type Value = Constant | Feature | Unknown;

export const sizeOf = (dims: readonly number[]): number =>
  dims.reduce((product, length) => product * length, 1);

/** Row-major strides. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = dims.map(() => 1);
  for (let axis = dims.length - 2; axis >= 0; axis -= 1)
    strides[axis] = (strides[axis + 1] as number) * (dims[axis + 1] as number);
  return strides;
}

/** An axis that may be counted from the end. */
export function axisOf(axis: number, rank: number): number {
  const own = axis < 0 ? axis + rank : axis;
  return own >= 0 && own < rank ? own : refuse(`its axis ${axis} is none of ${rank}`);
}

/** How a tensor is picked from another: along each of its axes, where it begins and what a step is, in elements. */
export interface Pick {
  readonly dims: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

const maxPicked = 30e6;

/** For each element of the picked tensor the index of the one that it comes from. */
export function indicesOf({ dims, strides, offset }: Pick): Int32Array {
  if (!(sizeOf(dims) <= maxPicked)) refuse(`it moves ${sizeOf(dims)} numbers, and networks here are small`);
  const indices = new Int32Array(sizeOf(dims));
  const position = dims.map(() => 0);
  let from = offset;
  for (let index = 0; index < indices.length; index += 1) {
    indices[index] = from;
    for (let axis = dims.length - 1; axis >= 0; axis -= 1) {
      position[axis] = (position[axis] as number) + 1;
      from += strides[axis] as number;
      if ((position[axis] as number) < (dims[axis] as number)) break;
      from -= (strides[axis] as number) * (dims[axis] as number);
      position[axis] = 0;
    }
  }
  return indices;
}

/**
 * The feature with its elements picked; what the picks come to together is one view.
 * @param whole How many elements the base has.
 */
export function picked(feature: Feature, pick: Pick, whole: number): Feature {
  if (feature.padding !== undefined) refuse("it takes apart a padded map");
  const indices = indicesOf(pick);
  const { view, ...rest } = feature;
  const composed = view === undefined ? indices : indices.map((index) => view[index] as number);
  return viewed({ ...rest, dims: pick.dims }, composed, whole);
}

/** The feature with that view, or without one where it is all of the base in its order. */
export function viewed(feature: Feature, view: Int32Array, whole: number): Feature {
  const { view: _, ...plain } = feature;
  const isPlain = view.length === whole && view.every((from, index) => from === index);
  return isPlain ? plain : { ...plain, view };
}

export function reshaped(feature: Feature, dims: readonly number[]): Feature {
  if (feature.padding !== undefined) refuse("it reshapes a padded map");
  if (sizeOf(dims) !== sizeOf(feature.dims))
    refuse(`[${feature.dims.join(", ")}] does not fit into [${dims.join(", ")}]`);
  return { ...feature, dims };
}
