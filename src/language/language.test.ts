// Spaces of texts keep to the contract of all spaces, and what is wrong in a text is told with its place and the nearest right
// word.
import { describe, expect, test } from "vitest";
import { networkCost } from "../graph/cost.ts";
import type { Network } from "../graph/network.ts";
import {
  createDomain,
  largestFeasible,
  reachOf,
  smallestFeasible,
} from "../search/constraints/create-domain.ts";
import { spaceChecks } from "../testing/space-suite.ts";
import { spaceAround } from "./around.ts";
import { readNetwork } from "./read.ts";
import { spaceOfText } from "./space.ts";

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

describe("files of other systems", () => {
  const plain =
    "input 3x32x32\nblock b c: # of one layer\n  conv c norm\n  relu\nb 8\nglobalpool flatten linear 10\n";
  for (const [name, text] of Object.entries({
    "a byte order mark": `\uFEFF${plain}`,
    "a byte order mark before an indented text": `\uFEFF${plain.replaceAll(/^(?=.)/gm, "  ")}`,
    "lines that end as on Windows": plain.replaceAll("\n", "\r\n"),
    "lines that end in carriage returns": plain.replaceAll("\n", "\r"),
    "all of it": `\uFEFF${plain.replaceAll("\n", "\r")}`,
  })) {
    test(name, () => {
      expect(readNetwork(text)).toEqual(readNetwork(plain));
      expect(spaceAround(text, "own.txt").choices).toEqual(spaceAround(plain, "own.txt").choices);
    });
  }

  test("a mistake is told at its line and column", () => {
    expect(() => readNetwork("\uFEFFconv 16\rcnov 32\r\nrelu")).toThrow(
      /line 2, column 1: there is no layer "cnov".*\n {4}cnov 32\n {4}\^/,
    );
    expect(() => readNetwork("\uFEFFconv 16 bn\rrelu")).toThrow(
      /line 1, column 9.*\n {4}conv 16 bn\n {12}\^/,
    );
  });
});

test("designs that are one network have one key", () => {
  const text = "{in|conv {8|16} k3 norm relu} x{1|2}\n{relu|in}\n{in|relu}\nglobalpool flatten linear 10";
  const { networks, decisions } = spaceOfText(text, "keys.txt").create({});
  const all = decisions.reduce<readonly (readonly number[])[]>(
    (designs, { options }) => designs.flatMap((design) => options.map((_, option) => [...design, option])),
    [[]],
  );
  expect(all).toHaveLength(32);
  // Nothing, or one of two widths once or twice; behind it no, one or two relus, of which those behind a relu may be the same.
  expect(new Set(all.map((design) => networks?.keyOf(design))).size).toBe(5 * 3);
  const [none, other] = [
    [0, 0, 0, 1, 0],
    [0, 1, 1, 1, 0],
  ].map((design) => networks?.keyOf(design));
  expect(other).toBe(none);
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
