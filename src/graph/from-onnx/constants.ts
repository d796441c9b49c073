// Arithmetic on constants: what exporters leave in a file for a runtime to work out, such as the shape of a Reshape from
// the shape of its input. Only what such sums are made of is here; a node that is not stays as it is.
import type { ConstantTensor, FileAttribute, FileNode } from "../onnx/decode.ts";
import { refuse } from "./fault.ts";
import { axisOf, indicesOf, sizeOf, stridesOf } from "./value.ts";

type Fold = (inputs: readonly (ConstantTensor | undefined)[], node: FileNode) => ConstantTensor | undefined;

export const tensorOf = (
  dims: readonly number[],
  data: ArrayLike<number>,
  isInteger: boolean,
): ConstantTensor => ({
  dims,
  data: isInteger ? Float64Array.from(data) : data instanceof Float32Array ? data : Float64Array.from(data),
  isInteger,
});

export const integers = (values: readonly number[]): ConstantTensor =>
  tensorOf([values.length], values, true);

export const numberAttribute = (node: FileNode, name: string, fallback: number): number => {
  const value = node.attributes.get(name);
  return typeof value === "number" ? value : fallback;
};

export const listAttribute = (node: FileNode, name: string): readonly number[] | undefined => {
  const value: FileAttribute | undefined = node.attributes.get(name);
  return Array.isArray(value) && value.every((one) => typeof one === "number") ? value : undefined;
};

export const textAttribute = (node: FileNode, name: string): string | undefined => {
  const value = node.attributes.get(name);
  return typeof value === "string" ? value : undefined;
};

/** The shape that two tensors have together. */
export function broadcastDims(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (left !== right && left !== 1 && right !== 1)
      refuse(`[${a.join(", ")}] and [${b.join(", ")}] do not fit`);
    return left === 1 ? right : left;
  });
}

/** For each element of a tensor of shape `dims` the index in one of shape `own` that is spread over it. */
export function spreadIndices(own: readonly number[], dims: readonly number[]): Int32Array {
  const strides = stridesOf(own);
  const steps = dims.map((_, axis) => {
    const at = axis - dims.length + own.length;
    return at < 0 || own[at] === 1 ? 0 : (strides[at] as number);
  });
  return indicesOf({ dims, strides: steps, offset: 0 });
}

const pointwise =
  (of: (a: number, b: number) => number, isTruth = false): Fold =>
  ([a, b]) => {
    if (a === undefined || b === undefined) return undefined;
    const dims = broadcastDims(a.dims, b.dims);
    const [left, right] = [spreadIndices(a.dims, dims), spreadIndices(b.dims, dims)];
    const isInteger = isTruth || (a.isInteger && b.isInteger);
    const data = Float64Array.from(left, (from, index) =>
      of(a.data[from] as number, b.data[right[index] as number] as number),
    );
    return tensorOf(dims, data, isInteger);
  };

const alone =
  (of: (value: number) => number): Fold =>
  ([a]) =>
    a && tensorOf(a.dims, Float64Array.from(a.data, of), a.isInteger);

const same: Fold = ([a]) => a;

/** The shape after a Reshape: 0 keeps a length and −1 is what is left. */
export function reshapedDims(
  dims: readonly number[],
  wanted: readonly number[],
  allowsZero = false,
): readonly number[] {
  const kept = wanted.map((length, axis) => (length === 0 && !allowsZero ? (dims[axis] ?? 1) : length));
  const known = kept.reduce((product, length) => (length === -1 ? product : product * length), 1);
  const made = kept.map((length) => (length === -1 ? sizeOf(dims) / known : length));
  // A second −1, another negative length, and a length that is left over in parts.
  if (sizeOf(made) !== sizeOf(dims) || made.some((length) => !(Number.isInteger(length) && length >= 0)))
    return refuse(`[${dims.join(", ")}] does not fit into [${wanted.join(", ")}]`);
  return made;
}

export function unsqueezedDims(dims: readonly number[], axes: readonly number[]): readonly number[] {
  const rank = dims.length + axes.length;
  const added = new Set(axes.map((axis) => axisOf(axis, rank)));
  if (added.size !== axes.length) refuse(`its axes ${axes.join(", ")} name one twice`);
  const rest = [...dims];
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() as number)));
}

export function squeezedDims(
  dims: readonly number[],
  axes: readonly number[] | undefined,
): readonly number[] {
  const gone = axes?.map((axis) => axisOf(axis, dims.length));
  if (gone?.some((axis) => dims[axis] !== 1))
    refuse(
      `it takes away the axes ${gone.join(", ")} of [${dims.join(", ")}], and only those of length 1 can go`,
    );
  return dims.filter((length, axis) => (gone === undefined ? length !== 1 : !gone.includes(axis)));
}

