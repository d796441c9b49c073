// Arenas whose plan can be worked out by hand, the examples of TFLite Micro's own tests, and what every plan promises.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { references, spaces } from "../catalog/_catalog.ts";
import { anyDesign } from "../search/constraints/create-domain.ts";
import {
  activationBuffers,
  arenaAlignment,
  type LiveBuffer,
  liveBytes,
  networkArena,
  planArena,
} from "./arena.ts";
import { classifier, conv, convNorm, invertedResidual } from "./blocks.ts";
import { peakActivationBytes } from "./cost.ts";
import { createNetworkBuilder, type Network } from "./network.ts";

type Row = readonly [bytes: number, firstStep: number, lastStep: number];
const buffersOf = (rows: readonly Row[]): LiveBuffer[] =>
  rows.map(([bytes, firstStep, lastStep]) => ({ bytes, firstStep, lastStep }));

/** TFLite Micro's plan, written a second time from its description: by size, each in the first gap that is large enough. */
function plainGreedyBytes(buffers: readonly LiveBuffer[]): number {
  const size = (buffer: LiveBuffer) => Math.ceil(buffer.bytes / 16) * 16;
  const placed: { start: number; end: number; of: LiveBuffer }[] = [];
  for (const buffer of buffers.toSorted((a, b) => b.bytes - a.bytes)) {
    const rivals = placed.filter(
      ({ of }) => of.firstStep <= buffer.lastStep && of.lastStep >= buffer.firstStep,
    );
    const starts = [0, ...rivals.map(({ end }) => end)].sort((a, b) => a - b);
    const fits = (start: number) =>
      rivals.every((rival) => rival.start >= start + size(buffer) || rival.end <= start);
    const start = starts.find(fits)!;
    placed.push({ start, end: start + size(buffer), of: buffer });
  }
  return Math.max(0, ...placed.map(({ end }) => end));
}

describe("a plan", () => {
  // greedy_memory_planner_test.cc of TFLite Micro, in units of 16 bytes.
  const inUnits = (rows: readonly Row[]) => buffersOf(rows.map(([size, ...steps]) => [16 * size, ...steps]));

  it.each([
    [
      [
        [10, 0, 1],
        [20, 2, 3],
      ],
      20,
      [0, 0],
    ],
    [
      [
        [100, 0, 1],
        [50, 2, 3],
        [20, 1, 2],
      ],
      120,
      [0, 0, 100],
    ],
  ] as const)("of TFLite Micro's example %j takes %i", (rows, bytes, offsets) => {
    const plan = planArena(inUnits(rows));
    expect(plan).toEqual({ bytes: 16 * bytes, offsets: offsets.map((offset) => 16 * offset) });
    expect(plainGreedyBytes(inUnits(rows))).toBe(16 * bytes);
  });

  test("takes 80 where TFLite Micro's takes 90, of which 80 are live at once", () => {
    const rows = inUnits([
      [10, 0, 1],
      [20, 1, 2],
      [30, 2, 3],
      [40, 3, 4],
      [50, 0, 1],
    ]);
    expect(plainGreedyBytes(rows)).toBe(16 * 90);
    expect(liveBytes(rows)).toBe(16 * 80);
    expect(planArena(rows).bytes).toBe(16 * 80);
  });

  test("of its person detection network needs what is live at once", () => {
    const chain = [
      18432, 18432, 36864, 9216, 18432, 18432, 18432, 4608, 9216, 9216, 9216, 2304, 4608, 4608, 4608, 4608,
      4608, 4608, 4608, 4608, 4608, 4608, 4608, 1152, 2304, 2304, 2304, 256, 3,
    ];
    const rows = chain.map((bytes, step): Row => [bytes, step, step + 1]);
    expect(planArena(buffersOf([[9216, 0, 29], ...rows])).bytes).toBe(9216 + 18432 + 36864);
  });

  const anyBuffer = fc
    .tuple(fc.integer({ min: 1, max: 4000 }), fc.nat(30), fc.nat(6))
    .map(([bytes, first, length]): Row => [bytes, first, first + length]);

  it("lets no two buffers of one step overlap, and is between what is live and TFLite Micro's", () => {
    fc.assert(
      fc.property(fc.array(anyBuffer, { maxLength: 40 }), (rows) => {
        const buffers = buffersOf(rows);
        const { offsets, bytes } = planArena(buffers);
        expect(bytes).toBeGreaterThanOrEqual(liveBytes(buffers));
        expect(bytes).toBeLessThanOrEqual(plainGreedyBytes(buffers));
        for (const [i, a] of buffers.entries()) {
          expect(offsets[i]! % arenaAlignment).toBe(0);
          expect(offsets[i]! + a.bytes).toBeLessThanOrEqual(bytes);
          for (const [j, b] of buffers.slice(0, i).entries()) {
            if (a.firstStep > b.lastStep || a.lastStep < b.firstStep) continue;
            const apart = offsets[i]! >= offsets[j]! + b.bytes || offsets[j]! >= offsets[i]! + a.bytes;
            expect(apart).toBe(true);
          }
        }
      }),
    );
  });
});

