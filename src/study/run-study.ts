// The loop: propose, evaluate, observe. The only place where a strategy meets an evaluator.
//
// It is the same study whatever the order of completion: trial k is proposed when exactly the trials up to
// k - parallel have been observed, in order of their number. So a resumed study continues as if nothing had
// happened: recorded trials are observed instead of being evaluated again. (docs/decisions/002)

import { GeniusError, isAbort, messageOf } from "../base/errors.ts";
import { asError, namingForeignCode } from "../base/foreign-code.ts";
import { createRandom } from "../base/random.ts";
import type { EvaluationRequest, Evaluator, TestResult } from "../evaluators/evaluator.ts";
import { canonicalKey } from "../graph/canonical.ts";
import { networkCost } from "../graph/cost.ts";
import type { Network } from "../graph/network.ts";
import { valueOfScore } from "../metrics/index.ts";
import { keyOf } from "../search/choices.ts";
import { networkViolations } from "../search/constraints/create-domain.ts";
import type { Domain, RecordedCost } from "../search/constraints/domain.ts";
import { limitedMemory, recordedCost } from "../search/constraints/memory.ts";
import { networkOf } from "../search/proposed-network.ts";
import type { Space } from "../search/space.ts";
import type { Strategy } from "../search/strategy.ts";
import {
  bestOf,
  type EpochPoint,
  type Fidelity,
  isEvaluated,
  type Outcome,
  type Proposal,
  type ScoredTrial,
  type Trial,
} from "../search/trial.ts";
import { checkEvaluation, checkProposal, checkTestResult } from "./check-results.ts";
import { createCrashCheck } from "./persistent-crashes.ts";
import { scoreOutcome, selectionMetric } from "./score-outcome.ts";
import { adviseStop, stopWords } from "./stop-advice.ts";

export interface Study {
  readonly domain: Domain;
  readonly strategy: Strategy;
  readonly evaluator: Evaluator;
  /** Evaluations to spend. Proposals that were never evaluated (infeasible, repeated, unreadable) cost none. */
  readonly trials: number;
  /** Of a study by the clock, which continues until the strategy has nothing more to propose in the time that is left. */
  readonly clock?: StudyClock;
  /** Aborted, with why as its reason, the search ends at once: what is being evaluated is dropped. */
  readonly ending?: AbortSignal;
  /** Whether to end before, once further evaluations no longer pay. */
  readonly stopWhenDone?: boolean;
  /** Told once, in words, when further evaluations no longer pay. */
  readonly onAdvice?: (words: string) => void;
  /** Outcomes are looked up or computed, so that crashes are findings about designs, however many come first. */
  readonly isLookedUp?: boolean;
  /** Evaluations at once. */
  readonly parallel: number;
  readonly seed: number;
  /** Trials of the same study that were finished earlier. */
  readonly recorded?: readonly Trial[];
  /** Resolves when the trial is safely kept. */
  readonly keep?: (trial: Trial) => Promise<void>;
  readonly onEvent?: (event: StudyEvent) => void;
  readonly signal?: AbortSignal;
}

/** What a study by the clock asks of it. */
export interface StudyClock {
  /** Wall seconds until the search has to end; negative after that. */
  searchSecondsLeft(): number;
}

/** Why a search was ended before its time, as the reason of an abort. */
export type EndedEarly = "time-spent" | "ended-by-person";

export type StudyEvent =
  | { readonly kind: "proposing"; readonly number: number }
  | {
      readonly kind: "evaluating";
      readonly number: number;
      readonly proposal: Proposal;
      readonly cost: RecordedCost;
    }
  | { readonly kind: "epoch"; readonly number: number; readonly point: EpochPoint }
  | { readonly kind: "trial"; readonly trial: Trial };

export interface StudyResult {
  readonly reason:
    | "trials-spent"
    | "time-spent"
    | "ended-by-person"
    | "no-longer-pays"
    | "space-exhausted"
    | "budget-spent"
    | "conversation-ended"
    | "interrupted";
  /** In order of number. */
  readonly trials: readonly Trial[];
  readonly best: ScoredTrial | undefined;
  /** In words, when there is more to say about the reason. */
  readonly detail?: string;
}