/** The order of the axes that a Transpose gives. */
export function orderOf(node: FileNode, rank: number): readonly number[] {
  const order = listAttribute(node, "perm") ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const isOrder = order.length === rank && order.toSorted((a, b) => a - b).every((axis, at) => axis === at);
  return isOrder ? order : refuse(`its perm [${order.join(", ")}] is no order of ${rank} axes`);
}

/** From attributes in old operator sets, from an input in newer ones. */
export const axesOf = (node: FileNode, given: ConstantTensor | undefined): readonly number[] | undefined =>
  given === undefined ? listAttribute(node, "axes") : [...given.data];

const reduce =
  (of: (values: readonly number[]) => number): Fold =>
  ([a, given], node) => {
    if (a === undefined) return undefined;
    const axes = axesOf(node, given) ?? a.dims.map((_, axis) => axis);
    if (axes.length !== a.dims.length) return undefined;
    const keeps = numberAttribute(node, "keepdims", 1) === 1;
    return tensorOf(keeps ? a.dims.map(() => 1) : [], [of([...a.data])], a.isInteger);
  };

/** Where a Slice begins, its steps and its lengths, of all axes. */
export function sliceOf(
  dims: readonly number[],
  node: FileNode,
  [starts, ends, axes, steps]: readonly (ConstantTensor | undefined)[],
): { readonly from: number[]; readonly step: number[]; readonly length: number[] } {
  const from = dims.map(() => 0);
  const step = dims.map(() => 1);
  const length = [...dims];
  const begin = starts ? [...starts.data] : listAttribute(node, "starts");
  const end = ends ? [...ends.data] : listAttribute(node, "ends");
  if (begin === undefined || end === undefined) return refuse("where it begins and ends is not constant");
  const along = (axes ? [...axes.data] : listAttribute(node, "axes")) ?? begin.map((_, axis) => axis);
  along.forEach((written, index) => {
    const axis = axisOf(written, dims.length);
    const size = dims[axis] as number;
    const by = steps?.data[index] ?? 1;
    if (by === 0) refuse("its step is 0");
    const clamp = (value: number, low: number, high: number) =>
      Math.min(high, Math.max(low, value < 0 ? value + size : value));
    const first =
      by > 0 ? clamp(begin[index] as number, 0, size) : clamp(begin[index] as number, 0, size - 1);
    const last = by > 0 ? clamp(end[index] as number, 0, size) : clamp(end[index] as number, -1, size - 1);
    from[axis] = first;
    step[axis] = by;
    length[axis] = Math.max(0, Math.ceil((last - first) / by));
  });
  return { from, step, length };
}

const pickedFrom = (a: ConstantTensor, dims: readonly number[], indices: Int32Array) =>
  tensorOf(
    dims,
    a.data instanceof Float32Array
      ? Float32Array.from(indices, (from) => a.data[from] as number)
      : Float64Array.from(indices, (from) => a.data[from] as number),
    a.isInteger,
  );

function gathered(a: ConstantTensor, indices: ConstantTensor, axis: number): ConstantTensor {
  const size = a.dims[axis] as number;
  const outside = indices.data.find((index) => !(index >= -size && index < size));
  if (outside !== undefined) refuse(`it takes part ${outside} of ${size}`);
  const before = a.dims.slice(0, axis);
  const after = a.dims.slice(axis + 1);
  const dims = [...before, ...indices.dims, ...after];
  const inner = sizeOf(after);
  const from: number[] = [];
  for (let outer = 0; outer < sizeOf(before); outer += 1)
    for (const index of indices.data)
      for (let rest = 0; rest < inner; rest += 1)
        from.push((outer * size + (index < 0 ? index + size : index)) * inner + rest);
  return pickedFrom(a, dims, Int32Array.from(from));
}

function joinedAlong(parts: readonly ConstantTensor[], axis: number): ConstantTensor {
  const [first] = parts as readonly [ConstantTensor];
  const inner = (part: ConstantTensor) => sizeOf(part.dims.slice(axis));
  const outer = sizeOf(first.dims.slice(0, axis));
  const fits = (part: ConstantTensor) =>
    part.dims.length === first.dims.length &&
    part.dims.every((size, at) => at === axis || size === first.dims[at]);
  if (!parts.every(fits))
    return refuse(`${parts.map(({ dims }) => `[${dims.join(", ")}]`).join(" and ")} do not fit`);
  const data = new Float64Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (let place = 0; place < outer; place += 1)
    for (const part of parts) {
      data.set(part.data.subarray(place * inner(part), (place + 1) * inner(part)), at);
      at += inner(part);
    }
  const length = parts.reduce((sum, part) => sum + (part.dims[axis] as number), 0);
  return tensorOf(
    first.dims.with(axis, length),
    data,
    parts.every(({ isInteger }) => isInteger),
  );
}

