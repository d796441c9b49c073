// A bench on a published table within limits, on a person's own table, and on an evaluator of their own.
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  bench,
  type Choices,
  defineEvaluator,
  defineSpace,
  networkCost,
  openSpace,
  openTable,
  parseChoices,
} from "../../index.ts";
import { comparisonJson } from "../../report/index.ts";
import { allDesigns } from "../../search/constraints/create-domain.ts";
import { tinySpace } from "../../testing/tiny-space.ts";

const space = defineSpace({
  name: "tiny",
  summary: "A space for tests.",
  source: "a test",
  options: z.object({ classCount: z.int().min(2).default(10) }),
  fit: ({ classCount }) => ({ classCount }),
  create: ({ classCount }) => ({ ...tinySpace, classCount }),
});
const file = async (name: string, text: string) => {
  const path = join(await mkdtemp(join(tmpdir(), "genius-bench-")), name);
  await writeFile(path, text);
  return path;
};

test("ranks and regret count among the designs that the limits allow", async () => {
  const { comparison, bench: measured } = await bench({
    ...{ space: "nas-bench-macro", strategies: ["random"], evaluations: [15], seeds: 3 },
    limits: { maxMacs: "60M" },
    workers: 2,
  });
  // Counted from the published file: 4,075 of 6,561 designs; the best of them has 92.5667 %.
  expect(comparison.designCount).toBe(4075);
  expect(comparison.optimum01).toBeCloseTo(0.925667, 5);
  expect(comparison.command).toContain("--max-macs 60000000");
  expect(comparison.notes.join()).toContain("among the 4,075 designs within the limits");
  const macro = await openSpace("nas-bench-macro");
  const table = await openTable({ space: macro, dataset: "cifar10" });
  for (const { points } of measured.traces) {
    for (const { score, rank } of points) {
      expect(rank).toBeLessThanOrEqual(4075);
      expect(score).toBeLessThanOrEqual(comparison.optimum01!);
    }
  }
  const [guess] = comparison.trivialGuesses;
  expect(networkCost(macro.decode(parseChoices(macro, guess!.key))).macCount).toBeLessThanOrEqual(60e6);
  expect(table.optimum01).toBeGreaterThan(comparison.optimum01!);
  await expect(bench({ space: "nas-bench-macro", seeds: 1, limits: { maxMacs: 1000 } })).rejects.toThrow(
    "No design of nas-bench-macro has at most 1k MACs",
  );
});

/** A loss that is lowest for the middle width, with the rectifier and the highest rate; it may be negative. */
const lossOf = ([width = 0, activation = 0, rate = 0]: Choices) =>
  Math.abs(width - 1) - activation - 0.1 * rate;

test("an own table, minimised and below zero, is searched in its own space and said in its own unit", async () => {
  const rows = allDesigns(tinySpace).map((choices) => `${choices.join("")},${lossOf(choices)}`);
  const table = await file("loss.csv", `design,validation\n${rows.join("\n")}\n`);
  const out = await file("comparison.md", "");
  const { comparison, bench: measured } = await bench({
    ...{ space, table, tableMetric: "loss", tableGoal: "minimise", tableUnit: "nats", out },
    ...{ strategies: ["gp"], evaluations: [6, 18], seeds: 4, spaceOptions: { classCount: 2 } },
  });
  expect(comparison).toMatchObject({
    ...{ metric: { name: "loss", goal: "minimise" }, selectedOn: "validation", validationOnly: true },
    ...{ designCount: 18, optimum01: 1.2 },
  });
  // All 18 designs in 18 evaluations: every strategy ends at the best, −1.2.
  for (const { points } of measured.traces) {
    expect(points.at(-1)).toMatchObject({ score: 1.2, rank: 1, regret01: 0 });
  }
  const text = await readFile(out, "utf8");
  expect(text).toContain(
    "gp, random and largest-first are equal: the mean loss on validation data of each is -1.200 nats.",
  );
  expect(text).toContain("Every run evaluated all 18 designs, so a budget of 18 evaluations says nothing");
  expect(text).not.toMatch(/NaN|accuracy on/);
  expect(JSON.stringify(comparisonJson(comparison))).not.toMatch(/accuracy01/i);
});

test("a table with one figure that is a test figure is selected on it", async () => {
  const rows = allDesigns(tinySpace).map((choices) => [
    choices.join(","),
    { test: 50 + 10 * lossOf(choices) },
  ]);
  const table = await file("mine.json", JSON.stringify(Object.fromEntries(rows)));
  const { comparison } = await bench({
    ...{ space, table, strategies: ["random"], evaluations: [4], seeds: 2, spaceOptions: { classCount: 2 } },
  });
  expect(comparison.selectedOn).toBe("test");
  expect(comparison.results[0]!.validationScore).toBeNull();
  expect(comparison.results[0]!.testScore!.mean).toBeLessThanOrEqual(0.6);
});

