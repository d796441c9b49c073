// Arenas of the two interpreters that can be worked out by hand. That Google's interpreter takes just these bytes for whole
// networks is held by tflite.test.ts, which asks it.
import { expect, test } from "vitest";
import { createNetworkBuilder } from "../../graph/network.ts";
import { interpreterArenaBytes, microArenaBytes } from "./arena.ts";
import type { TfliteModel, TfliteOperator, TfliteTensor } from "./model.ts";
import { tfliteRam } from "./promised.ts";

const map = (name: string, ...shape: readonly number[]): TfliteTensor => ({ name, shape, type: "int8" });
const constant = (name: string, length: number): TfliteTensor => ({
  ...{ name, shape: [length], type: "int32", data: new Int32Array(length) },
});

function modelOf(tensors: readonly TfliteTensor[], operators: readonly TfliteOperator[]): TfliteModel {
  const output = operators.at(-1)!.output;
  return { name: "net", tensors, operators, input: 0, output, metadata: {}, precision: "int8" };
}

test("the interpreter keeps the image to the end, at multiples of 64; TFLite Micro gives its place away, at multiples of 16", () => {
  const chain = modelOf(
    [map("images", 1, 16), map("wide", 1, 64), constant("table", 999), map("scores", 1, 32)],
    [
      { operator: "RELU", inputs: [0, 2], output: 1 },
      { operator: "RELU", inputs: [1], output: 3 },
    ],
  );
  // Image at 0 to 16, the wide map at 64 to 128, the scores behind it.
  expect(interpreterArenaBytes(chain)).toBe(160);
  expect(microArenaBytes(chain)).toBe(64 + 32);
  const floats = chain.tensors.map((tensor) => ({ ...tensor, type: "float32" as const }));
  expect(interpreterArenaBytes({ ...chain, tensors: floats })).toBe(4 * (16 + 64 + 32));
});

const square = (name: string) => map(name, 1, 8, 8, 2);
const residual = (second: readonly number[]) =>
  modelOf(
    [map("images", 1, 8, 8, 1), square("a"), square("b"), square("sum"), map("scores", 1, 128)],
    [
      { operator: "QUANTIZE", inputs: [0], output: 1 },
      { operator: "QUANTIZE", inputs: [1], output: 2 },
      { operator: "ADD", inputs: second, output: 3 },
      { operator: "RESHAPE", inputs: [3], output: 4 },
    ],
  );

test("the interpreter adds into the term that nobody reads again, TFLite Micro into a new map", () => {
  // Image, both terms; the scores take the place of the first term.
  expect(interpreterArenaBytes(residual([2, 1]))).toBe(64 + 2 * 128);
  expect(interpreterArenaBytes(residual([1, 2]))).toBe(64 + 2 * 128);
  expect(microArenaBytes(residual([2, 1]))).toBe(3 * 128);
  // What is added to itself is read twice, and is not written over: image, b, sum.
  expect(interpreterArenaBytes(residual([2, 2]))).toBe(64 + 2 * 128);
});

test("a reshape moves nothing in the interpreter, and a mean has scratch memory in both", () => {
  const mean = modelOf(
    [
      map("images", 1, 8, 8, 1),
      map("wide", 1, 8, 8, 4),
      map("flat", 1, 64, 4),
      constant("axes", 1),
      map("means", 1, 4),
      map("scores", 1, 4),
    ],
    [
      { operator: "QUANTIZE", inputs: [0], output: 1 },
      { operator: "RESHAPE", inputs: [1], output: 2 },
      { operator: "MEAN", inputs: [2, 3], output: 4 },
      { operator: "RESHAPE", inputs: [4], output: 5 },
    ],
  );
  // Image 64, map 256, then four sums (16 bytes), an index of three numbers, one axis and the four means, each at a multiple of 64.
  expect(interpreterArenaBytes(mean)).toBe(64 + 256 + 3 * 64 + 4);
  expect(microArenaBytes(mean)).toBe(2 * 256);
});

test("what a network's file will take is known before its training", () => {
  const build = createNetworkBuilder("net", [1, 8, 8]);
  const conv = { kind: "conv", outChannels: 4, kernel: [3, 3], stride: [1, 1], padding: [1, 1] } as const;
  build.add("a", { ...conv, groups: 1, bias: true }, "input");
  build.add("b", { ...conv, groups: 1, bias: true }, "a");
  build.add("pool", { kind: "global-pool" }, "b");
  build.add(
    "scores",
    { kind: "linear", outFeatures: 3, bias: true },
    build.add("flat", { kind: "flatten" }, "pool"),
  );
  // One channel needs no operator that normalises the image: image 64, and two maps of 256.
  expect(tfliteRam(build.build(), "int8")?.interpreter).toBe(64 + 2 * 256);
});
