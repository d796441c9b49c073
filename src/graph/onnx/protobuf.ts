// The part of the Protocol Buffers wire format that ONNX files need: variable-length integers, fixed 32-bit
// floats and length-delimited fields. It knows nothing of ONNX; model.ts gives the fields their numbers.
// A message is built as a list of byte chunks, so that large weights are copied once, at the very end.

/** Chunks of an encoded message, in order. */
export type Chunks = readonly Uint8Array[];

const text = new TextEncoder();

/** The integers of one byte, which nearly all are: tags, lengths, small sizes. */
const short = Array.from({ length: 0x80 }, (_, value) => Uint8Array.of(value));

/** The base-128 encoding of an integer; a negative one takes ten bytes, as protobuf's int64 does. */
export function varint(value: number | bigint): Uint8Array {
  if (typeof value === "number" && value >= 0) {
    if (value < 0x80) return short[value] as Uint8Array;
    if (value < 0x4000) return Uint8Array.of((value & 0x7f) | 0x80, value >> 7);
  }
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** An integer field (wire type 0). */
export function integerField(field: number, value: number | bigint): Chunks {
  return [varint(field << 3), varint(value)];
}

/** A 32-bit float field (wire type 5). */
export function floatField(field: number, value: number): Chunks {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [varint((field << 3) | 5), bytes];
}

/** A field of raw bytes (wire type 2); the bytes are referred to, not copied. */
export function bytesField(field: number, bytes: Uint8Array): Chunks {
  return [varint((field << 3) | 2), varint(bytes.length), bytes];
}

/** A text field (wire type 2, UTF-8). */
export function textField(field: number, value: string): Chunks {
  return bytesField(field, encodedText(value));
}

/** A graph names every tensor several times, and few of its operators are different. */
function encodedText(value: string): Uint8Array {
  const bytes = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if (code >= 0x80) return text.encode(value);
    bytes[i] = code;
  }
  return bytes;
}

/** A nested message (wire type 2). */
export function messageField(field: number, message: Chunks): Chunks {
  return [varint((field << 3) | 2), varint(byteLength(message)), ...message];
}

/** Joins the chunks into one array. */
export function joinChunks(chunks: Chunks): Uint8Array {
  const bytes = new Uint8Array(byteLength(chunks));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function byteLength(chunks: Chunks): number {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  return length;
}
