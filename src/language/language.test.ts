// Texts of published networks give exactly the published graphs, spaces keep to the contract of all spaces, and what is
// wrong in a text is told with its place and the nearest right word.
import { describe, expect, test } from "vitest";
import { loadReference, openSpace } from "../catalog/load.ts";
import { canonicalKey } from "../graph/canonical.ts";
import { networkCost } from "../graph/cost.ts";
import type { Network } from "../graph/network.ts";
import { parseChoices } from "../search/choices.ts";
import {
  createDomain,
  largestFeasible,
  reachOf,
  smallestFeasible,
} from "../search/constraints/create-domain.ts";
import { spaceChecks } from "../testing/space-suite.ts";
import { readNetwork } from "./read.ts";
import { spaceOfText } from "./space.ts";

const basic = `block basic c s=1:
  residual(conv c k3 s norm relu conv c k3 norm else conv c s norm) relu
`;
const head = "globalpool flatten linear 10\n";

const texts = {
  "resnet-8": `input 3x32x32
${basic}conv 16 k3 norm relu
basic 16
basic 32 s2
basic 64 s2
${head}`,
  "resnet-20": `input 3x32x32
${basic}conv 16 k3 norm relu
basic 16 x3
basic 32 s2 x3
basic 64 s2 x3
${head}`,
  "mobilenet-v2": `input 3x224x224
block ir c s=1: residual(conv in*6 norm relu6 dw s norm relu6 conv c norm)
conv 32 k3 s2 norm relu6
dw norm relu6 conv 16 norm
ir 24 s2 x2
ir 32 s2 x3
ir 64 s2 x4
ir 96 x3
ir 160 s2 x3
ir 320
conv 1280 norm relu6
globalpool flatten linear 1000
`,
  "mobilenet-v1": `input 3x224x224
block pair c s=1: dw s norm relu conv c norm relu
conv 32 k3 s2 norm relu
pair 64
pair 128 s2 x2
pair 256 s2 x2
pair 512 s2 x6
pair 1024 s2 x2
globalpool flatten linear 1000
`,
  "shufflenet-v2": `input 3x224x224
block branch c s: conv c norm relu dw s norm conv c norm relu
block first c: concat(dw s2 norm conv c/2 norm relu, branch c/2 s2) shuffle 2
block unit: concat(slice 0 in/2, slice in/2 in branch in/2 s1) shuffle 2
conv 24 k3 s2 norm relu maxpool 3 s2
first 116 unit x3
first 232 unit x7
first 464 unit x3
conv 1024 norm relu globalpool flatten linear 1000
`,
  convnext: `input 3x224x224
block mix: add(dw k7 bias layernorm conv in*4 bias gelu conv in bias, in)
block down c: layernorm conv c k2 s2 bias
conv 40 k4 s4 p0 bias layernorm
mix x2 down 80
mix x2 down 160
mix x6 down 320
mix x2 globalpool layernorm flatten linear 1000
`,
  "mobilenet-v3-small": `input 3x224x224
block se: mul(in, globalpool conv in/4~8 bias relu conv in bias hardsigmoid)
block a h c s=1: residual(conv h norm relu dw s norm relu conv c norm)
block b h c s=1: residual(conv h norm hardswish dw k5 s norm hardswish se conv c norm)
conv 16 k3 s2 norm hardswish
dw s2 norm relu se conv 16 norm
a 72 24 s2
a 88 24
b 96 40 s2
b 240 40 x2
b 120 48
b 144 48
b 288 96 s2
b 576 96 x2
conv 576 norm hardswish globalpool conv 1024 bias hardswish flatten linear 1000
`,
  "ds-cnn": `input 1x49x10
block pair: dw bias norm relu conv in bias norm relu
conv 64 k10x4 s2 p5x1 bias norm relu
pair x4
globalpool flatten linear 12
`,
  "all-cnn": `input 3x32x32
conv 96 k3 norm relu
conv 96 k3 norm relu
conv 96 k3 s2 norm relu
conv 192 k3 norm relu
conv 192 k3 norm relu
conv 192 k3 s2 norm relu
conv 192 k3 norm relu
conv 192 norm relu
conv 10 bias globalpool flatten
`,
} as const;

