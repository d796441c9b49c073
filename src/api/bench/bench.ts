// Strategies on a table or an evaluator of one's own, at equal evaluations, over many seeds, spread over the cores. Random
// search and the largest networks are always among them, asked or not.
import { availableParallelism } from "node:os";
import type { z } from "zod";
import { checkProcesses } from "../../base/at-once.ts";
import { GeniusError } from "../../base/errors.ts";
import { refuseRecord, writeNamed } from "../../base/named-output.ts";
import { type Given, loadStrategy, resolveOptions } from "../../catalog/load.ts";
import {
  type Bench,
  type BenchTrace,
  baselineStrategies,
  type Comparison,
  compareBench,
  comparisonMarkdown,
  comparisonPage,
} from "../../report/index.ts";
import { designCountOf } from "../../search/constraints/cost-model.ts";
import { allDesigns } from "../../search/constraints/create-domain.ts";
import type { Domain } from "../../search/constraints/domain.ts";
import type { StrategyDefinition } from "../../search/strategy.ts";
import { provenanceOf } from "../provenance.ts";
import type { SearchLimits } from "../search-options.ts";
import { trivialGuesses } from "../trivial-guesses.ts";
import { benchCommand } from "./bench-command.ts";
import { groundOf } from "./ground.ts";
import { type BenchMembers, openBench } from "./open-bench.ts";
import { runJobs } from "./pool.ts";
import { type BenchSetting, runJob } from "./run-job.ts";
import { benchSettings } from "./settings.ts";