/** Proposals in a row that could not be evaluated after which a study ends: the strategy is stuck. */
const patience = 100;

/**
 * Runs a study until its trials or its time are spent, further ones no longer pay (if asked), nothing is left to try, a model's
 * budget is spent, or `ending` or `signal` aborts.
 * @throws whatever a strategy, an evaluator or `keep` throws, and GeniusError `training-failed` when every evaluation crashes
 *   from the beginning; trials that were kept stay kept.
 */
export async function runStudy(study: Study): Promise<StudyResult> {
  const { strategy, parallel, trials: budget } = study;
  const recorded = new Map(study.recorded?.map((trial) => [trial.number, trial]));
  const stop = new AbortController();
  const signal = AbortSignal.any(
    [stop.signal, study.signal, study.ending].filter((each) => each !== undefined),
  );
  const running = new Map<number, { proposal: Proposal; trial: Promise<Trial> }>();
  const observed: Trial[] = [];
  const evaluatedKeys = new Set<string>();
  let used = 0;
  let unusedInARow = 0;
  let isAdvised = false;
  const refusePersistentCrashes = createCrashCheck(study.recorded);

  const observeNext = async () => {
    const number = observed.length + 1;
    const trial = await running.get(number)!.trial;
    if (signal.aborted && !recorded.has(number) && isCancelled(trial)) throw new Interrupted();
    running.delete(number);
    observed.push(trial);
    try {
      strategy.observe(trial);
    } catch (thrown) {
      throw asError("The strategy", thrown);
    }
    const spent = isEvaluated(trial);
    used += spent ? 1 : 0;
    unusedInARow = spent ? 0 : unusedInARow + 1;
    if (!recorded.has(number) && study.isLookedUp !== true) refusePersistentCrashes(trial);
  };
  const finish = async (reason: StudyResult["reason"], detail?: string): Promise<StudyResult> => {
    while (running.size > 0) await observeNext();
    return { reason, trials: observed, best: bestOf(observed), ...(detail === undefined ? {} : { detail }) };
  };

  try {
    for (let number = 1; ; number += 1) {
      while (observed.length < number - parallel) await observeNext();
      while (used + running.size >= budget && running.size > 0) await observeNext();
      if (used >= budget) return await finish("trials-spent");
      if (unusedInARow >= patience) {
        return await finish("space-exhausted", `the last ${patience} proposals could not be evaluated`);
      }
      const known = recorded.get(number);
      if (known !== undefined) {
        if (isEvaluated(known)) evaluatedKeys.add(designKey(study.domain.space, known.proposal));
        running.set(number, { proposal: known.proposal, trial: Promise.resolve(known) });
        continue;
      }
      if (signal.aborted) throw new Interrupted();
      const metric = selectionMetric(study.evaluator);
      const advice = study.clock === undefined ? adviseStop(observed, metric) : undefined;
      if (advice?.isDone && !isAdvised) {
        const words = stopWords(advice, observed, metric);
        isAdvised = true;
        study.onAdvice?.(words);
        if (study.stopWhenDone) return await finish("no-longer-pays", words);
      }
      let proposal = await propose(study, number, running, signal);
      while (proposal === undefined && running.size > 0) {
        await observeNext();
        proposal = await propose(study, number, running, signal);
      }
      if (proposal === undefined)
        return await finish(study.clock === undefined ? "space-exhausted" : "time-spent");
      running.set(number, {
        proposal,
        trial: start(study, { number, proposal, evaluatedKeys, observed, signal }),
      });
      // A failure is met when the trial is observed; until then it must not count as unhandled.
      running.get(number)!.trial.catch(() => {});
    }
  } catch (thrown) {
    if (thrown instanceof GeniusError && thrown.code === "budget-exhausted") {
      return finish("budget-spent", thrown.message);
    }
    if (thrown instanceof GeniusError && thrown.code === "conversation-ended") {
      return finish("conversation-ended", "the recorded conversation ends here");
    }
    if (thrown instanceof GeniusError && thrown.code === "model-unusable") {
      // What is being evaluated is paid for: it is kept, and a resumed study knows it.
      while (running.size > 0) await observeNext();
      throw thrown;
    }
    stop.abort();
    const settled = await Promise.allSettled([...running.values()].map((entry) => entry.trial));
    const isAsked = study.signal?.aborted || study.ending?.aborted;
    if (!(thrown instanceof Interrupted) && !(isAsked && isAbort(thrown))) throw namingForeignCode(thrown);
    const late = settled.flatMap((entry) =>
      entry.status === "fulfilled" && !isCancelled(entry.value) ? [entry.value] : [],
    );
    const trials = [...observed, ...late].sort((a, b) => a.number - b.number);
    const reason = study.signal?.aborted ? "interrupted" : (study.ending?.reason as EndedEarly);
    return { reason, trials, best: bestOf(trials) };
  }
}

