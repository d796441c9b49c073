// What cannot be imported is named; damaged files are refused.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { GeniusError } from "../../base/errors.ts";
import { createRandom } from "../../base/random.ts";
import {
  body,
  conv,
  fileOf,
  floats,
  head,
  integers,
  joined,
  node,
  number,
  type Written,
} from "./fixtures/written.ts";
import { importOnnx } from "./import-onnx.ts";

const fixtures = new URL("./fixtures/", import.meta.url);

function refusalOf(
  given: Written | Uint8Array,
  options: { readonly input?: readonly [number, number, number] } = {},
): string {
  try {
    importOnnx(given instanceof Uint8Array ? given : fileOf(given), { name: "x", ...options });
  } catch (thrown) {
    if (thrown instanceof GeniusError) return `${thrown.code}: ${thrown.message}`;
    throw thrown;
  }
  return "";
}

describe("refusals", () => {
  test("each node that is not known is named, with its operator and what it reads", () => {
    const written = joined(
      conv("x", "a"),
      body(node("LRN", "a", "b", { size: 3 }), node("Elu", "a", "c"), node("Add", "b c", "d")),
      head("d", 4),
    );
    const told = refusalOf(written);
    expect(told).toMatch(/missing-feature: The network uses what cannot be imported:/);
    expect(told).toContain('node "the b" (LRN): there is no such operator here; it reads "a"');
    expect(told).toContain('node "the c" (Elu): there is no such operator here; it reads "a"');
  });

  test("what an operator does that no layer here does", () => {
    expect(refusalOf(joined(conv("x", "a", { dilations: [2, 2] }), head("a", 4)))).toMatch(
      /"the a" \(Conv\): its window is dilated by 2×2/,
    );
    expect(
      refusalOf(
        joined(
          conv("x", "a"),
          body(node("Add", "a place", "b")),
          { nodes: [], constants: [floats("place", 4, 6, 8)] },
          head("b", 4),
        ),
      ),
    ).toMatch(/differs within a channel/);
    expect(
      refusalOf(
        joined(
          conv("x", "a"),
          body(node("Pad", "a pads", "b"), node("MaxPool", "b", "c", { kernel_shape: [2, 2] })),
          { nodes: [], constants: [integers("pads", 0, 0, 1, 1, 0, 0, 1, 1)] },
          head("c", 4),
        ),
      ),
    ).toMatch(/may be below 0/);
    expect(
      refusalOf(
        joined(
          conv("x", "a"),
          body(node("Clip", "a - high", "b")),
          { nodes: [], constants: [number("high", 3)] },
          head("b", 4),
        ),
      ),
    ).toMatch(/it clips to -Infinity and 3/);
    expect(refusalOf(joined(conv("x", "a"), body(node("Softmax", "a", "b")), head("b", 4)))).toMatch(
      /not the last of the network/,
    );
  });

  const behindConv = (written: Written) => refusalOf(joined(conv("x", "a"), written, head("b", 4)));

  test("a Cast of values to whole numbers, and what a pattern sees behind one", () => {
    for (const [to, name] of [
      [7, "int64"],
      [2, "uint8"],
      [9, "bool"],
      [16, "bfloat16"],
    ] as const)
      expect(
        behindConv(body(node("Cast", "a", "whole", { to }), node("Cast", "whole", "b", { to: 1 }))),
      ).toMatch(new RegExp(`"the whole" \\(Cast\\): it casts values of the network to ${name}`));
    expect(
      behindConv(
        body(
          node("Cast", "a", "whole", { to: 6 }),
          node("Sigmoid", "whole", "gate"),
          node("Mul", "a gate", "b"),
        ),
      ),
    ).toMatch(/"the whole" \(Cast\): it casts values of the network to int32/);
    for (const to of [1, 10, 11])
      expect(
        behindConv(body(node("Cast", "a", "other", { to }), node("Cast", "other", "b", { to: 1 }))),
      ).toBe("");
    const counted = (to: number, value: number) =>
      refusalOf(
        joined(
          conv("x", "a"),
          body(
            node("Cast", "number", "whole", { to }),
            node("Cast", "whole", "again", { to: 1 }),
            node("Mul", "a again", "b"),
          ),
          { nodes: [], constants: [number("number", value)] },
          head("b", 4),
        ),
      );
    expect(counted(2, 3.5)).toBe("");
    expect(counted(9, 0.5)).toBe("");
    expect(counted(2, 300)).toMatch(/"the whole" \(Cast\): it casts 300 to uint8/);
  });

  test("a Softmax at the end over another axis than that of the classes", () => {
    const ending = (axis: number, operatorSet = 17) =>
      refusalOf({
        ...joined(conv("x", "a"), {
          nodes: [
            node("GlobalAveragePool", "a", "pooled"),
            node("Softmax", "pooled", "chances", { axis }),
            node("Flatten", "chances", "y"),
          ],
        }),
        operatorSet,
      });
    expect(ending(1)).toBe("");
    expect(ending(1, 11)).toBe("");
    expect(ending(0)).toMatch(/"the chances" \(Softmax\): it is over axis 0 of \[1, 4, 1, 1\]/);
    expect(ending(-1)).toMatch(/"the chances" \(Softmax\): it is over axis 3/);
    expect(ending(2, 11)).toMatch(/it is over axis 2/);
  });

  test("what ONNX does not allow, by the name of the node", () => {
    const windowed = (attributes: Parameters<typeof conv>[2]) =>
      refusalOf(joined(conv("x", "a", attributes), head("a", 4)));
    expect(windowed({ auto_pad: "BOGUS" })).toMatch(/"the a" \(Conv\): its auto_pad "BOGUS" is none of/);
    expect(windowed({ auto_pad: "VALID" })).toBe("");
    expect(windowed({ pads: [1, 1, 1] })).toMatch(/"the a" \(Conv\): its pads are \[1, 1, 1\]/);
    expect(windowed({ pads: [-1, -1, -1, -1] })).toMatch(/"the a" \(Conv\): its pads are \[-1, /);
    expect(windowed({ strides: [0, 0] })).toMatch(/"the a" \(Conv\): its strides are \[0, 0\]/);
    expect(windowed({ strides: [1e9, 1e9] })).toMatch(
      /"the a" \(Conv\): its stride is 1000000000×1000000000, and 1 to 255 can be/,
    );
    expect(windowed({ kernel_shape: [2, 2] })).toMatch(/its window is 2×2, and its weight is for 3×3/);
    expect(behindConv(body(node("Transpose", "a", "b", { perm: [0, 1, 1, 3] })))).toMatch(
      /"the b" \(Transpose\): its perm \[0, 1, 1, 3\] is no order of 4 axes/,
    );
    const weighed = (made: ReturnType<typeof node>, constant: ReturnType<typeof floats>) =>
      refusalOf({
        nodes: [
          node("GlobalAveragePool", "x", "pooled"),
          node("Flatten", "pooled", "flat"),
          made,
          node("MatMul", "flat w", "y"),
        ],
        constants: [constant, integers("shape", 5, 4)],
      });
    expect(weighed(node("Transpose", "given", "w", { perm: [0, 0] }), floats("given", 5, 3))).toMatch(
      /"the w" \(Transpose\): its perm \[0, 0\] is no order of 2 axes/,
    );
    expect(weighed(node("Reshape", "given shape", "w"), floats("given", 9))).toMatch(
      /"the w" \(Reshape\): \[9\] does not fit into \[5, 4\]/,
    );
    const normed = (change: number, attributes = {}) =>
      refusalOf(
        joined(
          conv("x", "a"),
          body(node("BatchNormalization", "a ones ones ones variance", "b", attributes)),
          {
            nodes: [],
            constants: [
              { name: "ones", dims: [4], data: Float32Array.of(1, 1, 1, 1) },
              { name: "variance", dims: [4], data: Float32Array.of(1, 1, change, 1) },
            ],
          },
          head("b", 4),
        ),
      );
    expect(normed(1)).toBe("");
    expect(normed(-1)).toMatch(/"the b" \(BatchNormalization\): its variance is negative: -1/);
    expect(normed(Number.NaN)).toMatch(/"the b" \(BatchNormalization\): its variance has the number NaN/);
    expect(normed(1, { training_mode: 1 })).toMatch(/"the b" \(BatchNormalization\): it is in training mode/);
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(
        refusalOf({
          nodes: [node("Conv", "x weight", "a"), ...head("a", 4).nodes],
          constants: [
            { name: "weight", dims: [4, 3, 1, 1], data: new Float32Array(12).fill(odd, 7, 8) },
            ...(head("a", 4).constants ?? []),
          ],
        }),
      ).toMatch(`"the a" (Conv): its weight has the number ${odd}`);
  });

  test("files of another kind", () => {
    const plain = head("x", 3);
    expect(refusalOf({ ...plain, inputs: ["x", "mask"] })).toMatch(
      /must have one input, and has "x", "mask"/,
    );
    expect(refusalOf({ ...plain, operatorSet: 5 })).toMatch(/of operator set 5, and 7 to \d+ can be read/);
    expect(refusalOf({ ...plain, input: ["N", 3, "H", "W"] })).toMatch(
      /leaves its size open \(\[N, 3, H, W\]\): say it/,
    );
    expect(refusalOf({ ...plain, input: ["N", 3, "H", "W"] }, { input: [3, 6, 8] })).toBe("");
    expect(refusalOf(plain, { input: [3, 9, 9] })).toMatch(
      /takes images of \[3, 6, 8\], and \[3, 9, 9\] were named/,
    );
    expect(refusalOf({ ...plain, input: ["N", 3] })).toMatch(/a batch of images \[N, C, H, W\] is needed/);
    expect(refusalOf(joined(body(node("DynamicQuantizeLinear", "x", "q s z")), plain))).toMatch(
      /The model is quantised: node "the q s z" \(DynamicQuantizeLinear\)/,
    );
    expect(refusalOf(new Uint8Array(0))).toMatch(/bad-model-file: .* it has no graph/);
    expect(refusalOf(Buffer.from("import torch\n"))).toMatch(/bad-model-file/);
  });

  test("damaged files are refused or read, and never anything else", () => {
    const whole = readFileSync(new URL("uneven.onnx", fixtures));
    for (let length = 0; length < whole.length; length += 97)
      expect(refusalOf(whole.subarray(0, length))).not.toBe("");
    const random = createRandom("damage");
    for (let round = 0; round < 400; round += 1) {
      const damaged = new Uint8Array(whole);
      // Names, shapes and lengths are at the end; most of a file is weights.
      for (let hit = 0; hit < 3; hit += 1)
        damaged[Math.floor(random.next() * damaged.length)] = Math.floor(random.next() * 256);
      refusalOf(damaged);
    }
  });
});
