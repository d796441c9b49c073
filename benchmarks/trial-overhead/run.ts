// What a trial costs besides its evaluation: strategy random, a look-up in NAS-Bench-201's table, a synced journal –
// beside Optuna with its random sampler and its journal-file storage, on the same table, in the same run.
//
//   node benchmarks/trial-overhead/run.ts [--trials 10000] [--python .venv/bin/python]     (pip install optuna)

import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import table from "../../src/evaluators/table.ts";
import { median, quantile } from "../../src/math/statistics.ts";
import { accuracy, metricOf } from "../../src/metrics/index.ts";
import { keyOf } from "../../src/search/choices.ts";
import { createDomain } from "../../src/search/constraints/create-domain.ts";
import cell from "../../src/search/spaces/nas-bench-201.ts";
import random from "../../src/search/strategies/random.ts";
import { createJournal } from "../../src/study/journal.ts";
import { runStudy } from "../../src/study/run-study.ts";

const { values } = parseArgs({
  options: {
    trials: { type: "string", default: "10000" },
    python: { type: "string", default: ".venv/bin/python" },
  },
});
const trials = Number(values.trials);
const folder = await mkdtemp(join(tmpdir(), "genius-overhead-"));

async function ours(): Promise<number[]> {
  const space = cell.create({ classCount: 10, imageSize: 32 });
  const domain = createDomain(space, {});
  const environment = process.env;
  const evaluator = await table.create(
    { space, dataset: "cifar10", folder, seed: 1, environment },
    table.options.parse({}),
  );
  const config = {
    ...{
      dataset: "cifar10",
      task: "",
      metric: metricOf(accuracy),
      space: "nas-bench-201",
      spaceOptions: {},
      strategy: "random",
    },
    ...{ strategyOptions: {}, evaluator: "table", evaluatorOptions: {}, modelOptions: {}, limits: {} },
    ...{ trials, parallel: 1, seed: 1 },
  };
  const journal = await createJournal(join(folder, "ours"), async () => ({ config, provenance: {} }));
  const times: number[] = [];
  let last = performance.now();
  await runStudy({
    domain,
    evaluator,
    strategy: random.create({ domain, evaluations: trials, task: "", fidelity: evaluator.fidelity }, {}),
    trials,
    parallel: 1,
    seed: 1,
    async keep(trial) {
      await journal.addTrial(trial, keyOf(space, trial.proposal.choices));
      const now = performance.now();
      times.push(now - last);
      last = now;
    },
  });
  await journal.close();
  return times;
}

function line(name: string, times: readonly number[]): string {
  const total = times.reduce((sum, time) => sum + time, 0);
  const late = times.slice(-Math.ceil(times.length / 10));
  return `| ${name} | ${times.length} | ${median(times).toFixed(3)} | ${quantile(times, 0.95).toFixed(3)} | ${median(late).toFixed(3)} | ${((1000 * times.length) / total).toFixed(0)} |`;
}

try {
  const measured = await ours();
  console.log(
    "| engine | trials | median ms | 95 % ms | median ms of the last tenth | trials/s |\n|---|---|---|---|---|---|",
  );
  console.log(line("genius", measured));
  // Optuna slows down with the length of its study, so it is given as many trials as it does in a minute or so.
  const script = join(import.meta.dirname, "optuna_trials.py");
  const peer = spawnSync(
    values.python,
    [script, join(folder, "optuna.log"), String(Math.min(trials, 2000))],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  if (peer.status === 0) {
    const theirs = JSON.parse(peer.stdout) as number[];
    console.log(line("Optuna, journal file", theirs));
    console.log(`\nOptuna's median over ours: ${(median(theirs) / median(measured)).toFixed(1)}`);
  } else {
    console.log(`\nOptuna was not run: ${values.python} with optuna is needed.`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
