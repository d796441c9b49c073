// The ONNX operations that the lowering needs, as functions that infer the shape of their result. Shapes are
// static, so a mistake shows here and not inside the runtime. No operation knows why it is used.
import type { Window } from "../../graph/window.ts";
import { type GraphBuilder, microsoft, sizeOf, type Tensor } from "./builder.ts";

/** A scalar constant. */
export function scalar(graph: GraphBuilder, value: number): Tensor {
  return graph.constant(Float32Array.of(value), []);
}

export function reshape(graph: GraphBuilder, tensor: Tensor, shape: readonly number[]): Tensor {
  if (sizeOf(tensor.shape) !== sizeOf(shape)) {
    throw new RangeError(`cannot reshape [${tensor.shape.join()}] to [${shape.join()}]`);
  }
  if (tensor.shape.join() === shape.join()) return tensor;
  return graph.share(`reshape ${tensor.name} ${shape.join()}`, () =>
    graph.emit("Reshape", [tensor, graph.integers(shape)], shape),
  );
}

export function transpose(graph: GraphBuilder, tensor: Tensor, permutation: readonly number[]): Tensor {
  const shape = permutation.map((axis) => tensor.shape[axis] as number);
  return graph.emit("Transpose", [tensor], shape, { perm: permutation });
}

export function add(graph: GraphBuilder, a: Tensor, b: Tensor): Tensor {
  return graph.emit("Add", [a, b], broadcast(a.shape, b.shape));
}
export function subtract(graph: GraphBuilder, a: Tensor, b: Tensor): Tensor {
  return graph.emit("Sub", [a, b], broadcast(a.shape, b.shape));
}
export function multiply(graph: GraphBuilder, a: Tensor, b: Tensor | number): Tensor {
  const factor = typeof b === "number" ? scalar(graph, b) : b;
  return graph.emit("Mul", [a, factor], broadcast(a.shape, factor.shape));
}
export function divide(graph: GraphBuilder, a: Tensor, b: Tensor): Tensor {
  return graph.emit("Div", [a, b], broadcast(a.shape, b.shape));
}

/** An operation on every element that keeps the shape, such as Relu or Sqrt. */
export function unary(
  graph: GraphBuilder,
  operator: string,
  tensor: Tensor,
  attributes?: Readonly<Record<string, { readonly float: number }>>,
): Tensor {
  return graph.emit(operator, [tensor], tensor.shape, attributes);
}

/** Sums over the axes, which are dropped. */
export function reduceSum(graph: GraphBuilder, tensor: Tensor, axes: readonly number[]): Tensor {
  const shape = tensor.shape.filter((_, axis) => !axes.includes(axis));
  return graph.emit("ReduceSum", [tensor, graph.integers(axes)], shape, { keepdims: 0 });
}

/** The part [start, end) of one axis; the whole axis costs nothing. */
export function slice(
  graph: GraphBuilder,
  tensor: Tensor,
  axis: number,
  range: readonly [number, number],
): Tensor {
  const [start, end] = range;
  if (start === 0 && end === tensor.shape[axis]) return tensor;
  const shape = tensor.shape.map((size, index) => (index === axis ? end - start : size));
  const limits = [[start], [end], [axis]].map((values) => graph.integers(values));
  return graph.emit("Slice", [tensor, ...limits], shape);
}

/** Zeros before and after each axis; no zeros cost nothing. */
export function pad(
  graph: GraphBuilder,
  tensor: Tensor,
  before: readonly number[],
  after: readonly number[],
): Tensor {
  if ([...before, ...after].every((count) => count === 0)) return tensor;
  const shape = tensor.shape.map((size, axis) => size + (before[axis] as number) + (after[axis] as number));
  return graph.emit("Pad", [tensor, graph.integers([...before, ...after])], shape);
}

export function concat(graph: GraphBuilder, tensors: readonly Tensor[], axis: number): Tensor {
  const [first] = tensors as readonly [Tensor, ...Tensor[]];
  if (tensors.length === 1) return first;
  const length = tensors.reduce((sum, tensor) => sum + (tensor.shape[axis] as number), 0);
  const shape = first.shape.map((size, index) => (index === axis ? length : size));
  return graph.emit("Concat", tensors, shape, { axis });
}

/** Batched matrix product with numpy's broadcasting; `transpose` swaps the last two axes of either side first. */
export function matMul(
  graph: GraphBuilder,
  a: Tensor,
  b: Tensor,
  options: { readonly transposeA?: boolean; readonly transposeB?: boolean; readonly fused: boolean } = {
    fused: false,
  },
): Tensor {
  const { transposeA = false, transposeB = false, fused } = options;
  const left = transposeA ? swapLast(a.shape) : a.shape;
  const right = transposeB ? swapLast(b.shape) : b.shape;
  if (left.at(-1) !== right.at(-2))
    throw new RangeError(`cannot multiply [${left.join()}] by [${right.join()}]`);
  const batch = broadcast(left.slice(0, -2), right.slice(0, -2));
  const shape = [...batch, left.at(-2) as number, right.at(-1) as number];
  if (!transposeA && !transposeB) return graph.emit("MatMul", [a, b], shape);
  if (fused) {
    const attributes = { transA: Number(transposeA), transB: Number(transposeB) };
    return graph.emit("FusedMatMul", [a, b], shape, attributes, microsoft);
  }
  const swapped = (tensor: Tensor, swap: boolean) =>
    swap ? transpose(graph, tensor, swapLast(tensor.shape.map((_, axis) => axis))) : tensor;
  return graph.emit("MatMul", [swapped(a, transposeA), swapped(b, transposeB)], shape);
}

/** Attributes of a sliding window in `group` groups. */
export function slidingAttributes({ kernel, stride, padding }: Window, group: number) {
  return {
    kernel_shape: kernel,
    pads: [...padding, ...padding],
    strides: stride,
    dilations: [1, 1],
    group,
  };
}

/** Numpy's broadcasting of two shapes. */
export function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, index) => {
    const left = a[a.length - rank + index] ?? 1;
    const right = b[b.length - rank + index] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new RangeError(`shapes [${a.join()}] and [${b.join()}] do not broadcast`);
    }
    return Math.max(left, right);
  });
}

function swapLast(values: readonly number[]): readonly number[] {
  return [...values.slice(0, -2), values.at(-1) as number, values.at(-2) as number];
}
