import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Space } from "../space.ts";
import resnet from "../spaces/channel-bench-resnet.ts";
import imagenet from "../spaces/genius-imagenet.ts";
import cell from "../spaces/nas-bench-201.ts";
import macro from "../spaces/nas-bench-macro.ts";
import { readDesign } from "./read-design.ts";
import { readExperiments, readFeedback, readWindow } from "./read-feedback.ts";

const spaces = {
  imagenet: imagenet.create({ classCount: 1000 }),
  macro: macro.create({}),
  cell: cell.create(cell.options.parse({}) as never),
  resnet: resnet.create({}),
};
const digits = "100010101100202200440440505550";
const stages = digits.match(/.{6}/g)!.map((stage) => `[${[...stage].join(", ")}]`);
const labelled = (label: (stage: number) => string) =>
  stages.map((list, index) => `${label(index + 1)}${list}`).join("\n");

test.each<[name: string, space: keyof typeof spaces, design: string, text: string]>([
  ["stages", "imagenet", digits, labelled((stage) => `Stage ${stage} (Layer 2 to Layer 7): `)],
  ["numbered stages", "imagenet", digits, labelled((stage) => `${stage}. Stage ${stage} (Layers 2-7): `)],
  [
    "bare lists",
    "imagenet",
    digits,
    `I propose:\n\n${stages.join("\n")}\n\nThis is 327.5 (within [270, 330]).`,
  ],
  ["a doubled bracket", "imagenet", digits, `[${stages.join("\n")}`],
  ["a nested list", "imagenet", digits, `op_list = [${stages.join(",\n  ")}]`],
  [
    "comments",
    "imagenet",
    digits,
    `op_list = [\n${stages.map((list) => `${list.slice(1, -1)}, # Stage (Layer 2 to 7)`).join("\n")}\n]`,
  ],
  [
    "JSON of stages",
    "imagenet",
    digits,
    JSON.stringify(Object.fromEntries(stages.map((list, index) => [`stage_${index + 1}`, JSON.parse(list)]))),
  ],
  [
    "a revision",
    "imagenet",
    digits,
    `${labelled((stage) => `Stage ${stage}: `).replaceAll("5", "6")}\nThat is too much. Revised:\n${labelled((stage) => `Stage ${stage}: `)}`,
  ],
  ["a string of digits", "macro", "02012100", "I propose **02012100**."],
  ["JSON", "macro", "02012100", '{"reason": "deeper [1, 2]", "choices": [0,2,0,1,2,1,0,0]}'],
  ["no commas", "macro", "02012100", "Answer: 0 2 0 1 2 1 0 0"],
  ["an example first", "macro", "02012100", "Format [1, 2, ..., 0]. My answer is [0, 2, 0, 1, 2, 1, 0, 0]"],
  [
    "an earlier one after",
    "macro",
    "02012100",
    "I suggest [0, 2, 0, 1, 2, 1, 0, 0]. It is deeper than the previous design [0, 0, 0, 1, 2, 1, 0, 0].",
  ],
  [
    "one to beat after",
    "macro",
    "02012100",
    "Try [0, 2, 0, 1, 2, 1, 0, 0], which should beat [0, 0, 0, 1, 2, 1, 0, 0] of Experiment 2.",
  ],
  [
    "named layers",
    "macro",
    "02012100",
    [0, 2, 0, 1, 2, 1, 0, 0].map((op, index) => `layer${index + 2}: ${op}`).join("\n"),
  ],
  ["widths", "resnet", "1333224", "[64, 192, 192, 384, 256, 256, 512]"],
  ["levels", "resnet", "4344424", "[4, 3, 4, 4, 4, 2, 4]"],
  [
    "a cell string",
    "cell",
    "313230",
    "I choose `|nor_conv_3x3~0|+|skip_connect~0|nor_conv_3x3~1|+|nor_conv_1x1~0|nor_conv_3x3~1|none~2|`.",
  ],
  ["assignments", "cell", "313230", "op0 = 3\nop1 = 1\nop2 = 3\nop3 = 2\nop4 = 3\nop5 = 0"],
  [
    "operations by number",
    "cell",
    "313230",
    [3, 1, 3, 2, 3, 0].map((op, index) => `- op${index}: something (operation ${op})`).join("\n"),
  ],
  [
    "a table",
    "cell",
    "313230",
    `| edge | op |\n|---|---|\n${[3, 1, 3, 2, 3, 0].map((op, index) => `| op${index} | ${op} |`).join("\n")}`,
  ],
])("reads %s", (_, name, design, text) => {
  const space: Space = spaces[name];
  const read = readDesign(space, text);
  expect(read).toMatchObject({ kind: "design" });
  if (read.kind === "design")
    expect(read.choices.map((choice) => choice + space.firstDigit).join("")).toBe(design);
});

