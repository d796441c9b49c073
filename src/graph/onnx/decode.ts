// The bytes of a .onnx file as plain data: nodes, constants, inputs and outputs of its graph. What the format knows and this
// product never reads is left out (subgraphs, documentation, training). It must not know what operators mean.
// Field numbers: onnx.proto3 of https://github.com/onnx/onnx.
import { GeniusError } from "../../base/errors.ts";
import { brainToNumber, halfToNumber } from "../float16.ts";
import { damagedFile, type Field, fieldsOf, floatsIn, integersIn, textIn } from "./read-protobuf.ts";

/** A constant. Integers are numbers too; weights keep their 32 bits. */
export interface ConstantTensor {
  readonly dims: readonly number[];
  /** Row-major. */
  readonly data: Float32Array | Float64Array;
  readonly isInteger: boolean;
}

export type FileAttribute =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | ConstantTensor
  | { readonly graph: true };

export interface FileNode {
  readonly operator: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, FileAttribute>;
}

export interface FileValue {
  readonly name: string;
  /** Code of TensorProto.DataType; 0 where the file does not say. */
  readonly type: number;
  /** A name, or undefined, for a dimension that is open; undefined where the file does not say. */
  readonly dims: readonly (number | string | undefined)[] | undefined;
}

export interface OnnxFile {
  /** Version of each operator set; the key of the standard operators is the empty text. */
  readonly operatorSets: ReadonlyMap<string, number>;
  readonly name: string;
  readonly producer: string;
  readonly nodes: readonly FileNode[];
  readonly initializers: ReadonlyMap<string, ConstantTensor>;
  /** Without those that have an initializer. */
  readonly inputs: readonly FileValue[];
  readonly outputs: readonly FileValue[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Names of the functions that the file defines for itself. */
  readonly functions: readonly string[];
}

/** Above this a constant is no part of a small network. */
const maxElements = 200e6;

/**
 * Reads a file.
 * @throws GeniusError `bad-model-file` for a damaged file, and for weights that lie in another file.
 */
export function decodeOnnxModel(bytes: Uint8Array): OnnxFile {
  let graph: Uint8Array | undefined;
  let producer = "";
  const operatorSets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const functions: string[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.field === 2) producer = textIn(field);
    else if (field.field === 7) graph = field.bytes;
    else if (field.field === 8) {
      const { domain, version } = operatorSet(field.bytes);
      operatorSets.set(domain, version);
    } else if (field.field === 14) {
      const [key, value] = pairOf(field.bytes);
      metadata.set(key, value);
    } else if (field.field === 25) functions.push(pairOf(field.bytes)[0]);
  }
  if (graph === undefined) throw damagedFile("it has no graph");
  return { operatorSets, producer, metadata, functions, ...graphOf(graph) };
}

function operatorSet(bytes: Uint8Array) {
  let [domain, version] = ["", 0];
  for (const field of fieldsOf(bytes)) {
    if (field.field === 1) domain = textIn(field);
    else if (field.field === 2) version = field.integer;
  }
  return { domain: domain === "ai.onnx" ? "" : domain, version };
}

function pairOf(bytes: Uint8Array): readonly [key: string, value: string] {
  let [key, value] = ["", ""];
  for (const field of fieldsOf(bytes)) {
    if (field.field === 1) key = textIn(field);
    else if (field.field === 2) value = textIn(field);
  }
  return [key, value];
}

function graphOf(bytes: Uint8Array) {
  let name = "";
  const nodes: FileNode[] = [];
  const initializers = new Map<string, ConstantTensor>();
  const inputs: FileValue[] = [];
  const outputs: FileValue[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.field === 1) nodes.push(nodeOf(field.bytes));
    else if (field.field === 2) name = textIn(field);
    else if (field.field === 5) {
      const tensor = tensorOf(field.bytes);
      initializers.set(tensor.name, tensor.value);
    } else if (field.field === 11) inputs.push(fileValueOf(field.bytes));
    else if (field.field === 12) outputs.push(fileValueOf(field.bytes));
    else if (field.field === 15)
      throw new GeniusError(
        "bad-model-file",
        "Its weights are stored as sparse tensors, which cannot be read: export them as dense ones.",
      );
  }
  return { name, nodes, initializers, inputs: inputs.filter((one) => !initializers.has(one.name)), outputs };
}

