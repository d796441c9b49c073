// What the page makes of figures before it draws them: curves over time, lists of runs, and what ran at once.
import { expect, test } from "vitest";
import type { RunSummary, TrialColumns } from "../../src/dashboard/api.ts";
import { appendTrials, createTrialTable } from "./src/api/trial-table.ts";
import { inLanes } from "./src/charts/timeline.ts";
import { grouped, listed, type Wanted } from "./src/pages/runs-order.ts";
import { improvements } from "./src/run/best-so-far.ts";
import { numberIn } from "./src/run/trial-columns.ts";

/** Rows in the order in which trainings ended. */
function tableOf(rows: readonly { readonly number: number; readonly score: number; readonly ms: number }[]) {
  const each = <Value>(value: Value) => rows.map(() => value);
  const columns = {
    ...{ from: 0, total: rows.length, number: rows.map(({ number }) => number) },
    ...{ choices: each(0), decisionCount: 1, network: each(0), networks: [], outcome: each(0) },
    ...{ outcomeWords: ["scored"], evaluated: each(1), score: rows.map(({ score }) => score) },
    ...{ predicted01: each(null), predictedSd01: each(null), paramCount: each(1), macCount: each(1) },
    ...{ ramBytes: each(null), flashBytes: each(null), latencyMs: each(null) },
    ...{ finishedMs: rows.map(({ ms }) => ms), spentMs: each(0), usd: each(null) },
    ...{ by: each(0), proposers: ["random"], changed: each(0), call: each(0) },
  } as unknown as TrialColumns;
  return appendTrials(createTrialTable(), columns)!;
}

test("over time the best so far never runs backwards, though trainings end in another order than they began", () => {
  // Trial 1 takes long: 2 and 3 end before it.
  const table = tableOf([
    { number: 2, score: 0.5, ms: 10 },
    { number: 3, score: 0.9, ms: 20 },
    { number: 1, score: 0.7, ms: 90 },
    { number: 4, score: 0.95, ms: 100 },
  ]);
  const overTime = improvements(table, "time");
  expect(overTime.map(({ finishedMs }) => finishedMs)).toEqual([10, 20, 100]);
  expect(overTime.map(({ score }) => score)).toEqual([0.5, 0.9, 0.95]);
  // Evaluations are counted as they were proposed.
  expect(improvements(table, "evaluations").map(({ trial }) => trial)).toEqual([1, 3, 4]);
});

test("what ran at once lies in lanes of its own", () => {
  const span = (id: number, start: number, end: number) => ({ id, start, end, isGood: true });
  const lanes = inLanes([span(1, 0, 10), span(2, 2, 5), span(3, 5, 8), span(4, 10, 12)]);
  expect(lanes.map(({ id, lane }) => [id, lane])).toEqual([
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 0],
  ]);
});

const run = (id: string, more: object) =>
  ({
    ...{ id, folder: `/runs/${id}`, state: "finished", dataset: "digits", space: "mobile", strategy: "gp" },
    ...{ evaluator: "train", seed: 1, evaluations: 3, budget: 3, changedAt: id, spent: { elapsedMs: 1 } },
    ...more,
  }) as unknown as RunSummary;
const wanted: Wanted = {
  ...{ text: "", state: "any", dataset: undefined, showsArchived: false },
  sort: { key: "result", isDown: true },
};

test("runs are found by any of their words, sorted with the unknown last, and put away", () => {
  const runs = [
    run("a", { best: { score: 0.7, name: "9-layer depthwise, 18k" } }),
    run("b", { note: { label: "The one", tags: ["good"] }, dataset: "photos" }),
    run("c", { testScore: 0.9 }),
    run("d", { note: { isArchived: true } }),
  ];
  const ids = (more: Partial<Wanted>) => listed(runs, { ...wanted, ...more }).map(({ id }) => id);
  expect(ids({})).toEqual(["c", "a", "b"]);
  expect(ids({ text: "GOOD one" })).toEqual(["b"]);
  expect(ids({ text: "depthwise digits" })).toEqual(["a"]);
  expect(ids({ dataset: "photos" })).toEqual(["b"]);
  expect(ids({ showsArchived: true })).toEqual(["d"]);
  expect(grouped(runs).map(({ name, runs: own }) => [name, own.length])).toEqual([
    ["digits", 3],
    ["photos", 1],
  ]);
});

test("a bound is read as people write counts", () => {
  expect([numberIn("20k"), numberIn(" 1.5M "), numberIn("93.2"), numberIn("many")]).toEqual([
    ...[20_000, 1_500_000, 93.2, undefined],
  ]);
});
