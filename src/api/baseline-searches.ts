// Searches by other strategies beside a run that has ended: the same data, space, limits and evaluator, and the same time or the
// same number of evaluations. Each is a run of its own in `baselines/STRATEGY` of the run's folder, which is opened, resumed
// and reported as any other; the run's own journal notes what came of it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { GeniusError, isAbort, messageOf } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { formatDuration } from "../base/units.ts";
import { loadEvaluator, loadSpace, loadStrategy, resolveOptions } from "../catalog/load.ts";
import { scoreOf } from "../metrics/index.ts";
import { isReference } from "../search/proposed-network.ts";
import { isEvaluated } from "../search/trial.ts";
import type { RunRecord } from "../study/fold.ts";
import { type Journal, journalPath, openJournal, readJournal } from "../study/journal.ts";
import type { BaselineSearch, StudyConfig } from "../study/journal-lines.ts";
import { createLiveWriter } from "../study/live-file.ts";
import { followSearch, showProgress } from "./baseline-progress.ts";
import type { BaselineSearchEvent, SearchEvent } from "./search-events.ts";
import { beginSearch, goOn, openSitting, type ResumeOptions } from "./search-once.ts";
import type { SearchResult } from "./search-result.ts";

export interface BaselineSearchesOptions
  extends Pick<ResumeOptions, "environment" | "signal" | "space" | "evaluator" | "acceptChangedData"> {
  readonly onEvent?: ((event: BaselineSearchEvent) => void) | undefined;
}

/** The baselines that a finished run was asked for and does not have. After an end by a person none is fair any more. */
export function missingBaselines({ header, result, searches }: RunRecord): readonly string[] {
  if (result === undefined || result.reason === "ended-by-person") return [];
  const { baselines = [] } = header.config;
  return baselines.filter((name) => !searches.some(({ strategy }) => strategy === name));
}

/**
 * Searches with each of these strategies in turn, and notes it in the run's journal. One that was stopped goes on where it was.
 * @throws GeniusError `locked` while a process runs the run or one of these. What fails in one of them is noted, and the next
 *   one follows.
 */
export async function runBaselineSearches(
  folder: string,
  names: readonly string[],
  options: BaselineSearchesOptions,
): Promise<{ readonly isInterrupted: boolean }> {
  const { journal, record } = await openJournal(folder);
  const live = createLiveWriter(folder);
  const show = showProgress(live);
  try {
    for (const [index, name] of names.entries()) {
      if (options.signal?.aborted) return { isInterrupted: true };
      const at = { number: index + 1, count: names.length };
      const config = await configOf(record, name);
      const progress = followSearch(show, { config, ...at });
      const onEvent = (event: SearchEvent) => {
        progress(event);
        options.onEvent?.({ kind: "baseline-search", strategy: name, ...at, event });
      };
      const result = await searchWith(config, {
        ...options,
        folder: join(folder, "baselines", name),
        onEvent,
      }).catch((thrown: unknown) => {
        // While its data were still being read.
        if (isAbort(thrown) && options.signal?.aborted) return "interrupted" as const;
        return noteFailure(journal, name, thrown);
      });
      if (result === "interrupted") return { isInterrupted: true };
      if (result?.reason === "interrupted") return { isInterrupted: true };
      if (result !== undefined) await note(journal, config, result);
    }
    return { isInterrupted: false };
  } finally {
    await live.close();
    await journal.close();
  }
}

async function noteFailure(journal: Journal, name: string, thrown: unknown): Promise<undefined> {
  if (isAbort(thrown) || (thrown instanceof GeniusError && thrown.code === "locked")) throw thrown;
  await journal.addNote({ about: "baselines", text: `the search with ${name} failed: ${messageOf(thrown)}` });
}

/** The run's configuration with another strategy, without a model. */
async function configOf({ header, trials, result, spent }: RunRecord, name: string): Promise<StudyConfig> {
  const { model: _, baselines: __, spaceWriter: ___, minutes, ...asked } = header.config;
  const { options } = await loadStrategy(name);
  // A run that was ended before its time is compared with searches as long as it was.
  const isShort = result?.reason === "ended-by-person";
  const ended = Math.max(0.05, Number((spent.elapsedMs / 60_000).toFixed(2)));
  return {
    ...asked,
    ...{ strategy: name, modelOptions: {} },
    strategyOptions: resolveOptions(options, {}, `the strategy ${name}`) as JsonObject,
    ...(minutes === undefined
      ? { trials: trials.filter(isEvaluated).length }
      : { minutes: isShort ? Math.min(minutes, ended) : minutes }),
  };
}

interface SearchingWith extends Omit<BaselineSearchesOptions, "onEvent"> {
  readonly folder: string;
  readonly onEvent: (event: SearchEvent) => void;
}

async function searchWith(config: StudyConfig, options: SearchingWith): Promise<SearchResult> {
  const { folder, space, evaluator } = options;
  const { minutes, trials } = config;
  if (existsSync(journalPath(folder))) {
    const { header } = await readJournal(folder);
    const isLonger = minutes === undefined && trials > header.config.trials;
    return goOn(folder, { ...options, ...(isLonger && { trials }) });
  }
  const given = {
    space: await loadSpace(space ?? config.space),
    strategy: await loadStrategy(config.strategy),
    evaluator: await loadEvaluator(evaluator ?? config.evaluator),
  };
  return beginSearch(
    config,
    { folder, given, startedAt: new Date(), answers: undefined },
    openSitting(options),
  );
}

async function note(
  journal: Journal,
  { strategy, minutes }: StudyConfig,
  result: SearchResult,
): Promise<void> {
  const { best, spent, trials, metric } = result;
  const selected = trials.find(({ number }) => number === best?.trial);
  const { testImages } = best?.test ?? {};
  const search: BaselineSearch = {
    ...{ strategy, evaluations: spent.evaluations },
    ...(minutes !== undefined && { minutes }),
    ...(best !== undefined && {
      ...{ paramCount: best.paramCount, macCount: best.macCount, score: scoreOf(metric, best.value) },
      ...(selected !== undefined && isReference(selected.proposal) && { reference: best.network.name }),
      ...(best.testMetrics !== undefined && { testMetrics: best.testMetrics }),
      ...(typeof testImages === "number" && { testImages }),
    }),
  };
  const length =
    minutes === undefined ? "with as many evaluations" : `for ${formatDuration(minutes * 60_000)}`;
  await journal.addNote({ about: "baselines", text: `searched with ${strategy} ${length}`, search });
}
