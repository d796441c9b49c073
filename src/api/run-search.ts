// Runs a study whose parts are ready, new or resumed: keeps its trials, and at the end tests the selected design once and
// puts baselines beside it. It tells what happens by events, and prints nothing.
import { messageOf } from "../base/errors.ts";
import { counted, formatDuration } from "../base/units.ts";
import type { TestResult } from "../evaluators/evaluator.ts";
import { estimate, thinks } from "../llm/index.ts";
import { plannedEpochs } from "../runs/run-time.ts";
import { journalKey } from "../search/proposed-network.ts";
import { withOwnNumbers, withRace } from "../search/race/race.ts";
import { judgeRace } from "../search/race/verdict.ts";
import { withReference } from "../search/race/with-reference.ts";
import type { Strategy } from "../search/strategy.ts";
import { isEvaluated, isScored, type Trial } from "../search/trial.ts";
import { runBaselines } from "../study/baselines.ts";
import { type EndWatch, watchForEnd } from "../study/end-watch.ts";
import type { Journal } from "../study/journal.ts";
import { failureWords, type ResultLine, type StudyConfig } from "../study/journal-lines.ts";
import { followLive } from "../study/live-events.ts";
import type { LiveWriter } from "../study/live-file.ts";
import { withPerson } from "../study/person.ts";
import { type NotedTurn, turnInWords } from "../study/person-turn.ts";
import { runStudy, type Study, type StudyResult, testBest } from "../study/run-study.ts";
import type { Assembly } from "./assemble.ts";
import { baselinePlanOf } from "./baseline-plan.ts";
import { type ModelWatch, watchModel } from "./model-watch.ts";
import type { SearchEvent, SearchPlan } from "./search-events.ts";
import { type ModelSpent, resultOf, type SearchResult } from "./search-result.ts";
import { createSearchTimer, type SearchTime, type SearchTimer } from "./search-timer.ts";
import { startReference } from "./start.ts";

export interface SearchRun {
  readonly config: StudyConfig;
  readonly journal: Journal;
  readonly parts: Assembly;
  readonly recorded: readonly Trial[];
  /** What a person did in earlier sittings. */
  readonly turns: readonly NotedTurn[];
  /** What of its time was used, for a run by the clock. */
  readonly time: SearchTime;
  /** What the search is doing is written here, for the dashboard. */
  readonly liveFile: LiveWriter;
  readonly signal: AbortSignal;
  readonly tell: (event: SearchEvent) => void;
}

interface SearchEnd extends EndWatch {
  /** A trial was kept. */
  trial(trial: Trial): void;
}

export async function runSearch(run: SearchRun): Promise<SearchResult> {
  const { journal, parts } = run;
  const watch = watchModel(run);
  const { time, tell, liveFile } = run;
  const { space } = parts.domain;
  const clock = createSearchTimer(parts.race, { time, tell, liveFile, space: space.name });
  const end = endOf(run, clock);
  try {
    await tellPlan(run, clock);
    await end.look();
    const { study, noted } = studyOf(run, { watch, clock, end });
    const result = await runStudy(study);
    await end.close();
    await noted();
    await watch.end(result.trials);
    const ended =
      result.reason === "interrupted"
        ? await interrupted(run, result)
        : await finished(run, study, { result, clock });
    run.tell({ kind: "end", result: ended });
    return ended;
  } catch (thrown) {
    await watch.end().catch(() => {});
    run.tell({ kind: "note", about: "stopped", text: messageOf(thrown) });
    await journal.addNote({ about: "stopped", text: `${failureWords}${messageOf(thrown)}` }).catch(() => {});
    throw thrown;
  } finally {
    await end.close();
    await parts.close();
    await run.liveFile.close();
    await journal.close();
  }
}

