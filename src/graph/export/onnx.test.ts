// The ONNX export against an unfused evaluation by the training library's own predictor, and its structure as
// onnxruntime sees it.
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { GeniusError } from "../../base/errors.ts";
import { createPredictor } from "../../engine/index.ts";
import type { Network } from "../network.ts";
import type { Weights } from "../weights.ts";
import { exampleNetworks } from "./fixtures/networks.ts";
import { randomImages, randomWeights } from "./fixtures/random-weights.ts";
import { exportOnnx, type OnnxExportOptions } from "./onnx.ts";

async function run(options: OnnxExportOptions, images: Float32Array): Promise<Float32Array> {
  const session = await InferenceSession.create(exportOnnx(options), { intraOpNumThreads: 1 });
  const shape = inputShape(options.network);
  const count = images.length / (shape[0] * shape[1] * shape[2]);
  const results = await session.run({ images: new Tensor("float32", images, [count, ...shape]) });
  await session.release();
  return (results[options.softmax ? "probabilities" : "scores"] as Tensor).data as Float32Array;
}

function inputShape(network: Network) {
  const op = network.nodes[0]?.op;
  if (op?.kind !== "input") throw new Error("no input");
  return op.shape;
}

function worst(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  return Math.max(...actual.map((value, index) => Math.abs(value - expected[index]!))) / scale;
}

const small = Object.keys(exampleNetworks).filter((name) => !/^genius/.test(name));

test.for(small)("%s gives the unfused network's scores to 1e-5, one image or three", async (name) => {
  const network = exampleNetworks[name]!();
  const weights = randomWeights(network, 1);
  const predictor = await createPredictor({ nodes: network.nodes, weights });
  for (const count of [1, 3]) {
    const images = randomImages(network, count, 2);
    const expected = await predictor.run(images);
    expect(new Set(expected).size).toBeGreaterThan(1);
    expect(worst(await run({ network, weights }, images), expected)).toBeLessThan(1e-5);
  }
  await predictor.dispose();
});

const macro = exampleNetworks["nas-bench-macro"]!();
const macroWeights = randomWeights(macro, 3);

/** How often an operator's name is in the file, as the field that holds it: `op_type`, field 4 of NodeProto. */
function operatorCount(bytes: Uint8Array, operator: string): number {
  const text = Buffer.from(bytes).toString("latin1");
  return text.split(`\x22${String.fromCharCode(operator.length)}${operator}`).length - 1;
}

test("batch norms are folded where the layer before has no other reader", () => {
  const norms = (name: string) => {
    const network = exampleNetworks[name]!();
    return operatorCount(exportOnnx({ network, weights: randomWeights(network, 1) }), "BatchNormalization");
  };
  expect(norms("nas-bench-macro")).toBe(0);
  // The norm after the last cell follows an addition; every other follows a convolution.
  expect(norms("nas-bench-201")).toBe(1);
  expect(norms("everything")).toBe(1);
});

test("additions of zeros leave nothing in the file", () => {
  const network = exampleNetworks["nas-bench-201"]!();
  const bytes = exportOnnx({ network, weights: randomWeights(network, 1) });
  expect(operatorCount(bytes, "ConstantOfShape")).toBe(0);
  // 15 cells of three convolutions, two reductions of three, the stem.
  expect(operatorCount(bytes, "Conv")).toBe(15 * 3 + 2 * 3 + 1);
});

test.for([1, 255] as const)("pixels from 0 to %d are normalised inside", async (pixelScale) => {
  const normalisation = { mean01: [0.49, 0.48, 0.45], sd01: [0.24, 0.25, 0.26] };
  const images = randomImages(macro, 2, 5).map((value) => (pixelScale / 2) * (1 + Math.tanh(value)));
  const normalised = images.map((value, index) => {
    const channel = Math.floor(index / 1024) % 3;
    return (value / pixelScale - normalisation.mean01[channel]!) / normalisation.sd01[channel]!;
  });
  const expected = await run({ network: macro, weights: macroWeights }, normalised);
  const actual = await run({ network: macro, weights: macroWeights, normalisation, pixelScale }, images);
  expect(worst(actual, expected)).toBeLessThan(1e-5);
});

test("softmax gives probabilities that sum to 1", async () => {
  const images = randomImages(macro, 2, 6);
  const scores = await run({ network: macro, weights: macroWeights }, images);
  const probabilities = await run({ network: macro, weights: macroWeights, softmax: true }, images);
  const exponentials = [...scores.subarray(0, 10)].map(Math.exp);
  const sum = exponentials.reduce((total, value) => total + value, 0);
  for (let i = 0; i < 10; i += 1) expect(probabilities[i]).toBeCloseTo(exponentials[i]! / sum, 5);
});

test("the metadata holds class names, normalisation and provenance", () => {
  const classNames = ["naïve cat", ...Array.from({ length: 9 }, (_, index) => `class ${index}`)];
  const bytes = exportOnnx({
    network: macro,
    weights: macroWeights,
    classNames,
    metadata: { study: "s-17" },
  });
  const text = Buffer.from(bytes).toString("utf8");
  expect(text).toContain(JSON.stringify(classNames));
  expect(text).toContain("s-17");
  expect(text).toContain("genius-nas");
});

test("what does not fit is refused by name", () => {
  const refusal = (options: Partial<OnnxExportOptions>) => {
    try {
      exportOnnx({ network: macro, weights: macroWeights, ...options });
    } catch (error) {
      if (error instanceof GeniusError) return `${error.code}: ${error.message}`;
      throw error;
    }
    return "accepted";
  };
  const without = new Map(macroWeights);
  without.delete("stem.norm.runningMean");
  expect(refusal({ weights: without })).toMatch(/^wrong-use.*"stem.norm.runningMean" is missing/);
  const misshapen: Weights = new Map(macroWeights).set("stem.conv.weight", {
    dims: [32, 27],
    data: new Float32Array(864),
  });
  expect(refusal({ weights: misshapen })).toMatch(/must be \[32, 3, 3, 3\]/);
  expect(refusal({ classNames: ["one"] })).toMatch(/1 class names for 10 scores/);
  expect(refusal({ pixelScale: 255 })).toMatch(/needs a normalisation/);
  expect(refusal({ normalisation: { mean01: [0, 0, 0], sd01: [1, 0, 1] } })).toMatch(/positive deviations/);
});
