// The PyTorch trainer's images per second beside a bare PyTorch loop on the same exported network and batch, in one
// process and in turns (speed.py). The goal is 0.97 of the bare loop, which neither reads nor augments any image.
//
//   node benchmarks/trainer/run.ts [--python .venv/bin/python] [--batch 64] [--steps 12] [--epochs 5] [--threads 1]
//     [--device cpu|cuda] [--side 32] [channelsLast] [compile] [bfloat16] [strong]
//
// Prints JSON: images per second and their ratio by wall time and by processor time, which other programs on the
// machine disturb less.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { exportPytorch } from "../../src/graph/export/pytorch.ts";
import mobile from "../../src/search/spaces/mobile.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string", default: ".venv/bin/python" },
    batch: { type: "string", default: "64" },
    steps: { type: "string", default: "12" },
    epochs: { type: "string", default: "5" },
    threads: { type: "string", default: "1" },
    device: { type: "string", default: "cpu" },
    side: { type: "string", default: "32" },
  },
});

const space = mobile.create(
  mobile.options.parse({ imageSize: Number(values.side), channels: 3, sizeClass: "medium" }),
);
const network = space.decode(space.decisions.map(() => 1));
const folder = mkdtempSync(join(tmpdir(), "genius-trainer-speed-"));
try {
  const model = join(folder, "model.py");
  writeFileSync(model, exportPytorch(network));
  const { side, batch, steps, epochs, threads, device } = values;
  const run = spawnSync(
    values.python,
    [
      join(import.meta.dirname, "speed.py"),
      ...[model, side, "3", batch, steps, epochs, threads, device, ...positionals],
    ],
    {
      env: { ...process.env, PYTHONPATH: resolve(import.meta.dirname, "../../trainer") },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  if (run.status !== 0) process.exit(1);
  console.log(JSON.stringify({ network: network.name, ...JSON.parse(run.stdout) }, undefined, 2));
} finally {
  rmSync(folder, { recursive: true });
}
