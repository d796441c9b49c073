// Two trainings with one thread each at the same time, against the same two one after the other with two threads each:
// which split of two cores trains more? Both ways take turns, and the ratio of the medians is printed.
//
// Usage: node benchmarks/train-search/threads.ts [--dataset digits] [--rounds 3] [--data-fraction 0.3] [--max-params 20000]
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createRandom } from "../../src/base/random.ts";
import train from "../../src/evaluators/train.ts";
import { median } from "../../src/math/statistics.ts";
import { createDomain } from "../../src/search/constraints/create-domain.ts";
import mobile from "../../src/search/spaces/mobile.ts";

const { values } = parseArgs({
  options: {
    dataset: { type: "string", default: "digits" },
    rounds: { type: "string", default: "3" },
    "data-fraction": { type: "string", default: "0.3" },
    "max-params": { type: "string", default: "20000" },
  },
});
const environment = process.env;
const folder = await mkdtemp(join(tmpdir(), "genius-threads-"));
const limits = { maxParamCount: Number(values["max-params"]) };
const base = train.options.parse({
  epochs: 1,
  minEpochs: 1,
  dataFraction01: Number(values["data-fraction"]),
});
const described = await train.describe?.({ dataset: values.dataset, environment }, base);
if (described?.images === undefined) throw new Error(`${values.dataset} cannot be described`);
const space = mobile.create(mobile.options.parse(mobile.fit?.(described.images, limits)));
const choices = createDomain(space, limits).sample(createRandom("threads"));
if (choices === undefined) throw new Error("No design is within the limit.");

const open = (parallel: number) =>
  train.create({ space, dataset: values.dataset, folder, seed: 1, environment, parallel }, base);
const together = await open(2);
const alone = await open(1);

type Opened = typeof alone;
const one = async (evaluator: Opened, seed: number) => {
  const outcome = await evaluator.evaluate({
    trialNumber: seed,
    proposal: { choices, fidelity: {}, by: "threads" },
    network: space.decode(choices),
    fidelity: evaluator.fidelity.full,
    seed,
    signal: new AbortController().signal,
  });
  if (outcome.kind !== "scored") throw new Error(JSON.stringify(outcome));
};
const secondsOf = async (run: () => Promise<unknown>) => {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1000;
};
const twoAtOnce = () => Promise.all([one(together, 1), one(together, 2)]);
const oneAfterTheOther = async () => {
  await one(alone, 1);
  await one(alone, 2);
};

// Starting a worker is not what is measured.
await twoAtOnce();
await one(alone, 1);
const times = { together: [] as number[], alone: [] as number[] };
for (let round = 0; round < Number(values.rounds); round += 1) {
  times.together.push(await secondsOf(twoAtOnce));
  times.alone.push(await secondsOf(oneAfterTheOther));
}
await Promise.all([together.close?.(), alone.close?.()]);
await rm(folder, { recursive: true, force: true });
const shown = (numbers: readonly number[]) => numbers.map((seconds) => seconds.toFixed(1)).join(", ");
console.log(`two at once, one thread each:            ${shown(times.together)} s`);
console.log(`one after the other, two threads each:   ${shown(times.alone)} s`);
console.log(`two at once are ${(median(times.alone) / median(times.together)).toFixed(2)} times as fast`);
