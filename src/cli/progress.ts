// What a person sees while a search runs: a state that events change, and the lines that show it. On a terminal
// the lines are redrawn in place; elsewhere each finished trial is one plain line.
import cliTruncate from "cli-truncate";
import type { ClockEvent, ClockPlan, SearchEvent } from "../api/search-events.ts";
import { style, terminalSafe } from "../base/terminal-text.ts";
import { formatBytes, formatCount, formatTimeLeft } from "../base/units.ts";
import { formatScore, type Metric, metricWords, scoreIn } from "../metrics/index.ts";
import { kindName } from "../report/index.ts";
import { createCountdown, type PlannedEpochs, timeOfTrials, type WorkTime } from "../runs/run-time.ts";
import type { RecordedCost, Violation } from "../search/constraints/domain.ts";
import { memoryInWords } from "../search/constraints/limit-words.ts";
import { proposerWords } from "../search/proposer-words.ts";
import type { Space } from "../search/space.ts";
import { isEvaluated, isScored, type Proposal, type ScoredTrial, type Trial } from "../search/trial.ts";
import type { StudyEvent } from "../study/run-study.ts";

/** What a trial is said with. */
export interface TrialWords {
  readonly space: Space;
  readonly metric: Metric;
}

export interface ProgressSetting extends TrialWords {
  readonly title: string;
  readonly trials: number;
  readonly parallel: number;
  /** Of a run by the clock, which ends by its time and not by a number of trials. */
  readonly plan?: ClockPlan | undefined;
  /** Of a run by trials whose best is trained to its end. */
  readonly epochs?: PlannedEpochs | undefined;
  readonly selectedOn: "validation" | "test";
  /** Money and tokens spent on a model so far, in words, if there is one. */
  readonly spent?: () => string;
  readonly clock: () => number;
}

interface Running {
  readonly proposal: Proposal;
  /** Its score after each epoch. */
  readonly scores: number[];
}

/** What of a search's events changes the picture. */
export type ProgressEvent = StudyEvent | ClockEvent | Extract<SearchEvent, { kind: "final-epoch" }>;

/** The final training as it goes. */
interface Final {
  readonly number: number;
  readonly scores: number[];
  /** When it began in this sitting, and the epoch before the first that was seen. */
  readonly since: number;
  readonly before: number;
  epoch: number;
}

export interface Progress {
  event(event: ProgressEvent): void;
  /** The panel, for a terminal of that width. */
  panel(columns: number): readonly string[];
  /** The final training in one line, with how much of it is done; undefined before it begins. */
  finalTraining(): { readonly line: string; readonly share01: number } | undefined;
  /** A last line under the panel, such as which keys do what. */
  hint: string | undefined;
  readonly best: ScoredTrial | undefined;
}

