// The tools that a model may call, against figures that stand elsewhere: what they say is exact, and what is no design is
// answered in words.
import { expect, test } from "vitest";
import { networkCost } from "../../graph/cost.ts";
import { createDomain } from "../constraints/create-domain.ts";
import type { Choices } from "../space.ts";
import macro from "../spaces/nas-bench-macro.ts";
import type { Outcome, Trial } from "../trial.ts";
import { designerTools } from "./designer-tools.ts";

const space = macro.create({});
const domain = createDomain(space, { maxMacCount: 60e6 });
const designOf = (key: string): Choices => [...key].map(Number);
const spent = { milliseconds: 0 };
const trial = (number: number, key: string, outcome: Outcome): Trial => ({
  number,
  proposal: { choices: designOf(key), fidelity: {}, by: "llm" },
  outcome,
  cost: domain.costOf(designOf(key)),
});
const scored = (accuracy: number): Outcome => ({
  kind: "scored",
  metrics: { accuracy },
  score: accuracy,
  spent,
});
const trials = [
  trial(1, "00000000", scored(0.7)),
  trial(2, "11110000", { kind: "failed", reason: "diverged", detail: "no number", spent }),
  trial(3, "11111111", scored(0.91234)),
  trial(4, "11111111", { kind: "failed", reason: "duplicate", detail: "again", spent }),
];
const tools = designerTools({
  domain,
  trials,
  expect: (designs) => designs.map((choices) => ({ score: 0.9 + choices[0]! / 100, sd: 0.0123 })),
});
const call = (name: string, input: object) => tools.find((tool) => tool.name === name)!.execute(input);

test("costs are those that the search counts, and a wrong design spoils no other answer", () => {
  expect(call("cost", { designs: [designOf("22222222"), [9], designOf("10000000")] })).toEqual([
    { ...domain.costOf(designOf("22222222")), withinLimits: false },
    { error: expect.stringContaining("8 decisions") },
    { ...domain.costOf(designOf("10000000")), withinLimits: true },
  ]);
});

test("neighbours are one decision away and allowed, untried ones first", () => {
  const answer = call("neighbours", { design: designOf("11111110") }) as {
    allowed: number;
    shown: { design: number[]; macCount: number; tried?: true }[];
  };
  expect(answer.shown.length).toBe(answer.allowed);
  for (const { design, macCount } of answer.shown) {
    expect(design.filter((digit, index) => digit !== [1, 1, 1, 1, 1, 1, 1, 0][index]).length).toBe(1);
    expect(macCount).toBe(domain.costOf(design).macCount);
    expect(macCount).toBeLessThanOrEqual(60e6);
  }
  expect(answer.shown.at(-1)).toMatchObject({ design: designOf("11111111"), tried: true });
  expect(() => call("neighbours", { design: [1] })).toThrow("8 decisions");
});

test("layers add up to the network, and see more and more", () => {
  const { layers } = call("layers", { design: designOf("11111111") }) as { layers: string[] };
  const numbers = layers.map((line) => {
    const [, times = "1", macs] = /^(?:(\d+) × )?.* ([\d]+) MACs/.exec(line)!;
    return Number(times) * Number(macs);
  });
  const total = numbers.reduce((sum, macs) => sum + macs, 0);
  expect(total).toBe(networkCost(space.decode(designOf("11111111"))).macCount);
  const seen = layers.map((line) => Number(/sees (\d+)×/.exec(line)![1]));
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(layers[0]).toContain("convolution 3×3");
});

test("what was tried is told best first, failures last, nothing twice", () => {
  expect(call("tried", {})).toEqual({
    tried: [
      {
        design: designOf("11111111"),
        percent: 91.23,
        macCount: domain.costOf(designOf("11111111")).macCount,
      },
      { design: designOf("00000000"), percent: 70, macCount: domain.costOf(designOf("00000000")).macCount },
      { design: designOf("11110000"), result: "failed: diverged" },
    ],
  });
});

test("a network from outside the space is told by its name", () => {
  const network = { ...space.decode(designOf("00000000")), name: "resnet-8" };
  const first = { choices: [], network, fidelity: {}, by: "reference" };
  const [tried] = designerTools({ domain, trials: [{ ...trials[0]!, proposal: first }] }).filter(
    ({ name }) => name === "tried",
  );
  expect(tried!.execute({})).toMatchObject({ tried: [{ design: "resnet-8", percent: 70 }] });
});

test("the surrogate is asked for allowed designs only, and is no tool where there is none", () => {
  expect(call("surrogate", { designs: [designOf("10000000"), designOf("22222222"), [3]] })).toEqual([
    { percent: 91, sd: 1.23 },
    { error: "It is outside the limits." },
    { error: expect.stringContaining("8 decisions") },
  ]);
  expect(designerTools({ domain, trials }).map(({ name }) => name)).toEqual([
    "cost",
    "neighbours",
    "layers",
    "tried",
  ]);
});

test("what a trained design mixes up is said in words; searches on tables have no such tool", () => {
  expect(tools.map(({ name }) => name)).not.toContain("confusions");
  const confused = [{ actual: "cat", predicted: "dog", images: 34 }];
  const trained = designerTools({
    domain,
    trials: [
      trial(1, "00000000", { ...scored(0.7), confused } as Outcome),
      trial(2, "11111111", scored(0.8)),
    ],
    isTrained: true,
  }).find(({ name }) => name === "confusions")!;
  expect(trained.execute({ design: designOf("00000000") })).toEqual(["34 images of cat taken for dog"]);
  expect(trained.execute({ design: designOf("11111111") })).toEqual({
    error: "It is not known what it mixes up.",
  });
  expect(trained.execute({ design: designOf("22222222") })).toEqual({ error: "It was not measured." });
});
