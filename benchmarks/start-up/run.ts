// How long a person waits: `genius --help`, the first line of `genius cost`, `genius search --help`, beside an empty
// Node program. Medians over several runs after a warm-up; the ratio to the empty program holds on any machine.
//
//   node benchmarks/start-up/run.ts [--runs 15]
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { median } from "../../src/math/statistics.ts";

const { values } = parseArgs({ options: { runs: { type: "string", default: "15" } } });
const bin = resolve(import.meta.dirname, "../../bin/genius.js");
const commands: Readonly<Record<string, readonly string[]>> = {
  "an empty Node program": ["-e", ""],
  "genius --help": [bin, "--help"],
  "genius cost (one design)": [bin, "cost", "--space", "nas-bench-macro", "--choices", "22212220"],
  "genius search --help": [bin, "search", "--help"],
};

function medianMs(args: readonly string[]): number {
  const times: number[] = [];
  for (let run = -2; run < Number(values.runs); run += 1) {
    const startedAt = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    if (run >= 0) times.push(performance.now() - startedAt);
  }
  return median(times);
}

const measured = Object.entries(commands).map(([name, args]) => [name, medianMs(args)] as const);
const empty = measured[0]?.[1] ?? 1;
console.log("| command | median ms | over an empty program |\n|---|---|---|");
for (const [name, ms] of measured) console.log(`| ${name} | ${ms.toFixed(0)} | ${(ms / empty).toFixed(1)} |`);
