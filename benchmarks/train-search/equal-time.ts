// Searches by the clock beside the best that could be taken off the shelf, at equal wall time: each arm has the same minutes
// for everything, opening the data, finding a network, training it, test and files, and is measured once on the test images.
//
// Usage: node --conditions=genius-source benchmarks/train-search/equal-time.ts --dataset FOLDER [--minutes 60] [--max-params 80k]
//          [--max-macs 12.5M] [--space mobile] [--arms search:hybrid,search:random,search:largest-first,train:resnet-8]
//          [--seeds 1,2,3] [--out DIR] [--page FILE]
// `search:STRATEGY` is `genius search --minutes`, `train:REFERENCE` is `genius train REFERENCE --minutes`. By the clock, so give
// it a quiet machine: the load before and after each arm is kept, and the page names the arms that something ran beside.
// Finished arms are lines of DIR/arms.jsonl and are not run again; seeds are the outer loop, so arms are interleaved.
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { networkCost } from "../../src/graph/cost.ts";
import { search, train } from "../../src/index.ts";
import { type ArmLine, equalTimePage } from "./equal-time-page.ts";

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
  const loadBefore = loadavg()[0]!;
  const started = performance.now();
  const found =
    kind === "search" ? await searched(name, { folder, seed }) : await trained(name, { folder, seed });
  const seconds = (performance.now() - started) / 1000;
  return { arm, seed, minutes, seconds, loadBefore, loadAfter: loadavg()[0]!, ...found };
}

type Found = Omit<ArmLine, "arm" | "seed" | "minutes" | "seconds" | "loadBefore" | "loadAfter">;
interface Place {
  readonly folder: string;
  readonly seed: number;
}

async function searched(strategy: string, { folder, seed }: Place): Promise<Found> {
  const { best, trials, verdict } = await search({
    ...{ data: dataset, limits, budget: { minutes }, space: values.space, strategy, seed, out: folder },
  });
  if (best === undefined) throw new Error(`${strategy} found nothing: ${verdict.join(" ")}`);
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
