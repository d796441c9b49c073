// Flash of networks that can be added up by hand.
import { expect, test } from "vitest";
import { classifier, conv, convNorm } from "./blocks.ts";
import { flashBytes } from "./flash.ts";
import { createNetworkBuilder } from "./network.ts";

test("weights, what belongs to each channel, and code for each step", () => {
  const build = createNetworkBuilder("net", [3, 8, 8]);
  const x = convNorm(build, "a", "input", { outChannels: 4, kernel: 3, activation: "relu" });
  classifier(build, x, 10, 0.1);
  const network = build.build();
  // Convolution 4·3·9 with its norm folded into four biases, pooling, linear 4·10 + 10: three steps.
  expect(flashBytes(network, "int8")).toBe(3840 + 3 * 92 + (108 + 4 * 12) + (40 + 10 * 12));
  expect(flashBytes(network, "float")).toBe(2880 + 3 * 77 + 4 * (108 + 4) + 4 * (40 + 10));
});

test("a norm that cannot be folded is stored, and an activation with a curve has a table or needs the exponential", () => {
  const build = createNetworkBuilder("net", [2, 4, 4]);
  const norm = { kind: "batch-norm", epsilon: 1e-5, momentum: 0.1 } as const;
  const x = build.add("curve", { kind: "activation", function: "sigmoid" }, build.add("norm", norm, "input"));
  conv(build, "conv", x, { outChannels: 3, kernel: 1 });
  const network = build.build();
  expect(flashBytes(network, "int8")).toBe(3840 + 3 * 92 + 256 + 4 * (2 + 2) + (6 + 3 * 12));
  expect(flashBytes(network, "float")).toBe(2880 + 3 * 77 + 4096 + 4 * (2 + 2) + 4 * 6);
});

test("branches that lead nowhere take nothing", () => {
  const build = createNetworkBuilder("net", [2, 4, 4]);
  conv(build, "dead", "input", { outChannels: 64, kernel: 3 });
  conv(build, "live", "input", { outChannels: 2, kernel: 1 });
  expect(flashBytes(build.build(), "int8")).toBe(3840 + 92 + 4 + 2 * 12);
});
