// Searches by the clock beside the best that could be taken off the shelf, at equal wall time: each arm has the same minutes
// for everything, opening the data, finding a network, training it, test and files, and is measured once on the test images.
//
// Usage: node --conditions=genius-source benchmarks/train-search/equal-time.ts --dataset FOLDER [--minutes 60] [--max-params 80k]
//          [--max-macs 12.5M] [--space mobile] [--arms search:hybrid,search:random,search:largest-first,train:resnet-8]
//          [--seeds 1,2,3] [--out DIR] [--page FILE] [--remark TEXT]
// `search:STRATEGY` is `genius search --minutes`, in the space SPACE as `search:STRATEGY@SPACE`; `around:REFERENCE` is the search
// that starts from that network, fitted to the limits; `author:FILE` is `--space author`, for which FILE holds what was answered to its
// prompt ({seed} in its name is the seed: another space for each), and in which hybrid searches without a model;
// `train:REFERENCE` is `genius train REFERENCE --minutes`. By the clock, so give
// it a quiet machine: the processor time of all other processes during each arm is kept, and the page says where it was much.
// Finished arms are lines of DIR/arms.jsonl and are not run again; seeds are the outer loop, so arms are interleaved.
// With --page and no --dataset only the page is written again.
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
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
    remark: { type: "string" },
  },
});
const { dataset = "" } = values;
const minutes = Number(values.minutes);
const limits = { maxParams: values["max-params"], maxMacs: values["max-macs"] };
const log = join(values.out, "arms.jsonl");

/** An arm as it is kept: without the folder of its file. */
const nameOf = (arm: string) => arm.replace(/^author:.*$/, () => `author:${basename(arm)}`);

/** One arm under one seed, from nothing to its figure on the test images. */
async function run(arm: string, seed: number): Promise<ArmLine> {
  const [, kind, name] = /^([^:]*):(.*)$/.exec(arm) as unknown as [string, string, string];
  const folder = join(values.out, `${nameOf(arm).replaceAll(/[^\w@.-]+/g, "-")}-${seed}-${minutes}`);
  await rm(folder, { recursive: true, force: true });
  const started = performance.now();
  const busyBefore = othersBusySeconds();
  const found =
    kind === "train" ? await trained(name, { folder, seed }) : await searched(kind, name, { folder, seed });
  const seconds = (performance.now() - started) / 1000;
  return {
    arm: nameOf(arm),
    seed,
    minutes,
    seconds,
    othersCores: (othersBusySeconds() - busyBefore) / seconds,
    ...found,
  };
}

type Found = Omit<ArmLine, "arm" | "seed" | "minutes" | "seconds" | "othersCores">;
interface Place {
  readonly folder: string;
  readonly seed: number;
}

async function searched(kind: string, name: string, { folder, seed }: Place): Promise<Found> {
  const where =
    kind === "author"
      ? await writtenBefore(name.replace("{seed}", String(seed)))
      : kind === "around"
        ? { start: await textOf(name) }
        : placeOf(name);
  const { best, trials, verdict } = await search({
    ...{ data: dataset, limits, budget: { minutes }, seed, out: folder, ...where },
  });
  if (best === undefined) throw new Error(`${kind}:${name} found nothing: ${verdict.join(" ")}`);
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

function placeOf(name: string) {
  const [strategy, space = values.space] = name.split("@") as [string, string?];
  return { strategy, space };
}

/** The model's call is answered by the file; in the space hybrid searches, as in any other, and asks nothing more. */
async function writtenBefore(file: string) {
  const text = await readFile(file, "utf8");
  return {
    ...{ space: "author", model: "manual", strategy: "hybrid", strategyOptions: { calls: 0 } },
    answers: {
      answer: async ({ purpose }: { readonly purpose: string }) => (purpose === "space" ? text : undefined),
      close() {},
    },
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
// Decoded once before any clock runs: the first arm would pay for all.
if (dataset !== "") await openData(dataset);
else if (values.page === undefined) throw new Error("Name the images: --dataset FOLDER");
for (const seed of dataset === "" ? [] : values.seeds.split(",").map(Number)) {
  for (const arm of values.arms.split(",")) {
    if (done.has(`${nameOf(arm)} ${seed} ${minutes}`)) continue;
    const line = JSON.stringify(await run(arm, seed));
    console.log(line);
    await appendFile(log, `${line}\n`);
  }
}
if (values.page !== undefined) {
  const places = ["--out", "--page", "--remark"];
  const command = `node benchmarks/train-search/equal-time.ts ${process.argv
    .slice(2)
    .filter((word, index, words) => !places.includes(word) && !places.includes(words[index - 1] ?? ""))
    .map((word) => (word === dataset ? "FOLDER" : word.replaceAll(/author:[^,]*\//g, "author:")))
    .join(" ")}`;
  const { remark } = values;
  await writeFile(values.page, equalTimePage(await read(), { command, limits, date: new Date(), remark }));
}