/** What ends the search before it is through: a person, or a training that does not end in its time. */
function endOf({ journal, recorded, turns, tell }: SearchRun, clock: SearchTimer | undefined): SearchEnd {
  let hasBest = recorded.some(isScored);
  const watch = watchForEnd({
    folder: journal.folder,
    isAsked: turns.some(({ turn }) => turn.kind === "finish"),
    hasBest: () => hasBest,
    isOverdue: () => clock?.isOverdue() === true,
    note: ({ id, turn }) =>
      journal.addNote({ about: "person", text: turnInWords(turn), turn: { id, turn, trialNumber: 1 } }),
    onTrouble: (thrown) => tell({ kind: "note", about: "warning", text: messageOf(thrown) }),
  });
  return {
    ...watch,
    trial(trial) {
      hasBest ||= isScored(trial);
      void watch.look();
    },
  };
}

async function tellPlan(
  { config, journal, parts, recorded, tell }: SearchRun,
  clock: SearchTimer | undefined,
): Promise<void> {
  const { conversation, evaluator, domain } = parts;
  const epochs = plannedEpochs(evaluator.provenance);
  const estimated = recorded.length === 0 ? estimateOf(parts) : undefined;
  const baselines = baselinePlanOf(config);
  const plan: SearchPlan = {
    ...{ folder: journal.folder, config, space: domain.space, selectedOn: evaluator.selectedOn, recorded },
    ...(clock !== undefined && { clock: clock.plan }),
    ...(baselines !== undefined && { baselines }),
    ...(epochs !== undefined && evaluator.test !== undefined && { epochs }),
    ...(estimated !== undefined && { estimate: estimated }),
  };
  tell({ kind: "plan", plan });
  clock?.tellSearch();
  for (const text of evaluator.remarks ?? []) tell({ kind: "note", about: "data", text });
  for (const text of conversation?.warnings ?? []) tell({ kind: "note", about: "model", text });
  if (recorded.length > 0) return;
  for (const text of evaluator.remarks ?? []) await journal.addNote({ about: "data", text });
}

/** The study, and what resolves when all that it noted is in the journal. */
function studyOf(
  run: SearchRun,
  {
    watch,
    clock,
    end,
  }: { readonly watch: ModelWatch; readonly clock: SearchTimer | undefined; readonly end: SearchEnd },
): { readonly study: Study; readonly noted: () => Promise<void> } {
  const { config, journal, parts, recorded, tell } = run;
  const { domain } = parts;
  const follow = followLive(run.liveFile);
  let advised: Promise<void> | undefined;
  let callsTold = parts.conversation?.spent.calls;
  const study: Study = {
    domain,
    strategy: proposerOf(run),
    evaluator: parts.evaluator,
    isLookedUp: parts.isLookedUp,
    trials: clock === undefined ? config.trials : Number.POSITIVE_INFINITY,
    ...(clock !== undefined && { clock }),
    ending: end.signal,
    stopWhenDone: config.stopWhenDone ?? false,
    parallel: config.parallel,
    seed: config.seed,
    recorded,
    onAdvice(text) {
      advised = journal.addNote({ about: "advice", text });
      tell({ kind: "advice", text });
    },
    keep: (trial) => journal.addTrial(trial, journalKey(domain.space, trial.proposal)),
    onEvent(event) {
      const spent = spentOf(parts);
      if (spent !== undefined && spent.calls !== callsTold) tell({ kind: "spent", spent });
      callsTold = spent?.calls;
      follow.event(event);
      tell(event);
      if (event.kind !== "trial") return;
      watch.trial(event.trial);
      end.trial(event.trial);
      clock?.tellSearch();
    },
    signal: run.signal,
  };
  return { study, noted: async () => advised };
}

/** Who proposes: the strategy, the person beside it, and by the clock the race, which the designs of both run. */
function proposerOf(run: SearchRun): Strategy {
  const { strategy, race, domain } = run.parts;
  const { start } = run.config;
  if (race === undefined && start !== undefined)
    return withReference(personAside(run, withOwnNumbers(strategy)), startReference(domain, start));
  if (race === undefined) return personAside(run, strategy);
  return withRace(personAside(run, withOwnNumbers(strategy)), race);
}

