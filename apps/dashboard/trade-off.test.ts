// The trade-off under a reader's own limits, on trials whose front can be seen by eye.
import { expect, test } from "vitest";
import type { TrialColumns } from "../../src/dashboard/api.ts";
import { appendTrials, createTrialTable } from "./src/api/trial-table.ts";
import { choicesOf, frontWithin, isWithin, paidWith, stopsOf } from "./src/run/trade-off.ts";

type Row = readonly [score: number | null, ram: number | null, flash: number | null, latencyMs?: number];

function tableOf(rows: readonly Row[], designs: readonly number[] = rows.map((_, row) => row)) {
  const each = <Value>(value: Value) => rows.map(() => value);
  const columns = {
    ...{ from: 0, total: rows.length, number: rows.map((_, row) => row + 1) },
    ...{ choices: designs, decisionCount: 1, network: each(0), networks: [] },
    ...{ outcome: rows.map(([score]) => (score === null ? 1 : 0)), outcomeWords: ["scored", "crashed"] },
    ...{ evaluated: each(1), score: rows.map(([score]) => score) },
    ...{ predicted01: each(null), predictedSd01: each(null), paramCount: each(7), macCount: each(8) },
    ramBytes: rows.map(([, ram]) => ram),
    flashBytes: rows.map(([, , flash]) => flash),
    latencyMs: rows.map(([, , , latencyMs]) => latencyMs ?? null),
    ...{ finishedMs: each(0), spentMs: each(0), usd: each(null) },
    ...{ by: each(0), proposers: ["random"], changed: each(0), call: each(0) },
  } as unknown as TrialColumns;
  return appendTrials(createTrialTable(), columns)!;
}

const rows: readonly Row[] = [
  [0.8, 2048, 4096],
  [0.9, 4096, 8192],
  // Worse than the second in everything.
  [0.85, 5120, 8192],
  // Equal to the first: the earlier one stays.
  [0.8, 2048, 4096],
  // Least flash.
  [0.5, 4096, 1024],
  [null, 1, 1],
];

test("the front is of all costs at once, best first, as in the report", () => {
  const trials = tableOf(rows);
  expect(paidWith(trials)).toEqual(["ramBytes", "flashBytes"]);
  const choices = choicesOf(trials, paidWith(trials));
  expect(choices.length).toBe(5);
  expect(frontWithin(choices, {}).map(({ trial }) => trial)).toEqual([2, 1, 5]);
});

test("a design that was evaluated again is one, as it was scored best", () => {
  // The third is the first again, for longer, and a little quicker.
  const repeated: readonly Row[] = [
    [0.4, null, null, 3],
    [0.5, null, null, 4],
    [0.6, null, null, 2.9],
  ];
  const trials = tableOf(repeated, [7, 8, 7]);
  expect(choicesOf(trials, paidWith(trials)).map(({ trial, score }) => [trial, score])).toEqual([
    [3, 0.6],
    [2, 0.5],
  ]);
});

test("a limit leaves what is within it, its value included", () => {
  const choices = choicesOf(tableOf(rows), ["ramBytes", "flashBytes"]);
  expect(stopsOf(choices, "ramBytes")).toEqual([2048, 4096, 5120]);
  expect(frontWithin(choices, { ramBytes: 2048 }).map(({ trial }) => trial)).toEqual([1]);
  expect(frontWithin(choices, { flashBytes: 4096 }).map(({ trial }) => trial)).toEqual([1, 5]);
  expect(frontWithin(choices, { ramBytes: 2048, flashBytes: 1024 })).toEqual([]);
  expect(choices.filter((choice) => isWithin(choice, { ramBytes: 4096 })).length).toBe(4);
});

test("without counted memory it is paid with parameters and MACs, and with latency where all have one", () => {
  expect(paidWith(tableOf([[0.8, null, null]]))).toEqual(["paramCount", "macCount"]);
  const timed: readonly Row[] = [
    [0.8, 1, 1, 3],
    [0.9, 1, 1, 5],
    [null, null, null],
  ];
  expect(paidWith(tableOf(timed))).toEqual(["ramBytes", "flashBytes", "latencyMs"]);
  expect(paidWith(tableOf([...timed, [0.7, 1, 1]]))).toEqual(["ramBytes", "flashBytes"]);
});
