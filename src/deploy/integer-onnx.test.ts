// The graph that accuracy is measured with, beside the interpreter that is exact.
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { exampleNetworks } from "../graph/export/fixtures/networks.ts";
import { encodeOnnxModel } from "../graph/onnx/model.ts";
import { imageBytes, measureNetwork, randomBytes, shrunk } from "./fixtures/measured.ts";
import { integerNetwork } from "./integer-network.ts";
import { integerOnnx } from "./integer-onnx.ts";
import { imageOf, runInteger } from "./run-integer.ts";

const names = Object.keys(exampleNetworks).filter((name) => !/^genius|modern/.test(name));

test.for(names)("%s: the scores are the interpreter's, to two steps on average", async (name) => {
  const network = shrunk(exampleNetworks[name]!());
  const { device, ranges, release } = await measureNetwork(network, 1);
  await release();
  const integer = integerNetwork(device, ranges);
  const count = 4;
  const bytes = randomBytes(network, count, 5);
  const expected = Array.from({ length: count }, (_, image) => [
    ...runInteger(integer, imageOf(integer, imageBytes(bytes, network, image))),
  ]).flat();
  const session = await InferenceSession.create(encodeOnnxModel(integerOnnx(integer)), {
    intraOpNumThreads: 1,
  });
  const [height, width, channels] = integer.values[0]!.shape;
  const images = Float32Array.from(bytes, (byte) => byte / 255);
  const { scores } = await session.run({
    images: new Tensor("float32", images, [count, channels, height, width]),
  });
  await session.release();
  const { scale, zeroPoint } = integer.values[integer.output]!.grid;
  const received = Array.from(scores!.data as Float32Array, (score) => Math.round(score / scale) + zeroPoint);
  const differences = expected.map((value, place) => Math.abs(value - received[place]!));
  // With random weights a single number that is rounded the other way grows from layer to layer.
  expect(Math.max(...differences)).toBeLessThan(6);
  expect(differences.reduce((sum, difference) => sum + difference) / differences.length).toBeLessThan(2);
});
