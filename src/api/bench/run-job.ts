// One run of a bench: a strategy with a seed, in this thread.
import { createRandom } from "../../base/random.ts";
import { type Given, loadStrategy, resolveOptions } from "../../catalog/load.ts";
import type { BenchTrace } from "../../report/index.ts";
import type { Domain } from "../../search/constraints/domain.ts";
import type { Strategy, StrategyDefinition } from "../../search/strategy.ts";
import { traceStudy } from "../../study/table-trace.ts";
import { type BenchGround, type OpenedBench, openBench } from "./open-bench.ts";

/** `strategy` is a name or a file, for a worker; a script's own object runs in the script's thread. */
export interface BenchJob<S extends Given<StrategyDefinition> = string> {
  readonly strategy: S;
  readonly seed: number;
}

export interface BenchSetting extends BenchGround {
  readonly evaluations: number;
  /** Every strategy of a seed begins with the same design, drawn at random. */
  readonly sameStart: boolean;
}

export type RunBenchJob = (job: BenchJob<Given<StrategyDefinition>>) => Promise<BenchTrace>;

/** Opens what is compared on, and gives what runs a job on it. */
export async function prepareJobs(setting: BenchSetting): Promise<RunBenchJob> {
  const opened = await openBench(setting);
  return (job) => runJob(opened, setting, job);
}

/** Runs a job on what was opened. */
export async function runJob(
  { domain, evaluator, metric, isLookedUp, judge }: OpenedBench,
  { evaluations, sameStart }: BenchSetting,
  { strategy, seed }: BenchJob<Given<StrategyDefinition>>,
): Promise<BenchTrace> {
  const member = await loadStrategy(strategy);
  const created = member.create(
    { domain, evaluations, task: "", fidelity: evaluator.fidelity, metric },
    resolveOptions(member.options, {}, `the strategy ${member.name}`),
  );
  const study = {
    ...{ domain, evaluator, isLookedUp, trials: evaluations, parallel: 1, seed },
    strategy: sameStart ? startedAlike(created, domain, seed) : created,
  };
  const name = typeof strategy === "string" ? strategy : member.name;
  return { strategy: name, seed, ...(await traceStudy(study, judge)) };
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