describe("a text written by hand from a paper is that network", () => {
  for (const [name, text] of Object.entries(texts)) {
    test(name, async () => {
      const network = readNetwork(text);
      const first = network.nodes[0]?.op;
      const input = first?.kind === "input" ? first.shape : ([0, 0, 0] as const);
      const classCount = Number(/linear (\d+)/.exec(text)?.[1] ?? 10);
      const { build } = await loadReference(name);
      const published = build({ input, classCount, width: 1 });
      expect(canonicalKey(network)).toBe(canonicalKey(published));
      expect(networkCost(network)).toEqual(networkCost(published));
    });
  }
});

test("a cell of NAS-Bench-201 is written in three lines", async () => {
  const space = await openSpace("nas-bench-201");
  const cell = "|nor_conv_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|none~0|nor_conv_1x1~1|nor_conv_3x3~2|";
  const text = `input 3x32x32
block cell c:
  a = relu conv c k3 norm
  b = add(in, a avgpool 3 s1)
  add(zero, a relu conv c norm, b relu conv c k3 norm)
block half c:
  add(avgpool 2 conv c, relu conv c k3 s2 norm relu conv c k3 norm)
conv 16 k3 norm
cell 16 x5
half 32 cell 32 x5
half 64 cell 64 x5
norm relu ${head}`;
  const network = readNetwork(text);
  expect(canonicalKey(network)).toBe(canonicalKey(space.decode(parseChoices(space, cell))));
});

const small = `w = {8|12|16}
act = {0|1}
block cell c s=1 k=3:
  residual(conv c k s norm choose act {relu|silu} conv c k=3 norm else conv c s norm) choose act {relu|silu}
conv w k3 norm relu
cell w k{3|5} x{1|2|3}
cell w*2 s2 k{3|5|7}
{maxpool 3 s1|in|conv w*2 norm relu}
cell {24|32|48} s2 x{1|2}
globalpool flatten linear classes
`;

describe("a text with alternatives is a space", () => {
  const definition = spaceOfText(small, "small.txt");
  for (const check of spaceChecks(definition, definition.options.parse({}))) test(check.name, check.run);

  test("calls the options of a shared number by the layers that it chooses", () => {
    const decisions = definition.create({}).decisions;
    expect(decisions.map(({ options }) => options.map(({ label }) => label))).toEqual([
      ["8", "12", "16"],
      ["0: relu", "1: silu"],
      ...[
        ["3", "5"],
        ["1", "2", "3"],
        ["3", "5", "7"],
      ],
      ["maxpool 3 s1", "in", "conv w*2 norm relu"],
      ...[
        ["24", "32", "48"],
        ["1", "2"],
      ],
    ]);
    const commented = "{relu # \u202e\n |gelu}\nglobalpool flatten linear 10";
    expect(spaceOfText(commented, "c.txt").create({}).decisions[0]?.options[0]?.label).toBe("relu");
  });

  test("takes what it leaves open from the data", () => {
    const options = definition.fit?.({ imageSize: 28, channels: 1, classCount: 4 }, {}) ?? {};
    const space = definition.create(definition.options.parse(options));
    expect([space.input, space.classCount]).toEqual([[1, 28, 28], 4]);
  });

  test("knows its size and what lies inside limits exactly", () => {
    const space = definition.create({});
    const all = 3 * 2 * 2 * 3 * 3 * 3 * 3 * 2;
    expect(definition.summary).toContain(all.toLocaleString("en"));
    const counted = Array.from({ length: all }, (_, index) => {
      let rest = index;
      const choices = space.decisions.map(({ options }) => {
        const choice = rest % options.length;
        rest = Math.floor(rest / options.length);
        return choice;
      });
      return networkCost(space.decode(choices));
    });
    const params = counted.map(({ paramCount }) => paramCount);
    const macs = counted.map(({ macCount }) => macCount);
    expect(reachOf(space)).toEqual({
      ...{ minParamCount: Math.min(...params), maxParamCount: Math.max(...params) },
      ...{ minMacCount: Math.min(...macs), maxMacCount: Math.max(...macs) },
    });
    const limits = { minMacCount: 5e6, maxMacCount: 6e6, maxParamCount: 40_000 };
    const inside = counted
      .filter(({ macCount, paramCount }) => macCount >= 5e6 && macCount <= 6e6 && paramCount <= 40_000)
      .map(({ paramCount }) => paramCount);
    const domain = createDomain(space, limits);
    const found = [smallestFeasible(domain, "paramCount"), largestFeasible(domain, "paramCount")];
    expect(found.map((choices) => choices && domain.costOf(choices).paramCount)).toEqual([
      Math.min(...inside),
      Math.max(...inside),
    ]);
  });
});