class Interrupted extends Error {}

const isCancelled = ({ outcome }: Trial) => outcome.kind === "failed" && outcome.reason === "cancelled";
/** The same for two proposals that would repeat an evaluation: of one network, as far as its space says; a text's by its graph. */
const designKey = ({ networks }: Space, { choices, network, fidelity, repeat = 0 }: Proposal) =>
  JSON.stringify([
    network === undefined ? (networks?.keyOf(choices) ?? choices) : canonicalKey(network),
    fidelity,
    repeat,
  ]);

/**
 * The seed of a training follows from the study's seed, the design, its fidelity and the repeat, and not from the trial's
 * number: the same design gives the same result in two searches.
 */
function trainingSeed(
  { seed, domain: { space }, evaluator }: Study,
  { choices, network, fidelity, repeat = 0 }: Pick<Proposal, "choices" | "network" | "fidelity" | "repeat">,
): number {
  const { epochs, imageSize, dataFraction01 } = { ...evaluator.fidelity.full, ...fidelity };
  const design =
    network === undefined
      ? (space.tableKey?.(choices) ?? keyOf(space, choices))
      : JSON.stringify(network.nodes);
  // Not the seconds: a longer training by the clock continues the shorter.
  const setting = JSON.stringify([epochs ?? null, imageSize ?? null, dataFraction01 ?? null]);
  return createRandom(seed, "evaluation", design, setting, repeat).integer(0x7fff_ffff);
}

async function propose(
  study: Study,
  number: number,
  running: ReadonlyMap<number, { proposal: Proposal }>,
  signal: AbortSignal,
): Promise<Proposal | undefined> {
  study.onEvent?.({ kind: "proposing", number });
  const context = {
    trialNumber: number,
    random: createRandom(study.seed, "trial", number),
    pending: [...running.values()].map((entry) => entry.proposal),
    ...(study.clock !== undefined && { secondsLeft: study.clock.searchSecondsLeft() }),
    signal,
  };
  const propose = async () => study.strategy.propose(context);
  const proposal = await propose().catch((thrown: unknown) => {
    throw asError("The strategy", thrown);
  });
  if (proposal === undefined) return undefined;
  const checked = checkProposal(proposal, study.domain.space);
  if (study.evaluator.keepsWeights === true || checked.inherits === undefined) return checked;
  const { inherits: _, ...fresh } = checked;
  return fresh;
}

interface Start {
  readonly number: number;
  readonly proposal: Proposal;
  readonly evaluatedKeys: Set<string>;
  readonly observed: readonly Trial[];
  readonly signal: AbortSignal;
}