export function createProgress(setting: ProgressSetting, recorded: readonly Trial[]): Progress {
  const { space, metric, trials: budget, clock } = setting;
  const startedAt = clock();
  const bestSoFar: number[] = [];
  const recent: Trial[] = [];
  const running = new Map<number, Running>();
  let best: ScoredTrial | undefined;
  let evaluated = 0;
  let evaluatedHere = 0;
  let proposing = false;
  let hint: string | undefined;
  let clockEvent: { readonly event: ClockEvent; readonly at: number } | undefined;
  let finalSeconds: number | undefined;
  let final: Final | undefined;
  let lastTrialAt = startedAt;
  const countdown = createCountdown(clock);

  /** The pace of this sitting; before its first trial that of the earlier ones. */
  const paceMs = () => {
    if (evaluatedHere > 0) return (lastTrialAt - startedAt) / evaluatedHere;
    const times = recorded.filter(isEvaluated).map(({ outcome }) => outcome.spent.milliseconds);
    return times.length === 0
      ? undefined
      : times.reduce((a, b) => a + b, 0) / times.length / setting.parallel;
  };
  const finalPaceMs = (own: Final) => {
    const done = own.epoch - own.before;
    return done > 0 ? (clock() - own.since) / done : undefined;
  };
  const workTime = (): WorkTime =>
    timeOfTrials({
      ...{ budget, evaluated, parallel: setting.parallel, paceMs: paceMs(), epochs: setting.epochs },
      final: final && { epoch: final.epoch, paceMs: finalPaceMs(final) },
    });
  const secondsSince = (at: number) => (clock() - at) / 1000;
  /** Of the whole, as it is now. */
  const timeNow = (): WorkTime => {
    if (clockEvent === undefined) return { ...workTime(), leftMs: countdown.leftMs() };
    const { event, at } = clockEvent;
    const left = Math.max(0, event.leftSeconds - secondsSince(at));
    const used = event.usedSeconds + secondsSince(at);
    return { share01: Math.min(1, used / Math.max(1e-9, used + left)), leftMs: left * 1000 };
  };
  /** Of the final training alone. */
  const finalShare01 = (): number => {
    if (clockEvent !== undefined && finalSeconds !== undefined)
      return Math.min(1, secondsSince(clockEvent.at) / Math.max(1e-9, finalSeconds));
    const epochs = setting.epochs?.final;
    return final === undefined || epochs === undefined ? 0 : Math.min(1, final.epoch / epochs);
  };
  const finalWords = (own: Final): string => {
    const score = own.scores.at(-1);
    const measured =
      score === undefined ? undefined : `validation ${metricWords(metric)} ${formatScore(metric, score)}`;
    // By the clock the line is written again between measurements, which are passes apart: it says of when the figure is.
    if (clockEvent !== undefined) {
      const at = `epoch ${own.epoch.toFixed(1)}`;
      return measured === undefined ? at : `${measured} at ${at}`;
    }
    const of = setting.epochs === undefined ? "" : ` of ${setting.epochs.final}`;
    return [`epoch ${own.epoch}${of}`, measured].filter(Boolean).join(" · ");
  };
  const leftWords = (leftMs: number | undefined) =>
    leftMs === undefined || leftMs <= 0 ? "" : ` · about ${formatTimeLeft(leftMs)} left`;

  const add = (trial: Trial) => {
    running.delete(trial.number);
    if (isScored(trial) && (best === undefined || trial.outcome.score > best.outcome.score)) best = trial;
    if (isEvaluated(trial)) {
      evaluated += 1;
      if (best !== undefined) bestSoFar.push(best.outcome.score);
    }
    recent.push(trial);
    if (recent.length > 5) recent.shift();
  };
  for (const trial of recorded) add(trial);

  return {
    get best() {
      return best;
    },
    event(event) {
      switch (event.kind) {
        case "proposing":
          proposing = true;
          break;
        case "evaluating":
          proposing = false;
          running.set(event.number, { proposal: event.proposal, scores: [] });
          break;
        case "clock":
          clockEvent = { event, at: clock() };
          if (event.phase === "final") finalSeconds ??= event.phaseLeftSeconds;
          break;
        case "final-epoch": {
          const { epoch, validation } = event.point;
          final ??= {
            ...{ number: event.number, scores: [], epoch: 0 },
            since: clockEvent?.at ?? lastTrialAt,
            before: Math.max(0, Math.ceil(epoch) - 1),
          };
          final.epoch = epoch;
          final.scores.push(scoreIn(metric, validation));
          countdown.estimate(workTime().leftMs);
          break;
        }
        case "epoch":
          running.get(event.number)?.scores.push(scoreIn(metric, event.point.validation));
          break;
        case "trial":
          proposing = false;
          if (isEvaluated(event.trial)) evaluatedHere += 1;
          lastTrialAt = clock();
          add(event.trial);
          countdown.estimate(workTime().leftMs);
          break;
        default:
          event satisfies never;
      }
    },
    get hint() {
      return hint;
    },
    set hint(words) {
      hint = words;
    },
    finalTraining() {
      if (final === undefined) return undefined;
      const share01 = finalShare01();
      const { leftMs } = timeNow();
      const line = `final training ${Math.floor(100 * share01)} %: ${finalWords(final)}${leftWords(leftMs)}`;
      return { line, share01 };
    },
    panel(columns) {
      const { share01, leftMs } = timeNow();
      const isFinal = final !== undefined || clockEvent?.event.phase === "final";
      const phase = isFinal
        ? "final training"
        : setting.plan === undefined
          ? `${evaluated} of ${budget} evaluations`
          : `search · ${evaluated} ${evaluated === 1 ? "training" : "trainings"} done`;
      const spent = setting.spent?.();
      const done = `${bar(share01, Math.max(8, Math.min(24, columns - 50)))} ${Math.floor(100 * share01)} %`;
      const lines = [
        style("bold", terminalSafe(setting.title)),
        ...(columns < narrow
          ? [`${done}${leftWords(leftMs)}`, phase, ...(spent ? [spent] : [])]
          : [`${done} · ${phase}${leftWords(leftMs)}${spent ? ` · ${spent}` : ""}`]),
      ];
      if (best !== undefined) {
        const { paramCount, macCount } = best.cost;
        lines.push(
          `${style("green", `best ${formatScore(metric, best.outcome.score)}`)} ${setting.selectedOn === "test" ? "(on test data) " : ""}trial ${best.number} · ${nameOf(space, best.proposal)} · ${formatCount(paramCount)} parameters · ${formatCount(macCount)} MACs${memoryText(best.cost)}`,
        );
        lines.push(
          `${sparkline(bestSoFar.slice(-Math.max(10, Math.min(60, columns - 20))))} ${style("dim", "best so far")}`,
        );
      }
      if (final !== undefined) {
        const training = `training trial ${final.number} to its end: ${finalWords(final)}`;
        lines.push(`${style("cyan", training)} ${sparkline(final.scores.slice(-30))}`);
      } else for (const trial of recent) lines.push(trialLine(trial, setting));
      // What the final training has overtaken is no longer trained.
      for (const [number, { proposal, scores }] of isFinal ? [] : running) {
        const curve =
          scores.length === 0 ? "" : ` ${sparkline(scores)} ${formatScore(metric, scores.at(-1)!)}`;
        lines.push(style("cyan", `#${number} ${nameOf(space, proposal)} training${curve}`));
      }
      if (proposing && !isFinal) lines.push(style("dim", "asking for the next design…"));
      if (hint !== undefined)
        for (const words of hint.length > columns ? hint.split(" · ") : [hint])
          lines.push(style("dim", words));
      return lines.map((line) => cliTruncate(line, Math.max(1, columns)));
    },
  };
}

