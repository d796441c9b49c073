// Whether a change made something slower: this checkout against another one, in turns, so that a slow minute of the machine
// meets both. Start-up of the command as whole processes, what a trial costs besides its evaluation, and training speed.
//
//   git worktree add ../before COMMIT && ln -s $PWD/node_modules ../before/
//   node benchmarks/before-after/run.ts ../before [start-up] [trial-overhead] [training-speed] [--rounds 15]
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { median } from "../../src/math/statistics.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "15" } },
});
const [before, ...asked] = positionals;
if (before === undefined) throw new Error("Name the folder of the other checkout.");
const rounds = Number(values.rounds);
const checkouts = { before: resolve(before), after: resolve(import.meta.dirname, "../..") };
type Side = keyof typeof checkouts;
const sides = Object.keys(checkouts) as readonly Side[];
type Times = Readonly<Record<Side, number[]>>;

/** Milliseconds of each side, one after the other; the first two rounds warm up. */
async function inTurns(count: number, measure: (side: Side) => number | Promise<number>): Promise<Times> {
  const times: Times = { before: [], after: [] };
  for (let round = -2; round < count; round += 1) {
    for (const side of sides) {
      const time = await measure(side);
      if (round >= 0) times[side].push(time);
    }
  }
  return times;
}

function row(name: string, { before: old, after }: Times): string {
  const figures = [median(old), median(after), Math.min(...old), Math.min(...after)];
  const ratio = median(after) / median(old);
  return `| ${[name, ...figures.map((ms) => ms.toFixed(ms < 10 ? 3 : 0)), ratio.toFixed(2)].join(" | ")} |`;
}

const commands: Readonly<Record<string, readonly string[]>> = {
  "genius --help": ["--help"],
  "genius cost": ["cost", "--space", "nas-bench-macro", "--choices", "22212220"],
  "genius search --help": ["search", "--help"],
};

async function* startUp(): AsyncGenerator<string> {
  const run = (args: readonly string[]) => {
    const startedAt = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return performance.now() - startedAt;
  };
  yield row("an empty Node program", await inTurns(rounds, () => run(["-e", ""])));
  for (const [name, args] of Object.entries(commands))
    yield row(name, await inTurns(rounds, (side) => run([join(checkouts[side], "bin/genius.js"), ...args])));
}

/** The median of a run of benchmarks/trial-overhead, without its peer. */
async function* trialOverhead(): AsyncGenerator<string> {
  const run = (side: Side) => {
    const script = join(checkouts[side], "benchmarks/trial-overhead/run.ts");
    const args = [script, "--trials", "3000", "--python", "no-python"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    const figure = /^\| genius \| \d+ \| ([\d.]+)/m.exec(stdout)?.[1];
    if (status !== 0 || figure === undefined) throw new Error(stderr);
    return Number(figure);
  };
  yield row("a trial on a table", await inTurns(Math.ceil(rounds / 3), run));
}

interface Engine {
  /** The median time of a few steps. */
  step(): Promise<number>;
  stop(): void;
}

/** The side's own engine of benchmarks/training-speed, on its own form of the network. */
async function startEngine(side: Side, folder: string, name: string): Promise<Engine> {
  const at = join(checkouts[side], "benchmarks/training-speed");
  const { benchmarkNetworks, batchSize } = (await import(pathToFileURL(join(at, "networks.ts")).href)) as {
    benchmarkNetworks(): readonly { readonly name: string; readonly nodes: unknown }[];
    batchSize: number;
  };
  const file = join(folder, `${side}-${name}.json`);
  writeFileSync(file, JSON.stringify(benchmarkNetworks().find((one) => one.name === name)?.nodes));
  const child = spawn(process.execPath, [join(at, "engine-ours.ts"), file, String(batchSize), "2"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    async step() {
      child.stdin.write("steps 6\n");
      const { value = "[]" } = await lines.next();
      return median((JSON.parse(value) as { wallMs: number }[]).slice(1).map(({ wallMs }) => wallMs));
    },
    stop: () => child.stdin.end(),
  };
}

async function* trainingSpeed(): AsyncGenerator<string> {
  const folder = mkdtempSync(join(tmpdir(), "before-after-"));
  for (const name of ["digits", "nas-bench-macro", "mobile", "resnet-8", "nas-bench-201"]) {
    const engines = {
      before: await startEngine("before", folder, name),
      after: await startEngine("after", folder, name),
    };
    yield row(`a step of ${name}`, await inTurns(rounds, (side) => engines[side].step()));
    for (const side of sides) engines[side].stop();
  }
  rmSync(folder, { recursive: true });
}

const parts = { "start-up": startUp, "trial-overhead": trialOverhead, "training-speed": trainingSpeed };
console.log(
  "| | before, ms | after, ms | before, min | after, min | after / before |\n|---|---|---|---|---|---|",
);
for (const [name, measure] of Object.entries(parts))
  if (asked.length === 0 || asked.includes(name)) for await (const line of measure()) console.log(line);
