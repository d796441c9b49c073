// Which tricks of training help small networks on a processor? Each arm changes one thing of the usual recipe
// (craft-arms.ts) and is run with the same seeds as the baseline: equal first weights and order of images where the arm
// leaves them alone. Compared on validation, in pairs; the table says mean difference, its noise and the time.
//
// Usage: node benchmarks/train-search/craft.ts --dataset FOLDER [--network resnet-8] [--max-params 80k] [--max-macs N]
//          [--image-size N] [--data-fraction 1] [--epochs 8] [--seeds 8] [--arms a,b,c] [--threads 1] [--out DIR] [--page FILE]
// Finished runs are lines of DIR/craft.jsonl and are not run again. Accuracies do not depend on how busy the machine
// is, seconds do. Seeds go outermost, so that a stopped comparison has all arms for the seeds that it has.
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseCount } from "../../src/base/units.ts";
import { writeWhole } from "../../src/base/write-whole.ts";
import { loadReference } from "../../src/catalog/load.ts";
import { createPredictor, createTrainer, learningRateByShare } from "../../src/engine/index.ts";
import { mean, median, standardDeviation } from "../../src/math/statistics.ts";
import { fitReference } from "../../src/search/references/reference.ts";
import {
  channelStatistics,
  createBatches,
  splitForTraining,
  takeFraction,
} from "../../src/tasks/image-classification/index.ts";
import { openTask } from "../../src/tasks/index.ts";
import { measure } from "../../src/training/measure.ts";
import { trainOptions } from "../../src/training/options.ts";
import { planTraining } from "../../src/training/plan.ts";
import { type Arm, arms } from "./craft-arms.ts";

const { values } = parseArgs({
  options: {
    dataset: { type: "string" },
    network: { type: "string", default: "resnet-8" },
    "max-params": { type: "string", default: "80k" },
    "max-macs": { type: "string" },
    "image-size": { type: "string" },
    "data-fraction": { type: "string", default: "1" },
    epochs: { type: "string", default: "8" },
    seeds: { type: "string", default: "8" },
    arms: { type: "string" },
    threads: { type: "string", default: "1" },
    out: { type: "string", default: "runs/craft" },
    page: { type: "string" },
  },
});
if (values.dataset === undefined) throw new Error("Name the images: --dataset FOLDER");
/** The share of the steps before the learning rate falls, as in a search by the clock. */
const stableShare = 0.3;

const task = await openTask();
const dataset = await task.open(values.dataset, {
  environment: process.env,
  imageSize: values["image-size"] === undefined ? undefined : Number(values["image-size"]),
});
const split = splitForTraining(dataset, { fraction01: 0.1, seed: 1 });
const train = takeFraction(split.train, { fraction01: Number(values["data-fraction"]), seed: 1 });
const normalisation = channelStatistics(split.train);
const fitted = fitReference(
  await loadReference(values.network),
  { input: dataset.shape, classCount: train.classCount },
  {
    maxParamCount: parseCount(values["max-params"]),
    ...(values["max-macs"] && { maxMacCount: parseCount(values["max-macs"]) }),
  },
);
if (fitted === undefined) throw new Error(`${values.network} does not fit the limits.`);
const { network } = fitted;
const plan = planTraining(trainOptions.parse({}), { dataset, imageCount: train.count });
const epochs = Number(values.epochs);
const setting = [
  `${values.network} of ${fitted.paramCount} parameters and ${fitted.macCount} MACs`,
  `${dataset.name} (${train.count} training, ${split.validation.count} validation images of ${dataset.shape.join("×")})`,
  `${epochs} epochs, batches of ${plan.batchSize}, peak rate ${plan.learningRate}, constant for ${100 * stableShare} % of the steps, then falling to zero`,
].join("; ");

interface Run {
  readonly setting: string;
  readonly arm: string;
  readonly seed: number;
  readonly accuracy01: number;
  readonly seconds: number;
}

