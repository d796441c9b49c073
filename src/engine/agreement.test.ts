// Where the description of a network and the engine once disagreed: what is counted is what is trained, predicted and
// exported, for a linear layer that reads a map and for a gate on either side of a product.
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { networkCost } from "../graph/cost.ts";
import { exportOnnx } from "../graph/export/onnx.ts";
import { createNetworkBuilder, type Network } from "../graph/network.ts";
import { drawBatch, drawWeights } from "./fixtures/cases.ts";
import { createPredictor, createTrainer } from "./index.ts";

/** A convolution, and a linear layer that reads its map. */
function unflattened(): Network {
  const build = createNetworkBuilder("unflattened", [3, 4, 5]);
  const op = {
    kind: "conv",
    outChannels: 2,
    kernel: 3,
    stride: 1,
    padding: 1,
    groups: 1,
    bias: true,
  } as const;
  const map = build.add("conv", op, "input");
  build.add("head", { kind: "linear", outFeatures: 4, bias: true }, map);
  return build.build();
}

function gated(gateFirst: boolean): Network {
  const build = createNetworkBuilder("gated", [3, 4, 5]);
  const op = {
    kind: "conv",
    outChannels: 3,
    kernel: 1,
    stride: 1,
    padding: 0,
    groups: 1,
    bias: true,
  } as const;
  const map = build.add("conv", op, "input");
  const gate = build.add(
    "gate",
    { kind: "activation", function: "sigmoid" },
    build.add("mean", { kind: "global-pool" }, map),
  );
  build.add("product", { kind: "multiply" }, ...(gateFirst ? [gate, map] : [map, gate]));
  build.add("head", { kind: "linear", outFeatures: 4, bias: true }, "product");
  return build.build();
}

test.each([
  ["a linear layer on a map", unflattened(), 2 * 3 * 9 + 2 + 4 * 2 * 20 + 4],
  ["a gate after the map", gated(false), 3 * 3 + 3 + 4 * 3 * 20 + 4],
  ["a gate before the map", gated(true), 3 * 3 + 3 + 4 * 3 * 20 + 4],
])("%s is counted, trained, predicted and exported alike", async (_name, network, paramCount) => {
  const { nodes } = network;
  expect(networkCost(network).paramCount).toBe(paramCount);
  const trainer = await createTrainer({
    nodes,
    classCount: 4,
    batchSize: 2,
    seed: 1,
    optimiser: { kind: "sgd", momentum: 0, nesterov: false, weightDecay: 0 },
  });
  expect(trainer.parameterVector()).toHaveLength(paramCount);
  const weights = drawWeights("agreement", nodes);
  trainer.setWeights(weights);
  const batch = drawBatch("agreement", { step: 0, batchSize: 2, shape: [3, 4, 5], classes: 4 });
  await trainer.gradientsOnly(batch);
  const trained = trainer.logits().slice();
  await trainer.dispose();
  const predictor = await createPredictor({ nodes, weights });
  const predicted = await predictor.run(batch.images);
  await predictor.dispose();
  const session = await InferenceSession.create(exportOnnx({ network, weights }));
  const { scores } = await session.run({ images: new Tensor("float32", batch.images, [2, 3, 4, 5]) });
  await session.release();
  for (const [index, value] of trained.entries()) {
    expect(predicted[index]).toBeCloseTo(value, 4);
    expect((scores!.data as Float32Array)[index]).toBeCloseTo(value, 4);
  }
});
