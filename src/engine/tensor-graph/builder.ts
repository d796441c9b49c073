// Builds an ONNX graph from tensors whose shapes are known: every emitted operator states its output's shape, and
// the graph remembers nothing else. Constants are shared. It must not know what a gradient or a layer is.
import {
  encodeOnnxModel,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from "../../graph/onnx/model.ts";

/** A float32 value in the graph (int64 where an operation says so), with its static shape. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** As a dimension of a graph's input or output: any size. Nothing may be computed from it. */
export const openBatch = -1;

export type Attributes = Readonly<Record<string, OnnxAttribute>>;

export const microsoft = "com.microsoft";
export const blockedDomain = "com.microsoft.nchwc";

export interface GraphBuilder {
  input(name: string, shape: readonly number[]): Tensor;
  constant(data: Float32Array, shape: readonly number[]): Tensor;
  /** An int32 table of positions, as Gather takes them. */
  indices(values: Int32Array, shape: readonly number[]): Tensor;
  /** An int64 vector, as shapes, axes and pads are given. */
  integers(values: readonly number[]): Tensor;
  /** Emits a node with one output of the given shape; an undefined input leaves out an optional one. */
  emit(
    operator: string,
    inputs: readonly (Tensor | undefined)[],
    shape: readonly number[],
    attributes?: Attributes,
    domain?: string,
  ): Tensor;
  /** The same for several outputs, each with its shape. */
  emitMany(
    operator: string,
    inputs: readonly (Tensor | undefined)[],
    shapes: readonly (readonly number[])[],
    attributes?: Attributes,
  ): readonly Tensor[];
  /** The tensor that `make` emitted when it was first called for this key. */
  share(key: string, make: () => Tensor): Tensor;
  output(tensor: Tensor): void;
  nodeCount(): number;
  encode(): Uint8Array;
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** An empty graph. Standard operators are those of opset 17. */
export function createGraphBuilder(): GraphBuilder {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];
  const shared = new Map<string, Tensor>();
  let count = 0;

  function initializer(data: Float32Array | Int32Array | BigInt64Array, shape: readonly number[]): Tensor {
    const tensor = { name: `constant${initializers.length}`, shape };
    initializers.push({ name: tensor.name, dims: shape, data });
    return tensor;
  }
  function share(key: string, make: () => Tensor): Tensor {
    const existing = shared.get(key);
    if (existing !== undefined) return existing;
    const made = make();
    shared.set(key, made);
    return made;
  }
  function emitMany(
    operator: string,
    ins: readonly (Tensor | undefined)[],
    shapes: readonly (readonly number[])[],
    attributes: Attributes = {},
    domain = "",
  ): readonly Tensor[] {
    const outs = shapes.map((shape) => {
      count += 1;
      return { name: `${operator}${count}`, shape };
    });
    nodes.push({
      operator,
      domain,
      name: `node${nodes.length}`,
      inputs: ins.map((tensor) => tensor?.name ?? ""),
      outputs: outs.map((tensor) => tensor.name),
      attributes,
    });
    return outs;
  }
  return {
    input(name, shape) {
      inputs.push({ name, type: "float32", dims: opened(shape) });
      return { name, shape };
    },
    constant(data, shape) {
      const small = data.length <= 64;
      return small
        ? share(`${shape.join()}:${data.join()}`, () => initializer(data, shape))
        : initializer(data, shape);
    },
    indices: (values, shape) => initializer(values, shape),
    integers: (values) =>
      share(`int64:${values.join()}`, () => initializer(BigInt64Array.from(values, BigInt), [values.length])),
    emit(operator, ins, shape, attributes, domain) {
      return emitMany(operator, ins, [shape], attributes, domain)[0] as Tensor;
    },
    emitMany,
    share,
    output(tensor) {
      outputs.push({ name: tensor.name, type: "float32", dims: opened(tensor.shape) });
    },
    nodeCount: () => nodes.length,
    encode: () =>
      encodeOnnxModel({
        irVersion: 8,
        producerName: "genius-nas",
        operatorSets: { "": 17, [microsoft]: 1, [blockedDomain]: 1 },
        graph: { name: "training", nodes, initializers, inputs, outputs },
      }),
  };
}

function opened(shape: readonly number[]): readonly (number | string)[] {
  return shape.map((size) => (size === openBatch ? "N" : size));
}
