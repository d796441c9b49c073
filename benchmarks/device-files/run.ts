// Files for devices, run by programs that are not ours: every reference and random designs of every space as TFLite in Google's
// interpreter (and TFLite Micro's, where it is installed) and as C compiled by gcc for this machine and for Cortex-M4. Their scores
// beside ours, and RAM and flash beside what is promised before training. Writes docs/results/device-files.md.
//
//   node --conditions=genius-source benchmarks/device-files/run.ts --keep lines.jsonl [--designs 20] [--micro PYTHON] [--only GROUP]
//        [--machine WORDS]
//
// A run that was stopped goes on: each network is a line of the file. `--page-only` writes the page from the lines.
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sizesOf } from "../../src/deploy/c/fixtures/c-tools.ts";
import { headerOf } from "../../src/deploy/c/fixtures/deployed.ts";
import { int8Program } from "../../src/deploy/c/int8-program.ts";
import { imageBytes, measureNetwork, randomBytes } from "../../src/deploy/fixtures/measured.ts";
import { type IntegerNetwork, integerNetwork } from "../../src/deploy/integer-network.ts";
import { imageOf, realScores, runInteger } from "../../src/deploy/run-integer.ts";
import { runFiles, type TfliteJob } from "../../src/deploy/tflite/fixtures/run-files.ts";
import { encodeTflite } from "../../src/deploy/tflite/model.ts";
import { floatTflite, int8Tflite } from "../../src/deploy/tflite/network.ts";
import { tfliteRam } from "../../src/deploy/tflite/promised.ts";
import { networkArena } from "../../src/graph/arena.ts";
import { networkCost } from "../../src/graph/cost.ts";
import { flashBytes } from "../../src/graph/flash.ts";
import type { Network } from "../../src/graph/network.ts";
import { readLines, type Seen } from "./lines.ts";
import { withLinkedWeights, withoutWeights } from "./linked-weights.ts";
import { networksToTry, type Tried } from "./networks.ts";
import { writePage } from "./page.ts";

const { values } = parseArgs({
  options: {
    keep: { type: "string", default: join(tmpdir(), "genius-device-files.jsonl") },
    designs: { type: "string", default: "20" },
    only: { type: "string" },
    micro: { type: "string" },
    "page-only": { type: "boolean", default: false },
    machine: { type: "string", default: "a shared virtual one with two cores (AMD EPYC, AVX-512)" },
  },
});
const imageCount = 2;
/** Networks that go through one interpreter process and one call of gcc. */
const batchSize = 8;
/** Of larger ones the weights are linked from a file. */
const maxCompiled = 4e6;

interface Made {
  readonly tried: Tried;
  readonly network: Network;
  readonly bytes: Uint8Array;
  readonly scores: Float32Array;
  readonly floatModel: ReturnType<typeof floatTflite>;
  readonly integer?: IntegerNetwork;
  /** Of all images, by our interpreter. */
  readonly exact: readonly (readonly number[])[];
  readonly real: readonly number[];
}

async function made(tried: Tried): Promise<Made> {
  const network = tried.make();
  const measured = await measureNetwork(network, 1);
  const planes = randomBytes(network, imageCount, 5);
  const images = Array.from({ length: imageCount }, (_, image) => imageBytes(planes, network, image));
  const common = {
    ...{ tried, network, bytes: Uint8Array.from(images.flatMap((image) => [...image])) },
    scores: await measured.scores(planes),
    floatModel: floatTflite(measured.device),
  };
  await measured.release();
  if (network.nodes.some(({ op }) => op.kind === "layer-norm")) return { ...common, exact: [], real: [] };
  const integer = integerNetwork(measured.device, measured.ranges);
  const results = images.map((image) => runInteger(integer, imageOf(integer, image)));
  return {
    ...{ ...common, integer, exact: results.map((each) => [...each]) },
    real: results.flatMap((each) => [...realScores(integer, each)]),
  };
}

const worst = (received: ArrayLike<number>, expected: ArrayLike<number>): number =>
  received.length === expected.length
    ? Array.from(expected).reduce((most, value, at) => Math.max(most, Math.abs(value - received[at]!)), 0)
    : Number.POSITIVE_INFINITY;

/** TFLite of all, in one process. */
async function inInterpreter(all: readonly Made[]) {
  const jobs: TfliteJob[] = [];
  for (const { bytes, floatModel, integer } of all) {
    const input = Float32Array.from(bytes, (byte) => byte / 255);
    jobs.push({ model: floatModel, input, imageCount });
    if (integer === undefined) continue;
    jobs.push({ model: int8Tflite(integer), input: Int8Array.from(bytes, (byte) => byte - 128), imageCount });
  }
  const runs = await runFiles(jobs);
  let at = 0;
  return all.map(({ network, scores, integer, exact }) => {
    const float = runs[at++]!;
    const int8 = integer && runs[at++]!;
    const scale = Math.max(1, ...scores.map(Math.abs));
    return {
      float: {
        difference: worst(new Float32Array(float.scores), scores) / scale,
        ram: [tfliteRam(network, "float")!.interpreter, float.arenaBytes] as const,
      },
      ...(int8 && {
        int8: {
          difference: worst(new Int8Array(int8.scores), exact.flat()),
          ram: [tfliteRam(network, "int8")!.interpreter, int8.arenaBytes] as const,
          flash: [flashBytes(network, "int8"), int8.fileBytes] as const,
        },
      }),
    };
  });
}

