// Searches by the clock beside the best that could be taken off the shelf, at equal wall time: each arm has the same minutes
// for everything, opening the data, finding a network, training it, test and files, and is measured once on the test images.
//
// Usage: node --conditions=genius-source benchmarks/train-search/equal-time.ts --dataset FOLDER [--minutes 60] [--max-params 80k]
//          [--max-macs 12.5M] [--space mobile] [--arms search:hybrid,search:random,search:largest-first,train:resnet-8]
//          [--seeds 1,2,3] [--out DIR] [--page FILE]
// `search:STRATEGY` is `genius search --minutes`, in the space SPACE as `search:STRATEGY@SPACE`; `around:REFERENCE` is the search
// that starts from that network, fitted to the limits; `train:REFERENCE` is `genius train REFERENCE --minutes`. By the clock, so give
// it a quiet machine: the processor time of all other processes during each arm is kept, and the page says where it was much.
// Finished arms are lines of DIR/arms.jsonl and are not run again; seeds are the outer loop, so arms are interleaved.
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openReference } from "../../src/api/reference.ts";
import { networkCost } from "../../src/graph/cost.ts";
import { openData, printNetwork, search, train } from "../../src/index.ts";
import { type ArmLine, equalTimePage } from "./equal-time-page.ts";
import { othersBusySeconds } from "./others-busy.ts";

const { values } = parseArgs({
  options: {
    dataset: { type: "string" },
    minutes: { type: "string", default: "60" },
    "max-params": { type: "string" },
    "max-macs": { type: "string" },
    space: { type: "string" },
    arms: { type: "string", default: "search:hybrid,search:random,search:largest-first,train:resnet-8" },
    seeds: { type: "string", default: "1,2,3" },
    out: { type: "string", default: "runs/equal-time" },
    page: { type: "string" },
  },
});
if (values.dataset === undefined) throw new Error("Name the images: --dataset FOLDER");
const { dataset } = values;
const minutes = Number(values.minutes);
const limits = { maxParams: values["max-params"], maxMacs: values["max-macs"] };
const log = join(values.out, "arms.jsonl");

/** One arm under one seed, from nothing to its figure on the test images. */
async function run(arm: string, seed: number): Promise<ArmLine> {
  const [kind, name] = arm.split(":") as [string, string];
  const folder = join(values.out, `${arm.replace(":", "-")}-${seed}-${minutes}`);
  await rm(folder, { recursive: true, force: true });
  const started = performance.now();
  const busyBefore = othersBusySeconds();
  const found =
    kind === "train" ? await trained(name, { folder, seed }) : await searched(kind, name, { folder, seed });
  const seconds = (performance.now() - started) / 1000;
  return { arm, seed, minutes, seconds, othersCores: (othersBusySeconds() - busyBefore) / seconds, ...found };
}

type Found = Omit<ArmLine, "arm" | "seed" | "minutes" | "seconds" | "othersCores">;
interface Place {
  readonly folder: string;
  readonly seed: number;
}

async function searched(kind: string, name: string, { folder, seed }: Place): Promise<Found> {
  const [strategy, space = values.space] = name.split("@") as [string, string?];
  const where = kind === "around" ? { start: await textOf(name) } : { strategy, space };
  const { best, trials, verdict } = await search({
    ...{ data: dataset, limits, budget: { minutes }, seed, out: folder, ...where },
  });
  if (best === undefined) throw new Error(`${name} found nothing: ${verdict.join(" ")}`);
  const { key, paramCount, macCount, testMetrics } = best;
  return {
    key,
    paramCount,
    macCount,
    trials: trials.length,
    test: testMetrics?.accuracy ?? Number.NaN,
    verdict,
  };
}

/** A reference inside the limits, as the file of a text. */
async function textOf(reference: string): Promise<string> {
  const opened = await openData(dataset);
  if (opened.kind !== "images") throw new Error(`${dataset} holds no images.`);
  const [channels, ...imageSize] = opened.shape;
  const images = { imageSize, channels, classCount: opened.classNames.length };
  const file = join(values.out, `${reference}.txt`);
  await writeFile(file, printNetwork((await openReference({ reference, limits }, images)).network));
  return file;
}

async function trained(reference: string, { folder, seed }: Place): Promise<Found> {
  const { network, testMetrics } = await train(
    { reference, limits },
    { data: dataset, out: folder, minutes, seed },
  );
  const { paramCount, macCount } = networkCost(network);
  return { key: network.name, paramCount, macCount, trials: 0, test: testMetrics.accuracy!, verdict: [] };
}

await mkdir(values.out, { recursive: true });
const read = async () =>
  (await readFile(log, "utf8").catch(() => ""))
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ArmLine);
const done = new Set((await read()).map(({ arm, seed, minutes: own }) => `${arm} ${seed} ${own}`));
for (const seed of values.seeds.split(",").map(Number)) {
  for (const arm of values.arms.split(",")) {
    if (done.has(`${arm} ${seed} ${minutes}`)) continue;
    const line = JSON.stringify(await run(arm, seed));
    console.log(line);
    await appendFile(log, `${line}\n`);
  }
}
if (values.page !== undefined) {
  const command = `node benchmarks/train-search/equal-time.ts ${process.argv
    .slice(2)
    .map((word) => (word === dataset ? "FOLDER" : word))
    .join(" ")}`;
  await writeFile(values.page, equalTimePage(await read(), { command, limits, date: new Date() }));
}
