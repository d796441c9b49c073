// What the page makes of figures before it draws them: curves over time, lists of runs, and what ran at once.
import { expect, test } from "vitest";
import type { RunSummary, TrialColumns } from "../../src/dashboard/api.ts";
import { appendTrials, createTrialTable } from "./src/api/trial-table.ts";
import { brokenLabels, shortLabels } from "./src/charts/option-labels.ts";
import { inLanes } from "./src/charts/timeline.ts";
import { worthOfCalls } from "./src/conversation/call-worth.ts";
import { formatWhen, together } from "./src/format.ts";
import { grouped, listed, type Wanted } from "./src/pages/runs-order.ts";
import { improvements } from "./src/run/best-so-far.ts";
import { gathered } from "./src/run/option-scores.ts";
import { numberIn } from "./src/run/trial-columns.ts";
import { foldedLines } from "./src/ui/folded-lines.ts";

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
    run("a", { best: { score: 0.7, name: "9-layer depthwise, 18k parameters" } }),
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
  // When the last one is taken back, the list is not left empty.
  const none = listed(runs.slice(0, 3), { ...wanted, showsArchived: true });
  expect(none.map(({ id }) => id)).toEqual(["c", "a", "b"]);
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

test("a call is worth what its designs added to the best so far, also where trainings end in another order", () => {
  const table = tableOf([
    { number: 2, score: 0.6, ms: 10 },
    { number: 1, score: 0.5, ms: 20 },
    { number: 3, score: 0.55, ms: 30 },
    { number: 4, score: 0.75, ms: 40 },
    { number: 5, score: 0.8, ms: 50 },
  ]);
  const worth = worthOfCalls(
    [{ trials: [1] }, { trials: [2, 3] }, { trials: [] }, { trials: [4, 5] }],
    table,
  );
  const rounded = worth.map(({ gain, best }) => [gain && Number(gain.toFixed(6)), best]);
  expect(rounded).toEqual([
    [0, 0.5],
    [0.1, 0.6],
    [undefined, 0.6],
    [0.2, 0.8],
  ]);
});

test("designs are gathered by one decision, and by two", () => {
  const design = (id: number, choices: readonly number[], score: number) => ({ id, choices, score });
  const designs = [
    design(1, [0, 1], 0.5),
    design(2, [1, 1], 0.75),
    design(3, [0, 1], 0.75),
    design(4, [0, 0], 0.25),
  ];
  expect(
    gathered(designs, [0]).map(({ options, count, mean, best }) => [options, count, mean, best.id]),
  ).toEqual([
    [[0], 3, 0.5, 3],
    [[1], 1, 0.75, 2],
  ]);
  expect(gathered(designs, [1, 0]).map(({ options, count, mean }) => [options, count, mean])).toEqual([
    [[0, 0], 1, 0.25],
    [[1, 0], 2, 0.625],
    [[1, 1], 1, 0.75],
  ]);
});

test("of a long text only what changed is shown, with what stands around it", () => {
  const lines = [
    ...["a", "b", "c", "d"].map((text) => ({ kind: "same", text }) as const),
    { kind: "new", text: "x" } as const,
    ...["e", "f", "g"].map((text) => ({ kind: "same", text }) as const),
  ];
  expect(foldedLines(lines, 1).map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    ...["folded 3 lines as before", "same d", "new x", "same e", "folded 2 lines as before"],
  ]);
  expect(foldedLines(lines.slice(0, 4), 1).map(({ text }) => text)).toEqual(["4 lines as before"]);
});

test("names that are cut are still told apart", () => {
  const names = [
    "identity: no block",
    "inverted residual, kernel 3, expansion 3",
    "inverted residual, kernel 5, expansion 6",
  ];
  expect(shortLabels(names, 60)).toEqual(names);
  expect(shortLabels(names, 24)).toEqual([
    "identity: no block",
    "…kernel 3, expansion 3",
    "…kernel 5, expansion 6",
  ]);
  expect(shortLabels(["a long name of one thing", "another"], 10)).toEqual(["a long na…", "another"]);
});

test("options of a decision are broken into lines that leave none out, and told apart where they are cut", () => {
  const options = [
    "identity: only a 1×1 convolution of stride 2 to the new shape",
    "inverted residual, kernel 3, expansion 3",
    "inverted residual, kernel 5, expansion 6",
  ];
  const whole = brokenLabels(options, 400).shown;
  expect(whole).toEqual(options);
  for (const width of [56, 72, 100]) {
    const { shown, height, style } = brokenLabels(options, width);
    expect(new Set(shown).size).toBe(3);
    expect(shown.join(" ").replaceAll("\n", " ")).toMatch(/kernel 3,.*kernel 5,/);
    expect(Math.max(...shown.map((label) => label.split("\n").length)) * style.lineHeight).toBe(height);
  }
});

test("no line ends between a figure and its unit", () => {
  const words =
    "95 % interval 80.64 % to 82.16 %, of 10,000 images; noise of ± 3.32 points in 9 min 57 s, 5 minutes";
  expect(together(words).split(" ")).toEqual([
    ...["95\u00a0%", "interval", "80.64\u00a0%", "to", "82.16\u00a0%,", "of", "10,000", "images;", "noise"],
    ...["of", "±\u00a03.32\u00a0points", "in", "9\u00a0min\u00a057\u00a0s,", "5", "minutes"],
  ]);
});

test("in a list a moment is said from now: today, yesterday, this year, another year", () => {
  const now = new Date(2026, 10, 30, 20, 30);
  const at = (...[month, day, hour, minute, year = 2026]: readonly number[]) =>
    formatWhen(new Date(year, month!, day, hour, minute).toISOString(), now);
  expect([at(10, 30, 9, 5), at(10, 29, 23, 59), at(10, 3, 20, 14), at(10, 3, 20, 14, 2025)]).toEqual([
    ...["today 09:05", "yesterday 23:59", "3 Nov, 20:14", "3 Nov 2025"],
  ]);
  expect(formatWhen("no time", now)).toBe("no time");
});

test("runs that wait for a person are found by that", () => {
  const runs = [run("a", { state: "running", waits: true }), run("b", { state: "running" }), run("c", {})];
  const ids = (state: Wanted["state"]) => listed(runs, { ...wanted, state }).map(({ id }) => id);
  expect([ids("waits"), ids("running").sort(), ids("finished")]).toEqual([["a"], ["a", "b"], ["c"]]);
});
