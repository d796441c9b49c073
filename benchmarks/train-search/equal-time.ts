// A search that trains beside honest baselines at equal time: each arm has the same minutes for everything – finding a
// network and training it – and is measured once on the test images. What a search costs is taken from what its network
// can be trained; `largest-first` searches nothing and trains all the time.
//
// Usage: node benchmarks/train-search/equal-time.ts --dataset FOLDER [--minutes 60] [--arms hybrid,random,largest-first]
//          [--seeds 1,2,3] [--trials 8] [--epochs 1] [--data-fraction 0.2] [--max-params 200k] [--max-macs 12M]
//          [--space residual] [--threads N] [--out DIR]
// By the clock, so give it a quiet machine. Finished arms are lines of DIR/arms.jsonl and are not run again.
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseCount } from "../../src/base/units.ts";
import { loadSpace, loadStrategy, resolveOptions } from "../../src/catalog/load.ts";
import type { EvaluationRequest, Evaluator } from "../../src/evaluators/evaluator.ts";
import train from "../../src/evaluators/train.ts";
import { networkCost } from "../../src/graph/cost.ts";
import { keyOf } from "../../src/search/choices.ts";
import { createDomain } from "../../src/search/constraints/create-domain.ts";
import type { Trial } from "../../src/search/trial.ts";
import { runStudy } from "../../src/study/run-study.ts";

const { values } = parseArgs({
  options: {
    dataset: { type: "string" },
    minutes: { type: "string", default: "60" },
    arms: { type: "string", default: "hybrid,random,largest-first" },
    seeds: { type: "string", default: "1,2,3" },
    trials: { type: "string", default: "8" },
    epochs: { type: "string", default: "1" },
    "data-fraction": { type: "string", default: "0.2" },
    "max-params": { type: "string", default: "200k" },
    "max-macs": { type: "string", default: "12M" },
    space: { type: "string", default: "residual" },
    threads: { type: "string" },
    out: { type: "string", default: "runs/equal-time" },
  },
});
if (values.dataset === undefined) throw new Error("Name the images: --dataset FOLDER");
const dataset = values.dataset;
const environment = process.env;
const budgetSeconds = 60 * Number(values.minutes);
const epochs = Number(values.epochs);
const fraction = Number(values["data-fraction"]);
const limits = {
  maxParamCount: parseCount(values["max-params"]),
  maxMacCount: parseCount(values["max-macs"]),
};
const settings = { epochs, minEpochs: epochs, ...(values.threads && { threads: Number(values.threads) }) };
const short = train.options.parse({ ...settings, dataFraction01: fraction });
const described = await train.describe?.({ dataset, environment }, short);
if (described?.images === undefined) throw new Error(`${dataset} cannot be described`);
const definition = await loadSpace(values.space);
const space = definition.create(definition.options.parse(definition.fit?.(described.images, limits) ?? {}));
const domain = createDomain(space, limits);
const log = join(values.out, "arms.jsonl");

/** One arm under one seed, from nothing to its figure on the test images. */
async function run(arm: string, seed: number) {
  const folder = join(values.out, `${arm}-${seed}-${values.minutes}`);
  const open = (change: object) =>
    train.create(
      { space, dataset, folder, seed, environment, parallel: 1 },
      train.options.parse({ ...short, ...change }),
    );
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const evaluator = await open({});
  const evaluations = arm === "largest-first" ? 1 : Number(values.trials);
  const strategy = await loadStrategy(arm);
  const { trials, best } = await runStudy({
    domain,
    strategy: strategy.create(
      { domain, evaluations, task: described!.words, fidelity: evaluator.fidelity },
      resolveOptions(strategy.options, {}, `the strategy ${arm}`),
    ),
    evaluator,
    trials: evaluations,
    parallel: 1,
    seed,
  });
  if (best === undefined) throw new Error(`${arm} scored nothing.`);
  const epochSeconds = await secondsOfEpoch(evaluator, best);
  await evaluator.close?.();
  const searchSeconds = seconds();
  const finalEpochs = Math.max(epochs, Math.floor((budgetSeconds - searchSeconds) / epochSeconds));
  const final = await open({ finalEpochs, dataFraction01: 1 });
  const result = await final.test!(requestOf(best, {}, seed));
  await final.close?.();
  const { paramCount, macCount } = networkCost(space.decode(best.proposal.choices));
  return {
    ...{ arm, seed, minutes: Number(values.minutes), key: keyOf(space, best.proposal.choices) },
    ...{ paramCount, macCount, trials: trials.length, searchSeconds, finalEpochs, seconds: seconds() },
    ...{ searchAccuracy01: best.outcome.score, testAccuracy01: result.metrics.accuracy },
    ...{ validationAccuracy01: result.detail?.validationAccuracy01, load: loadavg()[0] },
  };
}

const requestOf = ({ number, proposal }: Trial, fidelity: object, seed: number): EvaluationRequest => ({
  trialNumber: number,
  proposal,
  network: space.decode(proposal.choices),
  fidelity,
  seed,
  signal: new AbortController().signal,
});

/** Of a whole epoch with its validation: from what the trial took, and a short training to tell the start from the rest. */
async function secondsOfEpoch(evaluator: Evaluator, trial: Trial): Promise<number> {
  const share = fraction / 4;
  const started = performance.now();
  await evaluator.evaluate(requestOf(trial, { epochs: 1, dataFraction01: share }, 1));
  const brief = (performance.now() - started) / 1000;
  const long = trial.outcome.spent.milliseconds / 1000;
  const imagesOfAll = (long - brief) / (epochs * fraction - share);
  return imagesOfAll + Math.max(0, brief - imagesOfAll * share);
}

await mkdir(values.out, { recursive: true });
const lines = (await readFile(log, "utf8").catch(() => "")).split("\n").filter(Boolean);
const done = new Set(
  lines.map((line) => JSON.parse(line)).map(({ arm, seed, minutes }) => `${arm} ${seed} ${minutes}`),
);
for (const seed of values.seeds.split(",").map(Number)) {
  for (const arm of values.arms.split(",")) {
    if (done.has(`${arm} ${seed} ${values.minutes}`)) continue;
    const line = JSON.stringify(await run(arm, seed));
    console.log(line);
    await appendFile(log, `${line}\n`);
  }
}
