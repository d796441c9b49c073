// Weight sharing on NAS-Bench-201, in small: a supernet of fewer channels and cells is trained in this process on a part
// of CIFAR-10, and after every epoch the cell that each method would end with is looked up in the published table –
// its skip connections, and its accuracy as trained by others. Random search and the table's best stand beside it.
//
// Usage: node benchmarks/weight-sharing/run.ts --images FOLDER --methods darts-1,darts-2,gdas,one-shot --seeds 1,2,3
//   [--epochs 30] [--fraction 0.16] [--image-size 16] [--channels 8] [--cells 1] [--batch 64] [--rate 0.003] [--out lines.jsonl]
// FOLDER: CIFAR-10 as class folders; GENIUS_DATA_DIR names the folder with the tables.
import { appendFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createRandom } from "../../src/base/random.ts";
import { openTable } from "../../src/evaluators/accuracy-table.ts";
import { createDomain } from "../../src/spaces/create-domain.ts";
import cells from "../../src/spaces/nas-bench-201.ts";
import type { Choices } from "../../src/spaces/space.ts";
import { openSupernetData } from "../../src/weight-sharing/data.ts";
import { evolvePaths, measurePath } from "../../src/weight-sharing/paths.ts";
import { createSupernet } from "../../src/weight-sharing/supernet.ts";
import { type Method, trainSupernet } from "../../src/weight-sharing/training.ts";

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
const table = await openTable({ space, dataset: "cifar10", environment: process.env });
const supernet = createSupernet(space);

function judge(choices: Choices) {
  const found = table.lookUp(choices)!;
  return {
    cell: choices.join(""),
    skips: choices.filter((choice) => choice === 1).length,
    none: choices.filter((choice) => choice === 0).length,
    validation: Math.round(1e4 * found.selection01) / 100,
    test: Math.round(1e4 * found.test01) / 100,
    rank: table.rankOf(choices),
  };
}

function say(line: Readonly<Record<string, unknown>>): void {
  const text = JSON.stringify(line);
  console.log(text);
  if (values.out !== undefined) appendFileSync(values.out, `${text}\n`);
}

for (const seed of values.seeds.split(",").map(Number)) {
  const data = await openSupernetData(values.images!, { space, fraction01: Number(values.fraction), seed });
  for (const method of values.methods.split(",") as Method[]) {
    const started = performance.now();
    const seconds = () => Math.round((performance.now() - started) / 1000);
    const trained = await trainSupernet({
      supernet,
      data,
      threads: 1,
      plan: {
        method,
        epochs: Number(values.epochs),
        batchSize: Number(values.batch),
        learningRate: Number(values["learning-rate"]),
        weightDecay: 3e-4,
        architectureRate: Number(values.rate),
        seed,
      },
      onEpoch: ({ choices, probabilities, epoch, ...point }) =>
        say({
          method,
          seed,
          epoch,
          seconds: seconds(),
          ...point,
          ...(method !== "one-shot" && judge(choices)),
          ...(epoch % 10 === 0 && {
            probabilities: probabilities.map((value) => Math.round(1000 * value) / 1000),
          }),
        }),
    });
    if (method !== "one-shot") {
      say({ method, seed, end: true, seconds: seconds(), ...judge(trained.curve.at(-1)!.choices) });
      continue;
    }
    const trainedIn = seconds();
    const measure = { supernet, weights: trained.weights, data, imageCount: 1024, threads: 1 };
    const ranked = await evolvePaths((choices) => measurePath(measure, choices), {
      domain,
      random: createRandom(seed, "evolve"),
      population: 30,
      measured: Number(values.measured),
    });
    say({
      method,
      seed,
      end: true,
      seconds: seconds(),
      trainedIn,
      accuracyShared01: ranked[0]!.accuracy01,
      ...judge(ranked[0]!.choices),
      top: ranked.slice(0, 5).map(({ choices }) => judge(choices)),
      rankCorrelation: kendall(
        ranked.map(({ choices, accuracy01 }) => [accuracy01, table.lookUp(choices)!.selection01]),
      ),
    });
  }
}

/** Kendall's tau-a between shared and published accuracy of the measured designs. */
function kendall(pairs: readonly (readonly number[])[]): number {
  let sum = 0;
  for (const [index, [a, b]] of pairs.entries())
    for (const [c, d] of pairs.slice(0, index)) sum += Math.sign((a! - c!) * (b! - d!));
  return Math.round((2000 * sum) / (pairs.length * (pairs.length - 1))) / 1000;
}
