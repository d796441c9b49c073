// Runs a study whose parts are ready, new or resumed: shows it, keeps its trials, and at the end tests the selected
// design once, puts honest baselines beside it, and says what to do next.
import { styleText } from "node:util";
import type { Assembly } from "../api/assemble.ts";
import { messageOf } from "../base/errors.ts";
import { formatCount, formatPercent } from "../base/units.ts";
import type { Terminal } from "../command/command.ts";
import type { TestResult } from "../evaluators/evaluator.ts";
import { estimate } from "../llm/index.ts";
import { keyOf, toDigits } from "../search/choices.ts";
import { type EpochPoint, isEvaluated, type Trial } from "../search/trial.ts";
import { type BaselineRun, baselineWords, runBaselines } from "../study/baselines.ts";
import { followLive } from "../study/follow.ts";
import type { Journal } from "../study/journal.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { failureWords } from "../study/journal-lines.ts";
import type { LiveWriter } from "../study/live-file.ts";
import { withPerson } from "../study/person.ts";
import { type NotedTurn, turnInWords } from "../study/person-turn.ts";
import { runStudy, type Study, type StudyResult, testBest } from "../study/run-study.ts";
import { startLive } from "./live.ts";
import { createProgress } from "./progress.ts";

export interface SearchRun {
  readonly config: StudyConfig;
  readonly journal: Journal;
  readonly parts: Assembly;
  readonly recorded: readonly Trial[];
  /** What the person did in earlier sittings. */
  readonly turns: readonly NotedTurn[];
  /** What the search is doing is written here, for whoever looks on. */
  readonly liveFile: LiveWriter;
  readonly json: boolean;
  readonly terminal: Terminal;
}

/** @returns the exit code: 0 when the study is finished, 130 when it was interrupted. */
export async function runSearch(run: SearchRun): Promise<number> {
  const { config, journal, parts, terminal, recorded } = run;
  const { domain, conversation } = parts;
  const progress = createProgress(
    {
      title: titleOf(run),
      space: domain.space,
      trials: config.trials,
      selectedOn: parts.evaluator.selectedOn,
      spent: () => (conversation === undefined ? "" : spentWords(conversation.spent)),
      clock: () => performance.now(),
    },
    recorded,
  );
  if (!terminal.isInteractive) terminal.error(`${titleOf(run)}\n`);
  const remarks = [...(parts.evaluator.remarks ?? []), ...(conversation?.warnings ?? [])];
  for (const text of remarks) terminal.error(`Note: ${text}\n`);
  if (recorded.length === 0) {
    const estimated = estimateWords(parts);
    if (estimated !== undefined) terminal.error(`${estimated}\n`);
    for (const text of parts.evaluator.remarks ?? []) await journal.addNote({ about: "data", text });
  }
  const live = await startLive({ terminal, progress, space: domain.space, json: run.json });
  const follow = followLive(run.liveFile);
  let advised: Promise<void> | undefined;
  const study: Study = {
    domain,
    strategy: personAside(run),
    evaluator: parts.evaluator,
    trials: config.trials,
    stopWhenDone: config.stopWhenDone ?? false,
    parallel: config.parallel,
    seed: config.seed,
    recorded,
    onAdvice(words) {
      advised = journal.addNote({ about: "advice", text: words });
      if (!terminal.isInteractive) terminal.error(`${words}\n`);
    },
    keep: (trial) =>
      journal.addTrial(trial, trial.proposal.unreadable ? "" : keyOf(domain.space, trial.proposal.choices)),
    onEvent(event) {
      live.event(event);
      follow.event(event);
    },
    signal: terminal.signal,
  };
  try {
    let result: StudyResult;
    try {
      result = await runStudy(study);
    } finally {
      live.end();
    }
    await advised;
    if (result.reason === "interrupted") return await interrupted(run, result);
    return await finished(run, study, { ...result, reason: result.reason });
  } catch (thrown) {
    terminal.error(`Stopped. Finished trials are kept: genius resume ${journal.folder}\n`);
    await journal.addNote({ about: "stopped", text: `${failureWords}${messageOf(thrown)}` }).catch(() => {});
    throw thrown;
  } finally {
    await parts.close();
    await run.liveFile.close();
    await journal.close();
  }
}

