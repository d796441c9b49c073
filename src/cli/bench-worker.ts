// A worker thread of `genius bench`: runs one strategy with one seed on a table and sends its trace back.
import { parentPort, workerData } from "node:worker_threads";
import { createRandom } from "../base/random.ts";
import { loadSpace, loadStrategy, resolveOptions } from "../catalog/load.ts";
import { openTable } from "../evaluators/accuracy-table.ts";
import table from "../evaluators/table.ts";
import type { BenchTrace } from "../report/index.ts";
import { createDomain } from "../search/constraints/create-domain.ts";
import type { Strategy } from "../search/strategy.ts";
import { traceStudy } from "../study/trace.ts";

export interface BenchJob {
  readonly strategy: string;
  readonly seed: number;
}

export interface BenchSetting {
  readonly space: string;
  readonly spaceOptions: Readonly<Record<string, unknown>>;
  readonly dataset: string;
  readonly noise01: number;
  readonly evaluations: number;
  /** Every strategy of a seed begins with the same design, drawn at random. */
  readonly sameStart: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const {
  space: name,
  spaceOptions,
  dataset,
  noise01,
  evaluations,
  sameStart,
  environment,
} = workerData as BenchSetting;
const definition = await loadSpace(name);
const space = definition.create(resolveOptions(definition.options, spaceOptions, `the space ${name}`));
const judge = await openTable({ space, dataset, environment });
const domain = createDomain(space, {});
const setting = { space, dataset, folder: "", seed: 0, environment };
const evaluator = await table.create(setting, table.options.parse({ noise01 }));

parentPort!.on("message", async ({ strategy, seed }: BenchJob) => {
  const member = await loadStrategy(strategy);
  const study = {
    domain,
    evaluator,
    strategy: startedAlike(
      seed,
      member.create(
        { domain, evaluations, task: "", fidelity: evaluator.fidelity },
        resolveOptions(member.options, {}, strategy),
      ),
    ),
    trials: evaluations,
    parallel: 1,
    seed,
  };
  const trace: BenchTrace = { strategy, seed, ...(await traceStudy(study, judge)) };
  parentPort!.postMessage(trace);
});

/** The strategy, but for its first design if all are to begin alike. */
function startedAlike(seed: number, strategy: Strategy): Strategy {
  if (!sameStart) return strategy;
  return {
    async propose(context) {
      const choices = context.trialNumber === 1 ? domain.sample(createRandom(seed, "same-start")) : undefined;
      return choices === undefined ? strategy.propose(context) : { choices, fidelity: {}, by: "same-start" };
    },
    observe: (trial) => strategy.observe(trial),
  };
}
