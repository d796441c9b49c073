// Draws the runs of run.ts: after every epoch, how many skip connections the cell has that each method would end with,
// and what the published table says of it. A line a seed: means would hide that they part.
//
// Usage: node benchmarks/weight-sharing/chart.ts runs.jsonl [--cells 2] [--out FOLDER]
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { accuracy } from "../../src/metrics/index.ts";
import { type Axis, scoreAxis } from "../../src/report/charts/axes.ts";
import { curveChart } from "../../src/report/charts/curves.ts";
import { chartFile, chartPng } from "../../src/report/index.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cells: { type: "string", default: "2" }, out: { type: "string", default: "." } },
});
interface Run {
  readonly method: string;
  readonly seed: number;
  readonly setting: { readonly cells: number };
  readonly curve: readonly { readonly epoch: number; readonly skips?: number; readonly test?: number }[];
}
const runs = readFileSync(positionals[0]!, "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Run)
  .filter(({ setting, curve }) => setting.cells === Number(values.cells) && curve[0]?.skips !== undefined);
const names: Readonly<Record<string, string>> = {
  "darts-1": "DARTS, first order",
  "darts-2": "DARTS, second order",
  gdas: "GDAS",
};
const epochs = Math.max(...runs.map(({ curve }) => curve.length));
const whole = (value: number) => String(Math.round(value));
const epochAxis: Axis = { label: "epoch", min: 1, max: epochs, scale: "linear", format: whole };

async function draw(
  words: { readonly name: string; readonly title: string; readonly caption: string },
  y: Axis,
  { read, apart }: { readonly read: (point: Run["curve"][number]) => number; readonly apart: number },
) {
  const chart = curveChart({
    ...words,
    x: epochAxis,
    y,
    curves: Object.entries(names).flatMap(([method, name], series) =>
      runs
        .filter((run) => run.method === method)
        .map(({ seed, curve }) => ({
          name: `${name}, ${seed}`,
          series,
          // Methods stand a little apart, so that equal counts do not hide each other.
          points: curve.map((point) => ({ x: point.epoch, y: read(point) + (series - 1) * apart })),
        })),
    ),
  });
  const path = join(values.out, words.name);
  writeFileSync(`${path}.svg`, chartFile(chart, "light"));
  writeFileSync(`${path}.png`, await chartPng(chart, "light"));
}

const caption = "A line a seed: means would hide that they part.";
await draw(
  { name: "weight-sharing-skips", title: "Skip connections of the cell, of six edges", caption },
  { label: "skip connections", min: -0.2, max: 6, scale: "linear", format: whole },
  { read: ({ skips }) => skips!, apart: 0.07 },
);
await draw(
  { name: "weight-sharing-accuracy", title: "Test accuracy of the cell by the published table", caption },
  scoreAxis(
    accuracy,
    "test accuracy",
    runs.flatMap(({ curve }) => curve.map(({ test }) => test! / 100)),
  ),
  { read: ({ test }) => test! / 100, apart: 0 },
);
