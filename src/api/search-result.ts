// What came of a search: the network, its figures and files, and what is to be said of it beside the baselines.
import { join } from "node:path";
import type { JsonObject } from "../base/json.ts";
import { formatCount } from "../base/units.ts";
import { predictionFor } from "../graph/device.ts";
import type { Network } from "../graph/network.ts";
import { type Metric, type Metrics, scoreOf, valueOfScore } from "../metrics/index.ts";
import { memoryInWords } from "../search/constraints/limit-words.ts";
import { networkOf, plainDesignName } from "../search/proposed-network.ts";
import type { RaceVerdict } from "../search/race/verdict.ts";
import { nameInWords } from "../search/references/reference.ts";
import type { Choices, Space } from "../search/space.ts";
import { bestOf, isEvaluated, isScored, type ScoredTrial, type Trial } from "../search/trial.ts";
import { besideSearches } from "../study/baseline-search-words.ts";
import { baselineWords } from "../study/baselines.ts";
import { chanceWords } from "../study/chance.ts";
import { type Headline, headlineOf, isForDevice } from "../study/headline.ts";
import type { BaselineRun, BaselineSearch, ResultLine, StudyConfig } from "../study/journal-lines.ts";
import { raceWords } from "../study/race-words.ts";
import type { StudyResult } from "../study/run-study.ts";

/** What a search has spent on its model so far. */
export interface ModelSpent {
  readonly model: string;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the calls whose price is known, in US dollars. */
  readonly usd: number;
}

/** The network that a search selected. */
export interface FoundNetwork {
  /** The number of its trial. */
  readonly trial: number;
  /** One option's index per decision of the space; empty for a network from outside it, such as a reference. */
  readonly choices: Choices;
  /** The choices as people write them, or the name of a network from outside the space. */
  readonly key: string;
  readonly network: Network;
  readonly paramCount: number;
  /** Multiply–accumulates for one image. */
  readonly macCount: number;
  /** Bytes of RAM for one image, in the precision of the limits; undefined where neither RAM nor flash is limited. */
  readonly ramBytes?: number;
  /** The same of flash. */
  readonly flashBytes?: number;
  /** The figure that it was selected by, in the unit of `SearchResult.metric`; see `SearchResult.selectedOn`. */
  readonly value: number;
  /** Every figure that was measured with it, by the name of the metric. */
  readonly metrics: Metrics;
  /** The accuracy among them, in [0, 1]; undefined where it was not measured. */
  readonly accuracy01: number | undefined;
  /** On test data, after the final training, measured once; undefined without test data or before the end. */
  readonly testMetrics: Metrics | undefined;
  /** The accuracy among them, in [0, 1]. */
  readonly testAccuracy01: number | undefined;
  /** What else the evaluator says of it: loss, rank in the table, size of the model file. */
  readonly test: JsonObject;
}

export interface SearchResult {
  /** The run's folder. Copy it, and you have copied everything. */
  readonly folder: string;
  readonly config: StudyConfig;
  readonly space: Space;
  /** Why it ended. `interrupted`: the signal was aborted, and `resume(folder)` continues. */
  readonly reason: StudyResult["reason"];
  /** More about the reason, in words. */
  readonly detail?: string;
  /** Undefined when no design could be scored. */
  readonly best: FoundNetwork | undefined;
  /** Paths of what the final training wrote: `best/model.onnx` and more, below the folder. Empty for a table. */
  readonly files: readonly string[];
  /** In order of number. */
  readonly trials: readonly Trial[];
  /** Random search and largest-first at the same number of evaluations, where the evaluator is a published table. */
  readonly baselines: readonly BaselineRun[];
  /** Searches by other strategies that followed this one, as `baselines` in its options asked for. */
  readonly searches: readonly BaselineSearch[];
  /** Of a search by the clock: the best design beside the best hand-designed network, after equal time of training. */
  readonly race: RaceVerdict | undefined;
  readonly selectedOn: "validation" | "test";
  /** What the search selected on. */
  readonly metric: Metric;
  /** Whether the best is no better than always answering the most frequent class, within the noise of the images. */
  readonly atChance: boolean;
  /** In words: what was found, and how it compares with the baselines. */
  readonly verdict: readonly string[];
  readonly spent: {
    readonly evaluations: number;
    /** Of all evaluations, summed. */
    readonly evaluationMs: number;
    readonly epochs: number;
    readonly model?: ModelSpent;
  };
}

/** What is known at the end of a study. */
export interface Ending {
  readonly folder: string;
  readonly config: StudyConfig;
  readonly space: Space;
  readonly selectedOn: SearchResult["selectedOn"];
  readonly reason: StudyResult["reason"];
  readonly detail?: string | undefined;
  readonly trials: readonly Trial[];
  /** As in the journal's header. */
  readonly provenance: JsonObject;
  /** What the journal's last line says, of a search that was not interrupted. */
  readonly result?: Pick<ResultLine, "best" | "testMetrics" | "test" | "baselines" | "verdict"> | undefined;
  readonly searches?: readonly BaselineSearch[] | undefined;
  readonly model?: ModelSpent | undefined;
}

