import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classifier, conv, convNorm, invertedResidual, makeDivisible, squeezeExcite } from "./blocks.ts";
import { networkCost, nodeCosts, peakActivationBytes } from "./cost.ts";
import { createNetworkBuilder, type FeatureShape, type WrittenOperation, withPairs } from "./network.ts";
import { outputShape } from "./shapes.ts";

const shapeOf = (op: WrittenOperation, ...inputs: readonly FeatureShape[]) =>
  outputShape({ id: "node", inputs: [], op: withPairs(op) }, inputs);
const convolution = {
  kind: "conv",
  outChannels: 8,
  kernel: 3,
  stride: 1,
  padding: 1,
  groups: 1,
  bias: false,
} as const;

describe("shapes", () => {
  // PyTorch's formula: floor((size + 2 × padding − kernel) / stride) + 1.
  it.each([
    [{ ...convolution }, [3, 32, 32], [8, 32, 32]],
    [{ ...convolution, stride: 2 }, [3, 33, 32], [8, 17, 16]],
    [{ ...convolution, kernel: 7, padding: 3, stride: 2 }, [3, 7, 8], [8, 4, 4]],
    [{ ...convolution, kernel: 1, padding: 0, stride: 2 }, [3, 7, 8], [8, 4, 4]],
    [{ ...convolution, kernel: [1, 5], padding: [0, 2], stride: [2, 1] }, [3, 7, 8], [8, 4, 8]],
    [
      { kind: "pool", mode: "average", kernel: 2, stride: 2, padding: 0, countPadding: true },
      [5, 9, 8],
      [5, 4, 4],
    ],
    [{ kind: "global-pool" }, [5, 9, 8], [5, 1, 1]],
    [{ kind: "flatten" }, [5, 2, 3], [30, 1, 1]],
    [{ kind: "zero", outChannels: 4, stride: 2 }, [2, 9, 8], [4, 5, 4]],
    [{ kind: "linear", outFeatures: 10, bias: true }, [30, 1, 1], [10, 1, 1]],
  ] as const)("of %j", (op, input, output) => {
    expect(shapeOf(op, input as unknown as FeatureShape)).toEqual(output);
  });

  it("of joins: add and concat keep the map, multiply takes a gate of one pixel", () => {
    expect(shapeOf({ kind: "concat" }, [2, 4, 4], [3, 4, 4])).toEqual([5, 4, 4]);
    expect(shapeOf({ kind: "multiply" }, [2, 4, 4], [2, 1, 1])).toEqual([2, 4, 4]);
    expect(() => shapeOf({ kind: "add" }, [2, 4, 4], [2, 1, 1])).toThrow("do not fit");
    expect(() => shapeOf({ kind: "add" }, [2, 4, 4], [3, 4, 4])).toThrow("do not fit");
  });

  it("are refused where there is nothing left or groups do not divide", () => {
    expect(() => shapeOf({ ...convolution, kernel: 5, padding: 0 }, [3, 4, 4])).toThrow("too small");
    expect(() => shapeOf({ ...convolution, groups: 2 }, [3, 4, 4])).toThrow("do not divide");
    expect(() => shapeOf(convolution)).toThrow("no input");
    expect(() => shapeOf({ kind: "concat" }, [2, 4, 4], [2, 4, 3])).toThrow(
      'Node "node" (concat): shapes [2, 4, 4], [2, 4, 3] do not fit',
    );
    expect(() => shapeOf({ kind: "multiply" }, [2, 4, 4], [3, 1, 1])).toThrow("or [2, 1, 1]");
    expect(() => shapeOf({ kind: "multiply" }, [2, 4, 4])).toThrow("two inputs, not 1");
    expect(() => shapeOf({ ...convolution, stride: 0 }, [3, 4, 4])).toThrow("stride 0");
    expect(() => shapeOf({ kind: "batch-norm", epsilon: 0, momentum: 0.1 }, [2, 4, 4])).toThrow("above 0");
    expect(() => shapeOf({ kind: "dropout", rate: 1 }, [2, 4, 4])).toThrow("below 1, received 1");
    const strange = { kind: "shuffle" } as unknown as WrittenOperation;
    expect(() => shapeOf(strange, [2, 4, 4])).toThrow("no such operator; there are input, conv, ");
  });
});

