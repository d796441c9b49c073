// The canonical key: the same for every spelling of a network, another for every other network.
import { describe, expect, test } from "vitest";
import { createRandom, type Random } from "../base/random.ts";
import cells from "../search/spaces/nas-bench-201.ts";
import { canonicalKey } from "./canonical.ts";
import { exampleNetworks } from "./export/fixtures/networks.ts";
import { createNetworkBuilder, type Network, type NetworkNode } from "./network.ts";
import { operatorOf } from "./ops/index.ts";

/** Other names, another order, sums turned round, and a branch that leads nowhere. */
function respelled({ name, nodes }: Network, random: Random): Network {
  const names = new Map(nodes.map(({ id }, index) => [id, `n${index * 7}`]));
  const renamed = nodes.map(({ id, inputs, op }): NetworkNode => {
    const sources = inputs.map((input) => names.get(input)!);
    return {
      id: names.get(id)!,
      inputs: operatorOf(op).commutative ? random.shuffle(sources) : sources,
      op: Object.fromEntries(Object.entries(op).toReversed()) as unknown as NetworkNode["op"],
    };
  });
  const [input, ...rest] = renamed as [NetworkNode, ...NetworkNode[]];
  const last = rest.pop()!;
  const ordered = [input];
  const waiting = new Set(rest);
  while (waiting.size > 0) {
    const known = new Set(ordered.map(({ id }) => id));
    const ready = [...waiting].filter(({ inputs }) => inputs.every((id) => known.has(id)));
    const next = random.pick(ready);
    waiting.delete(next);
    ordered.push(next);
  }
  const dead: NetworkNode = { id: "dead", inputs: [input.id], op: { kind: "global-pool" } };
  return { name: `${name} again`, nodes: [...ordered, dead, last] };
}

test.each(Object.keys(exampleNetworks).filter((name) => !name.startsWith("genius")))(
  "%s has one key, however it is spelled",
  (name) => {
    const network = exampleNetworks[name]!();
    const key = canonicalKey(network);
    expect(key).toHaveLength(22);
    for (let seed = 0; seed < 3; seed += 1) {
      expect(canonicalKey(respelled(network, createRandom(seed, name)))).toBe(key);
    }
  },
);

test("networks that differ have different keys", () => {
  const networks = Object.values(exampleNetworks).map((make) => make());
  expect(new Set(networks.map(canonicalKey)).size).toBe(networks.length);
});

describe("what counts", () => {
  const conv = {
    kind: "conv",
    outChannels: 4,
    kernel: 3,
    stride: 1,
    padding: 1,
    groups: 1,
    bias: true,
  } as const;
  const keyOf = (make: (build: ReturnType<typeof createNetworkBuilder>) => void) => {
    const build = createNetworkBuilder("n", [4, 6, 6]);
    make(build);
    return canonicalKey(build.build());
  };
  const once = keyOf((build) => {
    const a = build.add("a", conv, "input");
    build.add("sum", { kind: "add" }, a, a);
  });

  test("one convolution read twice is not two convolutions", () => {
    const twice = keyOf((build) => {
      build.add("sum", { kind: "add" }, build.add("a", conv, "input"), build.add("b", conv, "input"));
    });
    expect(twice).not.toBe(once);
  });

  test("what does nothing, or the same again, leaves no trace", () => {
    const roundabout = keyOf((build) => {
      const a = build.add("a", conv, "input");
      const none = build.add("none", { kind: "zero", outChannels: 4, stride: 1 }, "input");
      const same = build.add(
        "same",
        { kind: "scale", factor: 1 },
        build.add("kept", { kind: "dropout", rate: 0 }, a),
      );
      build.add("sum", { kind: "add" }, none, same, a);
    });
    expect(roundabout).toBe(once);
    const active = (times: number) =>
      keyOf((build) => {
        const a = build.add("a", conv, "input");
        const relus = ["r", "s"]
          .slice(0, times)
          .map((id) => build.add(id, { kind: "activation", function: "relu" }, a));
        build.add("product", { kind: "multiply" }, relus[0]!, relus.at(-1)!);
      });
    expect(active(1)).toBe(active(2));
  });

  test("the order of a concatenation and a field of an operation count", () => {
    const joined = (...order: [string, string]) =>
      keyOf((build) => {
        build.add("a", conv, "input");
        build.add("b", { ...conv, kernel: [3, 1], padding: [1, 0] }, "input");
        build.add("join", { kind: "concat" }, ...order);
      });
    expect(joined("a", "b")).not.toBe(joined("b", "a"));
  });
});

test("of the cells of NAS-Bench-201, those of one graph share a key", () => {
  const space = cells.create(cells.options.parse({ imageSize: 8, stemChannels: 4, cellsPerStage: 1 }));
  const key = (choices: readonly number[]) => canonicalKey(space.decode(choices));
  // Edges 0→1, 0→2, 1→2, 0→3, 1→3, 2→3; options none, skip, 1×1, 3×3, pooling.
  expect(key([1, 0, 0, 0, 3, 0])).toBe(key([0, 1, 0, 0, 0, 3]));
  expect(key([1, 0, 0, 0, 3, 0])).toBe(key([0, 0, 0, 3, 0, 0]));
  expect(key([3, 0, 0, 0, 1, 0])).not.toBe(key([2, 0, 0, 0, 1, 0]));
});
