// Every network that there is prints as a text and reads back to the same graph.
import { describe, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { references, spaces } from "../catalog/_catalog.ts";
import { loadReference, openSpace } from "../catalog/load.ts";
import { canonicalKey } from "../graph/canonical.ts";
import { networkCost, peakActivationBytes } from "../graph/cost.ts";
import { createNetworkBuilder, type Network } from "../graph/network.ts";
import { operators } from "../graph/ops/index.ts";
import { anyDesign } from "../search/constraints/create-domain.ts";
import { isSame, printNetwork } from "./print.ts";
import { readNetwork } from "./read.ts";

function expectRoundTrip(network: Network): string {
  const text = printNetwork(network);
  const again = readNetwork(text);
  expect(isSame(again, network), text).toBe(true);
  expect(again.name).toBe(network.name);
  expect(networkCost(again)).toEqual(networkCost(network));
  expect(peakActivationBytes(again)).toBe(peakActivationBytes(network));
  expect(canonicalKey(again)).toBe(canonicalKey(network));
  // What is printed from the text is the text.
  expect(printNetwork(again)).toBe(text);
  return text;
}

describe("designs of", () => {
  for (const name of Object.keys(spaces)) {
    test(name, async () => {
      const space = await openSpace(name);
      const random = createRandom("print", name);
      const corners = [0, 1].map((corner) =>
        space.decisions.map(({ options }) => corner * (options.length - 1)),
      );
      const drawn = Array.from({ length: 12 }, () => anyDesign(space, random));
      for (const choices of [...corners, ...drawn]) expectRoundTrip(space.decode(choices));
    });
  }
});

describe("references", () => {
  for (const name of Object.keys(references)) {
    test.each([
      [[1, 28, 28], 4, 0.5],
      [[3, 224, 224], 1000, 1],
      [[3, 48, 96], 2, 0.25],
    ] as const)(`${name} for %j, %i classes, width %d`, async (input, classCount, width) => {
      const { build } = await loadReference(name);
      expectRoundTrip(build({ input, classCount, width }));
    });
  }
});

test("what repeats is a block, as short as if written by hand", async () => {
  const { build } = await loadReference("resnet-20");
  expect(printNetwork(build({ input: [3, 32, 32], classCount: 10, width: 1 }))).toBe(`name resnet-20
input 3x32x32
block b1 c s=1: residual(conv c k3 s norm relu conv c k3 norm else conv c s norm) relu
conv 16 k3 norm relu
b1 16 x3
b1 32 s2 x3
b1 64 s2 x3
globalpool flatten linear 10
`);
});

describe("every operator", () => {
  for (const { kind, examples } of Object.values(operators)) {
    if (kind === "input" || kind === "mixture") continue;
    test.each(examples.map((example, index) => [index + 1, example] as const))(
      `${kind}, example %i`,
      (_, { op, inputs }) => {
        const [first] = inputs as readonly [readonly [number, number, number]];
        const build = createNetworkBuilder(`example/${kind}`, first);
        // Whatever has the shapes of the further inputs.
        const further = inputs.slice(1).map((shape, index) => {
          const same = shape.join() === first.join();
          const gate = shape[1] * shape[2] === 1 && first[1] * first[2] > 1;
          if (gate) return build.add(`gate${index}`, { kind: "global-pool" }, "input");
          if (same) return build.add(`same${index}`, { kind: "scale", factor: index + 2 }, "input");
          const wide = { kernel: [1, 1], stride: [1, 1], padding: [0, 0], groups: 1, bias: false } as const;
          return shape[1] === first[1]
            ? build.add(`wide${index}`, { kind: "conv", outChannels: shape[0], ...wide }, "input")
            : build.add(`up${index}`, { kind: "upsample", factor: shape[1] }, "input");
        });
        build.add("it", op, "input", ...further);
        expectRoundTrip(build.build());
      },
    );
  }
});

test("graphs that only wires can say", () => {
  const build = createNetworkBuilder("wires", [4, 8, 8]);
  const conv = {
    kind: "conv",
    outChannels: 4,
    kernel: 3,
    stride: 1,
    padding: 1,
    groups: 1,
    bias: false,
  } as const;
  const a = build.add("a", conv, "input");
  const b = build.add("b", conv, "input");
  const c = build.add("c", conv, a);
  const d = build.add("d", { kind: "add" }, b, c, a);
  const e = build.add("e", conv, b);
  const f = build.add("f", { kind: "concat" }, d, e, "input");
  build.add("g", { kind: "add" }, f, f);
  expectRoundTrip(build.build());
});

test("a supernet is refused by the name of its node", () => {
  const build = createNetworkBuilder("super", [4, 8, 8]);
  build.add("mix", { kind: "mixture", firstShare: 0 }, "input", "input");
  expect(() => printNetwork(build.build())).toThrow(/super cannot be written as a text: "mix" \(mixture\)/);
});
