// Weight sharing on NAS-Bench-201, in small: a supernet of fewer channels and cells is trained in this process on a part
// of CIFAR-10, and after every epoch the cell that each method would end with is looked up in the published table –
// its skip connections, and its accuracy as trained by others. Random search and the table's best stand beside it.
//
// Usage: node benchmarks/weight-sharing/run.ts --images FOLDER --methods darts-1,darts-2,gdas,one-shot --seeds 1,2,3
//   [--epochs 30] [--fraction 0.16] [--image-size 16] [--channels 8] [--cells 1] [--batch 64] [--rate 0.003] [--out runs.jsonl]
// FOLDER: CIFAR-10 as class folders; GENIUS_DATA_DIR names the folder with the tables. `--out` gets a line a finished run;
// a run that has its line there is not made again, so an interrupted command can be given once more. chart.ts draws them.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createRandom } from "../../src/base/random.ts";
import { openTable } from "../../src/evaluators/tables/accuracy-table.ts";
import { supernetData } from "../../src/features/weight-sharing/data.ts";
import { evolvePaths, measurePath } from "../../src/features/weight-sharing/paths.ts";
import { createSupernet } from "../../src/features/weight-sharing/supernet.ts";
import { type Method, trainSupernet } from "../../src/features/weight-sharing/training.ts";
import { accuracy } from "../../src/metrics/index.ts";
import { createDomain } from "../../src/search/constraints/create-domain.ts";
import type { Choices } from "../../src/search/space.ts";
import cells from "../../src/search/spaces/nas-bench-201.ts";
import { openDataset } from "../../src/tasks/image-classification/index.ts";

const { values } = parseArgs({
  options: {
    images: { type: "string" },
    methods: { type: "string", default: "darts-1,gdas,one-shot" },
    seeds: { type: "string", default: "1" },
    epochs: { type: "string", default: "30" },
    fraction: { type: "string", default: "0.16" },
    "image-size": { type: "string", default: "16" },
    channels: { type: "string", default: "8" },
    cells: { type: "string", default: "1" },
    batch: { type: "string", default: "64" },
    rate: { type: "string", default: "0.003" },
    "learning-rate": { type: "string", default: "0.025" },
    measured: { type: "string", default: "100" },
    out: { type: "string" },
  },
});
const space = cells.create(
  cells.options.parse({
    imageSize: Number(values["image-size"]),
    stemChannels: Number(values.channels),
    cellsPerStage: Number(values.cells),
  }),
);
const domain = createDomain(space, {});
const table = await openTable({ space, dataset: "cifar10" });
const supernet = createSupernet(space);

function judge(choices: Choices) {
  const found = table.lookUp(choices)!;
  return {
    cell: choices.join(""),
    skips: choices.filter((choice) => choice === 1).length,
    none: choices.filter((choice) => choice === 0).length,
    validation: Math.round(1e4 * found.selection01) / 100,
    test: Math.round(1e4 * (found.test01 as number)) / 100,
    rank: table.rankOf(choices),
  };
}

/** What a run depends on, besides its method and seed. */
const setting = {
  epochs: Number(values.epochs),
  fraction: Number(values.fraction),
  imageSize: Number(values["image-size"]),
  channels: Number(values.channels),
  cells: Number(values.cells),
  batch: Number(values.batch),
  rate: Number(values.rate),
  learningRate: Number(values["learning-rate"]),
};
const nameOf = (method: Method, seed: number, of: unknown) => JSON.stringify([method, seed, of]);
const finished = new Set(
  values.out === undefined || !existsSync(values.out)
    ? []
    : readFileSync(values.out, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as { method: Method; seed: number; setting: unknown })
        .map((line) => nameOf(line.method, line.seed, line.setting)),
);

/** Seconds since the call, by the clock and by the processor. */
function stopwatch() {
  const begun = { wall: performance.now(), processor: process.cpuUsage() };
  return () => {
    const { user, system } = process.cpuUsage(begun.processor);
    const [seconds, processorSeconds] = [(performance.now() - begun.wall) / 1000, (user + system) / 1e6];
    return { seconds: Math.round(seconds), processorSeconds: Math.round(processorSeconds) };
  };
}

async function oneRun(method: Method, seed: number): Promise<Record<string, unknown>> {
  const dataset = await openDataset(values.images!, { imageSize: space.input[1] });
  const data = supernetData(dataset, { space, fraction01: setting.fraction, seed });
  const spent = stopwatch();
  const curve: Record<string, unknown>[] = [];
  const trained = await trainSupernet({
    supernet,
    data,
    threads: 1,
    plan: {
      method,
      epochs: setting.epochs,
      batchSize: setting.batch,
      learningRate: setting.learningRate,
      weightDecay: 3e-4,
      architectureRate: setting.rate,
      seed,
    },
    onEpoch: ({ choices, probabilities: _, ...point }) => {
      curve.push({ ...point, ...(method !== "one-shot" && judge(choices)) });
      console.error(JSON.stringify({ method, seed, ...curve.at(-1), ...spent() }));
    },
  });
  const steps = setting.epochs * Math.floor(data.train.records.length / setting.batch);
  const rounded = [...trained.probabilities].map((value) => Math.round(1000 * value) / 1000);
  const line = { method, seed, setting, steps, trained: spent(), curve };
  if (method !== "one-shot")
    return { ...line, probabilities: rounded, ...judge(trained.curve.at(-1)!.choices) };
  const measure = {
    supernet,
    weights: trained.weights,
    data,
    metric: accuracy,
    imageCount: 1024,
    threads: 1,
  };
  const ranked = await evolvePaths((choices) => measurePath(measure, choices), {
    domain,
    random: createRandom(seed, "evolve"),
    population: 30,
    measured: Number(values.measured),
  });
  return {
    ...line,
    measured: spent(),
    accuracyShared01: ranked[0]!.score,
    ...judge(ranked[0]!.choices),
    top: ranked.slice(0, 5).map(({ choices }) => judge(choices)),
    rankCorrelation: kendall(ranked.map(({ choices, score }) => [score, table.lookUp(choices)!.selection01])),
  };
}

for (const method of values.methods.split(",") as Method[]) {
  for (const seed of values.seeds.split(",").map(Number)) {
    if (finished.has(nameOf(method, seed, setting))) continue;
    const text = JSON.stringify(await oneRun(method, seed));
    console.log(text);
    if (values.out !== undefined) appendFileSync(values.out, `${text}\n`);
  }
}

/** Kendall's tau-a between shared and published accuracy of the measured designs. */
function kendall(pairs: readonly (readonly number[])[]): number {
  let sum = 0;
  for (const [index, [a, b]] of pairs.entries())
    for (const [c, d] of pairs.slice(0, index)) sum += Math.sign((a! - c!) * (b! - d!));
  return Math.round((2000 * sum) / (pairs.length * (pairs.length - 1))) / 1000;
}