test("an own evaluator is asked for each design; a best that it knows gives a regret", async () => {
  const evaluator = defineEvaluator({
    ...{
      name: "bowl",
      summary: "A bowl.",
      source: "a test",
      options: z.object({ depth: z.number().default(1) }),
    },
    metrics: [{ name: "loss", unit: "", goal: "minimise" }],
    create: async (_, { depth }) => ({
      ...{ selectedOn: "validation", fidelity: { full: {} }, provenance: { depth }, optimum: 1.2 * depth },
      metric: { name: "loss", unit: "", goal: "minimise" },
      evaluate: async ({ proposal }) => ({
        ...{
          kind: "scored",
          metrics: { loss: depth * lossOf(proposal.choices) },
          spent: { milliseconds: 0 },
        },
      }),
    }),
  });
  const asked = { space, evaluator, strategies: ["local-search"], evaluations: [5], seeds: 3 };
  const { comparison } = await bench({
    ...{ ...asked, evaluatorOptions: { depth: 10 }, spaceOptions: { classCount: 2 } },
  });
  const [row] = comparison.results;
  expect(row).toMatchObject({ rank: null, testScore: null });
  expect(row!.regret01!.mean).toBeCloseTo(12 - row!.validationScore!.mean, 10);
  expect(comparison.notes.join()).toContain("those of an evaluator");
  await expect(bench({ ...asked, dataset: "what" })).rejects.toThrow(
    'Nothing says what "what" holds, and the networks of tiny depend on it: give --class-count.',
  );
  await expect(bench({ ...asked, evaluator: "train" })).rejects.toThrow("run it with genius search");
});

test("a table of a part of the space says what is missing, and a strategy without any figure has none", async () => {
  const rows = allDesigns(tinySpace)
    .slice(0, 11)
    .map((choices) => `${choices.join("")},${50 - lossOf(choices)}`);
  const table = await file("part.csv", `design,validation\n${rows.join("\n")}\n`);
  const { comparison } = await bench({
    ...{ space, table, strategies: ["random"], evaluations: [3], seeds: 1, spaceOptions: { classCount: 2 } },
  });
  const notes = comparison.notes.join("\n");
  expect(notes).toContain(
    "The table has 11 of the 18 designs of the space that are allowed. Each of the other 7",
  );
  expect(notes).toContain(
    "largest-first had scored no design after 3 evaluations in any run, so it has no figures there.",
  );
  expect(notes).toContain("There is no figure for a design that needs no search");
  expect(notes).not.toContain("so a budget of");
  expect(JSON.stringify(comparison.checklist)).toContain("the same table, which is your own");
});

/** Written where the worker threads can load it: a board with too little memory for the largest designs. */
const board = (evaluate: string) => `
import { defineEvaluator, networkCost } from "${import.meta.resolve("../../index.ts")}";
import { z } from "${import.meta.resolve("zod")}";
export default defineEvaluator({
  name: "board", summary: "A board.", source: "a test", tabular: true, options: z.object({}),
  create: async () => ({
    selectedOn: "validation", fidelity: { full: {} }, provenance: {},
    async evaluate({ network }) {
      ${evaluate}
    },
  }),
});
`;

test("crashes are findings where outcomes are computed, though every search begins with some", async () => {
  const evaluator = await file(
    "board.ts",
    board(`const { macCount } = networkCost(network);
      const spent = { milliseconds: 0 };
      if (macCount > 60e6) return { kind: "failed", reason: "crashed", detail: "no memory", spent };
      return { kind: "scored", metrics: { accuracy: macCount / 1e8 }, spent };`),
  );
  const asked = { space: "nas-bench-macro", evaluator, seeds: 2, evaluations: [12], workers: 2 };
  const { bench: measured } = await bench({ ...asked, strategies: ["hybrid"] });
  const of = (strategy: string) => measured.traces.filter((trace) => trace.strategy === strategy);
  expect(of("largest-first").map(({ proposals }) => proposals.failed)).toEqual([12, 12]);
  for (const { points, proposals } of of("hybrid")) {
    expect(proposals.failed).toBeGreaterThan(2);
    expect(points.at(-1)!.score).toBeGreaterThan(0.4);
  }
});

test("an error in an own file is told with its place, from a worker thread too", async () => {
  const evaluator = await file("broken.ts", board(`throw new Error("no such board");`));
  const asked = { space: "nas-bench-macro", evaluator, seeds: 1, evaluations: [3], workers: 2 };
  await expect(bench({ ...asked, strategies: ["random"] })).rejects.toMatchObject({
    ...{ name: "GeniusError", code: "foreign-code" },
    message: expect.stringMatching(/broken\.ts:\d+:\d+, which is not part of genius: no such board/),
  });
});
