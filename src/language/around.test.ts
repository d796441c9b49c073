// The space around a network: the network is one of its designs, every design fits, and a design's text is the network's with
// other numbers.
import { describe, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { references } from "../catalog/_catalog.ts";
import { networkCost } from "../graph/cost.ts";
import { anyDesign, createDomain, reachOf } from "../search/constraints/create-domain.ts";
import { spaceAround } from "./around.ts";
import { isSame, printNetwork } from "./print.ts";
import { readNetwork, readProgram } from "./read.ts";
import { settledText } from "./settle.ts";
import { spaceOfText } from "./space.ts";

const resnet = `# a network of one's own
block res c s=1:
  residual(conv c k3 s norm relu conv c k3 norm else conv c s norm) relu
conv 16 k3 norm relu   # {a comment}
res 16
res 32 s2 x2
globalpool flatten linear classes
`;

function expectAround(text: string): ReturnType<typeof spaceAround> {
  const around = spaceAround(text, "mine.txt");
  const definition = spaceOfText(around.text, "mine.txt");
  const space = definition.create(definition.options.parse({}));
  const program = readProgram(around.text, "mine.txt");
  expect(around.choices).toHaveLength(space.decisions.length);
  expect(around.choices.every((choice) => choice >= 0)).toBe(true);
  expect(isSame(space.decode(around.choices), readNetwork(text))).toBe(true);
  const random = createRandom("around");
  const domain = createDomain(space, {});
  for (let draw = 0; draw < 10; draw += 1) {
    const choices = anyDesign(space, random);
    const network = space.decode(choices);
    expect(isSame(readNetwork(settledText(program, choices)), network)).toBe(true);
    expect(domain.costOf(choices)).toMatchObject({ macCount: networkCost(network).macCount });
  }
  const reach = reachOf(space);
  const own = networkCost(readNetwork(text));
  if (reach !== undefined) {
    expect(reach.minParamCount).toBeLessThan(own.paramCount);
    expect(reach.maxParamCount).toBeGreaterThan(own.paramCount);
  }
  return around;
}

test("widths, kernels and repeats of a text that was written by hand", () => {
  const { text, choices } = expectAround(resnet);
  expect(text).toBe(`# a network of one's own
block res c s=1:
  residual(conv c k{3|5} s norm relu conv c k{3|5} norm else conv c s norm) relu
conv {8|12|16|20|24} k{3|5} norm relu   # {a comment}
res {8|12|16|20|24} x{1|2}
res {16|24|32|40|48} s2 x{1|2|3}
globalpool flatten linear classes
`);
  expect(choices).toEqual([0, 0, 2, 0, 2, 0, 2, 1]);
});

describe("around what is printed of", () => {
  for (const [name, { load }] of Object.entries(references)) {
    test(name, async () => {
      const { build } = await load();
      const { choices } = expectAround(
        printNetwork(build({ input: [3, 32, 32], classCount: 10, width: 0.5 })),
      );
      expect(choices.length).toBeGreaterThan(1);
    });
  }
});

test("numbers that only fit together share one decision", () => {
  const text = "a = conv 24 k3 norm\nconv 24 k5 norm\nadd(in relu, a) relu\nglobalpool flatten linear 10\n";
  const around = expectAround(text);
  expect(around.text).toMatch(
    /^w1 = \{12\|20\|24\|32\|36\}\na = conv w1 k\{3\|5\} norm\nconv w1 k\{3\|5\} norm/,
  );
});

test("what leaves nothing to change, and what is a space already, is refused", () => {
  expect(() => spaceAround("flatten linear 10", "a.txt")).toThrow(/leaves nothing to change/);
  expect(() => spaceAround("conv {8|16} k3\nglobalpool flatten linear 10", "a.txt")).toThrow(
    /it is a space: search it with --space/,
  );
  expect(() => spaceAround("conv 8 k3 bn", "a.txt")).toThrow(/there is no layer "bn"/);
});

test("a settled text has the chosen options in the place of the braces, nested ones too", () => {
  const program = readProgram(
    "{conv {8|16} k3 norm|maxpool 3 s1} x2\nconv {4|8} relu\nglobalpool flatten linear 2\n",
    "a.txt",
  );
  expect(settledText(program, [0, 1, 0])).toBe(
    "(conv 16 k3 norm) x2\nconv 4 relu\nglobalpool flatten linear 2\n",
  );
  expect(settledText(program, [1, 0, 1])).toBe(
    "(maxpool 3 s1) x2\nconv 8 relu\nglobalpool flatten linear 2\n",
  );
});