test.each<[space: keyof typeof spaces, text: string, reason: RegExp]>([
  ["macro", "", /empty/],
  ["macro", "I cannot help with that.", /no list of 8 choices/],
  ["macro", "[0, 2, 0, 1, 3, 1, 0, 0]", /3 is no option/],
  ["imagenet", labelled((stage) => `Stage ${stage}: `).slice(0, -9), /make no list of 30/],
])("says why it cannot read (%s: %s)", (name, text, reason) => {
  const read = readDesign(spaces[name], text);
  expect(read).toMatchObject({ kind: "unreadable", reason: expect.stringMatching(reason) });
});

describe("what a person said", () => {
  test.each<[text: string, expected: Partial<ReturnType<typeof readFeedback>>]>([
    [
      "The design fails to meet the FLOPS constraint, resulting 362 FLOPS, which is 32 FLOPS higher the upper bound of 330.",
      { verdict: "rejected", macsM: 362 },
    ],
    ["Too big: 362M MACs. Please shrink it.", { verdict: "rejected", macsM: 362 }],
    ["It has 0.362 GFLOPs, over the limit of 0.33 GFLOPs.", { verdict: "rejected", macsM: 362 }],
    [
      "This design is already being tested in the experiments, please avoid suggesting it again.",
      { verdict: "duplicate" },
    ],
    ["We tried that one already.", { verdict: "duplicate" }],
    [
      "By using this model, we achieved an accuracy of 91.53%. Please recommend a new model.",
      { verdict: "measured", accuracy01: 0.9153 },
    ],
    [
      "This design exceeds all previous results with an accuracy of 73.1%.",
      { verdict: "measured", accuracy01: 0.731 },
    ],
    ["Thank you.", { verdict: "none" }],
  ])("%s", (text, expected) => {
    expect(readFeedback(text)).toMatchObject(expected);
  });

  test("lists of experiments, with headings or one a line", () => {
    const headed = `- Experiment1\n${labelled((stage) => `Stage ${stage}: `)}\nachieving a total of 330 FLOPS. By using this model, we achieved an accuracy of 71.71%.`;
    expect(readExperiments(spaces.imagenet, headed)).toMatchObject([
      { number: 1, macsM: 330, accuracy01: 0.7171 },
    ]);
    const lines =
      "[0, 2, 0, 1, 2, 1, 0, 0] gives an accuracy of 92.30%\n[1, 2, 0, 1, 2, 1, 0, 0] gives an accuracy of 92.41%\n";
    expect(readExperiments(spaces.macro, lines).map(({ accuracy01 }) => accuracy01)).toEqual([0.923, 0.9241]);
  });

  test("the window of a prompt", () => {
    const text =
      "please ensure that the total FLOPS of the model (including both defined and undefined layers) remains in [270, 330].";
    expect(readWindow(text)).toEqual({ minMacCount: 270e6, maxMacCount: 330e6 });
  });
});

test("no text crashes the readers or holds them up", () => {
  const pieces = fc.constantFrom(
    "[",
    "]",
    "1",
    ", ",
    "#",
    "\n",
    "Stage 1: ",
    "[1, 0, 0, 0, 0, 0]",
    "//",
    "op0: ",
    "|",
    "Experiment 3",
    " accuracy of ",
    "%",
    "FLOPS",
    "resulting ",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces, { maxLength: 120 }).map((parts) => parts.join("")),
      ),
      (text) => {
        for (const space of Object.values(spaces)) {
          readDesign(space, text);
          readExperiments(space, text);
        }
        readFeedback(text);
        readWindow(text);
      },
    ),
    { numRuns: 150 },
  );
});

test("a reply that ends in hundreds of thousands of empty lines is read like any other", () => {
  const flood = "\n".repeat(400_000);
  expect(readDesign(spaces.macro, `The design is [0, 2, 0, 1, 2, 1, 0, 0].${flood}`)).toMatchObject({
    kind: "design",
    choices: [0, 2, 0, 1, 2, 1, 0, 0],
  });
  expect(readDesign(spaces.macro, `No design yet.${flood}op`)).toMatchObject({ kind: "unreadable" });
});