/** The strategy, with the person who may take part through the run's inbox. */
function personAside({ parts, journal, turns, liveFile, terminal }: SearchRun) {
  return withPerson(parts.strategy, {
    folder: journal.folder,
    domain: parts.domain,
    noted: turns,
    note: (turn) => {
      const { trialNumber } = turn;
      return journal.addNote({ about: "person", text: turnInWords(turn.turn), trialNumber, turn });
    },
    async refuse(why) {
      terminal.error(`${why}\n`);
      await journal.addNote({ about: "warning", text: why });
    },
    onHeld: (held) => liveFile.update(({ held: _, ...rest }) => ({ ...rest, ...(held && { held }) })),
  });
}

/** Tells of the final training, which is the longest of all: on a terminal in place, elsewhere now and then. */
function finalProgress({ terminal, liveFile }: SearchRun, number: number): (point: EpochPoint) => void {
  const follow = followLive(liveFile);
  let first = true;
  return (point) => {
    const { epoch, validationAccuracy01 } = point;
    follow.finalEpoch(number, point);
    if (first) terminal.error("Training the selected design at full length…\n");
    first = false;
    const line = `epoch ${epoch}: validation ${formatPercent(validationAccuracy01)}`;
    if (terminal.isInteractive) terminal.error(`\r${line} `);
    else if (epoch % 5 === 0) terminal.error(`${line}\n`);
  };
}

async function interrupted({ journal, terminal }: SearchRun, result: StudyResult): Promise<number> {
  const done = result.trials.filter(isEvaluated).length;
  await journal.addNote({ about: "stopped", text: `interrupted after ${done} evaluations` });
  terminal.error(
    `\nStopped after ${done} evaluations; nothing is lost. Go on with: genius resume ${journal.folder}\n`,
  );
  return 130;
}

type Finished = StudyResult & { readonly reason: Exclude<StudyResult["reason"], "interrupted"> };

async function finished(run: SearchRun, study: Study, result: Finished): Promise<number> {
  const { journal, terminal } = run;
  const { best } = result;
  let test: TestResult | undefined;
  if (best !== undefined) {
    try {
      test = await testBest(study, best, finalProgress(run, best.number));
    } catch (thrown) {
      // Ctrl-C in the final training: it goes on from its last epoch when the run is resumed.
      if (!terminal.signal.aborted) throw thrown;
    }
    if (terminal.signal.aborted) return interrupted(run, result);
  }
  const baselines = await runBaselines(study, result.trials);
  await journal.addResult({
    reason: result.reason,
    best: best?.number ?? null,
    ...(test !== undefined && { testAccuracy01: test.accuracy01 }),
    test: { ...test?.detail, ...(test?.files && { files: test.files }) },
    ...(baselines.length > 0 && { baselines }),
  });
  if (run.json) terminal.out(`${JSON.stringify(jsonResult(run, result, test, baselines))}\n`);
  terminal.error(`\n${summary(run, result, test).join("\n")}\n`);
  if (best !== undefined) terminal.error(`${baselineLines(baselines, best.outcome.accuracy01).join("\n")}\n`);
  terminal.error(`\nLook at it: genius report ${journal.folder}\n`);
  return 0;
}

/** Baselines in words, or what to run when there are none: a training is too dear to repeat unasked. */
function baselineLines(baselines: readonly BaselineRun[], accuracy01: number): string[] {
  if (baselines.length > 0)
    return [`Beside it, at the same evaluations:`, ...baselineWords(baselines, accuracy01)];
  return [
    "Beside it: nothing yet. To see whether the search was better than chance, run it again with --strategy random",
    "and with --strategy largest-first, and compare them: genius report DIR DIR DIR",
  ];
}

