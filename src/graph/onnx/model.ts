// ONNX models as plain data, and their encoding to the bytes of a .onnx file. Only what this product writes
// is here: float and integer tensors, static or named dimensions, attributes of numbers, texts and tensors.
// It must not know which operators exist or what they mean; the builder of a graph does.
// Field numbers: onnx.proto3 of https://github.com/onnx/onnx (IR version 8 and later).
import {
  bytesField,
  type Chunks,
  floatField,
  integerField,
  joinChunks,
  messageField,
  textField,
} from "./protobuf.ts";

/** Element types, with the codes of TensorProto.DataType. */
export const elementTypeCodes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof elementTypeCodes;

/** A constant. `data` is row-major; its length must be the product of `dims`. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;
}

/** An attribute: a number is a FLOAT when wrapped as `{ float }`, an INT otherwise; arrays likewise. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly tensor: OnnxTensor };

export interface OnnxNode {
  readonly operator: string;
  /** Empty for the standard operators. */
  readonly domain?: string;
  readonly name?: string;
  /** An empty text leaves out an optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output of the graph. A text in `dims` names a dimension that is known only at run time; without
 * `dims` the shape is left to inference. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly dims?: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion?: string;
  /** Version of each operator set; the key of the standard operators is the empty text. */
  readonly operatorSets: Readonly<Record<string, number>>;
  readonly graph: OnnxGraph;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The bytes of a .onnx file. Tensors are stored as raw little-endian data. */
export function encodeOnnxModel(model: OnnxModel): Uint8Array {
  return joinChunks([
    ...integerField(1, model.irVersion),
    ...textField(2, model.producerName),
    ...(model.producerVersion === undefined ? [] : textField(3, model.producerVersion)),
    ...messageField(7, graph(model.graph)),
    ...Object.entries(model.operatorSets).flatMap(([domain, version]) =>
      messageField(8, [...textField(1, domain), ...integerField(2, version)]),
    ),
    ...Object.entries(model.metadata ?? {}).flatMap(([key, value]) =>
      messageField(14, [...textField(1, key), ...textField(2, value)]),
    ),
  ]);
}

function graph(value: OnnxGraph): Chunks {
  return [
    ...value.nodes.flatMap((entry) => messageField(1, node(entry))),
    ...textField(2, value.name),
    ...value.initializers.flatMap((entry) => messageField(5, tensor(entry))),
    ...value.inputs.flatMap((entry) => messageField(11, valueInfo(entry))),
    ...value.outputs.flatMap((entry) => messageField(12, valueInfo(entry))),
  ];
}

function node(value: OnnxNode): Chunks {
  return [
    ...value.inputs.flatMap((name) => textField(1, name)),
    ...value.outputs.flatMap((name) => textField(2, name)),
    ...(value.name === undefined ? [] : textField(3, value.name)),
    ...textField(4, value.operator),
    ...Object.entries(value.attributes ?? {}).flatMap(([name, entry]) =>
      messageField(5, [...textField(1, name), ...attribute(entry)]),
    ),
    ...(value.domain === undefined ? [] : textField(7, value.domain)),
  ];
}

/** The value and the AttributeProto.AttributeType (field 20). */
function attribute(value: OnnxAttribute): Chunks {
  if (typeof value === "number") return [...integerField(3, value), ...integerField(20, 2)];
  if (typeof value === "string") return [...textField(4, value), ...integerField(20, 3)];
  if ("float" in value) return [...floatField(2, value.float), ...integerField(20, 1)];
  if ("floats" in value)
    return [...value.floats.flatMap((entry) => floatField(7, entry)), ...integerField(20, 6)];
  if ("tensor" in value) return [...messageField(5, tensor(value.tensor)), ...integerField(20, 4)];
  return [...value.flatMap((entry) => integerField(8, entry)), ...integerField(20, 7)];
}

function tensor(value: OnnxTensor): Chunks {
  const { data } = value;
  return [
    ...value.dims.flatMap((size) => integerField(1, size)),
    ...integerField(2, elementTypeCodes[elementTypeOf(data)]),
    ...textField(8, value.name),
    ...bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/** The element type that an array of constants has in ONNX. */
export function elementTypeOf(data: OnnxTensor["data"]): ElementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof BigInt64Array) return "int64";
  if (data instanceof Int32Array) return "int32";
  return data instanceof Int8Array ? "int8" : "uint8";
}

function valueInfo(value: OnnxValueInfo): Chunks {
  const shape = value.dims?.flatMap((size) =>
    messageField(1, typeof size === "string" ? textField(2, size) : integerField(1, size)),
  );
  const tensorType = [
    ...integerField(1, elementTypeCodes[value.type]),
    ...(shape === undefined ? [] : messageField(2, shape)),
  ];
  return [...textField(1, value.name), ...messageField(2, messageField(1, tensorType))];
}
