// The integer interpreter on values worked out by hand, and beside the float model on every example network.
import { expect, test } from "vitest";
import { correlation } from "../graph/export/fixtures/correlation.ts";
import { exampleNetworks } from "../graph/export/fixtures/networks.ts";
import { createNetworkBuilder } from "../graph/network.ts";
import { deviceNetwork } from "./device-network.ts";
import { clampOf, productArithmetic, productOf, sumArithmetic, sumOf } from "./elementwise.ts";
import { fixedPoint } from "./fixed-point.ts";
import { imageBytes, measureNetwork, normalisationOf, randomBytes, shrunk } from "./fixtures/measured.ts";
import {
  type IntegerNetwork,
  type IntegerOperation,
  integerNetwork,
  pixelTables,
} from "./integer-network.ts";
import { sigmoidGrid, tableOf } from "./pointwise.ts";
import { imageOf, realScores, runInteger } from "./run-integer.ts";

/** A network of one operation. */
function one(
  op: IntegerOperation,
  shapes: readonly (readonly [number, number, number])[],
  zeroPoints: readonly number[],
): IntegerNetwork {
  const values = shapes.map((shape, place) => ({
    name: `v${place}`,
    shape,
    grid: { scale: 1, zeroPoint: zeroPoints[place] as number },
  }));
  const step = { inputs: [0], output: 1, op };
  return { name: "one", values, steps: [step], output: 1, pixels: { grid: { scale: 1, zeroPoint: 0 } } };
}

const noClamp = [-128, 127] as const;

test("a convolution: zero point, padding at one end, bias, both roundings, clamp", () => {
  const op: IntegerOperation = {
    kind: "conv",
    groups: 1,
    window: {
      kernel: [1, 2],
      stride: [1, 1],
      padding: [
        [0, 0],
        [0, 1],
      ],
    },
    weights: Int8Array.of(2, -3),
    weightScales: Float32Array.of(1),
    bias: Int32Array.of(10),
    factors: [fixedPoint(0.25)],
    clamp: noClamp,
  };
  const shapes = [
    [1, 2, 1],
    [1, 2, 1],
  ] as const;
  // 10 + 2·7 − 3·(−4) = 36, a quarter of it is 9; 10 + 2·(−4) = 2, whose quarter 0.5 rounds to 1.
  expect([...runInteger(one(op, shapes, [0, -5]), Int8Array.of(7, -4))]).toEqual([4, -4]);
  // The padding is the zero point: 10 + 2·6 − 3·(−5) = 37, whose half 18.5 rounds to 19 and the half of that to 10; and
  // 10 + 2·(−5) = 0.
  expect([...runInteger(one(op, shapes, [1, -5]), Int8Array.of(7, -4))]).toEqual([5, -5]);
  const clamped = one({ ...op, clamp: [-5, 2] }, shapes, [0, -5]);
  expect([...runInteger(clamped, Int8Array.of(7, -4))]).toEqual([2, -4]);
});

test("a depthwise convolution with two filters a channel, and one in groups", () => {
  const shared = {
    window: {
      kernel: [1, 1],
      stride: [1, 1],
      padding: [
        [0, 0],
        [0, 0],
      ],
    },
    clamp: noClamp,
  } as const;
  const depthwise: IntegerOperation = {
    ...shared,
    kind: "depthwise",
    weights: Int8Array.of(1, 2, 3, 4),
    weightScales: new Float32Array(4).fill(1),
    bias: Int32Array.of(0, 0, 0, 1),
    factors: new Array(4).fill(fixedPoint(1)),
  };
  expect([
    ...runInteger(
      one(
        depthwise,
        [
          [1, 1, 2],
          [1, 1, 4],
        ],
        [0, 0],
      ),
      Int8Array.of(5, -6),
    ),
  ]).toEqual([5, 10, -18, -23]);
  const grouped: IntegerOperation = {
    ...shared,
    kind: "conv",
    groups: 2,
    weights: Int8Array.of(1, 2, 3, 4),
    weightScales: new Float32Array(2).fill(1),
    bias: Int32Array.of(0, 0),
    factors: [fixedPoint(1), fixedPoint(1)],
  };
  expect([
    ...runInteger(
      one(
        grouped,
        [
          [1, 1, 4],
          [1, 1, 2],
        ],
        [0, 0],
      ),
      Int8Array.of(1, 2, 3, 4),
    ),
  ]).toEqual([5, 25]);
});