test("names of nodes are of their own, also where words end in digits", () => {
  const text = "block b1: relu\nblock b11: relu\nrelu6 relu x61 b1 x11 b11 b11";
  const ids = readNetwork(text).nodes.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

describe("repeats", () => {
  const nodesOf = ({ nodes }: Network) => nodes.filter(({ op }) => op.kind === "conv");
  test("stride the first time only, in brackets as in blocks", () => {
    const strides = (text: string) =>
      nodesOf(readNetwork(text)).map(({ op }) => (op.kind === "conv" ? op.stride[0] : 0));
    expect(strides("block a c s=1: conv c k3 s\na 8 s2 x3")).toEqual([2, 1, 1]);
    expect(strides("(conv 8 k3 s2 relu) x3")).toEqual([2, 1, 1]);
    expect(strides("block a: conv 8 k3 s2\na x3")).toEqual([2, 2, 2]);
  });

  test("of nothing leave the value as it is", () => {
    expect(readNetwork("conv 8 (conv 16) x0 relu").nodes).toHaveLength(3);
  });
});

describe("a mistake is told with its place and what to write", () => {
  const faults: readonly (readonly [text: string, message: RegExp])[] = [
    ["conv 16 k3 bn relu", /line 1, column 12: there is no layer "bn"\. Did you mean "norm"\?/],
    ["conv 16\ncnov 32", /line 2, column 1: there is no layer "cnov"\. Did you mean "conv"\?/],
    ["conv k3", /column 1: conv needs c, as in conv 16/],
    ["conv 16 3", /conv takes no further number without a name; it has c, k, s, p, g, bias, x/],
    ["conv 16 q5", /the layer before does not take "q5"/],
    ["conv 16 k3 k5", /conv has k twice/],
    ["conv 16 k", /k needs a number, as in k3/],
    ["conv {16}", /one option is no alternative/],
    ["conv {16|16}", /the option "16" is there twice/],
    ["conv 0", /conv: c must be a whole number from 1 to 16384, and is 0/],
    ["conv 16 k40 p0", /conv: the image is too small: a window of 40×40/],
    ["conv 2.5", /must be a whole number/],
    ["conv in/2", /must be a whole number from 1 to 16384, and is 1\.5/],
    ["add(conv 16 k3, in)", /add: shapes \[16, 32, 32\], \[3, 32, 32\] do not fit/],
    ["add(conv 3", /column 4: the "\(" opened here is not closed/],
    ["conv {16|24 k3\nrelu\nlinear {1|2}", /: *\nline 1, column 6: the "\{" opened here is not closed\n/],
    [
      "relu\nresidual(conv {16|24 k3)\nx y",
      /line 2, column 15: the "\{" opened here needs "\}", and "\)" comes first/,
    ],
    [
      "rellu\nconv {16|24",
      /2 mistakes\nline 1, column 1: there is no layer[\s\S]*line 2, column 6: the "\{"/,
    ],
    ["flatten linear clases", /column 16: there is no number "clases" here\. Did you mean "classes"\?/],
    ["conv cc k3", /column 6: there is no number "cc" here\.\n/],
    [
      "width = 16\nconv widht k3",
      /line 2, column 6: there is no number "widht" here\. Did you mean "width"\?/,
    ],
    ["conv 16 k{3|sise}", /column 13: there is no number "sise" here/],
    ["width = clases*2", /column 9: there is no number "clases" here/],
    ["conv rellu", /column 1: conv needs c, as in conv 16/],
    ["add conv 3", /add needs its branches in brackets/],
    ["add(conv 3,)", /an empty branch: write "in"/],
    ["y = conv 3\nrelu", /line 1, column 1: nothing reads "y"/],
    ["relu = conv 3", /"relu" is a word of the language/],
    ["block a c\n  conv c\na 3", /expected a parameter or ":"/],
    ["block a c:\nconv 3", /the block a has no layers/],
    ["block a: a relu\na", /there is no layer "a"/],
    ["block a: b\nblock b: relu\na", /there is no layer "b"/],
    ["  relu\n\trelu\nconv 3\n    relu", /no block is above it/],
    ["input 3x32\nrelu", /as in input 3x32x32, and found "3x32"/],
    ["conv 16 §", /the language has no character U\+00A7/],
    ["conv 16k", /a number ends in letters/],
    ["", /the text has no layers/],
    ["# nothing", /the text has no layers/],
    ["relu {16|24}", /these alternatives are numbers, and a layer is expected/],
    ["conv 16 {relu|gelu}", /alternatives make this text a space/],
    ["block a x: relu\na 3", /a parameter cannot be called "x"/],
    ["relu in", /"in" can only begin a line or a branch/],
    ["choose 2 {relu|gelu}", /choose counts its options from 0 to 1, and was given 2/],
    ["linear 10 x0", /the text has no layers/],
    [
      "block down c:\n  conv c k3 p0\ninput 3x4x4\ndown 3 x3",
      /line 2, column 3: conv: the image is too small.*\(called in line 4\)/,
    ],
    [`${"(".repeat(60)}relu${")".repeat(60)}`, /nested more than 40 deep/],
    ["block a: relu x1000\nblock b: a x1000\nb x1000", /more than 5000 nodes/],
    ["((((relu x0) x1000) x1000) x1000) x1000 relu", /more than 50000 steps/],
    ["name x(y)\nrelu", /a name has letters, digits/],
    ['name x"); evil\nrelu', /the language has no character/],
  ];
  test.each(faults)("%j", (text, message) => {
    expect(() => readNetwork(text)).toThrow(message);
  });

  test("several at once, in order", () => {
    const text = "conv 16 k3 bn\ncnov 32\nrelu\nglobalpol";
    expect(() => readNetwork(text, { source: "net.txt" })).toThrow(
      /^net\.txt: 3 mistakes\nline 1, column 12: .*line 2, column 1: .*line 4, column 1: /s,
    );
  });

  test("alternatives that do not fit together are named", () => {
    const text = "w = {16|24}\nconv 16 norm relu\nadd(conv w k3, in)\nglobalpool flatten linear 10";
    expect(() => spaceOfText(text, "mine.txt").create({})).toThrow(
      /line 3, column 1: with w = 24: add: shapes/,
    );
    const size = "conv 8 x{1|3x12}\nglobalpool flatten linear 10";
    expect(() => spaceOfText(size, "mine.txt").create({})).toThrow(
      /with conv1\.x = 3x12: a number is needed/,
    );
    const classes = "globalpool flatten linear {10|12}";
    expect(() => spaceOfText(classes, "mine.txt").create({})).toThrow(
      /with linear1\.c = 12: the last layer gives/,
    );
    const never = "conv {16|24} g{1|5}\nglobalpool flatten linear 10";
    expect(() => spaceOfText(never, "mine.txt").create({})).toThrow(
      /with conv1\.g = 5: conv: 3 → 16 channels/,
    );
  });
});

test("names cannot reach PyTorch or Mermaid as anything but names", () => {
  for (const name of ["a)b", 'a"b', "a;b", "a\u2028b", "a[b", "ä", "a b]"])
    expect(() => readNetwork(`block ${name}: relu\n${name}`)).toThrow(/line 1|line 2/);
});