async function start(
  study: Study,
  { number, proposal, evaluatedKeys, observed, signal }: Start,
): Promise<Trial> {
  const { domain, evaluator, onEvent } = study;
  const cost = costOf(domain, proposal);
  const verdict = verdictWithoutEvaluation(study, proposal, evaluatedKeys);
  let outcome = verdict;
  if (outcome === undefined) {
    evaluatedKeys.add(designKey(domain.space, proposal));
    onEvent?.({ kind: "evaluating", number, proposal, cost });
    const startedAt = performance.now();
    const parent =
      proposal.inherits === undefined
        ? undefined
        : observed.find((trial) => trial.number === proposal.inherits);
    let network: Network | undefined;
    const request: EvaluationRequest = {
      trialNumber: number,
      proposal,
      // Made for those who look at it, which a table does not.
      get network() {
        network ??= networkOf(domain.space, proposal);
        return network;
      },
      ...(parent !== undefined && { parent: networkOf(domain.space, parent.proposal) }),
      fidelity: fidelityOf(evaluator, proposal),
      seed: trainingSeed(study, proposal),
      signal,
      onEpoch: (point) => onEvent?.({ kind: "epoch", number, point }),
    };
    const evaluate = async () => evaluator.evaluate(request);
    const evaluation = await evaluate().catch((thrown: unknown) => {
      throw asError("The evaluator", thrown);
    });
    outcome = scoreOutcome(
      checkEvaluation(evaluation, performance.now() - startedAt),
      selectionMetric(evaluator),
    );
  }
  const trial: Trial = { number, proposal, outcome, cost };
  if (isCancelled(trial)) return trial;
  await study.keep?.(trial);
  onEvent?.({ kind: "trial", trial });
  return trial;
}

function costOf(domain: Domain, { choices, network, unreadable }: Proposal): RecordedCost {
  if (unreadable !== undefined) return { paramCount: 0, macCount: 0 };
  if (network === undefined) return recordedCost(domain, choices);
  const { paramCount, macCount } = networkCost(network);
  return { paramCount, macCount, ...limitedMemory(network, domain.limits) };
}

/** A training by the clock has no number of epochs. */
function fidelityOf({ fidelity: { full } }: Evaluator, { fidelity }: Proposal): Fidelity {
  if (fidelity.seconds === undefined) return { ...full, ...fidelity };
  const { epochs: _, ...rest } = full;
  return { ...rest, ...fidelity };
}

/** What is known about a proposal before anything is spent on it. */
function verdictWithoutEvaluation(
  { domain, evaluator }: Study,
  proposal: Proposal,
  evaluatedKeys: ReadonlySet<string>,
): Outcome | undefined {
  const spent = { milliseconds: 0 };
  if (proposal.unreadable !== undefined) {
    return { kind: "failed", reason: "unreadable", detail: proposal.unreadable, spent };
  }
  if (proposal.nominalScore !== undefined) {
    const metric = selectionMetric(evaluator);
    return {
      kind: "scored",
      score: proposal.nominalScore,
      metrics: { [metric.name]: valueOfScore(metric, proposal.nominalScore) },
      remark: "made up: the start of the search",
      spent,
    };
  }
  if (evaluator.ownVerdicts) return undefined;
  const violations =
    proposal.network === undefined
      ? domain.violations(proposal.choices)
      : proposal.comparedOnly
        ? []
        : networkViolations(proposal.network, domain.limits);
  if (violations.length > 0) return { kind: "infeasible", violations, spent };
  if (evaluatedKeys.has(designKey(domain.space, proposal))) {
    return { kind: "failed", reason: "duplicate", detail: "this design was evaluated before", spent };
  }
  return undefined;
}

export interface FinalTraining {
  readonly onEpoch?: (point: EpochPoint) => void;
  /** Of a study by the clock: the wall time until all is done – training, test and files. */
  readonly seconds?: number;
}

/** The metrics of a finished study's best design on the test data, measured once; undefined where there is none. */
export async function testBest(
  study: Study,
  best: ScoredTrial,
  { onEpoch, seconds }: FinalTraining = {},
): Promise<TestResult | undefined> {
  try {
    const measured = await study.evaluator.test?.({
      trialNumber: best.number,
      proposal: best.proposal,
      network: networkOf(study.domain.space, best.proposal),
      fidelity: seconds === undefined ? study.evaluator.fidelity.full : { seconds },
      seed: trainingSeed(study, { ...best.proposal, fidelity: {} }),
      signal: study.signal ?? new AbortController().signal,
      ...(onEpoch !== undefined && { onEpoch }),
    });
    return measured === undefined ? undefined : checkTestResult(measured);
  } catch (caught) {
    const thrown = namingForeignCode(caught);
    if (thrown instanceof GeniusError) throw thrown;
    throw new GeniusError(
      "training-failed",
      `The selected design could not be tested: ${messageOf(thrown)}`,
      { cause: thrown },
    );
  }
}
