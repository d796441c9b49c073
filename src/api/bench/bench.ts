// Strategies on a published table, at equal evaluations, over many seeds, spread over the cores. Random search and the
// largest networks are always among them, asked or not.
import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type { z } from "zod";
import { fileError, GeniusError } from "../../base/errors.ts";
import { type Given, loadStrategy, openSpace, resolveOptions } from "../../catalog/load.ts";
import { openTable, tablePairs } from "../../evaluators/accuracy-table.ts";
import {
  type Bench,
  type BenchTrace,
  baselineStrategies,
  type Comparison,
  compareBench,
  comparisonMarkdown,
  comparisonPage,
} from "../../report/index.ts";
import type { StrategyDefinition } from "../../search/strategy.ts";
import { provenanceOf } from "../provenance.ts";
import { publishedSpace } from "../published-space.ts";
import { trivialGuesses } from "../trivial-guesses.ts";
import { runJobs } from "./pool.ts";
import { type BenchSetting, openBench } from "./run-job.ts";
import { benchSettings } from "./settings.ts";

/** What `bench` is asked for. Only `space` is needed. */
export interface BenchOptions {
  /** A space with a published table. */
  readonly space: string;
  /** The table's dataset; the space's first by default. */
  readonly dataset?: string | undefined;
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
 * Compares strategies on a published table: the same number of evaluations, many seeds, and random search and
 * largest-first beside them.
 *
 * @throws GeniusError `wrong-use` for a space without a table or a strategy that needs a model or images, `unknown-name`
 *   for a member that does not exist, `offline` when the table cannot be obtained.
 * @example
 * ```ts
 * import { bench } from "genius-nas";
 *
 * const { comparison } = await bench({ space: "nas-bench-macro", strategies: ["evolution"], seeds: 5 });
 * for (const { strategy, evaluations, rank } of comparison.results) console.log(strategy, evaluations, rank?.median);
 * ```
 */
export async function bench(options: BenchOptions): Promise<BenchResult> {
  const { strategies: asked, onEvent, signal = new AbortController().signal } = options;
  const named = asked?.filter((strategy) => typeof strategy === "string");
  const own = asked?.filter((strategy) => typeof strategy !== "string") ?? [];
  const { environment = process.env, ...given } = { ...options, strategies: named };
  const settings = resolveOptions(
    benchSettings as unknown as z.ZodType<z.output<typeof benchSettings>>,
    given,
    "the bench",
  );
  return compare(settings, { own, environment, signal, tell: (event) => onEvent?.(event) });
}

interface Running {
  readonly own: readonly StrategyDefinition[];
  readonly environment: BenchSetting["environment"];
  readonly signal: AbortSignal;
  readonly tell: (event: BenchEvent) => void;
}

async function compare(
  settings: z.output<typeof benchSettings>,
  { own, environment, signal, tell }: Running,
): Promise<BenchResult> {
  const startedAt = performance.now();
  const { space: name, evaluations, noise01, sameStart } = settings;
  if (name === undefined || name === "") throw noSpace();
  const { definition, dataset, options: spaceOptions } = await publishedSpace(name, settings.dataset);
  const strategies = [...new Set([...settings.strategies, ...baselineStrategies])];
  await Promise.all([...strategies, ...own].map(checkStrategy));
  const space = await openSpace(definition, spaceOptions);
  const table = await openTable({ space, dataset });
  const setting: BenchSetting = {
    ...{ space: name, spaceOptions, dataset, noise01, sameStart },
    evaluations: evaluations.at(-1)!,
    environment: { ...environment },
  };
  const seeds = Array.from({ length: settings.seeds }, (_, index) => index + 1);
  const runs = seeds.length * (strategies.length + own.length);
  let done = 0;
  const onDone = (trace: BenchTrace) => {
    done += 1;
    tell({ kind: "run", trace, done, runs });
  };
  const traces: BenchTrace[] = await runJobs(
    seeds.flatMap((seed) => strategies.map((strategy) => ({ strategy, seed }))),
    { workers: settings.workers ?? availableParallelism(), signal, setting, onDone },
  );
  if (own.length > 0) {
    const run = await openBench(setting);
    for (const strategy of own) {
      for (const seed of seeds) {
        signal.throwIfAborted();
        const trace = await run({ strategy, seed });
        traces.push(trace);
        onDone(trace);
      }
    }
  }
  const measured: Bench = {
    ...{ space: definition.name, dataset, selectedOn: table.selectedOn, evaluations },
    ...(table.testOptimum01 === undefined && { validationOnly: true }),
    ...{ designCount: table.designCount, optimum01: table.optimum01, traces },
    trivialGuesses: trivialGuesses(space, table),
    command: commandOf(settings, dataset),
    provenance: { ...(await provenanceOf()), ...table.provenance },
    sameStart,
    milliseconds: performance.now() - startedAt,
  };
  const result = { comparison: compareBench(measured), bench: measured };
  if (settings.out !== undefined) await write(result, settings.out);
  return result;
}

function commandOf(settings: z.output<typeof benchSettings>, dataset: string): string {
  const { space, strategies, evaluations, seeds, noise01, sameStart } = settings;
  const more = `${noise01 > 0 ? ` --noise01 ${noise01}` : ""}${sameStart ? " --same-start" : ""}`;
  return `genius bench --space ${space} --dataset ${dataset} --strategies ${strategies.join(",")} --evaluations ${evaluations.join(",")} --seeds ${seeds}${more}`;
}

async function write({ comparison, bench: measured }: BenchResult, path: string): Promise<void> {
  const text = path.endsWith(".html")
    ? comparisonPage(comparison, measured)
    : path.endsWith(".md")
      ? comparisonMarkdown(comparison)
      : `${JSON.stringify(comparison, null, 2)}\n`;
  await writeFile(path, text).catch((thrown: unknown) => {
    throw fileError(thrown, path, "write");
  });
}

function noSpace(): GeniusError {
  const known = [...new Set(tablePairs().map(({ space }) => space))].join(", ");
  return new GeniusError(
    "wrong-use",
    `Say on which space to compare: genius bench --space NAME. Spaces with a published table: ${known}.`,
  );
}

async function checkStrategy(given: Given<StrategyDefinition>): Promise<void> {
  const definition = await loadStrategy(given);
  if (definition.needs === "images") {
    throw new GeniusError(
      "wrong-use",
      `${definition.name} trains a supernet on images, and a bench has none: run it with genius search --evaluator table --images FOLDER, several seeds, and compare the runs with genius report.`,
    );
  }
  if (definition.model === "required") {
    throw new GeniusError(
      "wrong-use",
      `${definition.name} needs a language model, and a bench runs without one: run it with genius search, several seeds, and compare the runs with genius report.`,
    );
  }
}