/** Of TensorProto.DataType: its name, and what its whole numbers lie between. */
const wholeTypes: Readonly<Record<number, readonly [name: string, least: number, most: number]>> = {
  2: ["uint8", 0, 255],
  3: ["int8", -128, 127],
  4: ["uint16", 0, 65_535],
  5: ["int16", -32_768, 32_767],
  6: ["int32", -(2 ** 31), 2 ** 31 - 1],
  7: ["int64", -(2 ** 63), 2 ** 63],
  9: ["bool", 0, 1],
  12: ["uint32", 0, 2 ** 32 - 1],
  13: ["uint64", 0, 2 ** 64],
};

/** Of TensorProto.DataType: float, float16, double. */
const floatTypes: ReadonlySet<number> = new Set([1, 10, 11]);
const [booleanType, brainType] = [9, 16];

/** Whether a Cast, of values of the network, is to a floating-point type, and so changes nothing but digits. */
export const isToFloat = (node: FileNode): boolean => floatTypes.has(numberAttribute(node, "to", 1));

/** `int64`, or the number of a type that is not known here. */
export function castTypeOf(node: FileNode): string {
  const type = numberAttribute(node, "to", 1);
  return type === brainType ? "bfloat16" : (wholeTypes[type]?.[0] ?? `the number type ${type}`);
}

function castTo(a: ConstantTensor, type: number): ConstantTensor {
  if (floatTypes.has(type) || type === brainType) return tensorOf(a.dims, a.data, false);
  const whole = (of: (value: number) => number) => tensorOf(a.dims, Float64Array.from(a.data, of), true);
  if (type === booleanType) return whole((value) => Number(value !== 0));
  const [name, least, most] = wholeTypes[type] ?? refuse(`it casts to the number type ${type}`);
  return whole((value) => {
    const cut = Math.trunc(value);
    return cut >= least && cut <= most ? cut : refuse(`it casts ${value} to ${name}`);
  });
}

