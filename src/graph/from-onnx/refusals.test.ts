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
