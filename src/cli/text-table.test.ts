import { expect, test } from "vitest";
import { textTable } from "./text-table.ts";

const table = {
  columns: ["strategy", "runs", "test (%)", "regret (%)"],
  rows: [
    ["hybrid", 20, "93.10 ± 0.12", "0.21"],
    ["largest-first (baseline)", 1, "92.95", null],
  ],
};

test("columns are aligned, figures to the right", () => {
  expect(textTable(table, { width: 100 })).toEqual([
    "strategy                  runs      test (%)  regret (%)",
    "hybrid                      20  93.10 ± 0.12        0.21",
    "largest-first (baseline)     1         92.95",
  ]);
});

test("where it is narrow, columns go in the order in which they matter least, and no line is longer", () => {
  const narrow = textTable(table, { width: 42, optional: ["regret (%)", "runs"] });
  expect(narrow[0]).toBe("strategy                      test (%)");
  expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(42);
});

test("what could act on a terminal does not reach it", () => {
  const rows = [["\u001b[31mred", 1, 1, 1]];
  expect(textTable({ ...table, rows }, { width: 80 }).join("")).not.toContain("\u001b");
});