async function run(arm: Arm, seed: number): Promise<Run> {
  const { averageDecay, lookaheadSteps } = arm;
  const batchSize = Math.round(plan.batchSize * (arm.batch ?? 1));
  const peak = plan.learningRate * (arm.rate ?? 1) * (arm.batch ?? 1);
  const trainer = await createTrainer({
    nodes: network.nodes,
    classCount: train.classCount,
    batchSize,
    optimiser: plan.optimiser,
    labelSmoothing: arm.labelSmoothing ?? plan.labelSmoothing,
    clipNorm: plan.clipNorm,
    seed,
    threads: Number(values.threads),
    ...(averageDecay !== undefined && { averageDecay }),
    ...arm.trainer,
  });
  try {
    if (arm.begin !== undefined)
      trainer.setWeights(await arm.begin({ network, weights: trainer.weights(), set: train, normalisation }));
    await using batches = createBatches({
      set: train,
      batchSize,
      normalisation,
      augmentation: plan.augmentation,
      seed,
      alternatingFlip: arm.alternatingFlip ?? false,
    });
    const total = epochs * batches.batchCount;
    const slow = trainer.parameterVector().slice();
    const started = performance.now();
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      for await (const batch of batches.epoch(epoch)) {
        const step = trainer.stepCount();
        const learningRate = learningRateByShare(peak, {
          risen01: (step + 1) / Math.min(batches.batchCount, total / 10),
          fallen01: (step / total - stableShare) / (1 - stableShare),
        });
        await trainer.step({ ...batch, learningRate });
        if (lookaheadSteps !== undefined && trainer.stepCount() % lookaheadSteps === 0) {
          const fast = trainer.parameterVector();
          for (const [at, value] of fast.entries()) slow[at] = (slow[at]! + value) / 2;
          fast.set(slow);
        }
      }
    }
    const seconds = (performance.now() - started) / 1000;
    const weights = trainer.averagedWeights() ?? trainer.weights();
    const predictor = await createPredictor({ nodes: network.nodes, weights });
    const { metrics } = await measure((images) => predictor.run(images), {
      set: split.validation,
      normalisation,
      task,
    });
    await predictor.dispose();
    return { setting, arm: arm.name, seed, accuracy01: metrics.accuracy as number, seconds };
  } finally {
    await trainer.dispose();
  }
}

const log = join(values.out, "craft.jsonl");
await mkdir(values.out, { recursive: true });
const done = (await readFile(log, "utf8").catch(() => ""))
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Run)
  .filter((entry) => entry.setting === setting);
const wanted = values.arms?.split(",");
const chosen = arms({ network, mirrors: plan.augmentation.flip }).filter(
  ({ name }) => wanted === undefined || name === "baseline" || wanted.includes(name),
);
for (let seed = 1; seed <= Number(values.seeds); seed += 1) {
  for (const arm of chosen) {
    if (done.some((entry) => entry.arm === arm.name && entry.seed === seed)) continue;
    const entry = await run(arm, seed);
    done.push(entry);
    await appendFile(log, `${JSON.stringify(entry)}\n`);
    console.log(
      `${arm.name} seed ${seed}: ${(100 * entry.accuracy01).toFixed(2)} %, ${entry.seconds.toFixed(1)} s`,
    );
  }
}

/** A pair is one seed; what is beyond two standard errors of at least eight pairs counts. */
const fewestPairs = 8;
const points = (value: number) => `${value >= 0 ? "+" : "−"}${Math.abs(100 * value).toFixed(2)}`;

function row({ name }: Arm): string {
  const own = done.filter(({ arm }) => arm === name);
  const pairs = own.flatMap((entry) => {
    const other = done.find(({ arm, seed }) => arm === "baseline" && seed === entry.seed);
    return other === undefined ? [] : [{ gain: entry.accuracy01 - other.accuracy01, entry, other }];
  });
  const accuracy = (100 * mean(own.map(({ accuracy01 }) => accuracy01))).toFixed(2);
  const time = median(pairs.map(({ entry, other }) => entry.seconds / other.seconds)).toFixed(2);
  if (name === "baseline") {
    const noise =
      own.length > 1 ? 100 * standardDeviation(own.map(({ accuracy01 }) => accuracy01)) : Number.NaN;
    return `| ${name} | ${own.length} | ${accuracy} | standard deviation ${noise.toFixed(2)} | | 1 | |`;
  }
  const gains = pairs.map(({ gain }) => gain);
  const error =
    gains.length > 1 ? standardDeviation(gains) / Math.sqrt(gains.length) : Number.POSITIVE_INFINITY;
  const average = mean(gains);
  const won = gains.filter((gain) => gain > 0).length;
  const isBeyond = gains.length >= fewestPairs && Math.abs(average) > 2 * error;
  const verdict = isBeyond ? (average > 0 ? "**better**" : "worse") : "within noise";
  const words = gains.length < fewestPairs ? "too few seeds" : verdict;
  return `| ${name} | ${pairs.length} | ${accuracy} | ${points(average)} ± ${(200 * error).toFixed(2)} | ${won} of ${gains.length} | ${time} | ${words} |`;
}

const present = chosen.filter(({ name }) => done.some(({ arm }) => arm === name));
const table = [
  "| arm | seeds | validation % | difference in points (± 2 standard errors) | pairs won | time | |",
  "|---|--:|--:|---|---|--:|---|",
  ...present.map(row),
].join("\n");
console.log(`\n${setting}\n\n${table}`);
if (values.page !== undefined) {
  const command = `node benchmarks/train-search/craft.ts ${process.argv.slice(2).join(" ")}`;
  await writeWhole(
    values.page,
    `# Which tricks of training help?\n\n${setting}. Each arm changes one thing, with the seeds of the baseline; nothing was tested on test images. Of ${present.length - 1} comparisons at two standard errors one in twenty is beyond them by chance, so a winner wants a second run with other seeds.\n\n${table}\n\n\`${command}\`\n`,
  );
}
