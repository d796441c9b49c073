// Reads the Protocol Buffers wire format: the fields of a message, one after another, without copying. Every length is checked,
// since the bytes may come from anywhere. It knows nothing of ONNX; decode.ts gives the fields their names.
import { GeniusError } from "../../base/errors.ts";

export interface Field {
  readonly field: number;
  /** Of an integer field, as a signed 64-bit one rounded to a number. */
  readonly integer: number;
  /** Of a length-delimited field, or the four or eight bytes of a fixed one; empty otherwise. */
  readonly bytes: Uint8Array;
}

const nothing = new Uint8Array(0);

export function damagedFile(reason: string): GeniusError {
  return new GeniusError(
    "bad-model-file",
    `This is not a whole ONNX file: ${reason}. Export or copy the model again.`,
  );
}

/**
 * The fields of a message.
 * @throws GeniusError `bad-model-file` where a field does not end inside the message.
 */
export function* fieldsOf(bytes: Uint8Array): Generator<Field, void> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) throw damagedFile("a number is cut off");
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw damagedFile("a number has more than ten bytes");
  };
  const take = (length: number): Uint8Array => {
    if (!(length >= 0) || at + length > bytes.length)
      throw damagedFile(`a field claims ${length} bytes, and ${bytes.length - at} are left`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const field = Math.floor(tag / 8);
    const wire = tag & 7;
    if (field < 1) throw damagedFile(`a field has the number ${field}`);
    if (wire === 0) yield { field, integer: Number(varint()), bytes: nothing };
    else if (wire === 1) yield { field, integer: 0, bytes: take(8) };
    else if (wire === 2) yield { field, integer: 0, bytes: take(Number(varint())) };
    else if (wire === 5) yield { field, integer: 0, bytes: take(4) };
    else throw damagedFile(`a field is of the unknown wire type ${wire}`);
  }
}

/** Integers of a repeated field, which may be packed. */
export function integersIn({ bytes, integer }: Field): readonly number[] {
  if (bytes.length === 0) return [integer];
  const values: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    values.push(Number(BigInt.asIntN(64, value)));
    value = 0n;
    shift = 0n;
  }
  return values;
}

/** 32-bit floats of a field, which may be packed. */
export function floatsIn({ bytes }: Field): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length >> 2 }, (_, index) => view.getFloat32(4 * index, true));
}

const text = new TextDecoder();

export const textIn = ({ bytes }: Field): string => text.decode(bytes);