/** The strategy, with the person who may take part through the run's inbox. */
function personAside({ parts, journal, turns, liveFile, tell }: SearchRun, strategy: Strategy): Strategy {
  return withPerson(strategy, {
    folder: journal.folder,
    domain: parts.domain,
    noted: turns,
    note: (turn) => {
      const { trialNumber } = turn;
      return journal.addNote({ about: "person", text: turnInWords(turn.turn), trialNumber, turn });
    },
    async refuse(why) {
      tell({ kind: "note", about: "warning", text: why });
      await journal.addNote({ about: "warning", text: why });
    },
    onHeld: (held) => liveFile.update(({ held: _, ...rest }) => ({ ...rest, ...(held && { held }) })),
  });
}

async function interrupted(run: SearchRun, result: StudyResult): Promise<SearchResult> {
  const done = result.trials.filter(isEvaluated).length;
  await run.journal.addNote({ about: "stopped", text: `interrupted after ${counted(done, "evaluation")}` });
  return ended(run, { ...result, reason: "interrupted" });
}

async function finished(
  run: SearchRun,
  study: Study,
  { result, clock }: { readonly result: StudyResult; readonly clock: SearchTimer | undefined },
): Promise<SearchResult> {
  const { journal, parts, tell, signal, time } = run;
  const { best, reason, trials } = result;
  if (reason === "interrupted") return interrupted(run, result);
  let test: TestResult | undefined;
  if (best !== undefined) {
    const follow = followLive(run.liveFile);
    const seconds = clock?.beginFinal(reason);
    follow.finalBegins(best.number, plannedEpochs(parts.evaluator.provenance)?.final);
    // Kept once, so that a resumed run knows what of it was used.
    if (seconds !== undefined && time.begun === undefined) {
      const text = `the final training of trial ${best.number} may take ${formatDuration(seconds * 1000)}`;
      await journal.addNote({ about: "final", text, trialNumber: best.number, seconds });
    }
    try {
      test = await testBest(study, best, {
        onEpoch(point) {
          follow.finalEpoch(best.number, point);
          tell({ kind: "final-epoch", number: best.number, point });
        },
        ...(seconds !== undefined && { seconds }),
      });
    } catch (thrown) {
      // Stopped in the final training: it continues from its last epoch when the run is resumed.
      if (!signal.aborted) throw thrown;
    }
    if (signal.aborted) return interrupted(run, result);
  }
  const isCompared = clock !== undefined || run.config.start !== undefined;
  const verdict = isCompared ? judgeRace(trials, parts.evaluator.recipe?.validationImages) : undefined;
  const baselines = parts.isLookedUp ? await runBaselines(study, trials) : [];
  for (const baseline of baselines) tell({ kind: "baseline", run: baseline });
  const line: Omit<ResultLine, "kind" | "time"> = {
    reason,
    best: best?.number ?? null,
    ...(test !== undefined && { testMetrics: test.metrics }),
    test: {
      ...(test === undefined && best && study.evaluator.placeOf?.(best.proposal.choices)),
      ...test?.detail,
      ...(test?.files && { files: test.files }),
    },
    ...(verdict !== undefined && { verdict }),
    ...(baselines.length > 0 && { baselines }),
  };
  await journal.addResult(line);
  return ended(run, result, line);
}

function ended(
  { journal, config, parts }: SearchRun,
  { reason, detail, trials }: StudyResult,
  result?: Omit<ResultLine, "kind" | "time">,
): SearchResult {
  return resultOf({
    ...{ folder: journal.folder, config, space: parts.domain.space, reason, detail, trials, result },
    selectedOn: parts.evaluator.selectedOn,
    provenance: parts.provenance,
    model: spentOf(parts),
  });
}

export function spentOf({ conversation }: Pick<Assembly, "conversation">): ModelSpent | undefined {
  return conversation && { model: conversation.model, ...conversation.spent };
}

/** What the model will cost, before it is asked anything. */
function estimateOf({ strategy, conversation }: Assembly): SearchPlan["estimate"] {
  const plan = strategy.modelPlan?.();
  if (plan === undefined || conversation === undefined) return undefined;
  const { inputTokens, outputTokens, usd } = estimate({
    ...plan,
    price: conversation.price,
    thinks: thinks(conversation.model),
  });
  return { model: conversation.model, calls: plan.calls, inputTokens, outputTokens, usd };
}
