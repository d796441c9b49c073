// Interleaved rounds of the three readers over the same folder of JPEG files, and the medians of the ratios.
// node benchmarks/open-images/measure.ts FOLDER --python PYTHON [--rounds N]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "../../src/math/statistics.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { python: { type: "string", default: "python3" }, rounds: { type: "string", default: "5" } },
});
const folder = positionals[0]!;
const here = import.meta.dirname;

const secondsOf = (command: string, args: readonly string[]) => {
  const [count, seconds] = execFileSync(command, args, { encoding: "utf8" }).trim().split(" ").map(Number);
  return { count: count!, seconds: seconds! };
};
const genius = () => {
  const cache = mkdtempSync(join(tmpdir(), "genius-open-images-"));
  try {
    return secondsOf(process.execPath, [join(here, "genius.ts"), folder, cache]);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
};
const peer = (name: string) => secondsOf(values.python, [join(here, "peers.py"), name, folder]);
const rounds = [];
for (let round = 1; round <= Number(values.rounds); round += 1) {
  const seconds = { genius: genius(), pil: peer("pil"), torchvision: peer("torchvision") };
  rounds.push(seconds);
  console.log(JSON.stringify({ round, ...seconds }));
}
for (const name of ["pil", "torchvision"] as const) {
  const ratios = rounds.map((round) => round[name].seconds / round.genius.seconds);
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
  console.log(`${name} / genius: median ${median(ratios).toFixed(2)} (${low} to ${high})`);
}
