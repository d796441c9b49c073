// A run in a row of a list: what was asked, what was found, what was spent, how it stands.
import { accuracy, type Metric, metricOf, scoreOf } from "../metrics/index.ts";
import { type RunVerdict, runVerdict } from "../report/index.ts";
import type { Limits } from "../search/space.ts";
import { besideSearches } from "../study/baseline-search-words.ts";
import { chanceOfRun } from "../study/chance.ts";
import { evaluatorFacts, type JournalState, spaceNameOf } from "../study/fold.ts";
import { type Headline, headlineOfRun } from "../study/headline.ts";
import { raceOfRun } from "../study/race-words.ts";
import { type Spending, spendingOf } from "../study/spending.ts";
import { timeOfJournal } from "./run-time.ts";
import type { RunState, RunView } from "./run-view.ts";

export interface RunSummary {
  readonly id: string;
  readonly folder: string;
  readonly state: RunState;
  readonly problem?: string;
  readonly dataset: string;
  readonly space: string;
  readonly strategy: string;
  readonly evaluator: string;
  readonly model?: string;
  readonly seed: number;
  readonly startedAt: string;
  readonly changedAt: string;
  readonly budget: number;
  readonly evaluations: number;
  readonly proposals: number;
  readonly limits: Limits;
  readonly selectedOn: "validation" | "test";
  /** What designs are selected on. */
  readonly metric: Metric;
  readonly best?: BestDesign;
  readonly testScore?: number;
  /** How good the best is, in words. */
  readonly headline?: Headline;
  /** Why the best is no result, where it is at chance level. */
  readonly chance?: string;
  /** Sentences that compare it: with the best hand-designed network, and with searches that were as long. */
  readonly beside?: readonly string[];
  /** Whether the search found anything, beside hand-designed networks or chance; absent while nothing was scored. */
  readonly verdict?: RunVerdict;
  /** When a running search will end, as far as its journal tells. */
  readonly endsAt?: string;
  /** When the search ended with a result. */
  readonly endedAt?: string;
  /** Minutes asked for, of a run by the clock. */
  readonly minutes?: number;
  readonly spent: RunSpending;
}

export interface BestDesign {
  readonly trial: number;
  readonly key: string;
  readonly score: number;
  readonly paramCount: number;
  readonly macCount: number;
  readonly ramBytes?: number;
  readonly flashBytes?: number;
}

export type RunSpending = Omit<Spending, "evaluations" | "proposals" | "usd"> & { readonly usd?: number };

interface Known {
  readonly at: readonly unknown[];
  readonly summary: RunSummary;
}
const known = new WeakMap<RunView, Known>();

/** The summary as of the last `refresh`; the same object while nothing has changed. */
export function summaryOf(run: RunView): RunSummary {
  const at = [run.journal, run.calls, run.calls.length, run.state, run.problem];
  const earlier = known.get(run);
  if (earlier?.at.every((value, index) => value === at[index])) return earlier.summary;
  const summary = summarise(run);
  known.set(run, { at, summary });
  return summary;
}

function endOf(journal: JournalState, state: RunState): Pick<RunSummary, "endsAt"> {
  if (state !== "running" || journal.result !== undefined) return {};
  const leftMs = timeOfJournal(journal)?.leftMs;
  const at = Date.parse(journal.changedAt);
  return leftMs === undefined || Number.isNaN(at) ? {} : { endsAt: new Date(at + leftMs).toISOString() };
}

function summarise({ id, folder, journal, calls, state, problem }: RunView): RunSummary {
  const { header, result, selected, changedAt } = journal;
  const config = header?.config;
  const metric = config?.metric ?? metricOf(accuracy);
  const tested = result?.testMetrics?.[metric.name];
  const chance = chanceOfRun(journal);
  const beside = [
    ...(raceOfRun(journal) ?? []),
    ...(config === undefined ? [] : besideSearches({ ...journal, config })).map(({ words }) => words),
  ];
  const headline = headlineOfRun(journal);
  const verdict = runVerdict(journal);
  const { evaluations, proposals, usd, ...spent } = spendingOf(journal, calls);
  return {
    id,
    folder,
    state,
    ...(problem !== undefined && { problem }),
    dataset: config?.dataset ?? "",
    space: spaceNameOf(journal),
    strategy: config?.strategy ?? "",
    evaluator: config?.evaluator ?? "",
    ...(config?.model !== undefined && { model: config.model }),
    seed: config?.seed ?? 0,
    startedAt: header?.time ?? "",
    changedAt,
    budget: config?.trials ?? 0,
    evaluations,
    proposals,
    limits: (config?.limits ?? {}) as Limits,
    selectedOn: evaluatorFacts(journal).selectedOn,
    metric,
    ...(selected !== undefined && {
      best: {
        trial: selected.number,
        key: journal.rowOf.get(selected.number)?.key ?? "",
        score: selected.outcome.score,
        ...selected.cost,
      },
    }),
    ...(headline !== undefined && { headline }),
    ...(chance !== undefined && { chance }),
    ...(beside.length > 0 && { beside }),
    ...(verdict !== undefined && { verdict }),
    ...endOf(journal, state),
    ...(result !== undefined && { endedAt: result.time }),
    ...(config?.minutes !== undefined && { minutes: config.minutes }),
    ...(tested !== undefined && { testScore: scoreOf(metric, tested) }),
    spent: { ...spent, ...(usd !== undefined && { usd }) },
  };
}