function jsonResult(
  { journal, parts }: SearchRun,
  result: Finished,
  test: TestResult | undefined,
  baselines: readonly BaselineRun[],
) {
  const { best } = result;
  const { space } = parts.domain;
  return {
    event: "result",
    reason: result.reason,
    folder: journal.folder,
    evaluations: result.trials.filter(isEvaluated).length,
    selectedOn: parts.evaluator.selectedOn,
    best:
      best === undefined
        ? null
        : {
            trial: best.number,
            choices: toDigits(space, best.proposal.choices),
            key: keyOf(space, best.proposal.choices),
            accuracy01: best.outcome.accuracy01,
            ...best.cost,
          },
    testAccuracy01: test?.accuracy01 ?? null,
    test: test?.detail ?? {},
    files: test?.files ?? [],
    spent: parts.conversation?.spent ?? null,
    baselines,
  };
}

function summary({ parts, journal }: SearchRun, result: Finished, test: TestResult | undefined): string[] {
  const { best } = result;
  if (best === undefined) return ["No design could be scored."];
  const { space } = parts.domain;
  const onTest = parts.evaluator.selectedOn === "test";
  const lines = [
    styleText(
      "bold",
      `Best: ${keyOf(space, best.proposal.choices)} – trial ${best.number}, ${formatCount(best.cost.paramCount)} parameters, ${formatCount(best.cost.macCount)} MACs`,
    ),
    onTest
      ? `  ${formatPercent(best.outcome.accuracy01)} – this table has test figures only, so the design was selected on test`
      : `  validation ${formatPercent(best.outcome.accuracy01)}${test === undefined ? "" : `, test ${formatPercent(test.accuracy01)}`}`,
  ];
  const rank = test?.detail?.rank;
  if (typeof rank === "number")
    lines.push(`  rank ${rank} of the ${test?.detail?.designs} designs in the table`);
  if (test?.files !== undefined) lines.push(`  written to ${journal.folder}: ${test.files.join(", ")}`);
  if (result.detail !== undefined) lines.push(`  ended early: ${result.detail}`);
  if (parts.conversation !== undefined)
    lines.push(`  model ${parts.conversation.model}: ${spentWords(parts.conversation.spent)}`);
  return lines;
}

function spentWords(spent: {
  calls: number;
  inputTokens: number;
  outputTokens: number;
  usd: number;
}): string {
  const money = spent.usd > 0 ? ` · $${spent.usd.toFixed(spent.usd < 1 ? 4 : 2)}` : "";
  return `${spent.calls} calls · ${formatCount(spent.inputTokens)} tokens in, ${formatCount(spent.outputTokens)} out${money}`;
}

/** What the model will about cost, before it is asked anything. */
function estimateWords({ strategy, conversation }: Assembly): string | undefined {
  const plan = strategy.modelPlan?.();
  if (plan === undefined || conversation === undefined) return undefined;
  const { inputTokens, outputTokens, usd } = estimate({ ...plan, price: conversation.price });
  const money = usd === undefined ? "price unknown" : usd === 0 ? "free" : `$${usd.toFixed(usd < 1 ? 3 : 2)}`;
  return `Estimate: about ${plan.calls} calls of ${conversation.model}, ${formatCount(inputTokens)} tokens read and ${formatCount(outputTokens)} written, ${money}.`;
}

function titleOf({ config, recorded }: SearchRun): string {
  const limits = Object.entries(config.limits).map(([name, value]) => {
    const quantity = name.endsWith("ParamCount") ? "parameters" : "MACs";
    return `${name.startsWith("min") ? "≥" : "≤"} ${formatCount(Number(value))} ${quantity}`;
  });
  const model = config.model === undefined ? "" : ` with ${config.model}`;
  const parts = [config.dataset, config.space, `${config.strategy}${model}`, ...limits];
  return `genius · ${parts.join(" · ")}${recorded.length > 0 ? ` · resumed after ${recorded.length} trials` : ""}`;
}
