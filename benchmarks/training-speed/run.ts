// Compares the speed of training with PyTorch's: both engines take turns in one run, on the same networks and batches.
// Usage: node benchmarks/training-speed/run.ts [--python PYTHON] [--rounds N] [--threads N] [--clock wall|cpu] [name …]
// On a machine that others use too, `--threads 1 --clock cpu` counts processor time, which waiting does not touch.
// Prints a Markdown table of images per second, start-up and memory, and the geometric mean of the ratios.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { median } from "../../src/math/statistics.ts";
import { batchSize, benchmarkNetworks } from "./networks.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "6" },
    threads: { type: "string", default: "2" },
    clock: { type: "string", default: "wall" },
  },
});

interface Engine {
  readonly name: string;
  readonly started: { readonly startMs: number };
  /** Sends a command and gives the answer. */
  ask(command: string): Promise<unknown>;
  stop(): void;
}

async function startEngine(name: string, command: string, parameters: readonly string[]): Promise<Engine> {
  const child = spawn(command, parameters, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} ended early`);
    return JSON.parse(value);
  };
  const started = (await next()) as { startMs: number };
  return {
    name,
    started,
    async ask(text) {
      child.stdin.write(`${text}\n`);
      return next();
    },
    stop: () => child.stdin.end(),
  };
}

interface StepTime {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const clock = ({ wallMs, cpuMs }: StepTime) => (values.clock === "cpu" ? cpuMs : wallMs);
const here = (file: string) => new URL(file, import.meta.url).pathname;

/** Median step time of each engine, taken in turns so that a slow minute of the machine hits all of them. */
async function measure(engines: readonly Engine[], rounds: number): Promise<readonly number[]> {
  const times = engines.map((): number[] => []);
  for (const engine of engines) await engine.ask("steps 3");
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, engine] of engines.entries()) {
      times[index]?.push(...((await engine.ask("steps 6")) as StepTime[]).slice(1).map(clock));
    }
  }
  return times.map(median);
}

const folder = mkdtempSync(join(tmpdir(), "training-speed-"));
const rows: string[] = [];
const ratios: number[] = [];
for (const { name, nodes } of benchmarkNetworks()) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(nodes));
  const shared = [file, String(batchSize), values.threads];
  const engines = [
    await startEngine("ours", process.execPath, [here("engine-ours.ts"), ...shared]),
    await startEngine("contiguous", values.python, [here("engine-torch.py"), ...shared, "contiguous"]),
    await startEngine("channels-last", values.python, [here("engine-torch.py"), ...shared, "channels-last"]),
  ];
  const stepMs = await measure(engines, Number(values.rounds));
  const memory: number[] = [];
  for (const engine of engines) memory.push((await engine.ask("memory")) as number);
  for (const engine of engines) engine.stop();
  const [ours, contiguous, channelsLast] = stepMs.map((ms) => (1000 * batchSize) / ms) as [
    number,
    number,
    number,
  ];
  const ratio = ours / Math.max(contiguous, channelsLast);
  ratios.push(ratio);
  const whole = (value: number | undefined) => (value ?? Number.NaN).toFixed(0);
  rows.push(
    `| ${name} | ${whole(ours)} | ${whole(contiguous)} | ${whole(channelsLast)} | ${ratio.toFixed(2)} | ${whole(engines[0]?.started.startMs)} | ${whole(memory[0])} | ${whole(Math.min(memory[1] ?? 0, memory[2] ?? 0))} |`,
  );
  console.error(rows.at(-1));
}
rmSync(folder, { recursive: true });
console.log(
  `Images per second of training, batch ${batchSize}, ${values.threads} threads, ${values.clock} time; medians of interleaved steps.\n`,
);
console.log(
  "| network | ours | PyTorch contiguous | channels-last | ratio to the faster | our start, ms | our memory, MB | PyTorch's, MB |",
);
console.log("|---|---|---|---|---|---|---|---|");
for (const row of rows) console.log(row);
const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
console.log(`\nGeometric mean of the ratios: ${mean.toFixed(2)}`);
