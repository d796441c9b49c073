// How `hybrid` stands beside another search, on ranks that are written down here; and that a file of searches survives being cut off.
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { openRuns, type Run, steps } from "./runs.ts";
import { duel, medianRank, overTables, type Standing, standingOf } from "./standing.ts";

const standing = (ranks: readonly number[], isOne = false): Standing => ({
  isOne,
  bySeed: new Map(ranks.map((rank, index) => [index + 1, steps.map(() => rank)])),
});
const hasPython = spawnSync("python3", ["--version"]).status === 0;
const same = (count: number, rank: number) => Array.from({ length: count }, () => rank);

it("calls a difference a win only beyond the scatter of the seeds", () => {
  const one = standing([3], true);
  expect(duel(one, standing(same(20, 9)), 10)).toEqual({ sign: "win", isUntested: false });
  expect(duel(one, standing(same(20, 1)), 10)).toEqual({ sign: "loss", isUntested: false });
  // Better and worse as often as each other.
  expect(duel(one, standing([...same(10, 1), ...same(10, 9)]), 10)?.sign).toBe("tie");
  expect(duel(one, standing([9, 9, 9, 9, 9]), 10)).toEqual({ sign: "win", isUntested: true });
  expect(duel(one, standing([]), 10)).toBeUndefined();
  // Two searches without chance are what they are.
  expect(duel(one, standing([4], true), 10)).toEqual({ sign: "win", isUntested: false });
});

it("compares equal seeds only", () => {
  const other: Standing = { isOne: false, bySeed: new Map([[21, steps.map(() => 1)]]) };
  expect(duel(standing(same(20, 3)), other, 10)).toBeUndefined();
});

it("says over tables who is ahead, and nothing of fewer than six", () => {
  const pairs = (count: number) => Array.from({ length: count }, () => ({ hybrid: 2, other: 8 }));
  expect(overTables(pairs(15))).toBe("+");
  expect(overTables(pairs(15).map(({ hybrid, other }) => ({ hybrid: other, other: hybrid })))).toBe("−");
  expect(overTables(pairs(5))).toBe("");
});

it("goes on from a file that ends in half a line, and ranks what was picked", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "genius-peers-")), "runs.jsonl");
  const run: Run = {
    ...{ search: "tpe", table: "made-up", limited: false, start: "own", seed: 1 },
    ...{ picks: [2, 0, 1, 3, 4, 5], milliseconds: 1 },
  };
  openRuns(file).add(run);
  appendFileSync(file, '{"search":"tpe","tab');
  openRuns(file).add({ ...run, seed: 2, picks: [5] });
  const runs = openRuns(file);
  expect(runs.find({ ...run, seed: 2 })?.picks).toEqual([5]);
  const ranks = async () => Uint32Array.of(4, 2, 5, 6, 3, 1);
  const table = { name: "made-up", designs: 6 };
  const found = await standingOf({ runs, ranks }, "tpe", { table, limited: false, start: "own" });
  // Of its first five picks the best has rank 2; it ended before the next step, and the other search before the first.
  expect([...found.bySeed.values()]).toEqual([[2], []]);
  expect([medianRank(found, 5), medianRank(found, 10)]).toEqual([2, undefined]);
});

it.skipIf(!hasPython)(
  "spares a peer what it repeats and what is not allowed, and draws for it when it is stuck",
  () => {
    const program = `
import json
from problem import Budget, Problem
problem = Problem({"counts": [2, 2], "ordinal": [True, False], "scores": [0.1, 0.2, 0.3, 0.4],
  "networks": [0, 0, 1, 2], "macs": [1, 1, 2, 9], "maxMacs": 4})
budget = Budget(problem, 2, 2, 1)
answers = [budget.answer(problem.choices_of(number)) for number in (0, 1, 3)]
stuck = budget.is_stuck
drawn = budget.draw()
budget.answer(drawn)
print(json.dumps([[a.score for a in answers], budget.picks, stuck, drawn, budget.is_over,
  budget.repeated, budget.forbidden]))`;
    const cwd = fileURLToPath(new URL(".", import.meta.url));
    const said = execFileSync("python3", ["-c", program], { cwd, encoding: "utf8" });
    expect(JSON.parse(said)).toEqual([[0.1, 0.1, null], [0, 2], true, [1, 0], true, 1, 1]);
  },
);
