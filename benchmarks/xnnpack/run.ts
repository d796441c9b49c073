// What XNNPACK, which Google's interpreter uses unless told otherwise, takes and gives beside the reference kernels that RAM is
// promised for: bytes of heap, milliseconds on one thread, and scores. All references as 8-bit TFLite files, one process for each
// set of kernels. Writes docs/results/xnnpack.md.
//
//   GENIUS_LITERT_VENV=VENV node --conditions=genius-source benchmarks/xnnpack/run.ts [--machine WORDS]
//
// VENV has ai-edge-litert (scripts/setup-litert.sh). Needs glibc, which says how large the heap is.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { references } from "../../src/catalog/_catalog.ts";
import { imageBytes, measureNetwork, randomBytes } from "../../src/deploy/fixtures/measured.ts";
import { integerNetwork } from "../../src/deploy/integer-network.ts";
import { encodeTflite } from "../../src/deploy/tflite/model.ts";
import { int8Tflite } from "../../src/deploy/tflite/network.ts";
import { tfliteRam } from "../../src/deploy/tflite/promised.ts";
import { networkCost } from "../../src/graph/cost.ts";
import { median } from "../../src/math/statistics.ts";
import type { ReferenceDefinition } from "../../src/search/references/reference.ts";
import { runInLitert } from "../../src/testing/litert.ts";

const { values } = parseArgs({
  options: {
    machine: { type: "string", default: "a shared virtual one with two cores (AMD EPYC, AVX-512)" },
  },
});
const imageCount = 8;
const allKernels = ["BUILTIN_REF", "BUILTIN_WITHOUT_DEFAULT_DELEGATES", "BUILTIN"] as const;

interface Run {
  readonly scores: readonly number[];
  readonly ms: number;
  readonly heap: number;
}

interface Line {
  readonly name: string;
  readonly paramCount: number;
  readonly promised: number;
  readonly runs: readonly [reference: Run, own: Run, xnnpack: Run];
}

async function lineOf(
  name: string,
  reference: ReferenceDefinition,
  folder: string,
): Promise<Line | undefined> {
  const network = reference.build({ input: [3, 32, 32], classCount: 10, width: 1 });
  if (network.nodes.some(({ op }) => op.kind === "layer-norm")) return undefined;
  const { device, ranges, release } = await measureNetwork(network, 1);
  await release();
  const [model, images] = [join(folder, "model.tflite"), join(folder, "images")];
  const encoded = encodeTflite(int8Tflite(integerNetwork(device, ranges)));
  writeFileSync(model, encoded);
  const planes = randomBytes(network, imageCount, 5);
  const bytes = Array.from({ length: imageCount }, (_, image) => [...imageBytes(planes, network, image)]);
  writeFileSync(
    images,
    Int8Array.from(bytes.flat(), (byte) => byte - 128),
  );
  const runs: Run[] = [];
  for (const kernels of allKernels)
    runs.push(JSON.parse(await runInLitert(join(import.meta.dirname, "run.py"), kernels, model, images)));
  const { paramCount } = networkCost(network);
  const promised = tfliteRam(network, "int8")!.interpreter;
  return { name, paramCount, promised, runs: runs as unknown as Line["runs"] };
}

const folder = mkdtempSync(join(tmpdir(), "genius-xnnpack-"));
const lines: Line[] = [];
try {
  for (const [name, entry] of Object.entries(references)) {
    const line = await lineOf(name, await entry.load(), folder);
    if (line !== undefined) lines.push(line);
    console.error(name);
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Of any score, in steps of its grid. */
const difference = ({ runs: [reference, , xnnpack] }: Line) =>
  Math.max(...reference.scores.map((score, index) => Math.abs(score - xnnpack.scores[index]!)));
const kib = (bytes: number) => Math.round(bytes / 1024).toLocaleString("en");
const rows = lines.map((line) => {
  const { name, paramCount, promised, runs } = line;
  const cells = [
    ...[name, `${(paramCount / 1000).toFixed(0)} k`, kib(promised)],
    ...runs.map(({ heap }) => kib(heap)),
    ...runs.map(({ ms }) => (ms < 10 ? ms.toPrecision(2) : ms.toFixed(0))),
    String(difference(line)),
  ];
  return `| ${cells.join(" | ")} |`;
});
const heaps = lines.map(({ runs: [reference, , xnnpack] }) => xnnpack.heap / reference.heap);
const speeds = lines.map(({ runs: [reference, , xnnpack] }) => reference.ms / xnnpack.ms);
const short = (value: number) => value.toFixed(value < 10 ? 1 : 0);
const rangeOf = (all: readonly number[]) =>
  `${short(median(all))} (${short(Math.min(...all))} to ${short(Math.max(...all))})`;
const text = `# What does XNNPACK take and give?

With XNNPACK, its default, the heap of Google's interpreter is ${rangeOf(heaps)} times as large as with its reference kernels, whose arena is what
genius promises, and it is ${rangeOf(speeds)} times as fast (median and range of ${lines.length} references, 8 bits, one thread). XNNPACK packs a copy of the weights
and keeps its maps in memory of its own, by rules of its version and processor, so its RAM is measured here and not promised.

| network | parameters | promised arena, KiB | heap, KiB: reference kernels | own fast kernels | XNNPACK | ms: reference kernels | own fast kernels | XNNPACK | scores differ, steps |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${rows.join("\n")}

## Method

- \`node --conditions=genius-source benchmarks/xnnpack/run.ts\`: references at full width on 3×32×32, ai-edge-litert 2.3.0, one process each. *Heap* is how much
  larger glibc says that it is once an interpreter has been made and has run (\`mallinfo2\`): arena, structures and packed weights. The model's file
  is mapped beside it.
- *Scores differ*: largest difference between XNNPACK's scores and those of the reference kernels, of ${imageCount} images of noise with random weights.
- Machine: ${values.machine}. Date: ${new Date().toISOString().slice(0, 10)}.
`;
writeFileSync(new URL("../../docs/results/xnnpack.md", import.meta.url), text);
console.log(text);
