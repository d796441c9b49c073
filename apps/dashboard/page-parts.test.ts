// Parts of the page that need no browser: its colours are the report's, its store of trials keeps every row once, and an
// address leads where it was made to lead.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { TrialColumns } from "../../src/dashboard/api.ts";
import { palettes } from "../../src/report/charts/chart.ts";
import { appendTrials, choicesAt, createTrialTable, rowsByNumber } from "./src/api/trial-table.ts";
import { paretoFront } from "./src/charts/scatter.ts";
import { linkTo, placeOf } from "./src/router.ts";

test("the style sheet has the report's colours", () => {
  const css = readFileSync(join(import.meta.dirname, "src/styles/base.css"), "utf8");
  const named = ["ink", "soft", "paper", "fill"] as const;
  for (const name of named)
    expect(css).toContain(`--${name}: light-dark(${palettes.light[name]}, ${palettes.dark[name]});`);
  expect(css).toContain(`--line: light-dark(${palettes.light.grid}, ${palettes.dark.grid});`);
  palettes.light.series.forEach((colour, index) => {
    expect(css).toContain(`--s${index}: light-dark(${colour}, ${palettes.dark.series[index]});`);
  });
});

function columnsOf(from: number, numbers: readonly number[]): TrialColumns {
  const each = <Value>(value: Value) => numbers.map(() => value);
  return {
    from,
    total: from + numbers.length,
    number: numbers,
    choices: numbers.flatMap((number) => [number % 3, number % 5]),
    decisionCount: 2,
    network: each(0),
    networks: [],
    outcome: each(0),
    outcomeWords: ["scored"],
    evaluated: each(1),
    score: numbers.map((number) => number / 1e4),
    predicted01: each(null),
    predictedSd01: each(null),
    paramCount: each(1),
    macCount: each(1),
    ramBytes: each(null),
    flashBytes: each(null),
    latencyMs: each(null),
    finishedMs: each(0),
    spentMs: each(0),
    usd: each(null),
    by: each(0),
    proposers: ["random"],
    changed: each(0),
    call: each(0),
  };
}

test("rows that come in any pieces, some of them twice, are kept once and in order", () => {
  const pieces = fc.array(
    fc.record({ size: fc.integer({ min: 1, max: 9 }), back: fc.integer({ min: 0, max: 5 }) }),
  );
  fc.assert(
    fc.property(pieces, (sizes) => {
      let table = createTrialTable();
      for (const { size, back } of sizes) {
        const from = Math.max(0, table.count - back);
        const numbers = Array.from({ length: size }, (_, place) => from + place + 1);
        const before = table;
        const count = before.count;
        table = appendTrials(table, columnsOf(from, numbers))!;
        expect(before.count).toBe(count);
        expect(table.count).toBe(Math.max(count, from + size));
      }
      const numbers = Array.from({ length: table.count }, (_, place) => place + 1);
      expect(table.columns.number).toEqual(numbers);
      for (const number of numbers) expect(choicesAt(table, number - 1)).toEqual([number % 3, number % 5]);
    }),
  );
});

test("a gap is told, and trials that finished out of order are counted in order", () => {
  expect(appendTrials(createTrialTable(), columnsOf(3, [4]))).toBeUndefined();
  const table = appendTrials(createTrialTable(), columnsOf(0, [2, 1, 4, 3]))!;
  expect(rowsByNumber(table).map((row) => table.columns.number[row])).toEqual([1, 2, 3, 4]);
});

test("an address leads back to the parts and the query it was made from", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 })), fc.string(), (parts, value) => {
      const place = placeOf(linkTo(parts, { trial: value }));
      expect(place.parts).toEqual(parts);
      expect(place.query.get("trial")).toBe(value);
    }),
  );
});

test("nothing off the front is both as cheap and better than a point on it", () => {
  const point = fc.record({ x: fc.integer({ min: 0, max: 20 }), y: fc.integer({ min: 0, max: 20 }) });
  fc.assert(
    fc.property(fc.array(point, { minLength: 1 }), (points) => {
      const front = paretoFront(points);
      for (const { x, y } of front)
        expect(points.some((other) => (other.x < x && other.y >= y) || (other.x <= x && other.y > y))).toBe(
          false,
        );
      for (const { x, y } of points) expect(front.some((other) => other.x <= x && other.y >= y)).toBe(true);
    }),
  );
});
