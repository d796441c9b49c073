// One run of a bench: a strategy with a seed on a published table, in this thread.
import { createRandom } from "../../base/random.ts";
import { type Given, loadStrategy, openSpace, resolveOptions } from "../../catalog/load.ts";
import { openTable } from "../../evaluators/accuracy-table.ts";
import table from "../../evaluators/table.ts";
import type { BenchTrace } from "../../report/index.ts";
import { createDomain } from "../../search/constraints/create-domain.ts";
import type { Domain } from "../../search/constraints/domain.ts";
import type { Strategy, StrategyDefinition } from "../../search/strategy.ts";
import { traceStudy } from "../../study/table-trace.ts";

/** `strategy` is a name or a file, for a worker; a script's own object runs in the script's thread. */
export interface BenchJob<S extends Given<StrategyDefinition> = string> {
  readonly strategy: S;
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

export type RunBenchJob = (job: BenchJob<Given<StrategyDefinition>>) => Promise<BenchTrace>;

/** Opens the table, and gives what runs a job on it. */
export async function openBench(setting: BenchSetting): Promise<RunBenchJob> {
  const { dataset, environment, evaluations, noise01, sameStart } = setting;
  const space = await openSpace(setting.space, setting.spaceOptions);
  const judge = await openTable({ space, dataset });
  const domain = createDomain(space, {});
  const evaluator = await table.create(
    { space, dataset, folder: "", seed: 0, environment },
    table.options.parse({ noise01 }),
  );
  return async ({ strategy, seed }) => {
    const member = await loadStrategy(strategy);
    const created = member.create(
      { domain, evaluations, task: "", fidelity: evaluator.fidelity },
      resolveOptions(member.options, {}, `the strategy ${member.name}`),
    );
    const study = {
      ...{ domain, evaluator, trials: evaluations, parallel: 1, seed },
      strategy: sameStart ? startedAlike(created, domain, seed) : created,
    };
    const name = typeof strategy === "string" ? strategy : member.name;
    return { strategy: name, seed, ...(await traceStudy(study, judge)) };
  };
}

/** The strategy, but for its first design. */
function startedAlike(strategy: Strategy, domain: Domain, seed: number): Strategy {
  return {
    async propose(context) {
      const choices = context.trialNumber === 1 ? domain.sample(createRandom(seed, "same-start")) : undefined;
      return choices === undefined ? strategy.propose(context) : { choices, fidelity: {}, by: "same-start" };
    },
    observe: (trial) => strategy.observe(trial),
  };
}
