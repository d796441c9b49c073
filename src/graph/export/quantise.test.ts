// Quantisation against the float model: on every example network the scores of the two go together, and the
// arithmetic of one convolution is checked by hand.
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { createNetworkBuilder } from "../network.ts";
import { encodeOnnxModel, type OnnxModel } from "../onnx/model.ts";
import { correlation } from "./fixtures/correlation.ts";
import { exampleNetworks } from "./fixtures/networks.ts";
import { randomImages, randomWeights } from "./fixtures/random-weights.ts";
import { inferenceModel } from "./onnx.ts";
import { quantise, type ValueRange, valuesToMeasure, weightSteps } from "./quantise.ts";

async function run(model: OnnxModel, images: Float32Array, wanted: readonly string[] = []) {
  const { graph } = model;
  const outputs = [...graph.outputs, ...wanted.map((name) => ({ name, type: "float32" as const }))];
  const session = await InferenceSession.create(encodeOnnxModel({ ...model, graph: { ...graph, outputs } }), {
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const shape = graph.inputs[0]!.dims!.slice(1) as number[];
  const count = images.length / shape.reduce((a, b) => a * b);
  const results = await session.run({ images: new Tensor("float32", images, [count, ...shape]) });
  await session.release();
  return (name: string) => (results[name] as Tensor).data as Float32Array;
}

async function rangesOf(model: OnnxModel, images: Float32Array): Promise<Map<string, ValueRange>> {
  const names = valuesToMeasure(model);
  const value = await run(model, images, names);
  return new Map(
    names.map((name) => [
      name,
      [value(name).reduce((a, b) => Math.min(a, b)), value(name).reduce((a, b) => Math.max(a, b))],
    ]),
  );
}

test.for(Object.keys(exampleNetworks).filter((name) => !/^genius/.test(name)))(
  "%s in 8 bits gives nearly the scores of the float model",
  async (name) => {
    const network = exampleNetworks[name]!();
    const model = inferenceModel({ network, weights: randomWeights(network, 1) });
    const images = randomImages(network, 8, 2);
    const rounded = quantise(model, await rangesOf(model, images));
    const operators = rounded.graph.nodes.map(({ operator }) => operator);
    expect(operators.filter((operator) => operator === "QuantizeLinear").length).toBeGreaterThan(0);
    const expected = (await run(model, images))("scores");
    expect(correlation((await run(rounded, images))("scores"), expected)).toBeGreaterThan(0.995);
  },
);

test("one convolution is rounded as by hand: weights by channel, maps by the measured range", async () => {
  const build = createNetworkBuilder("one", [1, 1, 1]);
  build.add("pre", { kind: "scale", factor: 1 }, "input");
  build.add("sum", { kind: "add" }, "pre", "pre");
  build.add(
    "conv",
    { kind: "conv", outChannels: 2, kernel: 1, stride: 1, padding: 0, groups: 1, bias: true },
    "sum",
  );
  const weights = new Map([
    ["conv.weight", { dims: [2, 1, 1, 1], data: Float32Array.of(0.3, -0.02) }],
    ["conv.bias", { dims: [2], data: Float32Array.of(0.5, 0) }],
  ]);
  const model = inferenceModel({ network: build.build(), weights });
  expect(valuesToMeasure(model)).toEqual(["pre/out", "sum/out"]);
  const rounded = quantise(
    model,
    new Map<string, ValueRange>([
      ["pre/out", [-1, 1]],
      ["sum/out", [-2, 2]],
    ]),
  );
  const scores = (await run(rounded, Float32Array.of(0.4)))("scores");
  // 0.4 is 51 steps of 2/255, 0.8 is 51 steps of 4/255; each channel's weight is 64 steps of itself.
  const sum = (51 * 4) / 255;
  const biasStep = (4 / 255) * (0.3 / 64);
  expect(scores[0]).toBeCloseTo(0.3 * sum + Math.round(0.5 / biasStep) * biasStep, 5);
  expect(scores[1]).toBeCloseTo(-0.02 * sum, 5);
});

/** Products as AVX2 without VNNI adds them: unsigned by signed bytes, in pairs that saturate at 16 bits. */
function pairwiseDot(maps: Uint8Array, weights: Int8Array): number {
  const clamp = (value: number) => Math.min(32_767, Math.max(-32_768, value));
  let sum = 0;
  for (let i = 0; i < maps.length; i += 2) {
    sum += clamp(maps[i]! * weights[i]! + (maps[i + 1] ?? 0) * (weights[i + 1] ?? 0));
  }
  return sum;
}

const exactDot = (maps: Uint8Array, weights: Int8Array) =>
  maps.reduce((sum, value, i) => sum + value * weights[i]!, 0);

test("a processor that saturates pairs of products computes the same network", () => {
  // The emulation does saturate, where weights have their full range.
  expect(pairwiseDot(Uint8Array.of(255, 255), Int8Array.of(127, 127))).toBeLessThan(2 * 255 * 127);
  const network = exampleNetworks.mobile!();
  const model = inferenceModel({ network, weights: randomWeights(network, 1) });
  const ranges = new Map(valuesToMeasure(model).map((name) => [name, [-1, 1] as const]));
  const { initializers } = quantise(model, ranges).graph;
  const stored = initializers.flatMap(({ name, dims, data }) =>
    name.endsWith(".int8") && data instanceof Int8Array ? [{ filters: dims[0]!, data }] : [],
  );
  expect(stored.length).toBeGreaterThan(20);
  for (const { filters, data } of stored) {
    const length = data.length / filters;
    const most = Math.max(...data.map(Math.abs));
    expect(most).toBe(weightSteps);
    for (let filter = 0; filter < filters; filter += 1) {
      const own = data.subarray(filter * length, (filter + 1) * length);
      const bright = new Uint8Array(length).fill(255);
      // The worst maps there are: all bright, and bright only where the weights have one sign.
      const oneSided = bright.map((value, i) => (own[i]! > 0 ? value : 0));
      for (const maps of [bright, oneSided]) expect(pairwiseDot(maps, own)).toBe(exactDot(maps, own));
    }
  }
  for (const sign of [1, -1]) {
    const extreme = Int8Array.of(sign * weightSteps, sign * weightSteps);
    expect(pairwiseDot(Uint8Array.of(255, 255), extreme)).toBe(2 * 255 * sign * weightSteps);
  }
});

test("a value without a range is named", () => {
  const network = exampleNetworks["nas-bench-macro"]!();
  const model = inferenceModel({ network, weights: randomWeights(network, 1) });
  expect(() => quantise(model, new Map())).toThrow(/has no range; measure every value/);
});
