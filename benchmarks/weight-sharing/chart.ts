// Draws the runs of run.ts: after every epoch, how many skip connections the cell has that each method would end with,
// and what the published table says of it. A line is the mean over the seeds, its band goes from the least to the most.
//
// Usage: node benchmarks/weight-sharing/chart.ts runs.jsonl [--cells 2] [--out FOLDER]
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Axis, accuracyAxis } from "../../src/report/charts/axes.ts";
import { curveChart } from "../../src/report/charts/curves.ts";
import { chartFile, chartPng, mean } from "../../src/report/index.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cells: { type: "string", default: "2" }, out: { type: "string", default: "." } },
});
interface Run {
  readonly method: string;
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
  read: (point: Run["curve"][number]) => number,
) {
  const chart = curveChart({
    ...words,
    x: epochAxis,
    y,
    curves: Object.entries(names).map(([method, name]) => ({
      name,
      points: Array.from({ length: epochs }, (_, at) => {
        const found = runs
          .filter((run) => run.method === method)
          .flatMap(({ curve }) => (curve[at] === undefined ? [] : [read(curve[at])]));
        return { x: at + 1, y: mean(found), low: Math.min(...found), high: Math.max(...found) };
      }),
    })),
  });
  const path = join(values.out, words.name);
  writeFileSync(`${path}.svg`, chartFile(chart, "light"));
  writeFileSync(`${path}.png`, await chartPng(chart, "light"));
}

const caption = "Mean over the seeds; the band goes from the least to the most.";
await draw(
  { name: "weight-sharing-skips", title: "Skip connections of the cell, of six edges", caption },
  { label: "skip connections", min: 0, max: 6, scale: "linear", format: whole },
  ({ skips }) => skips!,
);
await draw(
  { name: "weight-sharing-accuracy", title: "Test accuracy of the cell by the published table", caption },
  accuracyAxis(
    "test accuracy (%)",
    runs.flatMap(({ curve }) => curve.map(({ test }) => test! / 100)),
  ),
  ({ test }) => test! / 100,
);