test("pooling: an average leaves out or counts its padding, a maximum never sees it", () => {
  const window = {
    kernel: [1, 3],
    stride: [1, 2],
    padding: [
      [0, 0],
      [1, 0],
    ],
  } as const;
  const image = Int8Array.of(-10, -20, -31, -40);
  const run = (op: IntegerOperation) => [
    ...runInteger(
      one(
        op,
        [
          [1, 4, 1],
          [1, 2, 1],
        ],
        [5, 5],
      ),
      image,
    ),
  ];
  expect(run({ kind: "max-pool", window })).toEqual([-10, -20]);
  expect(run({ kind: "average-pool", window, countPadding: false })).toEqual([-15, -30]);
  // (5 − 10 − 20) / 3 = −8.33
  expect(run({ kind: "average-pool", window, countPadding: true })).toEqual([-8, -30]);
  // (−101 − 4 · 5) / 8 = −15.125
  const mean: IntegerOperation = { kind: "mean", factor: fixedPoint(0.125) };
  expect([
    ...runInteger(
      one(
        mean,
        [
          [1, 4, 1],
          [1, 1, 1],
        ],
        [5, 0],
      ),
      image,
    ),
  ]).toEqual([-15]);
});

test("channels that are shuffled, sliced and flattened, pixels that are repeated", () => {
  const image = Int8Array.from({ length: 8 }, (_, place) => place);
  const run = (op: IntegerOperation, shape: readonly [number, number, number]) => [
    ...runInteger(one(op, [[1, 2, 4], shape], [0, 0]), image),
  ];
  expect(run({ kind: "channel-shuffle", groups: 2 }, [1, 2, 4])).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
  expect(run({ kind: "slice", from: 1, to: 3 }, [1, 2, 2])).toEqual([1, 2, 5, 6]);
  expect(run({ kind: "flatten" }, [1, 1, 8])).toEqual([0, 4, 1, 5, 2, 6, 3, 7]);
  expect(run({ kind: "upsample", factor: 2 }, [2, 4, 4]).slice(0, 12)).toEqual([
    0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7,
  ]);
});

test("sums and products of numbers on different grids", () => {
  const [fine, coarse] = [
    { scale: 0.5, zeroPoint: 10 },
    { scale: 2, zeroPoint: -20 },
  ];
  const out = { scale: 1, zeroPoint: 3 };
  // (30 − 10) · 0.5 + (−18 + 20) · 2 = 14
  expect(sumOf(30, -18, sumArithmetic([fine, coarse], out))).toBe(17);
  expect(sumOf(30, -18, sumArithmetic([fine, coarse], out, "relu6"))).toBe(9);
  // 10 · 4 = 40
  expect(productOf(30, -18, productArithmetic([fine, coarse], out))).toBe(43);
  expect(productOf(30, -22, productArithmetic([fine, coarse], out, "relu"))).toBe(3);
  expect(clampOf(sigmoidGrid, "relu")).toEqual([-128, 127]);
});

const real = {
  relu: (x: number) => Math.max(0, x),
  relu6: (x: number) => Math.min(6, Math.max(0, x)),
  "hard-swish": (x: number) => (x * Math.min(6, Math.max(0, x + 3))) / 6,
  "hard-sigmoid": (x: number) => Math.min(6, Math.max(0, x + 3)) / 6,
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  silu: (x: number) => x / (1 + Math.exp(-x)),
} as const;

test.for(Object.entries(real))("%s as a table is within two steps of the function", ([kind, what]) => {
  const input = { scale: Math.fround(0.05), zeroPoint: 0 };
  const unit = { scale: Math.fround(1 / 255), zeroPoint: -128 };
  const output =
    kind === "sigmoid"
      ? sigmoidGrid
      : kind === "hard-sigmoid"
        ? unit
        : { scale: Math.fround(0.028), zeroPoint: -116 };
  const table = tableOf({ kind: kind as keyof typeof real }, input, output);
  table.forEach((number, index) => {
    const exact = what(input.scale * (index - 128)) / output.scale + output.zeroPoint;
    expect(Math.abs(number - Math.min(127, exact)), `${index}`).toBeLessThan(2);
  });
});