/** C of all, in one program. */
function compiled(all: readonly Made[]): readonly (Seen["c"] | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), "genius-device-c-"));
  try {
    const driver = readFileSync(new URL("../../src/deploy/c/fixtures/driver.c", import.meta.url), "utf8");
    const programs = all.map(({ integer, network }) =>
      integer === undefined ? undefined : int8Program(integer, network),
    );
    const isLarge = (index: number) => networkCost(all[index]!.network).paramCount > maxCompiled;
    const sources = ["main.c"];
    const names = programs.flatMap((program, index) => {
      if (program === undefined) return [];
      const name = `n${index}`;
      const header = headerOf(program, name);
      if (isLarge(index)) {
        const { text, assembler } = withLinkedWeights(header, name, folder);
        writeFileSync(join(folder, `${name}.h`), text);
        writeFileSync(join(folder, `${name}-weights.s`), assembler);
        sources.push(`${name}-weights.s`);
      } else writeFileSync(join(folder, `${name}.h`), header);
      writeFileSync(join(folder, `${name}.images`), all[index]!.bytes);
      const text = driver
        .replaceAll("network", name)
        .replaceAll("NETWORK", name.toUpperCase())
        .replaceAll("images.bin", `${name}.images`)
        .replaceAll("scores.bin", `${name}.scores`)
        .replace("int main(void)", `int try_${name}(void);\nint try_${name}(void)`);
      writeFileSync(join(folder, `${name}.c`), text);
      sources.push(`${name}.c`);
      return [name];
    });
    if (names.length === 0) return all.map(() => undefined);
    const calls = names.map((name) => `extern int try_${name}(void);`).join("\n");
    const tries = names.map((name) => `  if (try_${name}() != 0) return 1;`).join("\n");
    writeFileSync(join(folder, "main.c"), `${calls}\nint main(void) {\n${tries}\n  return 0;\n}\n`);
    const flags = ["-std=c99", "-O1", "-Wall", "-Wextra", "-Werror"];
    execFileSync("gcc", [...flags, ...sources, "-o", "try", "-lm"], { cwd: folder });
    const marks = execFileSync(join(folder, "try"), { cwd: folder, encoding: "utf8" }).trim().split("\n");
    return programs.map((program, index) => {
      if (program === undefined) return undefined;
      const { network, real } = all[index]!;
      const scores = readFileSync(join(folder, `n${index}.scores`));
      const header = headerOf(program);
      const measured = sizesOf(isLarge(index) ? withoutWeights(header) : header, "cortex-m4");
      const mark = 16 * Math.ceil(Number(marks[names.indexOf(`n${index}`)]) / 16);
      return {
        difference: worst(new Float32Array(Uint8Array.from(scores).buffer), real),
        ram: [networkArena(network, "int8").bytes, mark] as const,
        flash: [flashBytes(network, "int8"), measured.flashBytes] as const,
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The 8-bit files in TFLite Micro's interpreter for Python. */
function inMicro(all: readonly Made[], python: string): readonly (Seen["micro"] | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), "genius-device-micro-"));
  try {
    return all.map(({ integer, bytes, exact, network }, index) => {
      if (integer === undefined) return undefined;
      const path = (name: string) => join(folder, `${index}.${name}`);
      writeFileSync(path("tflite"), encodeTflite(int8Tflite(integer)));
      writeFileSync(
        path("images"),
        Int8Array.from(bytes, (byte) => byte - 128),
      );
      const script = join(import.meta.dirname, "micro.py");
      const printed = execFileSync(python, [script, path("tflite"), path("images")], { encoding: "utf8" });
      const told = JSON.parse(printed.trim().split("\n").at(-1) as string) as
        | { readonly refused: string }
        | { readonly scores: readonly number[]; readonly head: number };
      if ("refused" in told) return told;
      const ram = [tfliteRam(network, "int8")!.micro, told.head] as const;
      return { difference: worst(told.scores, exact.flat()), ram };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (!values["page-only"]) {
  const known = new Set(readLines(values.keep).map(({ key }) => key));
  const wanted = (await networksToTry(Number(values.designs))).filter(
    ({ key, group }) => !known.has(key) && (values.only === undefined || group === values.only),
  );
  for (let from = 0; from < wanted.length; from += batchSize) {
    const batch: Made[] = [];
    for (const tried of wanted.slice(from, from + batchSize)) batch.push(await made(tried));
    const [read, built] = [await inInterpreter(batch), compiled(batch)];
    const micro = values.micro === undefined ? [] : inMicro(batch, values.micro);
    for (const [index, { tried, network }] of batch.entries()) {
      const [c, small] = [built[index], micro[index]];
      const line: Seen = {
        ...{ group: tried.group, key: tried.key, paramCount: networkCost(network).paramCount },
        ...{ ...read[index]!, plan: networkArena(network, "int8").bytes },
        ...(c && { c }),
        ...(small && { micro: small }),
      };
      appendFileSync(values.keep, `${JSON.stringify(line)}\n`);
    }
    console.error(`${Math.min(from + batchSize, wanted.length)} of ${wanted.length}`);
  }
}
writePage(readLines(values.keep), values.machine);