function nodeOf(bytes: Uint8Array): FileNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, FileAttribute>();
  let [name, operator, domain] = ["", "", ""];
  for (const field of fieldsOf(bytes)) {
    if (field.field === 1) inputs.push(textIn(field));
    else if (field.field === 2) outputs.push(textIn(field));
    else if (field.field === 3) name = textIn(field);
    else if (field.field === 4) operator = textIn(field);
    else if (field.field === 5) {
      const [key, value] = attributeOf(field.bytes);
      if (value !== undefined) attributes.set(key, value);
    } else if (field.field === 7) domain = textIn(field);
  }
  return { operator, domain: domain === "ai.onnx" ? "" : domain, name, inputs, outputs, attributes };
}

/** AttributeProto.AttributeType. */
const types = {
  float: 1,
  integer: 2,
  text: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  integers: 7,
  texts: 8,
} as const;

function attributeOf(bytes: Uint8Array): readonly [string, FileAttribute | undefined] {
  let name = "";
  let type = 0;
  let single: FileAttribute | undefined;
  const floats: number[] = [];
  const integers: number[] = [];
  const texts: string[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.field === 1) name = textIn(field);
    else if (field.field === 2) single = floatsIn(field)[0];
    else if (field.field === 3) single = field.integer;
    else if (field.field === 4) single = textIn(field);
    else if (field.field === 5) single = tensorOf(field.bytes).value;
    else if (field.field === 6) single = { graph: true };
    else if (field.field === 7) append(floats, floatsIn(field));
    else if (field.field === 8) append(integers, integersIn(field));
    else if (field.field === 9) texts.push(textIn(field));
    else if (field.field === 20) type = field.integer;
  }
  if (type === types.floats || floats.length > 0) return [name, floats];
  if (type === types.integers || integers.length > 0) return [name, integers];
  if (type === types.texts || texts.length > 0) return [name, texts];
  // A writer may leave out what is zero.
  if (single === undefined && (type === types.integer || type === types.float)) single = 0;
  if (single === undefined && type === types.text) single = "";
  return [name, single];
}

function fileValueOf(bytes: Uint8Array): FileValue {
  let name = "";
  let type = 0;
  let dims: (number | string | undefined)[] | undefined;
  for (const field of fieldsOf(bytes)) {
    if (field.field === 1) name = textIn(field);
    if (field.field !== 2) continue;
    for (const tensor of fieldsOf(field.bytes)) {
      if (tensor.field !== 1) continue;
      for (const part of fieldsOf(tensor.bytes)) {
        if (part.field === 1) type = part.integer;
        else if (part.field === 2) dims = [...fieldsOf(part.bytes)].map((dim) => dimOf(dim.bytes));
      }
    }
  }
  return { name, type, dims };
}

function dimOf(bytes: Uint8Array): number | string | undefined {
  for (const field of fieldsOf(bytes)) {
    if (field.field === 1 && field.integer > 0) return field.integer;
    if (field.field === 2) return textIn(field);
  }
  return undefined;
}

type Reader = (view: DataView, offset: number) => number;

/** Of TensorProto.DataType: the bytes of one number and how it is read. */
const numberTypes: Readonly<
  Record<number, { readonly width: number; readonly isInteger: boolean; readonly read: Reader }>
