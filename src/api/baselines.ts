// Baselines beside a run that has ended: random search and the largest networks where results are looked up, and else a
// hand-designed network that is trained alone for as long as the run's own. What was measured goes into the run's journal.
import { join } from "node:path";
import { GeniusError, isAbort, messageOf } from "../base/errors.ts";
import { loadReference } from "../catalog/load.ts";
import { formatScore, scoreIn } from "../metrics/index.ts";
import { runVerdict } from "../report/index.ts";
import { plannedEpochs } from "../runs/run-time.ts";
import { isReference } from "../search/proposed-network.ts";
import { fitReferences } from "../search/race/fit-references.ts";
import type { FittedReference } from "../search/references/reference.ts";
import type { EpochPoint } from "../search/trial.ts";
import { besideSearches } from "../study/baseline-search-words.ts";
import { runBaselines } from "../study/baselines.ts";
import type { RunRecord } from "../study/fold.ts";
import { openJournal, readJournal } from "../study/journal.ts";
import type { BaselineRun, BaselineSearch, ReferenceRun } from "../study/journal-lines.ts";
import { createLiveWriter, type LiveWriter } from "../study/live-file.ts";
import { type Assembly, assemble } from "./assemble.ts";
import { showProgress } from "./baseline-progress.ts";
import { runBaselineSearches } from "./baseline-searches.ts";
import { checkBaselines } from "./check-baselines.ts";
import { fittedReferences } from "./ground.ts";
import type { BaselineSearchEvent } from "./search-events.ts";
import type { Sitting } from "./search-options.ts";
import { train } from "./train.ts";

export interface BaselinesOptions extends Pick<Sitting, "environment" | "signal"> {
  /** Of `genius list references`; where it is absent the best one of the run, else the first of them that fits. */
  readonly reference?: string | undefined;
  /** In place of all that: strategies of `genius list strategies` to search with, each for as long as the run. */
  readonly strategies?: readonly string[] | undefined;
  readonly onEvent?: ((event: BaselinesEvent) => void) | undefined;
}

export type BaselinesEvent =
  | { readonly kind: "preparing"; readonly text: string }
  /** Of the runs of other strategies. */
  | { readonly kind: "run"; readonly done: number; readonly runs: number }
  /** Of the training of a reference. */
  | { readonly kind: "epoch"; readonly name: string; readonly point: EpochPoint }
  | BaselineSearchEvent;

export interface BaselinesResult {
  /** Empty where results are trained. */
  readonly baselines: readonly BaselineRun[];
  readonly reference?: ReferenceRun;
  /** All searches by other strategies that the run has beside it. */
  readonly searches: readonly BaselineSearch[];
  /** What the run is worth beside them, in a sentence. */
  readonly verdict: string;
}

/**
 * Runs baselines beside a run that is not running, and notes them in its journal, so that every view of the run says what it is
 * worth. Where results are looked up: random search with 25 seeds and the largest networks, with as many evaluations. Else one
 * hand-designed network, as large as the run's limits allow, trained alone on the same data for as long as the run
 * (by epochs: for as many as the final training had) and tested once; its files are in `baselines/NAME` of the run's folder.
 * With `strategies`: a search with each of them, as long as the run, which is a run of its own in `baselines/STRATEGY`.
 * Aborted, it leaves the run as it was, and the same call continues the training.
 *
 * @throws GeniusError `not-found` when the folder holds no run, `locked` while a process runs it, `wrong-use` where nothing was
 *   scored, tested or looked up, `unknown-name` for a strategy that there is not, `infeasible` when no reference is inside the limits, and what `train` throws.
 * @example
 * ```ts
 * import { baselines } from "genius-nas";
 *
 * const { verdict } = await baselines("runs/first");
 * ```
 */
export async function baselines(folder: string, options: BaselinesOptions = {}): Promise<BaselinesResult> {
  if (options.strategies !== undefined && options.strategies.length > 0)
    return searchWithEach(folder, options.strategies, options);
  const { journal, record } = await openJournal(folder);
  const live = createLiveWriter(folder);
  try {
    const measured = await measure(folder, record, { options, live });
    const { reference } = measured;
    const text =
      reference === undefined
        ? `baselines with the same evaluations: ${measured.baselines.length} runs`
        : `${reference.name} was trained alone for as long`;
    await journal.addNote({
      about: "baselines",
      text,
      ...(reference === undefined ? { baselines: measured.baselines } : { reference }),
    });
    const after = await readJournal(folder);
    const verdict = runVerdict(after);
    return { ...measured, searches: after.searches, verdict: verdict?.words ?? "" };
  } catch (thrown) {
    if (!isAbort(thrown) && !isWrongUse(thrown))
      await journal.addNote({ about: "baselines", text: `the baselines failed: ${messageOf(thrown)}` });
    throw thrown;
  } finally {
    await live.close();
    await journal.close();
  }
}

async function searchWithEach(
  folder: string,
  names: readonly string[],
  { reference, environment, signal, onEvent }: BaselinesOptions,
): Promise<BaselinesResult> {
  if (reference !== undefined)
    throw new GeniusError("wrong-use", "Give either a reference to train or strategies to search with.");
  const { header, selected, result } = await readJournal(folder);
  const wanted = await checkBaselines(names, header.config);
  if (result === undefined || selected === undefined) throw nothingYet(folder);
  const { isInterrupted } = await runBaselineSearches(folder, wanted, { environment, signal, onEvent });
  if (isInterrupted) signal?.throwIfAborted();
  const after = await readJournal(folder);
  const beside = besideSearches({ ...after, config: after.header.config }).filter(({ strategy }) =>
    wanted.includes(strategy),
  );
  return { baselines: [], searches: after.searches, verdict: beside.map(({ words }) => words).join("\n") };
}

