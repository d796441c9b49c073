import { expect, test } from "vitest";
import { tfliteArenaBytes } from "./arena.ts";
import type { TfliteModel, TfliteTensor } from "./model.ts";

test("a chain needs its two largest neighbours, and a constant needs nothing", () => {
  const map = (name: string, length: number): TfliteTensor => ({ name, shape: [1, length], type: "int8" });
  const chain = (precision: TfliteModel["precision"]): TfliteModel => ({
    name: "chain",
    tensors: [
      map("images", 16),
      map("wide", 64),
      { ...map("table", 999), data: new Int8Array(999) },
      map("scores", 32),
    ],
    operators: [
      { operator: "RELU", inputs: [0, 2], output: 1 },
      { operator: "RELU", inputs: [1], output: 3 },
    ],
    ...{ input: 0, output: 3, metadata: {}, precision },
  });
  expect(tfliteArenaBytes(chain("int8"))).toBe(64 + 32);
  expect(tfliteArenaBytes(chain("float32"))).toBe(4 * (64 + 32));
});
