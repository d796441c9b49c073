// What a person sees while a search runs: a state that events change, and the lines that show it. On a terminal
// the lines are redrawn in place; elsewhere each finished trial is one plain line.
import cliTruncate from "cli-truncate";
import { style, terminalSafe } from "../base/terminal-text.ts";
import { formatCount, formatDuration } from "../base/units.ts";
import { formatScore, type Metric, scoreIn } from "../metrics/index.ts";
import { designName } from "../search/proposed-network.ts";
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

export interface Progress {
  event(event: StudyEvent): void;
  /** The panel, for a terminal of that width. */
  panel(columns: number): readonly string[];
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
        case "epoch":
          running.get(event.number)?.scores.push(scoreIn(metric, event.point.validation));
          break;
        case "trial":
          proposing = false;
          if (isEvaluated(event.trial)) evaluatedHere += 1;
          add(event.trial);
          break;
        default:
          event satisfies never;
      }
    },
    panel(columns) {
      const elapsed = clock() - startedAt;
      const left =
        evaluatedHere === 0
          ? ""
          : ` · about ${formatDuration((elapsed / evaluatedHere) * (budget - evaluated))} left`;
      const spent = setting.spent?.();
      const lines = [
        style("bold", terminalSafe(setting.title)),
        `${bar(evaluated / budget, 24)} ${evaluated}/${budget} evaluations · ${formatDuration(elapsed)}${evaluated < budget ? left : ""}${spent ? ` · ${spent}` : ""}`,
      ];
      if (best !== undefined) {
        const { paramCount, macCount } = best.cost;
        lines.push(
          `${style("green", `best ${formatScore(metric, best.outcome.score)}`)} ${setting.selectedOn === "test" ? "(test figures!) " : ""}trial ${best.number} · ${nameOf(space, best.proposal)} · ${formatCount(paramCount)} params · ${formatCount(macCount)} MACs`,
        );
        lines.push(
          `${sparkline(bestSoFar.slice(-Math.max(10, Math.min(60, columns - 20))))} ${style("dim", "best so far")}`,
        );
      }
      for (const trial of recent) lines.push(trialLine(trial, setting));
      for (const [number, { proposal, scores }] of running) {
        const curve =
          scores.length === 0 ? "" : ` ${sparkline(scores)} ${formatScore(metric, scores.at(-1)!)}`;
        lines.push(style("cyan", `#${number} ${nameOf(space, proposal)} training${curve}`));
      }
      if (proposing) lines.push(style("dim", "asking for the next design…"));
      return lines.map((line) => cliTruncate(line, Math.max(1, columns)));
    },
  };
}

/** One finished trial in one line: what was tried, what came of it, and the proposer's reason. */
export function trialLine(trial: Trial, { space, metric }: TrialWords): string {
  const { number, proposal, outcome, cost } = trial;
  const design = proposal.unreadable === undefined ? nameOf(space, proposal) : "unreadable reply";
  const size =
    proposal.unreadable === undefined
      ? ` · ${formatCount(cost.paramCount)} params · ${formatCount(cost.macCount)} MACs`
      : "";
  const repaired = proposal.repairedFrom === undefined ? "" : " · repaired";
  const expected =
    proposal.predicted === undefined ? "" : ` · expected ${formatScore(metric, proposal.predicted.score)}`;
  const reason = proposal.rationale === undefined ? "" : ` · “${terminalSafe(proposal.rationale, 160)}”`;
  return `#${number} ${outcomeText(trial, metric)} ${design}${size}${expected}${repaired} · ${terminalSafe(proposal.by)}${outcome.kind === "scored" && outcome.remark ? ` · ${terminalSafe(outcome.remark)}` : ""}${reason}`;
}

/** A network from outside the space brings its own name. */
const nameOf = (space: Space, proposal: Proposal) => terminalSafe(designName(space, proposal));

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

function violationText(violation: { quantity: string; value: number; bound: string; limit: number }): string {
  const sign = violation.bound === "max" ? ">" : "<";
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
