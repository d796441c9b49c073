// The metadata in a .onnx file, which onnxruntime does not hand out: the `metadata_props` of its outermost message
// are read, everything else is skipped. @see onnx.proto, ModelProto
import { GeniusError } from "../base/errors.ts";

const metadataField = 14;

/** @throws GeniusError `bad-model-file` when the bytes are no such message. */
export function readModelMetadata(bytes: Uint8Array): Readonly<Record<string, string>> {
  const entries = [...fieldsOf(bytes)].filter(({ field }) => field === metadataField);
  return Object.fromEntries(
    entries.map(({ value }) => {
      const parts = new Map([...fieldsOf(value)].map((part) => [part.field, text.decode(part.value)]));
      return [parts.get(1) ?? "", parts.get(2) ?? ""];
    }),
  );
}

const text = new TextDecoder();

/** The fields of length-delimited kind; numbers are skipped. */
function* fieldsOf(bytes: Uint8Array): Generator<{ readonly field: number; readonly value: Uint8Array }> {
  let position = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[position];
      if (byte === undefined) break;
      position += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new GeniusError("bad-model-file", "The file is not an ONNX model, or it is damaged.");
  };
  while (position < bytes.length) {
    const tag = varint();
    const wire = tag % 8;
    if (wire === 0) varint();
    else if (wire === 1) position += 8;
    else if (wire === 5) position += 4;
    else {
      const length = wire === 2 ? varint() : Number.POSITIVE_INFINITY;
      if (position + length > bytes.length) {
        throw new GeniusError("bad-model-file", "The file is not an ONNX model, or it is damaged.");
      }
      yield { field: Math.floor(tag / 8), value: bytes.subarray(position, position + length) };
      position += length;
    }
  }
}
