// The encoder against onnxruntime, which reads what we wrote, and against known bytes of the wire format.
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { encodeOnnxModel } from "./model.ts";
import { floatField, integerField, joinChunks, textField, varint } from "./protobuf.ts";

test("the wire format is that of the Protocol Buffers encoding guide", () => {
  expect([...varint(150)]).toEqual([0x96, 0x01]);
  expect([...joinChunks(integerField(1, 150))]).toEqual([0x08, 0x96, 0x01]);
  expect([...joinChunks(textField(2, "testing"))]).toEqual([
    0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67,
  ]);
  expect([...joinChunks(floatField(2, 1))]).toEqual([0x15, 0, 0, 0x80, 0x3f]);
  expect([...varint(-1)]).toEqual([255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
  expect([...varint(2n ** 63n - 1n)]).toEqual([255, 255, 255, 255, 255, 255, 255, 255, 127]);
});

test("onnxruntime reads nodes, attributes of every kind, constants, open dimensions and large field numbers", async () => {
  const bytes = encodeOnnxModel({
    irVersion: 8,
    producerName: "genius-nas",
    producerVersion: "0.1.0",
    operatorSets: { "": 17, "com.microsoft": 1 },
    metadata: { classes: "a,b" },
    graph: {
      name: "test",
      nodes: [
        { operator: "LeakyRelu", inputs: ["x"], outputs: ["leaky"], attributes: { alpha: { float: 0.5 } } },
        { operator: "Transpose", inputs: ["leaky"], outputs: ["swapped"], attributes: { perm: [1, 0] } },
        {
          operator: "Constant",
          inputs: [],
          outputs: ["two"],
          attributes: { value: { tensor: { name: "", dims: [1], data: Float32Array.of(2) } } },
        },
        {
          operator: "Constant",
          inputs: [],
          outputs: ["pair"],
          attributes: { value_floats: { floats: [1, -1] } },
        },
        { operator: "Mul", inputs: ["swapped", "two"], outputs: ["doubled"] },
        { operator: "Reshape", inputs: ["doubled", "shape"], outputs: ["flat"] },
        { operator: "Add", inputs: ["flat", "pair"], outputs: ["sum"] },
        {
          operator: "FusedMatMul",
          domain: "com.microsoft",
          name: "product",
          inputs: ["sum", "sum"],
          outputs: ["y"],
          attributes: { transB: 1 },
        },
      ],
      initializers: [{ name: "shape", dims: [2], data: BigInt64Array.of(-1n, 2n) }],
      inputs: [{ name: "x", type: "float32", dims: ["N", 2] }],
      outputs: [
        { name: "y", type: "float32" },
        { name: "sum", type: "float32", dims: ["M", 2] },
      ],
    },
  });
  const session = await InferenceSession.create(bytes);
  const { y, sum } = await session.run({ x: new Tensor("float32", Float32Array.of(1, -2, 3, -4), [2, 2]) });
  expect([...((sum?.data ?? []) as Float32Array)]).toEqual([3, 5, -1, -5]);
  expect([...((y?.data ?? []) as Float32Array)]).toEqual([34, -28, -28, 26]);
  await session.release();
});
