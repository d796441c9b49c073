// A run in a row of a list: what was asked, what was found, what was spent, how it stands.
import type { JsonObject } from "../base/json.ts";
import type { Limits } from "../search/space.ts";
import { bestOf, isEvaluated } from "../search/trial.ts";
import type { FollowedRun, RunState } from "./followed-run.ts";

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
  readonly best?: BestDesign;
  readonly testAccuracy01?: number;
  readonly spent: RunSpending;
}

export interface BestDesign {
  readonly trial: number;
  readonly key: string;
  readonly accuracy01: number;
  readonly paramCount: number;
  readonly macCount: number;
}

export interface RunSpending {
  readonly evaluationMs: number;
  readonly elapsedMs: number;
  readonly epochs: number;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd?: number;
  readonly replayed: boolean;
}

interface Known {
  readonly at: string;
  readonly summary: RunSummary;
}
const known = new WeakMap<FollowedRun, Known>();

/** The summary as of the last `refresh`; the same object while nothing has changed. */
export function summaryOf(run: FollowedRun): RunSummary {
  const at = [
    run.generation,
    run.trials.length,
    run.calls.length,
    run.notes.length,
    run.state,
    run.result?.time,
  ].join();
  const earlier = known.get(run);
  if (earlier?.at === at) return earlier.summary;
  const summary = summarise(run);
  known.set(run, { at, summary });
  return summary;
}

function summarise(run: FollowedRun): RunSummary {
  const { header, trials, notes, result, problem } = run;
  const config = header?.config;
  const named = result?.best == null ? undefined : run.trialOf(result.best)?.trial;
  const selected = named?.outcome.kind === "scored" ? named : bestOf(trials.map(({ trial }) => trial));
  const changedAt = [header?.time, trials.at(-1)?.time, notes.at(-1)?.time, result?.time].reduce<string>(
    (latest, time) => (time !== undefined && time > latest ? time : latest),
    "",
  );
  return {
    id: run.id,
    folder: run.folder,
    state: run.state,
    ...(problem !== undefined && { problem }),
    dataset: config?.dataset ?? "",
    space: config?.space ?? "",
    strategy: config?.strategy ?? "",
    evaluator: config?.evaluator ?? "",
    ...(config?.model !== undefined && { model: config.model }),
    seed: config?.seed ?? 0,
    startedAt: header?.time ?? "",
    changedAt,
    budget: config?.trials ?? 0,
    evaluations: trials.reduce((count, { trial }) => count + (isEvaluated(trial) ? 1 : 0), 0),
    proposals: trials.reduce(
      (count, { trial }) => count + (trial.proposal.nominalAccuracy01 === undefined ? 1 : 0),
      0,
    ),
    limits: (config?.limits ?? {}) as Limits,
    selectedOn: evaluatorOf(run).selectedOn === "test" ? "test" : "validation",
    ...(selected?.outcome.kind === "scored" && {
      best: {
        trial: selected.number,
        key: run.trialOf(selected.number)?.key ?? "",
        accuracy01: selected.outcome.accuracy01,
        ...selected.cost,
      },
    }),
    ...(result?.testAccuracy01 !== undefined && { testAccuracy01: result.testAccuracy01 }),
    spent: spendingOf(run, changedAt),
  };
}

/** What the evaluator said of itself in the journal's header. */
export function evaluatorOf({ header }: FollowedRun): JsonObject {
  const evaluator = header?.provenance.evaluator;
  return typeof evaluator === "object" && evaluator !== null && !Array.isArray(evaluator)
    ? (evaluator as JsonObject)
    : {};
}

function spendingOf({ header, trials, calls }: FollowedRun, changedAt: string): RunSpending {
  let [evaluationMs, epochs] = [0, 0];
  for (const { trial } of trials) {
    evaluationMs += trial.outcome.spent.milliseconds;
    epochs += trial.outcome.spent.epochs ?? 0;
  }
  let [requests, inputTokens, outputTokens, usd] = [0, 0, 0, 0];
  let isPriced = calls.length > 0;
  for (const { exchanges } of calls) {
    for (const exchange of exchanges) {
      requests += 1;
      inputTokens += exchange.usage.inputTokens;
      outputTokens += exchange.usage.outputTokens;
      if (exchange.usd === undefined) isPriced = false;
      else usd += exchange.usd;
    }
  }
  const elapsedMs = Date.parse(changedAt) - Date.parse(header?.time ?? "");
  return {
    evaluationMs,
    elapsedMs: Number.isFinite(elapsedMs) && elapsedMs > 0 ? elapsedMs : 0,
    epochs,
    calls: requests,
    inputTokens,
    outputTokens,
    ...(isPriced && { usd }),
    replayed: header?.config.model?.startsWith("replay/") === true,
  };
}