const folds: Readonly<Record<string, Fold>> = {
  Constant: (_, node) => constantOf(node),
  ConstantOfShape([shape], node) {
    const given = node.attributes.get("value");
    const value = typeof given === "object" && "data" in given ? given : undefined;
    const dims = shape && [...shape.data];
    if (dims === undefined || !(sizeOf(dims) <= 50e6) || dims.some((length) => length < 0)) return undefined;
    const isInteger = value?.isInteger ?? false;
    const fill = value?.data[0] ?? 0;
    return {
      dims,
      data: isInteger ? new Float64Array(sizeOf(dims)).fill(fill) : new Float32Array(sizeOf(dims)).fill(fill),
      isInteger,
    };
  },
  Identity: same,
  Dropout: same,
  Cast([a], node) {
    return a && castTo(a, numberAttribute(node, "to", 1));
  },
  Add: pointwise((a, b) => a + b),
  Sub: pointwise((a, b) => a - b),
  Mul: pointwise((a, b) => a * b),
  Div(inputs, node) {
    const isInteger = inputs.every((one) => one?.isInteger);
    return pointwise((a, b) => (isInteger ? Math.trunc(a / b) : a / b))(inputs, node);
  },
  Mod: pointwise((a, b) => a - b * Math.floor(a / b)),
  Pow: pointwise((a, b) => a ** b),
  Min: pointwise(Math.min),
  Max: pointwise(Math.max),
  Equal: pointwise((a, b) => Number(a === b), true),
  Less: pointwise((a, b) => Number(a < b), true),
  Greater: pointwise((a, b) => Number(a > b), true),
  Where([condition, a, b]) {
    if (condition === undefined || a === undefined || b === undefined) return undefined;
    const dims = broadcastDims(condition.dims, broadcastDims(a.dims, b.dims));
    const [is, left, right] = [condition, a, b].map((one) => spreadIndices(one.dims, dims)) as [
      Int32Array,
      Int32Array,
      Int32Array,
    ];
    const data = Float64Array.from(is, (from, index) =>
      condition.data[from] === 0
        ? (b.data[right[index] as number] as number)
        : (a.data[left[index] as number] as number),
    );
    return tensorOf(dims, data, a.isInteger && b.isInteger);
  },
  Sqrt: alone(Math.sqrt),
  Exp: alone(Math.exp),
  Neg: alone((value) => -value),
  Floor: alone(Math.floor),
  Ceil: alone(Math.ceil),
  Reciprocal: alone((value) => 1 / value),
  ReduceProd: reduce((values) => values.reduce((product, value) => product * value, 1)),
  ReduceSum: reduce((values) => values.reduce((sum, value) => sum + value, 0)),
  ReduceMax: reduce((values) =>
    values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  ),
  ReduceMin: reduce((values) =>
    values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
  ),
  Reshape([a, shape], node) {
    const wanted = shape ? [...shape.data] : listAttribute(node, "shape");
    return (
      a && wanted && { ...a, dims: reshapedDims(a.dims, wanted, numberAttribute(node, "allowzero", 0) === 1) }
    );
  },
  Flatten([a], node) {
    const axis = numberAttribute(node, "axis", 1);
    return a && { ...a, dims: [sizeOf(a.dims.slice(0, axis)), sizeOf(a.dims.slice(axis))] };
  },
  Unsqueeze([a, given], node) {
    const axes = axesOf(node, given);
    return a && axes && { ...a, dims: unsqueezedDims(a.dims, axes) };
  },
  Squeeze: ([a, given], node) => a && { ...a, dims: squeezedDims(a.dims, axesOf(node, given)) },
  Transpose([a], node) {
    if (a === undefined) return undefined;
    const order = orderOf(node, a.dims.length);
    const strides = stridesOf(a.dims);
    const dims = order.map((axis) => a.dims[axis] as number);
    return pickedFrom(
      a,
      dims,
      indicesOf({ dims, strides: order.map((axis) => strides[axis] as number), offset: 0 }),
    );
  },
  Slice([a, ...limits], node) {
    if (a === undefined) return undefined;
    const { from, step, length } = sliceOf(a.dims, node, limits);
    const strides = stridesOf(a.dims);
    const offset = from.reduce((sum, first, axis) => sum + first * (strides[axis] as number), 0);
    const steps = step.map((by, axis) => by * (strides[axis] as number));
    return pickedFrom(a, length, indicesOf({ dims: length, strides: steps, offset }));
  },
  Gather([a, indices], node) {
    return a && indices && gathered(a, indices, axisOf(numberAttribute(node, "axis", 0), a.dims.length));
  },
  Concat(inputs, node) {
    const parts = inputs.filter((one) => one !== undefined);
    const [first] = parts;
    if (first === undefined || parts.length !== inputs.length) return undefined;
    return joinedAlong(parts, axisOf(numberAttribute(node, "axis", 0), first.dims.length));
  },
  Expand([a, shape]) {
    if (a === undefined || shape === undefined) return undefined;
    const dims = broadcastDims(a.dims, [...shape.data]);
    return pickedFrom(a, dims, spreadIndices(a.dims, dims));
  },
  Range([start, limit, delta]) {
    if (start === undefined || limit === undefined || delta === undefined) return undefined;
    const [from, to, by] = [start.data[0] as number, limit.data[0] as number, delta.data[0] as number];
    const count = Math.max(0, Math.ceil((to - from) / by));
    if (!(count <= 1e6)) return undefined;
    return tensorOf(
      [count],
      Array.from({ length: count }, (_, index) => from + index * by),
      start.isInteger,
    );
  },
};

function constantOf(node: FileNode): ConstantTensor | undefined {
  for (const [name, value] of node.attributes) {
    if (name === "value" && typeof value === "object" && "data" in value) return value;
    if (name === "value_float" && typeof value === "number") return tensorOf([], [value], false);
    if (name === "value_int" && typeof value === "number") return tensorOf([], [value], true);
    const list = listAttribute(node, name);
    if (list !== undefined && (name === "value_floats" || name === "value_ints"))
      return tensorOf([list.length], list, name === "value_ints");
  }
  return undefined;
}

/** The result of a node whose inputs are constants; undefined where it is not known. An input that is left out is undefined. */
export function foldConstants(
  node: FileNode,
  inputs: readonly (ConstantTensor | undefined)[],
): ConstantTensor | undefined {
  const fold = node.domain === "" && Object.hasOwn(folds, node.operator) ? folds[node.operator] : undefined;
  const made = fold?.(inputs, node);
  if (made !== undefined && sizeOf(made.dims) !== made.data.length)
    refuse(`its ${made.data.length} numbers do not fit into [${made.dims.join(", ")}]`);
  return made;
}