/** What `bench` is asked for. Only `space` is needed. */
export interface BenchOptions extends BenchMembers {
  /** The table's dataset; the space's first by default. */
  readonly dataset?: string | undefined;
  /** A file with your own figures, JSON or CSV; see the evaluator `table`. */
  readonly table?: string | undefined;
  /** What the figures of `table` are; accuracy in per cent by default. */
  readonly tableMetric?: string | undefined;
  readonly tableGoal?: "maximise" | "minimise" | undefined;
  readonly tableUnit?: string | undefined;
  /** What designs may cost; ranks and regret then count among those within. */
  readonly limits?: SearchLimits | undefined;
  /** Names, files, or objects made by `defineStrategy`; `["hybrid"]` by default. Objects run in this thread. */
  readonly strategies?: readonly Given<StrategyDefinition>[] | undefined;
  /** Budgets to report; `[10, 25, 50]` by default. */
  readonly evaluations?: readonly number[] | undefined;
  /** Runs of each strategy; 20 by default. */
  readonly seeds?: number | undefined;
  /** Standard deviation of noise added to what a search sees, in [0, 1]; 0 by default. */
  readonly noise01?: number | undefined;
  /** Every strategy of a seed begins with the same random design; false by default. */
  readonly sameStart?: boolean | undefined;
  /** Runs at once; one per core by default. */
  readonly workers?: number | undefined;
  /** A file to write the comparison to, as .html, .md or .json by its ending. */
  readonly out?: string | undefined;
  readonly onEvent?: ((event: BenchEvent) => void) | undefined;
  /** Aborting it rejects with its reason; nothing is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Places of data; `process.env` by default. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

export type BenchEvent =
  /** Something slow before the runs, such as a download. */
  { readonly kind: "run"; readonly trace: BenchTrace; readonly done: number; readonly runs: number };

export interface BenchResult {
  /** Ranks, accuracies and regrets by strategy and budget, with intervals and tests. */
  readonly comparison: Comparison;
  /** Every run, as measured. */
  readonly bench: Bench;
}

/**
 * Compares strategies: the same number of evaluations, many seeds, and random search and largest-first beside them. On a
 * published table, a table of your own, or an evaluator of your own.
 *
 * @throws GeniusError `wrong-use` for a space without a table or a strategy that needs a model or images, `unknown-name`
 *   for a member that does not exist, `infeasible` when no design is within the limits.
 * @example
 * ```ts
 * import { bench } from "genius-nas";
 *
 * const limits = { maxMacs: "60M" };
 * const { comparison } = await bench({ space: "nas-bench-macro", strategies: ["evolution"], seeds: 5, limits });
 * for (const { strategy, evaluations, rank } of comparison.results) console.log(strategy, evaluations, rank?.median);
 * ```
 */
export async function bench(options: BenchOptions): Promise<BenchResult> {
  const { onEvent, signal = new AbortController().signal, environment = process.env } = options;
  const { strategies: asked, space, evaluator, spaceOptions, evaluatorOptions, limits, ...given } = options;
  const named = asked?.filter((strategy) => typeof strategy === "string");
  const own = asked?.filter((strategy) => typeof strategy !== "string") ?? [];
  const settings = resolveOptions(
    benchSettings as unknown as z.ZodType<z.output<typeof benchSettings>>,
    {
      ...given,
      ...limits,
      strategies: named,
      ...(typeof space === "string" && { space }),
      ...(typeof evaluator === "string" && { evaluator }),
    },
    "the bench",
  );
  const members = { space, evaluator, spaceOptions, evaluatorOptions };
  return compare(settings, { own, members, environment, signal, tell: (event) => onEvent?.(event) });
}

interface Running {
  readonly own: readonly StrategyDefinition[];
  readonly members: BenchMembers;
  readonly environment: BenchSetting["environment"];
  readonly signal: AbortSignal;
  readonly tell: (event: BenchEvent) => void;
}

async function compare(
  settings: z.output<typeof benchSettings>,
  { own, members, environment, signal, tell }: Running,
): Promise<BenchResult> {
  const startedAt = performance.now();
  const { evaluations, sameStart } = settings;
  if (settings.workers !== undefined) checkProcesses("--workers", settings.workers);
  if (settings.out !== undefined) await refuseRecord(settings.out);
  const ground = await groundOf(settings, members, environment);
  const strategies = [...new Set([...settings.strategies, ...baselineStrategies])];
  await Promise.all([...strategies, ...own].map(checkStrategy));
  const opened = await openBench(ground);
  const { domain, evaluator, metric, judge } = opened;
  const setting: BenchSetting = { ...ground, sameStart, evaluations: evaluations.at(-1)! };
  const seeds = Array.from({ length: settings.seeds }, (_, index) => index + 1);
  const runs = seeds.length * (strategies.length + own.length);
  let done = 0;
  const onDone = (trace: BenchTrace) => {
    done += 1;
    tell({ kind: "run", trace, done, runs });
  };
  // A script's own objects cannot be sent to a worker: what needs them runs in this thread.
  const isNamed = typeof ground.space === "string" && typeof (ground.evaluator?.given ?? "") === "string";
  const traces: BenchTrace[] = [];
  if (isNamed) {
    const jobs = seeds.flatMap((seed) => strategies.map((strategy) => ({ strategy, seed })));
    const { workers = availableParallelism() } = settings;
    traces.push(...(await runJobs(jobs, { workers, signal, setting, onDone })));
  }
  for (const strategy of [...(isNamed ? [] : strategies), ...own]) {
    for (const seed of seeds) {
      signal.throwIfAborted();
      const trace = await runJob(opened, setting, { strategy, seed });
      traces.push(trace);
      onDone(trace);
    }
  }
  await evaluator.close?.();
  const measured: Bench = {
    ...{ space: domain.space.name, dataset: ground.dataset, metric, evaluations },
    source: ground.evaluator !== undefined ? "evaluator" : ground.table ? "own table" : "published table",
    limited: Object.keys(ground.limits).length > 0,
    selectedOn: judge?.selectedOn ?? evaluator.selectedOn,
    ...(judge?.testOptimum01 === undefined && { validationOnly: true }),
    ...(judge !== undefined && { designCount: judge.designCount, optimum01: judge.optimum01 }),
    ...spaceCountOf(domain),
    ...(judge === undefined && evaluator.optimum !== undefined && { optimum01: evaluator.optimum }),
    ...(judge?.noise01 !== undefined && { noise01: judge.noise01 }),
    traces,
    trivialGuesses: judge === undefined ? [] : trivialGuesses(domain, judge),
    command: benchCommand(settings, ground, { ...members.spaceOptions, ...members.evaluatorOptions }),
    provenance: { ...(await provenanceOf()), ...(judge?.provenance ?? evaluator.provenance) },
    sameStart,
    milliseconds: performance.now() - startedAt,
  };
  const result = { comparison: compareBench(measured), bench: measured };
  if (settings.out !== undefined) await write(result, settings.out);
  return result;
}

/** Spaces of more designs are not listed to count those within limits. */
const listedDesigns = 20_000;

/** How many designs there are within the limits, where that can be counted. */
function spaceCountOf({ space, limits, isFeasible }: Domain): Pick<Bench, "spaceDesignCount"> {
  const all = designCountOf(space);
  const isFree = Object.keys(limits).length === 0 && space.allows === undefined;
  if (isFree) return { spaceDesignCount: space.networks?.count ?? all };
  if (all > listedDesigns) return {};
  const allowed = allDesigns(space).filter(isFeasible);
  const keys = allowed.map((choices) => space.networks?.keyOf(choices) ?? choices.join());
  return { spaceDesignCount: new Set(keys).size };
}

async function write({ comparison, bench: measured }: BenchResult, path: string): Promise<void> {
  const text = path.endsWith(".html")
    ? comparisonPage(comparison, measured)
    : path.endsWith(".md")
      ? comparisonMarkdown(comparison)
      : `${JSON.stringify(comparison, null, 2)}\n`;
  await writeNamed(path, text);
}

async function checkStrategy(given: Given<StrategyDefinition>): Promise<void> {
  const definition = await loadStrategy(given);
  if (definition.needs === "images") {
    throw new GeniusError(
      "wrong-use",
      `${definition.name} trains a supernet on images, and a bench has none: run it with genius search --evaluator table --images FOLDER, several seeds, and compare the runs with genius report.`,
    );
  }
  if (definition.needs === "training") {
    throw new GeniusError(
      "wrong-use",
      `${definition.name} proposes networks of its own, which no table knows: run it with genius search --evaluator train, several seeds, and compare the runs with genius report.`,
    );
  }
  if (definition.model === "required") {
    throw new GeniusError(
      "wrong-use",
      `${definition.name} needs a language model, and a bench runs without one: run it with genius search, several seeds, and compare the runs with genius report.`,
    );
  }
}