describe("the buffers of a network", () => {
  const build = (write: (network: ReturnType<typeof createNetworkBuilder>) => void, size = 8): Network => {
    const network = createNetworkBuilder("net", [2, size, size]);
    write(network);
    return network.build();
  };
  const homes = (network: Network) => activationBuffers(network).map(({ nodeIds }) => nodeIds.join(" "));

  test("norm and activation stay where the convolution wrote, and flattening moves nothing", () => {
    const network = build((net) => {
      const x = convNorm(net, "a", "input", { outChannels: 4, kernel: 3, activation: "relu" });
      net.add("flat", { kind: "flatten" }, net.add("drop", { kind: "dropout", rate: 0.1 }, x));
      net.add("scores", { kind: "linear", outFeatures: 10, bias: true }, "flat");
    });
    expect(homes(network)).toEqual(["input", "a.conv a.norm a.act drop flat", "scores"]);
    // Image 128 and map 256 bytes are live together; the ten scores take 16 beside the map.
    expect(networkArena(network, "int8").bytes).toBe(128 + 256);
    expect(networkArena(network, "float").bytes).toBe(4 * (128 + 256));
  });

  test("a residual sum overwrites the branch that ends there: input, branch and half-way map at once", () => {
    const network = build((net) => {
      const x = conv(net, "stem", "input", { outChannels: 4, kernel: 3 });
      const y = convNorm(net, "a", x, { outChannels: 4, kernel: 3, activation: "relu" });
      const z = convNorm(net, "b", y, { outChannels: 4, kernel: 3 });
      classifier(net, net.add("sum", { kind: "add" }, z, x), 3);
    });
    expect(homes(network)).toEqual([
      "input",
      "stem",
      "a.conv a.norm a.act",
      "b.conv b.norm sum",
      "head.pool head.flatten",
      "head.classifier",
    ]);
    expect(networkArena(network, "int8").bytes).toBe(3 * 256);
  });

  test("what is read later is not overwritten, nor is the image", () => {
    const network = build((net) => {
      net.add("early", { kind: "activation", function: "relu" }, "input");
      const x = conv(net, "a", "early", { outChannels: 2, kernel: 3 });
      const active = net.add("act", { kind: "activation", function: "relu" }, x);
      net.add("twice", { kind: "add" }, active, x);
    });
    // The convolution's map is read again by the sum, so the activation may not overwrite it; the sum may overwrite both.
    expect(homes(network)).toEqual(["input", "early", "a", "act twice"]);
  });

  test("a gate never takes the place of the map that it opens, in either order", () => {
    const gated = (order: (map: string, gate: string) => readonly [string, string]) =>
      build((net) => {
        const x = conv(net, "map", "input", { outChannels: 4, kernel: 3 });
        const pooled = net.add("pool", { kind: "global-pool" }, x);
        const gate = net.add("gate", { kind: "activation", function: "sigmoid" }, pooled);
        net.add("out", { kind: "multiply" }, ...order(x, gate));
      });
    for (const order of [
      (map: string, gate: string) => [map, gate] as const,
      (map: string, gate: string) => [gate, map] as const,
    ])
      expect(homes(gated(order))).toEqual(["input", "map out", "pool gate"]);
  });

  test("of three terms the third is not overwritten, nor one that is added twice", () => {
    const sum = (...terms: readonly string[]) =>
      build((net) => {
        for (const id of ["a", "b", "c"]) conv(net, id, "input", { outChannels: 2, kernel: 3 });
        net.add("sum", { kind: "add" }, ...terms);
        if (!terms.includes("c")) return;
        net.add("all", { kind: "concat" }, "sum", "a", "b");
      });
    expect(homes(sum("a", "b", "c"))).toEqual(["input", "a", "b", "c", "sum", "all"]);
    expect(homes(sum("a", "a", "b"))).toEqual(["input", "a", "b", "sum"]);
    expect(homes(sum("a", "b", "a"))).toEqual(["input", "a", "b sum"]);
    expect(homes(sum("a", "a"))).toEqual(["input", "a sum"]);
  });

  test("an inverted residual with a gate", () => {
    const network = build((net) => {
      const x = conv(net, "stem", "input", { outChannels: 4, kernel: 3 });
      invertedResidual(net, "block", x, {
        inChannels: 4,
        hiddenChannels: 16,
        outChannels: 4,
        kernel: 3,
        stride: 1,
        activation: "hard-swish",
        excite: { reducedChannels: 4, gate: "hard-sigmoid" },
      });
    });
    // The block's input, the expanded map and the depthwise map.
    expect(networkArena(network, "int8").bytes).toBe(256 + 2 * 1024);
  });
});

describe("every network's arena holds what is live, and is within the peak without sharing", () => {
  const slack = (network: Network) => arenaAlignment * network.nodes.length;
  const check = (network: Network) => {
    for (const [precision, bytes] of [
      ["int8", 1],
      ["float", 4],
    ] as const) {
      const arena = networkArena(network, precision);
      const live = arena.buffers.map(({ elements, ...buffer }) => ({ ...buffer, bytes: elements * bytes }));
      expect(arena.bytes).toBeGreaterThanOrEqual(liveBytes(live));
      expect(arena.bytes).toBeLessThanOrEqual(plainGreedyBytes(live));
      expect(arena.bytes).toBeLessThanOrEqual((peakActivationBytes(network) / 4) * bytes + slack(network));
    }
  };

  test.each(Object.keys(references) as (keyof typeof references)[])("%s", async (name) => {
    const reference = await references[name]!.load();
    check(reference.build({ input: [3, 32, 32], classCount: 10, width: 1 }));
  });

  test.each(Object.keys(spaces) as (keyof typeof spaces)[])("designs of %s", async (name) => {
    const definition = await spaces[name]!.load();
    const fitted = definition.fit?.({ imageSize: 32, channels: 3, classCount: 10 }, {}) ?? {};
    const space = definition.create(definition.options.parse(fitted) as never);
    const random = createRandom("arena", name);
    for (let draw = 0; draw < 20; draw += 1) check(space.decode(anyDesign(space, random)));
  });
});
