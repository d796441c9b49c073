// Published figures against the tables they were measured on: a rank and an accuracy printed in a paper must agree
// with the table itself, and no printed mean may lie above what the table can give.
import { expect, test } from "vitest";
import { readPackedTable } from "../evaluators/tables/packed-table.ts";
import { packedFileOf } from "../evaluators/tables/published.ts";
import { mean, standardDeviation } from "../math/statistics.ts";
import { citation, publishedFor, publishedRows, publishedSources } from "./published.ts";

const read = async (space: string, dataset: string) => [
  ...(await readPackedTable(packedFileOf({ space, dataset }))).values(),
];

test.each(["nas-bench-macro", "channel-bench-resnet", "channel-bench-mobilenet"])(
  "GENIUS's ranks and accuracies on %s are those of the table",
  async (space) => {
    const accuracies = (await read(space, "cifar10")).map(({ test01 }) => test01!).sort((a, b) => b - a);
    const runs = publishedFor(space, "cifar10").flatMap((row) => row.runs ?? []);
    expect(runs.length).toBeGreaterThanOrEqual(3);
    for (const { rank, accuracy01 } of runs) {
      expect(Math.abs(accuracies[rank - 1]! - accuracy01)).toBeLessThan(0.0002);
    }
  },
);

test.each(["cifar10", "cifar100", "imagenet16-120"])(
  "no published mean on NAS-Bench-201 %s lies above the best of the table",
  async (dataset) => {
    const table = await read("nas-bench-201", dataset);
    const best = (figure: "validation01" | "test01") => Math.max(...table.map((entry) => entry[figure]!));
    for (const row of publishedFor("nas-bench-201", dataset)) {
      expect(row.validationAccuracy01!.mean).toBeLessThanOrEqual(best("validation01") + 1e-4);
      expect(row.testAccuracy01!.mean).toBeLessThanOrEqual(best("test01") + 1e-4);
    }
  },
);

test("GENIUS's summary on ImageNet16-120 is that of the five runs its appendix lists", () => {
  const runs = [46.67, 45.51, 44.0, 43.96, 44.65];
  const row = publishedFor("nas-bench-201", "imagenet16-120").find(({ method }) =>
    method.startsWith("GENIUS"),
  )!;
  expect(row.testAccuracy01!.mean * 100).toBeCloseTo(mean(runs), 2);
  expect(row.testAccuracy01!.sd! * 100).toBeCloseTo(standardDeviation(runs) * Math.sqrt(4 / 5), 1);
});

test("every row has a figure in range and a source", () => {
  expect(publishedRows).toHaveLength(17 * 3 + 4 + 26);
  for (const row of publishedRows) {
    const figures = [
      row.testAccuracy01?.mean ?? row.runs![0]!.accuracy01,
      row.validationAccuracy01?.mean ?? 0.5,
    ];
    for (const accuracy01 of figures) expect(accuracy01 > 0.1 && accuracy01 < 0.95).toBe(true);
    expect(citation(row)).toContain("arXiv:");
    expect(Object.keys(publishedSources)).toContain(row.source);
  }
});
