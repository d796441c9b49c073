// Charts: positions that can be checked by hand, files that a strict XML reader accepts whatever their words are, and
// tables that hold what is drawn.
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { accuracy } from "../../metrics/index.ts";
import { toText } from "../markup.ts";
import { rangeOf, scoreAxis, ticks } from "./axes.ts";
import { type Chart, chartFile, palettes } from "./chart.ts";
import { chartPng } from "./chart-png.ts";
import { criticalDifferenceChart } from "./critical-difference.ts";
import { curveChart } from "./curves.ts";
import { barChart, stripChart } from "./rows.ts";
import { paretoFront, scatterChart } from "./scatter.ts";

const axis = { label: "x", min: 0, max: 10, scale: "linear", format: String } as const;

describe("ticks", () => {
  test("are round, inside, and about five", () => {
    expect(ticks(axis)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticks({ ...axis, min: 0.9201, max: 0.9313 })).toEqual([0.925, 0.93]);
    expect(ticks({ ...axis, min: 1, max: 3, whole: true })).toEqual([1, 2, 3]);
    expect(ticks({ ...axis, min: 1, max: 6561, scale: "log" })).toEqual([1, 10, 100, 1000]);
  });

  test("any range gives between one and a dozen, all inside", () => {
    const bound = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(bound, fc.double({ min: 1e-6, max: 1e3, noNaN: true }), (min, share) => {
        const width = share * Math.max(1, Math.abs(min));
        const found = ticks({ ...axis, min, max: min + width });
        expect(found.length).toBeLessThanOrEqual(12);
        for (const tick of found)
          expect(tick >= min - width * 1e-6 && tick <= min + width * (1 + 1e-6)).toBe(true);
      }),
    );
  });
});

test("ranges: air around many, room around one, something for none", () => {
  expect(rangeOf([1, 2, Number.NaN])).toEqual({ min: 0.95, max: 2.05 });
  expect(rangeOf([]).max).toBeGreaterThan(0);
  const { min, max } = scoreAxis(accuracy, "a", [0.93]);
  expect(min).toBeLessThan(0.93);
  expect(max).toBeGreaterThan(0.93);
  expect(max).toBeLessThan(0.94);
});

test("an axis of a share that is minimised, or of one that should not be, holds its scores", () => {
  const error = { name: "error", unit: "share", goal: "minimise" } as const;
  const { min, max, format } = scoreAxis(error, "error", [-0.25, -0.125, 0]);
  expect([min, max, format(-0.25)]).toEqual([-0.2625, 0, "25"]);
  expect(scoreAxis(accuracy, "a", [1.5, 2])).toMatchObject({ min: 1.475, max: 2 });
  expect(scoreAxis(accuracy, "a", [0.5, 1])).toMatchObject({ min: 0.475, max: 1 });
});

test("ticks of scores differ from each other, however narrow the range", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 0.9, noNaN: true }),
      fc.integer({ min: 0, max: 7 }),
      (score, power) => {
        const axis = scoreAxis(accuracy, "a", [score, score + 0.1 * 10 ** -power]);
        const said = ticks(axis).map(axis.format);
        expect(new Set(said).size).toBe(said.length);
      },
    ),
  );
});

test("the Pareto front is exactly the points that no other beats", () => {
  const point = fc.record({ x: fc.integer({ min: 0, max: 8 }), y: fc.integer({ min: 0, max: 8 }) });
  fc.assert(
    fc.property(fc.array(point, { maxLength: 20 }), (points) => {
      const front = paretoFront(points);
      const beaten = (a: { x: number; y: number }) =>
        points.some((b) => b.x <= a.x && b.y >= a.y && (b.x < a.x || b.y > a.y));
      const expected = new Set(points.filter((a) => !beaten(a)).map(({ x, y }) => `${x},${y}`));
      expect(new Set(front.map(({ x, y }) => `${x},${y}`))).toEqual(expected);
      expect(front.length).toBe(expected.size);
    }),
  );
});

test("a curve of steps goes level, then up, between positions that can be computed by hand", () => {
  const chart = curveChart({
    name: "steps",
    title: "Steps",
    caption: "",
    x: axis,
    y: { ...axis, max: 1 },
    curves: [
      {
        name: "a",
        steps: true,
        points: [
          { x: 0, y: 0 },
          { x: 10, y: 1 },
        ],
      },
    ],
  });
  const path = /<path class="line" d="([^"]*)"/.exec(toText(chart.drawing))![1]!;
  const [start, level, up] = path
    .split(/[ML]/)
    .slice(1)
    .map((pair) => pair.split(" ").map(Number));
  expect(level![1]).toBe(start![1]);
  expect(level![0]).toBe(up![0]);
  expect(up![1]! - level![1]!).toBe(-290);
  expect(chart.table.rows).toEqual([
    ["a", "0", "0"],
    ["a", "10", "1"],
  ]);
});

const words = fc.oneof(
  fc.constantFrom("</text><script>", "&lt;", "]]>", "\u0000", '"onload="x', "ü→≤"),
  fc.string({ unit: "binary", maxLength: 40 }),
);

function charts(word: string): Chart[] {
  const spec = { name: "chart", title: word, caption: word };
  return [
    curveChart({
      ...spec,
      x: { ...axis, label: word },
      y: axis,
      curves: [{ name: word, points: [{ x: 1, y: 1, low: 0, high: 2 }] }],
      references: [{ name: word, y: 3 }],
    }),
    scatterChart({
      ...spec,
      x: axis,
      y: axis,
      groups: [word],
      points: [{ x: 1, y: 2, label: word, group: 0, marked: true, spread: 1 }],
      front: true,
      diagonal: true,
    }),
    stripChart({ ...spec, x: axis, rows: [{ name: word, values: [1, 2], center: 1.5, interval: [1, 2] }] }),
    barChart({ ...spec, x: axis, rows: [{ name: word, value: 3, interval: [2, 4] }] }),
    criticalDifferenceChart({
      ...spec,
      meanRanks: { [`a${word}`]: 1, [`b${word}`]: 2 },
      criticalDifference: 0.5,
      indistinct: [[`a${word}`, `b${word}`]],
    }),
  ];
}

test("files are well-formed XML and hold no element of the words', light and dark", async () => {
  await fc.assert(
    fc.asyncProperty(words, fc.constantFrom("light" as const, "dark" as const), async (word, theme) => {
      for (const chart of charts(word)) {
        const file = chartFile(chart, theme);
        expect(file).not.toMatch(/<script|<foreignObject|<[^>]*\son\w+=/i);
        const { format, width } = await sharp(Buffer.from(file)).metadata();
        expect([format, width]).toEqual(["svg", chart.width]);
      }
    }),
    { numRuns: 40 },
  );
});

test("a PNG is drawn at twice the size and is not blank", async () => {
  const chart = charts("A title")[0]!;
  const png = sharp(await chartPng(chart, "dark"));
  expect((await png.metadata()).width).toBe(2 * chart.width);
  const { channels } = await png.stats();
  expect(Math.max(...channels.slice(0, 3).map((channel) => channel.stdev))).toBeGreaterThan(5);
});

/** @see WCAG 2.2, relative luminance and contrast ratio. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

test.each(["light", "dark"] as const)("colours have the contrast they promise: %s", (theme) => {
  const { ink, soft, paper, fill, series } = palettes[theme];
  for (const text of [ink, soft])
    for (const ground of [paper, fill]) expect(contrast(text, ground)).toBeGreaterThan(4.5);
  for (const colour of series) expect(contrast(colour, paper)).toBeGreaterThan(3);
  expect(new Set(series).size).toBe(series.length);
});
