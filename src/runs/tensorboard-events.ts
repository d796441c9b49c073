// TensorBoard's event files: records framed by lengths and masked checksums, each a protobuf message with a time, a step
// and one figure. Written whole; it knows nothing of searches.
import {
  type Chunks,
  floatField,
  integerField,
  joinChunks,
  messageField,
  textField,
  varint,
} from "../graph/onnx/protobuf.ts";

/** One figure at one step. */
export interface ScalarEvent {
  readonly tag: string;
  readonly step: number;
  readonly value: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
}

/**
 * The bytes of an event file.
 * @see https://github.com/tensorflow/tensorboard – tensorboard/compat/proto/event.proto and the TFRecord format.
 */
export function eventFile(events: readonly ScalarEvent[]): Uint8Array {
  const start = Math.min(...events.map(({ wallTime }) => wallTime), Number.MAX_SAFE_INTEGER);
  const opening = event(events.length === 0 ? 0 : start, 0, textField(3, "brain.Event:2"));
  const records = [opening, ...events.map(scalar)];
  return joinChunks(records.flatMap(record));
}

function scalar({ tag, step, value, wallTime }: ScalarEvent): Uint8Array {
  const summary = messageField(1, [...textField(1, tag), ...floatField(2, value)]);
  return event(wallTime, step, messageField(5, summary));
}

function event(wallTime: number, step: number, what: Chunks): Uint8Array {
  return joinChunks([...doubleField(1, wallTime), ...integerField(2, step), ...what]);
}

function doubleField(field: number, value: number): Chunks {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return [varint((field << 3) | 1), bytes];
}

/** Length, its checksum, the data, its checksum. */
function record(data: Uint8Array): Chunks {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(data.length), true);
  return [length, masked(length), data, masked(data)];
}

/** CRC-32C, rotated and shifted, so that a checksum of data that holds checksums stays good. */
function masked(data: Uint8Array): Uint8Array {
  const crc = crc32c(data);
  const value = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32 with the Castagnoli polynomial. @see RFC 3720, appendix B.4, for its test vectors. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (table[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
