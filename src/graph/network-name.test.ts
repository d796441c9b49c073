import { expect, test } from "vitest";
import { classifier, convNorm } from "./blocks.ts";
import { createNetworkBuilder } from "./network.ts";
import { networkName } from "./network-name.ts";

function builder() {
  const build = createNetworkBuilder("any", [1, 8, 8]);
  const wide = convNorm(build, "stem", "input", { outChannels: 8, kernel: 3, stride: 1, activation: "relu" });
  return { build, wide };
}

test("a network is named by its layers, how they are joined, and its size", () => {
  const plain = builder();
  classifier(plain.build, plain.wide, 10);
  // 9 · 8 weights, two per channel of the norm, and 8 · 10 + 10 of the classifier.
  expect(networkName(plain.build.build())).toBe("2-layer plain, 178 parameters");
  const deep = builder();
  const inner = convNorm(deep.build, "inner", deep.wide, {
    ...{ outChannels: 8, kernel: 3, stride: 1, groups: 8, activation: "relu" },
  });
  const sum = deep.build.add("sum", { kind: "add" }, deep.wide, inner);
  classifier(deep.build, sum, 10);
  expect(networkName(deep.build.build())).toBe("3-layer depthwise residual, 266 parameters");
});

test("what leads to no output is no layer", () => {
  const { build, wide } = builder();
  convNorm(build, "unused", wide, { outChannels: 4, kernel: 3, stride: 1, activation: "relu" });
  classifier(build, wide, 10);
  expect(networkName(build.build())).toMatch(/^2-layer plain/);
});
