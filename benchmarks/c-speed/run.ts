// The exported C beside onnxruntime, both in 8 bits, one image at a time, on one thread of this machine: milliseconds and their
// ratio, in turns. The goal is a ratio of at most 3, without vector intrinsics in the C.
//
//   node --conditions=genius-source benchmarks/c-speed/run.ts [--turns 5] [--flags "-O3"] [NAME…]
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
    flags: { type: "string", default: "-O3 -march=native -mprefer-vector-width=256" },
  },
});
const names = positionals.length > 0 ? positionals : ["resnet-8", "mobilenet-v2", "ds-cnn"];
const known = new Map(Object.entries(references));
const made = (given: readonly string[]) =>
  new Map(given.map((name): [string, ValueRange] => [name, [-4, 4]]));
const median = (given: readonly number[]) => given.toSorted((a, b) => a - b)[given.length >> 1] as number;

for (const name of names) {
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
    writeFileSync(
      join(folder, "network.h"),
      headerText({ program, name: "network", title: name, classNames }),
    );
    copyFileSync(join(import.meta.dirname, "time.c"), join(folder, "time.c"));
    const flags = values.flags.split(" ").filter((flag) => flag !== "");
    execFileSync("gcc", ["-std=c99", ...flags, "time.c", "-o", "time", "-lm"], { cwd: folder });
    const turns: { cMs: number; onnxruntimeMs: number }[] = [];
    for (let turn = 0; turn < Number(values.turns); turn += 1) {
      const cMs = Number(execFileSync(join(folder, "time"), { cwd: folder, encoding: "utf8" }));
      turns.push({ cMs, onnxruntimeMs: await measureLatencyMs(session) });
    }
    const cMs = median(turns.map((turn) => turn.cMs));
    const onnxruntimeMs = median(turns.map((turn) => turn.onnxruntimeMs));
    const ratio = median(turns.map((turn) => turn.cMs / turn.onnxruntimeMs));
    const { macCount } = networkCost(network);
    console.log(JSON.stringify({ name, macCount, flags: values.flags, cMs, onnxruntimeMs, ratio }));
  } finally {
    await session.dispose();
    rmSync(folder, { recursive: true });
  }
}