> = {
  1: { width: 4, isInteger: false, read: (view, at) => view.getFloat32(at, true) },
  2: { width: 1, isInteger: true, read: (view, at) => view.getUint8(at) },
  3: { width: 1, isInteger: true, read: (view, at) => view.getInt8(at) },
  4: { width: 2, isInteger: true, read: (view, at) => view.getUint16(at, true) },
  5: { width: 2, isInteger: true, read: (view, at) => view.getInt16(at, true) },
  6: { width: 4, isInteger: true, read: (view, at) => view.getInt32(at, true) },
  7: { width: 8, isInteger: true, read: (view, at) => Number(view.getBigInt64(at, true)) },
  9: { width: 1, isInteger: true, read: (view, at) => view.getUint8(at) },
  10: { width: 2, isInteger: false, read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  11: { width: 8, isInteger: false, read: (view, at) => view.getFloat64(at, true) },
  12: { width: 4, isInteger: true, read: (view, at) => view.getUint32(at, true) },
  13: { width: 8, isInteger: true, read: (view, at) => Number(view.getBigUint64(at, true)) },
  16: { width: 2, isInteger: false, read: (view, at) => brainToNumber(view.getUint16(at, true)) },
};
const [halfType, brainType, doubleType, textType] = [10, 16, 11, 8];

function tensorOf(bytes: Uint8Array): { readonly name: string; readonly value: ConstantTensor } {
  const dims: number[] = [];
  let [name, type] = ["", 0];
  let raw: Uint8Array | undefined;
  let isExternal = false;
  const floats: Float32Array[] = [];
  const doubles: number[] = [];
  const integers: number[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.field === 1) append(dims, integersIn(field));
    else if (field.field === 2) type = field.integer;
    else if (field.field === 4) floats.push(floatsIn(field));
    else if (field.field === 5 || field.field === 7 || field.field === 11)
      append(integers, integersIn(field));
    else if (field.field === 8) name = textIn(field);
    else if (field.field === 9) raw = field.bytes;
    else if (field.field === 10) append(doubles, doublesIn(field));
    else if (field.field === 13) isExternal = true;
    else if (field.field === 14) isExternal ||= field.integer === 1;
  }
  if (isExternal) {
    throw new GeniusError(
      "bad-model-file",
      `The weights "${name}" lie in a file of their own beside the model. Export with the weights inside, as in torch.onnx.export(…, external_data=False), or onnx.save(model, path) of a loaded one.`,
    );
  }
  const size = dims.reduce((product, length) => product * length, 1);
  if (!(size >= 0 && size <= maxElements) || dims.some((length) => length < 0))
    throw damagedFile(`the constant "${name}" has the shape [${dims.join(", ")}]`);
  // Texts are used by nothing that can be imported.
  if (type === textType) return { name, value: { dims: [0], data: new Float64Array(0), isInteger: false } };
  const numbers = numberTypes[type];
  if (numbers === undefined)
    throw new GeniusError(
      "bad-model-file",
      `The constant "${name}" is of the number type ${type}, which cannot be read. Export the model with 32-bit floats.`,
    );
  const { width, isInteger, read } = numbers;
  const wrong = (count: number) =>
    damagedFile(`the constant "${name}" of shape [${dims.join(", ")}] has ${count} numbers`);
  const sum = (lengths: readonly number[]) => lengths.reduce((total, length) => total + length, 0);
  const count =
    raw === undefined
      ? sum(floats.map(({ length }) => length)) + doubles.length + integers.length
      : raw.length / width;
  // Before anything is reserved for what a damaged file claims.
  if (count !== size) throw wrong(count);
  const data = isInteger || type === doubleType ? new Float64Array(size) : new Float32Array(size);
  if (raw !== undefined) {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    for (let index = 0; index < size; index += 1) data[index] = read(view, index * width);
  } else {
    const bits =
      type === halfType ? halfToNumber : type === brainType ? brainToNumber : (value: number) => value;
    let at = 0;
    const put = (value: number) => {
      data[at] = value;
      at += 1;
    };
    for (const chunk of floats) for (const value of chunk) put(value);
    for (const value of doubles) put(value);
    for (const value of integers) put(bits(value));
  }
  return { name, value: { dims, data, isInteger } };
}

/** A spread as arguments would overflow the stack where there are many. */
function append(to: number[], values: Iterable<number>): void {
  for (const value of values) to.push(value);
}

function doublesIn({ bytes }: Field): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 3 }, (_, index) => view.getFloat64(8 * index, true));
}
