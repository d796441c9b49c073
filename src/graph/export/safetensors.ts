// The safetensors format: eight bytes of header length, a JSON header, raw little-endian data. Written so that
// Python's `safetensors` reads it, and read from anywhere: every length and offset of a file is checked, and a
// damaged one is refused by name. It knows nothing of networks; weights-file.ts gives the tensors their names.
import { z } from "zod";
import { GeniusError, messageOf } from "../../base/errors.ts";
import { brainToNumber, halfToNumber } from "../float16.ts";
import type { Weights, WeightTensor } from "../weights.ts";

export interface SafetensorsFile {
  readonly tensors: Weights;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's own limit on the header, 100 MB. */
const maxHeaderBytes = 100_000_000;

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

/** The bytes of a file with the tensors as F32, in the map's order. The data starts on a multiple of eight. */
export function encodeSafetensors({ tensors, metadata }: SafetensorsFile): Uint8Array {
  let offset = 0;
  const entries: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  for (const [name, { dims, data }] of tensors) {
    if (name === "__metadata__" || data.length !== sizeOf(dims)) {
      throw new GeniusError(
        "wrong-use",
        `Tensor "${name}" of shape [${dims.join(", ")}] has ${data.length} numbers and cannot be written; its length must be the product of its shape and its name not "__metadata__".`,
      );
    }
    entries.push([name, { dtype: "F32", shape: dims, data_offsets: [offset, offset + 4 * data.length] }]);
    offset += 4 * data.length;
  }
  const json = new TextEncoder().encode(headerText(entries));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset).fill(0x20, 8 + json.length, 8 + headerLength);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, 8);
  let position = 8 + headerLength;
  for (const { data } of tensors.values()) {
    for (const value of data) {
      view.setFloat32(position, value, true);
      position += 4;
    }
  }
  return bytes;
}

/** Written by hand because an object would reorder names that look like integers, and lose `__proto__`. */
function headerText(entries: readonly [string, unknown][]): string {
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
}

/**
 * Reads a file. Floats of any width and 64-bit integers (PyTorch's `num_batches_tracked`) come as Float32Array.
 * @throws GeniusError `bad-model-file` that says what is wrong with the file, and nothing else.
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw damaged(`it has ${bytes.length} bytes and the header's length alone takes 8`);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(Math.min(maxHeaderBytes, bytes.length - 8))) {
    throw damaged(`its header claims ${headerLength} bytes, and ${bytes.length - 8} follow`);
  }
  const dataStart = 8 + Number(headerLength);
  const header = parseHeader(bytes.subarray(8, dataStart));
  const { __metadata__, ...rest } = header;
  const metadata = __metadata__ ?? {};
  if (!isTableOfTexts(metadata)) throw damaged("its __metadata__ is not a table of texts");
  const entries = Object.entries(rest).map(([name, value]) => {
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw damaged(`the entry of tensor "${name}" lacks dtype, shape or data_offsets`);
    return { name, ...entry.data };
  });
  entries.sort((a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  const dataLength = bytes.length - dataStart;
  let end = 0;
  for (const { name, data_offsets } of entries) {
    if (data_offsets[0] !== end || data_offsets[1] < end || data_offsets[1] > dataLength) {
      throw damaged(
        `tensor "${name}" lies at ${data_offsets[0]}–${data_offsets[1]}; it must start at ${end} and end by ${dataLength}`,
      );
    }
    end = data_offsets[1];
  }
  if (end !== dataLength) throw damaged(`its tensors take ${end} bytes of data, and it has ${dataLength}`);
  const tensors = new Map<string, WeightTensor>();
  for (const { name, dtype, shape, data_offsets } of entries) {
    const [from, to] = data_offsets;
    tensors.set(name, {
      dims: shape,
      data: readTensor(view, { name, dtype, shape, from: dataStart + from, length: to - from }),
    });
  }
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw damaged(`its header is not JSON (${messageOf(error)})`);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw damaged("its header is not a table of tensors");
  }
  return header as Record<string, unknown>;
}

function isTableOfTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === "string");
}

type ReadNumber = (view: DataView, offset: number) => number;

/** Bytes of one number and how it is read, by dtype. */
const dtypes: ReadonlyMap<string, readonly [bytes: number, read: ReadNumber]> = new Map([
  ["F32", [4, (view, offset) => view.getFloat32(offset, true)]],
  ["F64", [8, (view, offset) => view.getFloat64(offset, true)]],
  ["F16", [2, (view, offset) => halfToNumber(view.getUint16(offset, true))]],
  ["BF16", [2, (view, offset) => brainToNumber(view.getUint16(offset, true))]],
  ["I64", [8, (view, offset) => Number(view.getBigInt64(offset, true))]],
] satisfies [string, [number, ReadNumber]][]);

interface StoredTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly length: number;
}

function readTensor(view: DataView, { name, dtype, shape, from, length }: StoredTensor): Float32Array {
  const type = dtypes.get(dtype);
  if (type === undefined) {
    throw damaged(
      `tensor "${name}" is of type ${dtype}; types that can be read are ${[...dtypes.keys()].join(", ")}`,
    );
  }
  const [width, read] = type;
  const size = sizeOf(shape);
  if (size * width !== length) {
    throw damaged(`tensor "${name}" of shape [${shape.join(", ")}] and type ${dtype} has ${length} bytes`);
  }
  const data = new Float32Array(size);
  for (let i = 0; i < size; i += 1) data[i] = read(view, from + i * width);
  return data;
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, length) => product * length, 1);
}

function damaged(reason: string): GeniusError {
  return new GeniusError(
    "bad-model-file",
    `This is not a whole safetensors file: ${reason}. Export or copy the weights again.`,
  );
}
