// Many searches on one published table, with what the search is told made different from what the table holds. It judges
// each by the table: the best design that was evaluated, and the one that the search itself would hand over.

import { publishedSpace } from "../../api/published-space.ts";
import { GeniusError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { createRandom, type Random } from "../../base/random.ts";
import { loadStrategy, openSpace, resolveOptions } from "../../catalog/load.ts";
import type { Evaluator } from "../../evaluators/evaluator.ts";
import { type AccuracyTable, openTable } from "../../evaluators/tables/accuracy-table.ts";
import type { Conversation } from "../../llm/index.ts";
import { mean } from "../../math/statistics.ts";
import { createDomain } from "../../search/constraints/create-domain.ts";
import type { Domain } from "../../search/constraints/domain.ts";
import type { Choices, Limits } from "../../search/space.ts";
import type { SpaceVariant } from "../../search/space-variant.ts";
import { isEvaluated, type Trial } from "../../search/trial.ts";
import { runStudy } from "../../study/run-study.ts";

export interface TableSetting {
  readonly domain: Domain;
  readonly table: AccuracyTable;
  readonly task: string;
}

/**
 * Ranks and regret count among the designs within the limits.
 * @throws GeniusError as `openTable` does.
 */
export async function openSearches(
  name: string,
  dataset: string,
  limits: Limits = {},
): Promise<TableSetting> {
  const { definition, options, words } = await publishedSpace(name, dataset);
  const space = await openSpace(definition, options);
  const domain = createDomain(space, limits);
  const isLimited = Object.keys(limits).length > 0;
  return {
    domain,
    table: await openTable({ space, dataset, ...(isLimited && { isAllowed: domain.isFeasible }) }),
    task: words,
  };
}

/** What a search is told of a design, in [0, 1], in place of its accuracy. */
export type Feedback = (about: {
  readonly choices: Choices;
  readonly random: Random;
  readonly seen: readonly number[];
}) => number;

export interface SearchSpec {
  readonly strategy: string;
  readonly strategyOptions?: JsonObject;
  readonly seed: number;
  readonly evaluations: number;
  /** By default the figure that the table is selected on. */
  readonly feedback?: Feedback;
  /** How a model is told what `feedback` gives, where that is not in per cent. */
  readonly tellScore?: (score: number) => string;
  readonly conversation?: Conversation;
  /** Another variant of the same space, such as one with its options in another order. */
  readonly variant?: Pick<SpaceVariant, "space" | "toOriginal">;
  readonly signal: AbortSignal;
}

export interface SearchEnd {
  /** Regret of the best design evaluated, by the figure selected on, in [0, 1]. */
  readonly bestRegret01: number;
  readonly bestRank: number;
  /** Of all designs evaluated: how well the search aimed, whatever it found. */
  readonly meanRegret01: number;
  /** Of the best so far, the mean over all evaluations: a search that finds the same sooner has less. */
  readonly anytimeRegret01: number;
  /** Of the design that the search believes in: the highest by what it was told, the earliest among equals. */
  readonly chosenRegret01: number;
  readonly chosen: Choices | undefined;
  /** In order of evaluation. */
  readonly evaluated: readonly Choices[];
}

/**
 * Runs one search to its end.
 * @throws GeniusError `budget-exhausted`: a search that was cut short must not stand beside whole ones.
 */
export async function runTableSearch(
  { domain: own, table: known, task }: TableSetting,
  spec: SearchSpec,
): Promise<SearchEnd> {
  const domain = spec.variant === undefined ? own : createDomain(spec.variant.space, own.limits);
  const original = (choices: Choices) => spec.variant?.toOriginal(choices) ?? choices;
  const definition = await loadStrategy(spec.strategy);
  const options = resolveOptions(
    definition.options,
    spec.strategyOptions ?? {},
    `the strategy ${spec.strategy}`,
  );
  const { evaluations, seed, conversation, tellScore, signal } = spec;
  const truth = (choices: Choices) => known.lookUp(original(choices))!.selection01;
  const seen: number[] = [];
  const evaluator: Evaluator = {
    selectedOn: known.selectedOn,
    fidelity: { full: {} },
    provenance: {},
    async evaluate({ proposal: { choices }, trialNumber }) {
      const random = createRandom(seed, "feedback", trialNumber);
      const accuracy01 = spec.feedback?.({ choices, random, seen }) ?? truth(choices);
      seen.push(truth(choices));
      return { kind: "scored", metrics: { accuracy: accuracy01 }, spent: { milliseconds: 0 } };
    },
  };
  const strategy = definition.create(
    {
      ...{ domain, evaluations, task, fidelity: evaluator.fidelity },
      ...(conversation && { conversation }),
      ...(tellScore && { tellScore }),
    },
    options,
  );
  const result = await runStudy({
    domain,
    strategy,
    evaluator,
    trials: evaluations,
    parallel: 1,
    seed,
    signal,
  });
  if (result.reason === "budget-spent") throw new GeniusError("budget-exhausted", result.detail ?? "");
  const evaluated = result.trials.filter(isEvaluated).map((trial: Trial) => trial.proposal.choices);
  const regretOf = (choices: Choices | undefined) =>
    known.optimum01 - (choices === undefined ? 0 : truth(choices));
  const best = evaluated.reduce<Choices | undefined>(
    (top, choices) => (top === undefined || truth(choices) > truth(top) ? choices : top),
    undefined,
  );
  const chosen = result.best?.proposal.choices;
  return {
    bestRegret01: regretOf(best),
    bestRank: best === undefined ? known.designCount : (known.rankOf(original(best)) ?? known.designCount),
    meanRegret01: evaluated.length === 0 ? known.optimum01 : mean(evaluated.map(regretOf)),
    anytimeRegret01: anytime(evaluated.map(regretOf)) ?? known.optimum01,
    chosenRegret01: regretOf(chosen),
    chosen: chosen && original(chosen),
    evaluated: evaluated.map(original),
  };
}

function anytime(regrets: readonly number[]): number | undefined {
  let best = Number.POSITIVE_INFINITY;
  const soFar = regrets.map((regret) => {
    best = Math.min(best, regret);
    return best;
  });
  return soFar.length === 0 ? undefined : mean(soFar);
}

/** `count` seeds from `first` on. */
export const seedsFrom = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + index);

/** Runs one search for each seed. */
export const runSeeds = (
  searches: TableSetting,
  seeds: readonly number[],
  specOf: (seed: number) => SearchSpec | Promise<SearchSpec>,
  parallel = 1,
): Promise<SearchEnd[]> =>
  runSearches(
    searches,
    seeds.map((seed) => () => specOf(seed)),
    parallel,
  );

/** Runs searches, `parallel` at once – which helps those that wait for a model – and gives their ends in order. */
export async function runSearches(
  searches: TableSetting,
  specs: readonly (() => SearchSpec | Promise<SearchSpec>)[],
  parallel: number,
): Promise<SearchEnd[]> {
  const ends = new Array<SearchEnd>(specs.length);
  const waiting = [...specs.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, specOf] = next;
      const spec = await specOf();
      await breathe(spec.signal);
      ends[index] = await runTableSearch(searches, spec);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return ends;
}

/** Lets the terminal and Ctrl-C have their turn between searches, which themselves never wait. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}
