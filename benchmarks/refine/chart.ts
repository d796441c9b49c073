// Draws the lines of run.ts: for each arm, the test accuracy of its network from fresh weights and in the weights it has.
// A dot is a seed, the tick is the mean, the bar goes from the least to the most.
//
// Usage: node benchmarks/refine/chart.ts lines.jsonl [--out FOLDER]
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { mean } from "../../src/math/statistics.ts";
import { chartFile, chartPng, stripChart } from "../../src/report/index.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: "string", default: "." } },
});
interface Line {
  readonly arm?: string;
  readonly test: number;
  readonly testFromFreshWeights: number;
}
const lines = readFileSync(positionals[0]!, "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Line)
  .filter(({ arm }) => arm !== undefined);
const rowsOf = (read: (line: Line) => number, words: string) =>
  [...new Set(lines.map(({ arm }) => arm!))].map((arm) => {
    const found = lines.filter((line) => line.arm === arm).map((line) => 100 * read(line));
    const interval = [Math.min(...found), Math.max(...found)] as const;
    return {
      name: `${words}: ${arm.replace("first stage, trained on", "trained on")}`,
      values: found,
      center: mean(found),
      interval,
    };
  });
const rows = [
  ...rowsOf(({ testFromFreshWeights }) => testFromFreshWeights, "anew"),
  ...rowsOf(({ test }) => test, "as it is"),
];
const all = rows.flatMap((row) => row.values);
const chart = stripChart({
  name: "refine-arms",
  title: "Two stages, or more of the first, at equal time",
  caption:
    "Test accuracy on CIFAR-10 at 16 × 16 pixels, of the network trained from fresh weights and with the weights it has; a dot is a seed, the tick the mean, the bar from least to most.",
  x: {
    label: "test accuracy (%)",
    min: Math.floor(Math.min(...all)) - 1,
    max: Math.ceil(Math.max(...all)) + 1,
    scale: "linear",
    format: (value) => value.toFixed(0),
    precise: (value) => value.toFixed(2),
  },
  rows,
});
writeFileSync(join(values.out, "refine-arms.svg"), chartFile(chart, "light"));
writeFileSync(join(values.out, "refine-arms.png"), await chartPng(chart, "light"));