describe("a network", () => {
  it("needs its inputs before its nodes and each name once", () => {
    const build = createNetworkBuilder("test", [1, 2, 2]);
    build.add("a", { kind: "flatten" }, "input");
    expect(() => build.add("a", { kind: "flatten" }, "input")).toThrow('two nodes are called "a"');
    expect(() => build.add("b", { kind: "flatten" }, "c")).toThrow('"b" reads "c", which is not there yet');
  });

  it("costs what PyTorch counts for the same modules", () => {
    const build = createNetworkBuilder("test", [3, 8, 8]);
    let x = convNorm(build, "stem", "input", { outChannels: 4, kernel: 3, stride: 2, activation: "relu" });
    x = squeezeExcite(build, "excite", x, { channels: 4, reducedChannels: 2, gate: "sigmoid" });
    classifier(build, x, 10, 0.2);
    const network = build.build();
    // Conv 108, norm 8, excite 4·2+2 and 2·4+4, linear 4·10+10.
    expect(networkCost(network).paramCount).toBe(108 + 8 + 10 + 12 + 50);
    expect(networkCost(network).macCount).toBe(108 * 16 + 8 + 8 + 40);
    expect(networkCost({ ...network, normMacsPerElement: 4 }).macCount).toBe(108 * 16 + 8 + 8 + 40 + 4 * 64);
    expect(networkCost(network).activationBytes).toBe(
      4 * (192 + 3 * 64 + 4 + 2 + 2 + 4 + 4 + 64 + 4 + 4 + 4 + 10),
    );
  });

  it("adds up over its nodes", () => {
    fc.assert(
      fc.property(
        fc.record({
          inChannels: fc.integer({ min: 1, max: 6 }),
          hiddenChannels: fc.integer({ min: 1, max: 12 }),
          outChannels: fc.integer({ min: 1, max: 6 }),
          kernel: fc.constantFrom(3, 5, 7),
          stride: fc.constantFrom(1, 2),
        }),
        fc.integer({ min: 1, max: 20 }),
        (block, size) => {
          const build = createNetworkBuilder("test", [block.inChannels, size, size]);
          const out = invertedResidual(build, "block", "input", { ...block, activation: "relu6" });
          const network = build.build();
          const costs = nodeCosts(network);
          const total = networkCost(network);
          for (const quantity of ["paramCount", "macCount", "activationBytes"] as const) {
            expect(costs.reduce((sum, cost) => sum + cost[quantity], 0)).toBe(total[quantity]);
          }
          const { inChannels, hiddenChannels, outChannels, kernel, stride } = block;
          const last = Math.ceil(size / stride);
          expect(costs.find(({ id }) => id === out)?.shape).toEqual([outChannels, last, last]);
          expect(total.macCount).toBe(
            inChannels * hiddenChannels * size ** 2 +
              (kernel ** 2 + outChannels) * hiddenChannels * last ** 2,
          );
          expect(out.endsWith(".add")).toBe(stride === 1 && inChannels === outChannels);
        },
      ),
    );
  });

  it("frees an output after its last reader: the peak of a chain is two maps, of a residual three", () => {
    const chain = createNetworkBuilder("chain", [1, 4, 4]);
    let x = conv(chain, "a", "input", { outChannels: 1, kernel: 3 });
    x = conv(chain, "b", x, { outChannels: 1, kernel: 3 });
    expect(peakActivationBytes(chain.build())).toBe(2 * 64);
    x = chain.add("sum", { kind: "add" }, x, "input");
    expect(peakActivationBytes(chain.build())).toBe(3 * 64);
  });
});

it("makeDivisible rounds to the divisor and never loses more than a tenth", () => {
  expect([1, 8, 11, 12, 18, 24, 33.4].map((value) => makeDivisible(value))).toEqual([
    8, 8, 16, 16, 24, 24, 32,
  ]);
  fc.assert(
    fc.property(fc.double({ min: 1, max: 4096, noNaN: true }), (value) => {
      const rounded = makeDivisible(value);
      expect(rounded % 8).toBe(0);
      expect(rounded).toBeGreaterThanOrEqual(0.9 * value);
    }),
  );
});
