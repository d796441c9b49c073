// Files for devices, run by programs that are not ours: every reference and random designs of every space as TFLite in Google's
// interpreter (and TFLite Micro's, where it is installed) and as C compiled by gcc for this machine and for Cortex-M4. Their scores
// beside ours, and RAM and flash beside what is promised before training. Writes docs/results/device-files.md.
//
//   node --conditions=genius-source benchmarks/device-files/run.ts --keep lines.jsonl [--designs 20] [--micro PYTHON] [--only GROUP]
//        [--machine WORDS] [--remark WORDS]…
//
// A run that was stopped goes on: each network is a line of the file, and what a line lacks (`float` and `int8`, `c`, `micro`) is
// measured. `--page-only` writes the page from the lines.
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sizesOf, type Target, tryHeader } from "../../src/deploy/c/fixtures/c-tools.ts";
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
import { networksToTry, type Tried } from "./networks.ts";
import { writePage } from "./page.ts";
import { withoutWeights } from "./without-weights.ts";

const { values } = parseArgs({
  options: {
    keep: { type: "string", default: join(tmpdir(), "genius-device-files.jsonl") },
    designs: { type: "string", default: "20" },
    only: { type: "string" },
    micro: { type: "string" },
    "page-only": { type: "boolean", default: false },
    remark: { type: "string", multiple: true, default: [] },
    machine: { type: "string", default: "a shared virtual one with two cores (AMD EPYC, AVX-512)" },
  },
});
const imageCount = 2;
/** Networks that go through one process of the interpreter: max, and the parameters of all. */
const batch = { networks: 8, paramCount: 8e6 };
/** Of larger ones the size for Cortex-M4 is that of a program with zeros for weights, which saves minutes. */
const maxSized = 4e6;
/** With the vectors that gcc makes of its loops; what sanitizers and Cortex-M say, is in the tests. */
const thisMachine: Target = {
  compiler: "gcc",
  flags: ["-std=c99", "-O3", "-march=native", "-Wall", "-Wextra", "-Werror"],
  runner: [],
};

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

/** The C of one. */
function compiled({ integer, network, bytes, real }: Made): Seen["c"] {
  if (integer === undefined) return undefined;
  const header = headerOf(int8Program(integer, network));
  const { scores, highWaterBytes } = tryHeader(header, bytes, thisMachine);
  const isLarge = networkCost(network).paramCount > maxSized;
  const measured = sizesOf(isLarge ? withoutWeights(header) : header, "cortex-m4");
  return {
    difference: worst(scores, real),
    ram: [networkArena(network, "int8").bytes, 16 * Math.ceil(highWaterBytes / 16)],
    flash: [flashBytes(network, "int8"), measured.flashBytes],
  };
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

/** What is not known yet of a network. */
function missingOf(line: Partial<Seen> | undefined, network: Network) {
  const hasInteger = !network.nodes.some(({ op }) => op.kind === "layer-norm");
  return {
    interpreter: line?.float === undefined || (hasInteger && line.int8 === undefined),
    c: hasInteger && line?.c === undefined,
    micro: hasInteger && values.micro !== undefined && line?.micro === undefined,
  };
}

if (!values["page-only"]) {
  const known = new Map(readLines(values.keep).map((line) => [line.key, line]));
  const wanted = (await networksToTry(Number(values.designs))).filter((tried) => {
    if (values.only !== undefined && tried.group !== values.only) return false;
    return Object.values(missingOf(known.get(tried.key), tried.make())).some(Boolean);
  });
  for (let from = 0; from < wanted.length; ) {
    const all: Made[] = [];
    for (let paramCount = 0; from < wanted.length && all.length < batch.networks; from += 1) {
      const tried = wanted[from] as Tried;
      paramCount += networkCost(tried.make()).paramCount;
      if (all.length > 0 && paramCount > batch.paramCount) break;
      all.push(await made(tried));
    }
    const missing = all.map(({ tried, network }) => missingOf(known.get(tried.key), network));
    const unread = all.filter((_, index) => missing[index]!.interpreter);
    const read = unread.length > 0 ? await inInterpreter(unread) : [];
    const unseen = all.filter((_, index) => missing[index]!.micro);
    const micro = values.micro === undefined ? [] : inMicro(unseen, values.micro);
    for (const [index, one] of all.entries()) {
      const { tried, network } = one;
      const c = missing[index]!.c ? compiled(one) : undefined;
      const small = micro[unseen.indexOf(one)];
      const line = {
        ...{ group: tried.group, key: tried.key, paramCount: networkCost(network).paramCount },
        ...{ ...known.get(tried.key), ...read[unread.indexOf(one)] },
        ...(c && { c }),
        ...(small && { micro: small }),
        plan: networkArena(network, "int8").bytes,
      } as Seen;
      appendFileSync(values.keep, `${JSON.stringify(line)}\n`);
    }
    console.error(`${from} of ${wanted.length}`);
  }
}
writePage(readLines(values.keep), values);