export function resultOf(ending: Ending): SearchResult {
  const { folder, config, space, selectedOn, reason, detail, trials, result, model } = ending;
  const { metric } = config;
  const { searches = [] } = ending;
  const selected = trials.find((trial) => trial.number === result?.best);
  const best = selected !== undefined && isScored(selected) ? selected : bestOf(trials);
  const { files = [], ...test } = (result?.test ?? {}) as JsonObject & { readonly files?: readonly string[] };
  const found = best && foundOf(best, ending, test);
  const baselines = result?.baselines ?? [];
  const measured = best && { metric, score: best.outcome.score, testMetrics: result?.testMetrics };
  const chance = measured && chanceWords(ending.provenance, measured);
  const headline =
    best &&
    headlineOf({
      ...{ metric, selectedOn, best, testMetrics: result?.testMetrics, test },
      isAtChance: chance !== undefined,
      isForDevice: isForDevice(config),
    });
  return {
    ...{ folder, config, space, reason, ...(detail !== undefined && { detail }) },
    best: found,
    files: files.map((name) => join(folder, name)),
    ...{ trials, baselines, searches, race: result?.verdict, selectedOn, metric },
    atChance: chance !== undefined,
    verdict: verdictOf(found, {
      ...{ trials, chance, headline, metric, baselines, race: result?.verdict },
      besideSearches: besideSearches({ config, selected: best, result, searches }).map(({ words }) => words),
      isOwn: config.start !== undefined,
      experience: config.experience,
      prediction: found && predictionFor(config.device, found.macCount),
      isLimited: Object.keys(config.limits).length > 0,
      isOver: reason !== "interrupted",
      folder,
      provenance: ending.provenance,
    }),
    spent: {
      evaluations: trials.filter(isEvaluated).length,
      evaluationMs: trials.reduce((sum, { outcome }) => sum + outcome.spent.milliseconds, 0),
      epochs: trials.reduce((sum, { outcome }) => sum + (outcome.spent.epochs ?? 0), 0),
      ...(model !== undefined && { model }),
    },
  };
}

function foundOf(
  { number, proposal, outcome, cost }: ScoredTrial,
  { space, config, result }: Ending,
  test: JsonObject,
): FoundNetwork {
  const testMetrics = result?.testMetrics;
  return {
    trial: number,
    choices: proposal.choices,
    key: plainDesignName(space, proposal),
    network: networkOf(space, proposal),
    ...cost,
    value: valueOfScore(config.metric, outcome.score),
    metrics: outcome.metrics,
    accuracy01: outcome.metrics.accuracy,
    testMetrics,
    testAccuracy01: testMetrics?.accuracy,
    test,
  };
}

interface Beside {
  readonly trials: readonly Trial[];
  readonly chance: string | undefined;
  readonly headline: Headline | undefined;
  readonly metric: Metric;
  readonly baselines: readonly BaselineRun[];
  readonly race: RaceVerdict | undefined;
  /** A sentence for each search by another strategy. */
  readonly besideSearches: readonly string[];
  /** Whether the search started from the person's own network. */
  readonly isOwn: boolean;
  readonly experience: StudyConfig["experience"] | undefined;
  readonly isLimited: boolean;
  readonly isOver: boolean;
  readonly folder: string;
  readonly provenance: JsonObject;
  /** What the device that it is for is expected to take. */
  readonly prediction: string | undefined;
}

function verdictOf(
  best: FoundNetwork | undefined,
  {
    trials,
    chance,
    headline,
    metric,
    baselines,
    race,
    besideSearches: others,
    isOver,
    folder,
    provenance,
    isOwn,
    experience,
    isLimited,
    prediction,
  }: Beside,
): string[] {
  if (best === undefined) return ["No design could be scored.", ...lastFailure(trials)];
  const { key, choices, trial, paramCount, macCount, value, test } = best;
  const name = choices.length === 0 ? nameInWords(key) : `design ${key}`;
  const lines = [
    `Best: trial ${trial}, ${formatCount(paramCount)} parameters, ${formatCount(macCount)} MACs${memoryInWords(best)}, ${name}`,
    ...(headline === undefined
      ? []
      : [`  ${headline.main}`, ...headline.details.map((words) => `    ${words}`)]),
    ...(prediction === undefined ? [] : [`  ${prediction}`]),
  ];
  if (typeof test.rank === "number")
    lines.push(
      `  rank ${test.rank} of the ${Number(test.designs).toLocaleString("en")} designs of the table${isLimited ? " within the limits" : ""}`,
    );
  if (chance !== undefined) lines.push(`  ${chance}`);
  if (!isOver) return lines;
  if (race !== undefined)
    return [...lines, ...raceWords(race, { trials, metric, provenance, isOwn, experience }), ...others];
  if (baselines.length > 0) {
    return [
      ...lines,
      "Beside it, after as many evaluations:",
      ...baselineWords(baselines, { score: scoreOf(metric, value), metric }),
      ...others,
    ];
  }
  if (others.length > 0) return [...lines, ...others];
  // A training is too expensive to repeat unasked.
  return [
    ...lines,
    `Beside it: nothing yet. To compare it with a known network that is trained as long: genius baselines ${folder}`,
  ];
}

/** In full, because the line of its trial is cut. */
function lastFailure(trials: readonly Trial[]): string[] {
  const outcome = trials.findLast((trial) => trial.outcome.kind === "failed")?.outcome;
  if (outcome?.kind !== "failed" || outcome.detail === undefined) return [];
  return [`The last trial failed: ${outcome.detail}`];
}
