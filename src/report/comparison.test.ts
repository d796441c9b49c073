// The comparison on runs whose answer is known by construction: random search over the real NAS-Bench-Macro table,
// beside a strategy that is the same and one that knows more.
import { describe, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { readPackedTable } from "../evaluators/tables/packed-table.ts";
import { packedFileOf } from "../evaluators/tables/published.ts";
import { accuracy, metricOf } from "../metrics/index.ts";
import type { Bench, BenchPoint, BenchTrace } from "./bench.ts";
import { compareBench } from "./comparison.ts";
import { findings, resultTable } from "./comparison-words.ts";

const table = await readPackedTable(packedFileOf({ space: "nas-bench-macro", dataset: "cifar10" }));
const designs = [...table.values()].map(({ test01 }) => test01!).sort((a, b) => b - a);
const proposals = { made: 25, infeasible: 0, repaired: 0, duplicate: 0, unreadable: 0, failed: 0 };

/** Random search among the best `share01` of the table. */
function run(strategy: string, seed: number, share01: number): BenchTrace {
  const random = createRandom(strategy, seed);
  const points: BenchPoint[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (let evaluation = 1; evaluation <= 25; evaluation += 1) {
    best = Math.min(best, random.integer(Math.ceil(designs.length * share01)));
    const score = designs[best]!;
    points.push({ evaluation, score, rank: best + 1, regret01: designs[0]! - score });
  }
  return { strategy, seed, points, msPerTrial: 1, proposals };
}

const seeds = Array.from({ length: 40 }, (_, index) => index + 1);
const bench: Bench = {
  space: "nas-bench-macro",
  dataset: "cifar10",
  metric: metricOf(accuracy),
  source: "published table",
  limited: false,
  selectedOn: "test",
  evaluations: [10, 25],
  designCount: designs.length,
  optimum01: designs[0]!,
  traces: seeds.flatMap((seed) => [run("random", seed, 1), run("same", seed, 1), run("informed", seed, 0.1)]),
  trivialGuesses: [{ name: "largest", key: "22222222", reason: "most parameters", score: 0.9295, rank: 21 }],
  command: "genius bench --space nas-bench-macro --strategies same,informed --evaluations 10,25 --seeds 40",
  provenance: { version: "0.1.0" },
  sameStart: false,
  milliseconds: 1234,
};
const comparison = compareBench(bench);
const row = (strategy: string, evaluations: number) =>
  comparison.results.find((entry) => entry.strategy === strategy && entry.evaluations === evaluations)!;

test("has a row for each strategy and budget, in the documented form, safe as JSON", () => {
  expect(comparison.results).toHaveLength(6);
  expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
  const { rank, regret01, testScore, seeds: count } = row("random", 10);
  expect(count).toBe(40);
  // 6,561 designs, 10 drawn: the best is expected near rank 6562 / 11 = 597.
  expect(rank!.ci95![0]).toBeLessThan(597);
  expect(rank!.ci95![1]).toBeGreaterThan(597);
  expect(rank!.medianCi95![0]).toBeLessThanOrEqual(rank!.median);
  expect(regret01!.mean + testScore!.mean).toBeCloseTo(designs[0]!, 12);
  expect(row("random", 25).rank!.mean).toBeLessThan(rank!.mean);
});

test("a table without validation figures has none, says why, and never calls the test figure one", () => {
  expect(comparison.selectedOn).toBe("test");
  expect(comparison.results.every((entry) => entry.validationScore === null)).toBe(true);
  expect(comparison.notes[0]).toContain("test data");
});

test("with validation figures, both stand side by side and the test figure is not the selected one", () => {
  const traces = bench.traces.map((trace) => ({
    ...trace,
    points: trace.points.map((point) => ({ ...point, testScore: point.score + 0.01 })),
  }));
  const result = compareBench({ ...bench, selectedOn: "validation", traces }).results[0]!;
  expect(result.testScore!.mean - result.validationScore!.mean).toBeCloseTo(0.01, 12);
});

describe("tests", () => {
  const at25 = comparison.tests[1]!;
  const pair = (a: string, b: string) => at25.pairs.find((entry) => entry.a === a && entry.b === b)!;

  test("find the strategy that knows more, and find no difference between two equal ones", () => {
    expect(pair("random", "informed")).toMatchObject({ verdict: "b is better", seeds: 40 });
    expect(pair("same", "informed").improvement01).toBeLessThan(0.2);
    expect(pair("random", "same").verdict).toBe("no significant difference");
    expect(pair("random", "same").pHolm).toBeGreaterThanOrEqual(pair("random", "same").pValue!);
  });

  test("Friedman ranks the informed strategy first and groups the equal ones", () => {
    expect(at25.friedman!.meanRanks.informed).toBeLessThan(1.5);
    expect(at25.friedman!.indistinct).toHaveLength(1);
    expect([...at25.friedman!.indistinct[0]!].sort()).toEqual(["random", "same"]);
  });
});

test("anytime curves never get worse in what selection sees, and lie within their bands", () => {
  for (const curve of comparison.anytime) {
    expect(curve.evaluations).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
    curve.score.center.forEach((value, index) => {
      expect(value).toBeGreaterThanOrEqual(curve.score.center[index - 1] ?? 0);
      expect(curve.score.low[index]).toBeLessThanOrEqual(value + 1e-12);
      expect(curve.score.high[index]).toBeGreaterThanOrEqual(value - 1e-12);
    });
  }
});

test("a missing baseline and runs that scored nothing are said in words", () => {
  const failing: BenchTrace = { ...run("informed", 99, 1), points: [] };
  const { notes } = compareBench({ ...bench, traces: [...bench.traces, failing] });
  expect(notes.join("\n")).toContain("largest-first was not run");
  expect(notes.join("\n")).toContain("informed had scored no design after 10 evaluations in 1 of 41 runs");
});

test("the checklist answers all fourteen practices with evidence, and `no` where there is none", () => {
  const answers = new Map(comparison.checklist.map((item) => [item.number, item]));
  expect(answers.size).toBe(14);
  expect(answers.get(8)!.answer).toBe("yes");
  expect(answers.get(9)!.evidence).toContain("40 runs");
  expect(answers.get(5)!.answer).toBe("no");
  const without = compareBench({
    ...bench,
    traces: bench.traces.filter((trace) => trace.strategy === "informed" && trace.seed === 1),
    provenance: {},
  }).checklist;
  expect(without.filter((item) => item.answer === "no").map((item) => item.number)).toEqual([
    2, 3, 5, 8, 9, 12, 14,
  ]);
});

test("the same bench gives the same comparison", () => {
  expect(compareBench(bench)).toEqual(comparison);
});

test("a strategy that does the same with every seed has one run: no spread, no test against another such", () => {
  const same = run("informed", 7, 0.1);
  const copies = (strategy: string, from: BenchTrace) => seeds.map((seed) => ({ ...from, strategy, seed }));
  const traces = [
    ...bench.traces.filter(({ strategy }) => strategy === "random"),
    ...copies("fixed", same),
    ...copies("fixed-too", run("informed", 8, 1)),
  ];
  const { results, tests, notes } = compareBench({ ...bench, traces });
  const fixed = results.find(({ strategy, evaluations }) => strategy === "fixed" && evaluations === 25)!;
  expect(fixed).toMatchObject({ seeds: 1, deterministic: true, testScore: { sd: null, ci95: null } });
  expect(fixed.rank).toMatchObject({ median: same.points.at(-1)!.rank, ci95: null });
  const pairs = new Map(tests[1]!.pairs.map((pair) => [`${pair.a} ${pair.b}`, pair]));
  expect(pairs.get("fixed fixed-too")).toMatchObject({ pValue: null, pHolm: null, verdict: "not tested" });
  // One fixed figure beside forty of random search: a test of these forty.
  expect(pairs.get("random fixed")).toMatchObject({ seeds: 40, verdict: "b is better" });
  expect(tests[1]!.friedman).toBeNull();
  expect(notes.join("\n")).toContain("fixed and fixed-too did the very same with every seed");
});

test("where chance or the noise of training explains a lead, no winner is named", () => {
  const [equal] = findings(
    compareBench({ ...bench, traces: bench.traces.filter(({ strategy }) => strategy !== "informed") }),
  );
  expect(equal).toMatch(
    /^After 25 evaluations there is no winner: (random|same) has the highest mean accuracy/,
  );
  const clear = findings(comparison);
  expect(clear[0]).toMatch(/^After 25 evaluations informed has the highest mean accuracy/);
  const noisy = findings(compareBench({ ...bench, noise01: 0.02 }));
  expect(noisy[0]).toContain("there is no winner: informed");
  expect(noisy.join("\n")).toMatch(
    /Its lead over .* is below the noise of the table's figures: .* differs by 2\.00 %/,
  );
});

test("of few runs the mean stands alone, and nothing is tested that could not be significant", () => {
  const of = (count: number) => {
    const traces = bench.traces.filter(({ seed }) => seed <= count);
    return compareBench({ ...bench, traces });
  };
  const cells = (count: number) => resultTable(of(count)).rows.flat().map(String);
  expect(cells(4).filter((cell) => /±|\(mean/.test(cell))).toEqual([]);
  expect(cells(5).filter((cell) => cell.includes("±")).length).toBeGreaterThan(0);
  const [few, enough] = [of(5), of(6)];
  for (const { pairs, friedman } of few.tests) {
    expect(friedman).toBeNull();
    for (const pair of pairs)
      expect(pair).toMatchObject({ seeds: 5, pValue: null, pHolm: null, ci95: null, verdict: "not tested" });
  }
  expect(findings(few).join(" ")).toMatch(/there is no winner.*nothing is tested.*--seeds/);
  expect(enough.tests.flatMap(({ pairs }) => pairs).every(({ pValue }) => pValue !== null)).toBe(true);
  // A mean of runs that ended level has no spread to show.
  const level = {
    ...bench,
    traces: seeds.flatMap((seed) => [
      { ...run("one", 1, 1), seed },
      { ...run("two", 2, 1), seed },
    ]),
  };
  expect(resultTable(compareBench(level)).rows.flat().map(String).join(" ")).not.toContain("± 0.00");
});