/** One finished trial in one line: what came of it, what was tried, where it comes from, and the reason. */
export function trialLine(trial: Trial, { space, metric }: TrialWords): string {
  const { number, proposal, outcome, cost } = trial;
  const design = proposal.unreadable === undefined ? nameOf(space, proposal) : "unreadable reply";
  const size =
    proposal.unreadable === undefined
      ? ` · ${formatCount(cost.paramCount)} parameters · ${formatCount(cost.macCount)} MACs${memoryText(cost)}`
      : "";
  const repaired = proposal.repairedFrom === undefined ? "" : " · repaired";
  const expected =
    proposal.predicted === undefined ? "" : ` · expected ${formatScore(metric, proposal.predicted.score)}`;
  const reason = proposal.rationale === undefined ? "" : ` · “${terminalSafe(proposal.rationale, 160)}”`;
  return `#${number} ${outcomeText(trial, metric)} ${design}${size}${expected}${repaired} · ${terminalSafe(proposerWords(proposal.by))}${outcome.kind === "scored" && outcome.remark ? ` · ${terminalSafe(outcome.remark)}` : ""}${reason}`;
}

/** Columns below which what is done, and when it ends, has a line of its own. */
const narrow = 72;

const names = new WeakMap<Proposal, string>();

/** A network is decoded for its name once, however often the picture is drawn. */
function nameOf(space: Space, proposal: Proposal): string {
  const known = names.get(proposal);
  if (known !== undefined) return known;
  const name = terminalSafe(kindName(space, proposal));
  names.set(proposal, name);
  return name;
}

function outcomeText({ outcome }: Trial, metric: Metric): string {
  switch (outcome.kind) {
    case "scored":
      return formatScore(metric, outcome.score);
    case "infeasible":
      return `not allowed (${outcome.violations.map(violationText).join(", ")})`;
    case "failed":
      return `${outcome.reason} (${terminalSafe(outcome.detail, 80)})`;
    default:
      return outcome satisfies never;
  }
}

const memoryText = (cost: RecordedCost) =>
  memoryInWords(cost).replaceAll(", ", " · ").replaceAll(" of ", " ");

function violationText(violation: Violation): string {
  if (violation.quantity === "rule") return terminalSafe(violation.reason ?? "by the rule of the space", 80);
  const sign = violation.bound === "max" ? ">" : "<";
  if (violation.quantity === "ramBytes" || violation.quantity === "flashBytes") {
    const noun = violation.quantity === "ramBytes" ? "RAM" : "flash";
    return `${noun} ${formatBytes(violation.value)} ${sign} ${formatBytes(violation.limit)}`;
  }
  return `${violation.quantity} ${formatCount(violation.value)} ${sign} ${formatCount(violation.limit)}`;
}

/** A bar of `width` cells, filled by a fraction in [0, 1]. */
export function bar(fraction01: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction01)) * width);
  return `${"█".repeat(filled)}${"░".repeat(width - filled)}`;
}

/** Values as a line of eighth blocks, from the lowest to the highest of them. */
export function sparkline(values: readonly number[]): string {
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  return values.map((value) => "▁▂▃▄▅▆▇█"[Math.min(7, Math.floor(((value - low) / span) * 8))]).join("");
}
