// Is the cheap signal worth having? Random networks of NAS-Bench-Macro are trained briefly here, and Kendall's tau-b
// between those validation accuracies and the published ones (three full trainings each) is printed, with a 95 %
// bootstrap interval over the networks, and beside it the tau of what costs nothing: parameters and MACs.
//
// Usage: node benchmarks/train-search/rank-correlation.ts --dataset FOLDER [--networks 30] [--epochs 1,2,4]
//          [--data-fraction 0.2] [--image-size 32] [--parallel 2] [--threads N] [--seed 1] [--out DIR]
// FOLDER is CIFAR-10, as class folders or binary. A run that was stopped goes on with the same --out.
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createRandom } from "../../src/base/random.ts";
import { openTable } from "../../src/evaluators/tables/accuracy-table.ts";
import train from "../../src/evaluators/train.ts";
import { networkCost } from "../../src/graph/cost.ts";
import { kendallTau } from "../../src/math/statistics.ts";
import { keyOf } from "../../src/search/choices.ts";
import { anyDesign } from "../../src/search/constraints/create-domain.ts";
import type { Choices } from "../../src/search/space.ts";
import macro from "../../src/search/spaces/nas-bench-macro.ts";

const { values } = parseArgs({
  options: {
    dataset: { type: "string" },
    networks: { type: "string", default: "30" },
    epochs: { type: "string", default: "1,2,4" },
    "data-fraction": { type: "string", default: "1" },
    "image-size": { type: "string", default: "32" },
    parallel: { type: "string", default: "2" },
    threads: { type: "string" },
    seed: { type: "string", default: "1" },
    out: { type: "string", default: "runs/rank-correlation" },
  },
});
if (values.dataset === undefined) throw new Error("Name the CIFAR-10 images: --dataset FOLDER");

const seed = Number(values.seed);
const parallel = Number(values.parallel);
const fidelity = { imageSize: Number(values["image-size"]), dataFraction01: Number(values["data-fraction"]) };
const space = macro.create({});
const table = await openTable({ space, dataset: "cifar10" });
const random = createRandom(seed, "rank-correlation");
const designs = Array.from({ length: Number(values.networks) }, () => anyDesign(space, random));
const published = designs.map((choices) => table.lookUp(choices)!.selection01);

/** Finished trainings of earlier runs: one JSON line each. */
const log = join(values.out, "trainings.jsonl");
await mkdir(values.out, { recursive: true });
const done = new Map(
  (await readFile(log, "utf8").catch(() => ""))
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { name: string; accuracy01: number; seconds: number })
    .map((entry) => [entry.name, entry] as const),
);

console.log(`${designs.length} networks, ${JSON.stringify(fidelity)}, seed ${seed}`);
const costs = designs.map((choices) => networkCost(space.decode(choices)));
console.log(`parameters   ${tauWords(costs.map(({ paramCount }) => paramCount))}`);
console.log(`MACs         ${tauWords(costs.map(({ macCount }) => macCount))}`);
for (const epochs of values.epochs.split(",").map(Number)) {
  const results = await trainAll(epochs);
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0) / results.length;
  const words = tauWords(results.map(({ accuracy01 }) => accuracy01));
  console.log(`${epochs} epoch${epochs === 1 ? " " : "s"}     ${words}, ${seconds.toFixed(0)} s a training`);
}

/** Every design from scratch for the given epochs. */
async function trainAll(epochs: number) {
  const evaluator = await train.create(
    { space, dataset: values.dataset!, folder: values.out, seed, environment: process.env, parallel },
    train.options.parse({
      epochs,
      minEpochs: epochs,
      dataFraction01: fidelity.dataFraction01,
      ...(values.threads !== undefined && { threads: Number(values.threads) }),
    }),
  );
  try {
    const results = new Array<{ accuracy01: number; seconds: number }>(designs.length);
    const waiting = [...designs.entries()];
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, choices] = next;
        results[index] = await trainOne(evaluator, { choices, epochs, index });
      }
    };
    await Promise.all(Array.from({ length: parallel }, work));
    return results;
  } finally {
    await evaluator.close?.();
  }
}

async function trainOne(
  evaluator: Awaited<ReturnType<typeof train.create>>,
  { choices, epochs, index }: { readonly choices: Choices; readonly epochs: number; readonly index: number },
) {
  const name = `${keyOf(space, choices)} ${epochs} ${JSON.stringify(fidelity)} ${seed}`;
  const known = done.get(name);
  if (known !== undefined) return known;
  const outcome = await evaluator.evaluate({
    trialNumber: index + 1,
    proposal: { choices, fidelity, by: "rank-correlation" },
    network: space.decode(choices),
    fidelity: { ...fidelity, epochs },
    seed: createRandom(seed, "rank-correlation", index).integer(0x7fff_ffff),
    signal: new AbortController().signal,
  });
  // A training that failed says that the network is bad, which a search would read from it as well.
  const accuracy01 = outcome.kind === "scored" ? (outcome.metrics.accuracy as number) : 0;
  const entry = { name, accuracy01, seconds: outcome.spent.milliseconds / 1000 };
  await appendFile(log, `${JSON.stringify(entry)}\n`);
  return entry;
}

/** Tau-b against the published accuracies, and its bootstrap interval. */
function tauWords(figures: readonly number[]): string {
  const tau = kendallTau(figures, published);
  const resampling = createRandom(seed, "bootstrap");
  const taus = Array.from({ length: 2000 }, () => {
    const chosen = figures.map(() => resampling.integer(figures.length));
    return kendallTau(
      chosen.map((index) => figures[index]!),
      chosen.map((index) => published[index]!),
    );
  })
    .filter((value) => value !== undefined)
    .sort((a, b) => a - b);
  const at = (share: number) => taus[Math.floor(share * (taus.length - 1))]?.toFixed(2) ?? "–";
  return `tau ${tau?.toFixed(2) ?? "–"} [${at(0.025)}, ${at(0.975)}]`;
}