const nothingYet = (folder: string) =>
  new GeniusError(
    "wrong-use",
    `${folder} has no finished network to compare with. End the search first: genius finish ${folder}`,
  );

/** The caller is told; nobody who looks at the run later wants to know. */
const isWrongUse = (thrown: unknown) =>
  thrown instanceof GeniusError && (thrown.code === "wrong-use" || thrown.code === "unknown-name");

interface Measuring {
  readonly options: BaselinesOptions;
  readonly live: LiveWriter;
}

async function measure(
  folder: string,
  record: RunRecord,
  { options, live }: Measuring,
): Promise<Omit<BaselinesResult, "verdict" | "searches">> {
  const { header, selected } = record;
  const { config } = header;
  const { environment = process.env, onEvent, signal } = options;
  if (selected === undefined)
    throw new GeniusError("wrong-use", `Nothing was scored in ${folder}, so there is nothing to compare.`);
  const { model: _, ...asked } = config;
  // Of the study only its data, limits and evaluator count here: no model is asked.
  const parts = await assemble(
    { ...asked, strategy: "random", strategyOptions: {} },
    {
      ...{ folder, environment, onProgress: (text) => onEvent?.({ kind: "preparing", text }) },
      ...(signal !== undefined && { signal }),
    },
  );
  try {
    if (parts.isLookedUp) {
      const { domain, evaluator } = parts;
      const shown = showProgress(live);
      const baselines = await runBaselines({ domain, evaluator, seed: config.seed }, record.trials, {
        onRun(done, runs) {
          shown(`other strategies, ${done} of ${runs} runs`, done / runs);
          onEvent?.({ kind: "run", done, runs });
        },
        ...(signal !== undefined && { signal }),
      });
      return { baselines };
    }
    if (parts.evaluator.test === undefined)
      throw new GeniusError(
        "wrong-use",
        `The evaluator ${config.evaluator} neither looks results up nor trains networks to their end, so it has no baselines.`,
      );
  } finally {
    await parts.close();
  }
  if (record.result?.testMetrics === undefined) throw nothingYet(folder);
  return { baselines: [], reference: await trainReference(folder, record, { parts, options, live }) };
}

async function trainReference(
  folder: string,
  record: RunRecord,
  { parts, options, live }: Measuring & { readonly parts: Assembly },
): Promise<ReferenceRun> {
  const { config } = record.header;
  const { metric, minutes } = config;
  const { environment, signal, onEvent } = options;
  const { name, network, paramCount, macCount } = await referenceOf(record, parts, options.reference);
  const shown = showProgress(live);
  const begun = performance.now();
  const epochs = plannedEpochs(parts.evaluator.provenance)?.final;
  shown(`${name}, trained alone`, 0);
  const { testMetrics, test } = await train(network, {
    ...{ data: config.dataset, out: join(folder, "baselines", name), seed: config.seed },
    ...{ evaluator: config.evaluator, evaluatorOptions: config.evaluatorOptions },
    ...(config.launcherOptions !== undefined && { launcherOptions: config.launcherOptions }),
    ...{ minutes, environment, signal },
    onEvent(event) {
      if (event.kind === "preparing") return onEvent?.(event);
      const { epoch, validation } = event.point;
      const done =
        minutes === undefined
          ? epoch / (epochs ?? Infinity)
          : (performance.now() - begun) / (60_000 * minutes);
      const seen = `${name}, trained alone: epoch ${Number(epoch.toFixed(1))}`;
      const figure =
        validation[metric.name] === undefined
          ? ""
          : `, validation ${formatScore(metric, scoreIn(metric, validation))}`;
      shown(`${seen}${figure}`, done);
      onEvent?.({ kind: "epoch", name, point: event.point });
    },
  });
  const { testImages } = test;
  return {
    ...{ name, paramCount, macCount, testMetrics },
    ...(minutes !== undefined && { minutes }),
    ...(typeof testImages === "number" && { testImages }),
  };
}

/** The reference that is asked for, else the best of the run's race, else the first that fits. */
export async function referenceOf(
  { header, trials, result }: RunRecord,
  { domain, race }: Assembly,
  asked: string | undefined,
): Promise<Pick<FittedReference, "name" | "network" | "paramCount" | "macCount">> {
  if (asked === undefined) {
    const best = trials.find(({ number }) => number === result?.verdict?.reference);
    const network = best?.proposal.network;
    if (best !== undefined && network !== undefined && isReference(best.proposal))
      return { name: network.name, network, ...best.cost };
  }
  const fitted =
    asked === undefined
      ? (race?.references ?? (await fittedReferences(domain, header.config)))
      : fitReferences(domain, [await loadReference(asked)]);
  const [first] = fitted;
  if (first !== undefined) return first;
  throw new GeniusError(
    "infeasible",
    asked === undefined
      ? "No hand-designed network fits the limits and the images, so there is none to compare with."
      : `${asked} has no width inside the limits of this run. Choose another of "genius list references".`,
  );
}
