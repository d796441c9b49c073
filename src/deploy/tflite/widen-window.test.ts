// Wider windows that can be worked out by hand. That Google's interpreters give the same to the bit is in tflite.test.ts.
import { expect, test } from "vitest";
import { widened } from "./widen-window.ts";

const opOf = (kernel: number, stride: number, padding: readonly [number, number]) => ({
  window: { kernel: [kernel, kernel], stride: [stride, stride], padding: [padding, padding] } as const,
  weights: Int8Array.from({ length: kernel * kernel * 2 }, (_, place) => place + 1),
});

test("three taps at a stride of two become four, the last of them zero", () => {
  // PyTorch's padding of one: from −1 on, and 31 is the last that is read of 32.
  const wider = widened(opOf(3, 2, [1, 0]), [32, 32, 2], [16, 16, 2])!;
  expect(wider.window).toEqual({
    kernel: [4, 4],
    stride: [2, 2],
    padding: [
      [1, 1],
      [1, 1],
    ],
  });
  const row = (y: number) => [...wider.weights.subarray(y * 8, (y + 1) * 8)];
  expect([row(0), row(3)]).toEqual([[1, 2, 3, 4, 5, 6, 0, 0], new Array(8).fill(0)]);
  expect(row(2)).toEqual([13, 14, 15, 16, 17, 18, 0, 0]);
});

test("what is SAME already stays, and what no wider window reads is left", () => {
  const same = opOf(3, 1, [1, 1]);
  expect(widened(same, [8, 8, 2], [8, 8, 2])).toEqual(same);
  expect(widened(opOf(3, 2, [1, 0]), [32, 32, 2], [15, 15, 2])).toBeUndefined();
  expect(widened(opOf(3, 2, [3, 3]), [32, 32, 2], [16, 16, 2])).toBeUndefined();
});
