// The safetensors codec: round trips, the widths PyTorch writes, and whatever bytes: a file or a GeniusError.
// That Python's own reader takes these files is tested in pytorch.test.ts.
import fc from "fast-check";
import { expect, test } from "vitest";
import { GeniusError } from "../../base/errors.ts";
import type { Weights } from "../weights.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

const tensor = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }).chain((dims) => {
  const size = dims.reduce((product, length) => product * length, 1);
  const data = fc.array(fc.float(), { minLength: size, maxLength: size });
  return data.map((values) => ({ dims, data: Float32Array.from(values) }));
});
const file = fc.record({
  tensors: fc
    .uniqueArray(fc.tuple(fc.string({ unit: "grapheme" }), tensor), {
      selector: ([name]) => name,
      maxLength: 6,
    })
    .map((entries): Weights => new Map(entries)),
  metadata: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
});

test("what is written is read back, bit for bit", () => {
  fc.assert(
    fc.property(file, ({ tensors, metadata }) => {
      const bytes = encodeSafetensors({ tensors, metadata });
      const dataStart = 8 + new DataView(bytes.buffer).getUint32(0, true);
      expect(dataStart % 8).toBe(0);
      const read = decodeSafetensors(bytes);
      expect(new Map(Object.entries(read.metadata))).toEqual(new Map(Object.entries(metadata)));
      expect(new Map(read.tensors)).toEqual(new Map(tensors));
    }),
  );
});

/** A file made by hand: the header's text and the data. */
function assemble(header: string, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

test.for([
  ["F16", [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0x00, 0x7c], [1, -2, 2 ** -24, Infinity]],
  ["BF16", [0x80, 0x3f, 0x00, 0xc0, 0x80, 0x00], [1, -2, 2 ** -126]],
  ["F64", [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], [1.5]],
  ["I64", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [-1]],
] as const)("%s is read", ([dtype, data, expected]) => {
  const header = { t: { dtype, shape: [expected.length], data_offsets: [0, data.length] } };
  const { tensors } = decodeSafetensors(assemble(JSON.stringify(header), Uint8Array.from(data)));
  expect([...tensors.get("t")!.data]).toEqual(expected);
});

const good = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
test.for([
  [
    "a hole",
    { a: good, b: { ...good, data_offsets: [12, 20] } },
    20,
    /"b" lies at 12–20; it must start at 8/,
  ],
  ["an overlap", { a: good, b: { ...good, data_offsets: [4, 12] } }, 12, /must start at 8/],
  ["an end beyond the file", { a: { ...good, data_offsets: [0, 16], shape: [4] } }, 8, /end by 8/],
  ["a wrong size", { a: { ...good, shape: [3] } }, 8, /\[3\] and type F32 has 8 bytes/],
  ["data of no tensor", { a: good }, 12, /take 8 bytes of data, and it has 12/],
  [
    "an unknown type",
    { a: { ...good, dtype: "F8_E4M3" } },
    8,
    /of type F8_E4M3; types that can be read are F32/,
  ],
  ["a huge shape", { a: { ...good, shape: [2 ** 50, 2 ** 50] } }, 8, /has 8 bytes/],
  ["a negative size", { a: { ...good, shape: [-2] } }, 8, /lacks dtype, shape or data_offsets/],
  ["numbers as metadata", { __metadata__: { epoch: 3 }, a: good }, 8, /__metadata__/],
  ["a list as header", [], 0, /not a table/],
] as const)("%s is refused", ([, header, dataLength, message]) => {
  const bytes = assemble(JSON.stringify(header), new Uint8Array(dataLength));
  expect(() => decodeSafetensors(bytes)).toThrow(message);
  expect(() => decodeSafetensors(bytes)).toThrow(GeniusError);
});

/** Decodes, and lets no other error than a GeniusError pass. */
function decodes(bytes: Uint8Array): boolean {
  try {
    decodeSafetensors(bytes);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(GeniusError);
    return false;
  }
}

test("no bytes bring anything but a file or a GeniusError", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void decodes(bytes)));
  fc.assert(
    fc.property(
      fc.json(),
      fc.uint8Array({ maxLength: 16 }),
      (header, data) => void decodes(assemble(header, data)),
    ),
  );
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(file, damage, (whole, changes) => {
      const bytes = encodeSafetensors(whole);
      for (const [position, value] of changes) bytes[position % bytes.length] = value;
      decodes(bytes);
    }),
  );
});

test("a file cut short anywhere is refused", () => {
  const tensors = new Map([["stem.conv.weight", { dims: [2, 3], data: new Float32Array(6) }]]);
  const bytes = encodeSafetensors({ tensors, metadata: { format: "pt" } });
  for (let length = 0; length < bytes.length; length += 1)
    expect(decodes(bytes.subarray(0, length))).toBe(false);
});
