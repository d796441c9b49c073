// The exported C beside onnxruntime, both in 8 bits, one image at a time, on one thread of this machine: milliseconds and their
// ratio, in turns. The goal is a ratio of at most 3, without vector intrinsics in the C. Writes docs/results/c-speed.md when it
// measures what the page has: all of its networks with both sets of flags.
//
//   node --conditions=genius-source benchmarks/c-speed/run.ts [--turns 5] [--flags "-O3"]… [--machine WORDS] [NAME…]
//
// NAME: a reference (resnet-8, mobilenet-v2, ds-cnn by default). Prints JSON. Random weights: speed does not depend on them.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { references } from "../../src/catalog/_catalog.ts";
import { headerText } from "../../src/deploy/c/header.ts";
import { int8Program } from "../../src/deploy/c/int8-program.ts";
import { deviceNetwork } from "../../src/deploy/device-network.ts";
import { integerNetwork, rangesToMeasure } from "../../src/deploy/integer-network.ts";
import { initialWeights } from "../../src/engine/index.ts";
import { networkCost } from "../../src/graph/cost.ts";
import { inferenceModel } from "../../src/graph/export/onnx.ts";
import { quantise, type ValueRange, valuesToMeasure } from "../../src/graph/export/quantise.ts";
import { encodeOnnxModel } from "../../src/graph/onnx/model.ts";
import { measureLatencyMs, openModelFile } from "../../src/training/model-file.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    turns: { type: "string", default: "5" },
    flags: { type: "string", multiple: true },
    machine: { type: "string", default: "a shared virtual one with two cores (AMD EPYC, AVX-512)" },
  },
});
const names = positionals.length > 0 ? positionals : ["resnet-8", "mobilenet-v2", "ds-cnn"];
const allFlags = values.flags ?? ["-O3", "-O3 -march=native -mprefer-vector-width=256"];
const known = new Map(Object.entries(references));
const made = (given: readonly string[]) =>
  new Map(given.map((name): [string, ValueRange] => [name, [-4, 4]]));
const median = (given: readonly number[]) => given.toSorted((a, b) => a - b)[given.length >> 1] as number;

interface Line {
  readonly name: string;
  readonly macCount: number;
  readonly flags: string;
  readonly cMs: number;
  readonly onnxruntimeMs: number;
  readonly ratio: number;
}

/** One network, compiled with each set of flags. */
async function linesOf(name: string): Promise<readonly Line[]> {
  const entry = known.get(name);
  if (entry === undefined)
    throw new Error(`${name} is not a reference; there are ${[...known.keys()].join(", ")}`);
  const network = (await entry.load()).build({ input: [3, 32, 32], classCount: 10, width: 1 });
  const normalisation = { mean01: [0.5, 0.5, 0.5], sd01: [0.25, 0.25, 0.25] };
  const content = { network, weights: initialWeights(network.nodes, 1), normalisation };
  const device = deviceNetwork(content);
  const program = int8Program(integerNetwork(device, made(rangesToMeasure(device))), network);
  const model = inferenceModel(content);
  const session = await openModelFile(encodeOnnxModel(quantise(model, made(valuesToMeasure(model)))), 1);
  const folder = mkdtempSync(join(tmpdir(), "genius-c-speed-"));
  try {
    const classNames = Array.from({ length: program.classCount }, (_, index) => `class ${index}`);
    const header = headerText({ program, name: "network", title: name, classNames });
    writeFileSync(join(folder, "network.h"), header);
    copyFileSync(join(import.meta.dirname, "time.c"), join(folder, "time.c"));
    const programs = allFlags.map((flags, index) => {
      const out = `time-${index}`;
      const given = flags.split(" ").filter((flag) => flag !== "");
      execFileSync("gcc", ["-std=c99", ...given, "time.c", "-o", out, "-lm"], { cwd: folder });
      return () => Number(execFileSync(join(folder, out), { cwd: folder, encoding: "utf8" }));
    });
    const turns: { cMs: readonly number[]; onnxruntimeMs: number }[] = [];
    for (let turn = 0; turn < Number(values.turns); turn += 1)
      turns.push({ cMs: programs.map((time) => time()), onnxruntimeMs: await measureLatencyMs(session) });
    const { macCount } = networkCost(network);
    const onnxruntimeMs = median(turns.map((turn) => turn.onnxruntimeMs));
    return allFlags.map((flags, index) => ({
      ...{ name, macCount, flags, onnxruntimeMs },
      cMs: median(turns.map(({ cMs }) => cMs[index]!)),
      ratio: median(turns.map((turn) => turn.cMs[index]! / turn.onnxruntimeMs)),
    }));
  } finally {
    await session.dispose();
    rmSync(folder, { recursive: true });
  }
}

const lines: Line[] = [];
for (const name of names) {
  for (const line of await linesOf(name)) {
    lines.push(line);
    console.log(JSON.stringify(line));
  }
}
if (positionals.length === 0 && values.flags === undefined) writePage(lines);

function writePage(all: readonly Line[]): void {
  const best = all.filter(({ flags }) => flags === allFlags.at(-1));
  const rows = all.map(
    ({ name, macCount, flags, cMs, onnxruntimeMs, ratio }) =>
      `| ${name} | ${(macCount / 1e6).toFixed(1)} M | \`${flags}\` | ${cMs.toPrecision(3)} | ${onnxruntimeMs.toPrecision(3)} | ${ratio.toFixed(2)} |`,
  );
  const text = `# How fast is the exported C beside onnxruntime?

With the vectors of this processor, which gcc finds by itself, the 8-bit C takes ${best.map(({ name, ratio }) => `${ratio.toFixed(2)} (${name})`).join(", ")} times as long
as onnxruntime in 8 bits, one image at a time on one thread. The goal was at most 3, without vector intrinsics.

| network | MACs | gcc | C, ms | onnxruntime, ms | C / onnxruntime |
|---|---:|---|---:|---:|---:|
${rows.join("\n")}

## Method

- \`node --conditions=genius-source benchmarks/c-speed/run.ts\`: references at full width on 3×32×32 with random weights. In each of ${values.turns} turns the C
  programs and onnxruntime run one after the other, each at least 30 predictions in 200 ms, of which the median counts; milliseconds are medians over
  the turns, and the ratio is the median of theirs.
- onnxruntime runs the QDQ file on one thread; this processor multiplies bytes by one instruction (VNNI), which onnxruntime uses.
- Machine: ${values.machine}. Date: ${new Date().toISOString().slice(0, 10)}.
`;
  writeFileSync(new URL("../../docs/results/c-speed.md", import.meta.url), text);
}