test("the exact GELU of 0, 1 and −2", () => {
  const grid = { scale: Math.fround(1 / 64), zeroPoint: 0 };
  const table = tableOf({ kind: "gelu" }, grid, grid);
  expect(table[128]).toBe(0);
  // 0.841345 · 64 = 53.8, and −0.0455003 · 64 = −2.9.
  expect(table[128 + 64]).toBe(54);
  expect(table[0]).toBe(-3);
});

test("pixels are normalised by the table of their channel", async () => {
  const { device, ranges, release } = await measureNetwork(exampleNetworks["nas-bench-macro"]!(), 1);
  await release();
  const network = integerNetwork(device, ranges);
  const { grid } = network.values[0]!;
  const { mean01, sd01 } = normalisationOf(3);
  for (const [channel, table] of pixelTables(network).entries()) {
    for (const [byte, number] of table.entries()) {
      const exact = (byte / 255 - mean01[channel]!) / sd01[channel]! / grid.scale + grid.zeroPoint;
      expect(Math.abs(number - Math.max(-128, Math.min(127, exact)))).toBeLessThan(0.51);
    }
  }
});

const names = Object.keys(exampleNetworks).filter((name) => !/^genius|modern/.test(name));

test.for(names)("%s in integers gives nearly the scores of the float model", async (name) => {
  const network = shrunk(exampleNetworks[name]!());
  const { device, ranges, scores, release } = await measureNetwork(network, 1);
  const integer = integerNetwork(device, ranges);
  const bytes = randomBytes(network, 4, 2);
  const expected = await scores(bytes);
  await release();
  const received = [0, 1, 2, 3].flatMap((image) => [
    ...realScores(integer, runInteger(integer, imageOf(integer, imageBytes(bytes, network, image)))),
  ]);
  expect(correlation(Float32Array.from(received), expected)).toBeGreaterThan(0.98);
});

test("a layer norm is refused by its name before anything is rounded", async () => {
  const { device, ranges, release } = await measureNetwork(exampleNetworks.modern!(), 1);
  await release();
  expect(() => integerNetwork(device, ranges)).toThrow(/layer norms \(stem\.norm, norm\)/);
});

test("a rectifier is fused where nothing else reads what it reads", () => {
  const build = createNetworkBuilder("fused", [1, 4, 4]);
  const conv = {
    kind: "conv",
    outChannels: 2,
    kernel: 3,
    stride: 2,
    padding: 1,
    groups: 1,
    bias: true,
  } as const;
  build.add("conv", conv, "input");
  build.add("act", { kind: "activation", function: "relu6" }, "conv");
  build.add("more", { ...conv, stride: 1 }, "act");
  build.add("open", { kind: "activation", function: "relu" }, "more");
  build.add("sum", { kind: "add" }, "open", "more");
  build.add("head", { kind: "linear", outFeatures: 2, bias: false }, "sum");
  const weights = new Map(
    [
      ["conv", [2, 1, 3, 3]],
      ["more", [2, 2, 3, 3]],
    ].flatMap(([id, dims]): [string, { dims: number[]; data: Float32Array }][] => [
      [
        `${id}.weight`,
        { dims: dims as number[], data: new Float32Array((dims as number[]).reduce((a, b) => a * b)) },
      ],
      [`${id}.bias`, { dims: [2], data: new Float32Array(2) }],
    ]),
  );
  weights.set("head.weight", { dims: [2, 8], data: Float32Array.from({ length: 16 }, (_, place) => place) });
  const { steps, values } = deviceNetwork({ network: build.build(), weights });
  expect(steps.map(({ op, output }) => [values[output]!.name, op.kind])).toEqual([
    ["act", "conv"],
    ["more", "conv"],
    ["open", "pointwise"],
    ["sum", "add"],
    ["head", "conv"],
  ]);
  // Only one row and column of the padding is read at stride 2.
  expect(steps[0]!.op).toMatchObject({
    rectifier: "relu6",
    window: {
      padding: [
        [1, 0],
        [1, 0],
      ],
    },
  });
  // Features were [channel, row, column]; now the channel is last.
  const head = steps[4]!.op;
  expect(head.kind === "conv" && [...head.weights.subarray(0, 8)]).toEqual([0, 4, 1, 5, 2, 6, 3, 7]);
});
