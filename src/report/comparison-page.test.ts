// The comparison's page and Markdown: what they must say on a table that has only test figures, and on one with both.
import { parse } from "parse5";
import { describe, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { accuracy, metricOf } from "../metrics/index.ts";
import type { Bench, BenchTrace } from "./bench.ts";
import { compareBench } from "./comparison.ts";
import { comparisonCharts, comparisonMarkdown, comparisonPage } from "./comparison-page.ts";

const none = { made: 10, infeasible: 0, repaired: 1, duplicate: 0, unreadable: 0, failed: 0 };

function trace(strategy: string, seed: number, gain01: number): BenchTrace {
  const random = createRandom(strategy, seed);
  let score = 0.85;
  const points = Array.from({ length: 10 }, (_, index) => {
    score += gain01 * random.next();
    return {
      evaluation: index + 1,
      score,
      testScore: score + 0.02,
      rank: Math.ceil((0.95 - score) * 5000),
      regret01: 0.95 - score,
    };
  });
  return {
    strategy,
    seed,
    points,
    msPerTrial: 0.5,
    proposals: none,
    ...(strategy === "hybrid" ? { model: { calls: 10, inputTokens: 9000, outputTokens: 500 } } : {}),
  };
}

const bench: Bench = {
  space: "nas-bench-201",
  dataset: "cifar10",
  metric: metricOf(accuracy),
  source: "published table",
  limited: false,
  selectedOn: "validation",
  evaluations: [5, 10],
  designCount: 15_625,
  optimum01: 0.95,
  traces: Array.from({ length: 12 }, (_, seed) => [
    trace("random", seed, 0.004),
    trace("largest-first", seed, 0.006),
    trace("hybrid", seed, 0.012),
  ]).flat(),
  trivialGuesses: [
    {
      name: "all 3×3",
      key: "333333",
      reason: "the most parameters",
      score: 0.9,
      testScore: 0.92,
      rank: 200,
      regret01: 0.05,
    },
  ],
  command: "genius bench --space nas-bench-201 --strategies hybrid --evaluations 5,10 --seeds 12",
  provenance: { version: "0.1.0", note: "</pre><script>alert(1)</script>" },
  sameStart: true,
  milliseconds: 500,
};
const comparison = compareBench(bench);
const page = comparisonPage(comparison, bench);

describe("with validation and test figures", () => {
  test("the page and the Markdown say who leads, how sure that is, and how to repeat it", () => {
    for (const text of [page, comparisonMarkdown(comparison)]) {
      expect(text).toContain("After 10 evaluations hybrid has the highest mean accuracy on test data");
      expect(text).toMatch(/It differs from random \(Holm-corrected p (&lt; 0.0001|= 0.00\d+)\)/);
      expect(text).toContain("largest-first (baseline)");
      // Each word of a command is an element of the page.
      expect(text.replaceAll(/<\/?code[^>]*>/g, "")).toContain("--evaluations 5,10 --seeds 12");
      expect(text).toContain("arXiv:2509.26037");
      expect(text).not.toContain("Selection saw it");
    }
  });

  test("published rows are marked wherever they stand", () => {
    expect(page).toContain("reported, not run here");
    expect(comparisonMarkdown(comparison)).toContain("Published results (reported, not run here)");
  });
});

test("a table selected on test data is flagged in words in every rendering, and shows no validation figure", () => {
  const onTest: Bench = {
    ...bench,
    selectedOn: "test",
    traces: bench.traces.map((run) => ({
      ...run,
      points: run.points.map(({ testScore: _, ...point }) => point),
    })),
  };
  const flagged = compareBench(onTest);
  expect(flagged.selectedOn).toBe("test");
  for (const text of [comparisonPage(flagged, onTest), comparisonMarkdown(flagged)]) {
    expect(text).toContain("Selection saw it, so there is no validation figure");
    expect(text).toContain("none");
  }
});

test("a table with validation figures only says so in every rendering, and is compared on them", () => {
  const validationOnly: Bench = {
    ...bench,
    validationOnly: true,
    traces: bench.traces.map((run) => ({
      ...run,
      points: run.points.map(({ testScore: _, ...point }) => point),
    })),
    trivialGuesses: bench.trivialGuesses.map(({ testScore: _, ...guess }) => guess),
  };
  const compared = compareBench(validationOnly);
  expect(compared.results.every((row) => row.testScore === null)).toBe(true);
  expect(compared.anytime.every((curve) => curve.testScore === null)).toBe(true);
  expect(compared.tests.every(({ comparedOn }) => comparedOn === "validationScore")).toBe(true);
  expect(compared.tests[1]!.pairs).toHaveLength(3);
  for (const text of [comparisonPage(compared, validationOnly), comparisonMarkdown(compared)]) {
    expect(text).toContain("Validation only: there are no test figures");
    expect(text).toContain("hybrid has the highest mean accuracy on validation data");
    expect(text).toContain("not known");
    expect(text).not.toContain("NaN");
  }
  const [accuracies] = comparisonCharts(compared, validationOnly);
  expect(accuracies!.table.rows.length).toBeGreaterThan(0);
});

test("charts: accuracy, rank, the runs and the critical difference at each budget", () => {
  const charts = comparisonCharts(comparison, bench);
  expect(charts.map((chart) => chart.name)).toEqual([
    "anytime-accuracy",
    "anytime-rank",
    "runs-5",
    "runs-10",
    "critical-difference-5",
    "critical-difference-10",
  ]);
  expect(charts[2]!.table.rows).toHaveLength(3);
  expect(new Set(charts.map((chart) => chart.name)).size).toBe(charts.length);
});

test("nothing in it can run", () => {
  const names: string[] = [];
  const walk = (node: { nodeName: string; childNodes?: readonly unknown[] }) => {
    names.push(node.nodeName);
    for (const child of node.childNodes ?? []) walk(child as typeof node);
  };
  walk(parse(page) as never);
  expect(names).toContain("figure");
  expect(names).not.toContain("script");
});
