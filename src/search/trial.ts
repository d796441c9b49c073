// What a search produces: a proposal, the outcome of evaluating it, and the trial that joins the two. All of it
// is plain JSON, so that a journal is the truth and a strategy is restored by replaying it.
import type { Network } from "../graph/network.ts";
import type { Metrics } from "../metrics/metric.ts";
import type { ImageSize } from "../tasks/image-size.ts";
import type { RecordedCost, Violation } from "./constraints/domain.ts";
import type { Choices } from "./space.ts";

/** How thoroughly a design is evaluated. What is absent is the study's full setting. */
export interface Fidelity {
  readonly epochs?: number;
  /**
   * Wall time of training in seconds, instead of epochs: in all, with the time of the shorter training that it continues.
   * The learning rate stays at its peak, so that a longer training resumes where this one stopped.
   */
  readonly seconds?: number;
  /** Size of the training images in pixels. A number is the short side: the aspect ratio is the study's. */
  readonly imageSize?: ImageSize;
  /** Share of the training images used, in (0, 1]. */
  readonly dataFraction01?: number;
}

export interface UnusedAnswer {
  /** The number of the model call. */
  readonly call: number;
  /** `unusable`: nothing could be read from it. `overruled`: it was read, and something else was preferred. */
  readonly kind: "unusable" | "overruled";
  readonly why: string;
}

/** What a model said of one design in a reply. */
export interface ModelWord {
  /** The nearest allowed design, where it named another. */
  readonly choices: Choices;
  /**
   * `offer`: it proposed the design. `forecast`: the design is the surrogate's, and it was asked what it expects. `again`: the
   * design was measured, and it wants it measured once more.
   */
  readonly kind: "offer" | "forecast" | "again";
  /** The score that it expects. */
  readonly score?: number;
  readonly reason?: string;
  /** The design as it was named, when it was repaired. */
  readonly repairedFrom?: Choices;
}

/** A trial that a model does not want trained any longer. */
export interface ModelStop {
  readonly trial: number;
  readonly reason: string;
  /** Why it may be trained longer all the same. */
  readonly refused?: string;
}

export interface Proposal {
  /** Empty for a network from outside the space, and where the reply of a model could not be read. */
  readonly choices: Choices;
  /** A network from outside the space, such as a reference, which is measured as it is. */
  readonly network?: Network;
  /** The number of the trial with whose weights the training of `network` begins, where they have a place in it. */
  readonly inherits?: number;
  readonly fidelity: Fidelity;
  /** Who proposed it: a strategy's name, or a member of it (`hybrid/model`, `hybrid/surrogate`). */
  readonly by: string;
  /** The proposer's stated reason: a claim, not a finding. */
  readonly rationale?: string;
  /** The score that the proposer expects, and its standard deviation where one is known. */
  readonly predicted?: { readonly score: number; readonly sd?: number };
  /**
   * What the proposer expects evaluating it to add to the best score so far, no improvement counting zero, and what
   * it takes for the standard deviation of a measurement.
   */
  readonly outlook?: { readonly gain: number; readonly noise: number };
  /** The design as first proposed, when it broke a limit and was repaired to the nearest allowed one. */
  readonly repairedFrom?: Choices;
  /** The design as proposed, when the person who runs the search changed it: by hand, or by forbidding an option. */
  readonly editedFrom?: Choices;
  /** The number of the model call that led to it, counted from 1. */
  readonly call?: number;
  /** Answers of the model that were asked for this proposal and not used, in order. */
  readonly unusedAnswers?: readonly UnusedAnswer[];
  /** All that the model said of designs in the reply to `call`: what was offered stays on offer until it is tried. */
  readonly modelSaid?: readonly ModelWord[];
  /** What the model says it has learned by then, in the reply to `call`: a claim, not a finding. */
  readonly lessons?: string;
  /** Trials of a search by the clock that the model does not want trained longer, in the reply to `call`. */
  readonly stops?: readonly ModelStop[];
  /** What the surrogate expected, where a model proposed the design or was asked about it. */
  readonly surrogateExpected?: { readonly score: number; readonly sd: number };
  /** Why the model is not asked any more, on the first proposal that went on without it. */
  readonly modelEnded?: string;
  /** Why a model's reply could not be read, when it could not. Such a proposal has no choices. */
  readonly unreadable?: string;
  /** A made-up result that a search starts from (`--start nominal`). Reports never count it. */
  readonly nominalScore?: number;
  /** The text of a space that a model wrote, with its reasons, and the choices in it that `network` stands for. */
  readonly authored?: { readonly text: string; readonly reasons: string; readonly choices: Choices };
  /** Only to compare with: a network that may be outside the limits, and is never selected. */
  readonly comparedOnly?: true;
  /** Counts the evaluations of one design at one fidelity, where it is repeated on purpose; 0 for the first, the default. */
  readonly repeat?: number;
}

/** One point of a learning curve. */
export interface EpochPoint {
  /** Epochs trained so far; not a whole number where the training goes by the clock. */
  readonly epoch: number;
  /** Wall time of training so far, in seconds, where it goes by the clock. */
  readonly seconds?: number;
  readonly trainLoss: number;
  /** On validation data, by the name of the metric. */
  readonly validation: Metrics;
  readonly validationLoss?: number;
  readonly learningRate?: number;
}

/** What an evaluation took. Tables report the trainings they stand for as zero. */
export interface Spent {
  readonly milliseconds: number;
  readonly epochs?: number;
}

interface Measured {
  readonly kind: "scored";
  /** By the name of the metric, each in the metric's own unit. The metric that is selected on is among them. */
  readonly metrics: Metrics;
  readonly curve?: readonly EpochPoint[];
  readonly latencyMs?: number;
  /** The pairs of classes that it mixes up most on validation data: `images` of `actual` were taken for `predicted`. */
  readonly confused?: readonly {
    readonly actual: string;
    readonly predicted: string;
    readonly images: number;
  }[];
  /** A word about the result that a reader must know, such as a contradiction in a recorded conversation. */
  readonly remark?: string;
  readonly spent: Spent;
}

type Unscored =
  | { readonly kind: "infeasible"; readonly violations: readonly Violation[]; readonly spent: Spent }
  | {
      readonly kind: "failed";
      readonly reason:
        | "diverged"
        | "timeout"
        | "crashed"
        | "cancelled"
        | "unreadable"
        | "duplicate"
        | "unmeasured";
      readonly detail: string;
      readonly curve?: readonly EpochPoint[];
      readonly spent: Spent;
    };

/** What an evaluator says of a design. */
export type Evaluation = Measured | Unscored;

/** An evaluation as strategies see it: with the one figure that designs are compared by, which the study sets. */
export type Outcome =
  | (Measured & {
      /** The metric that is selected on, such that higher is better: its value, or minus its value. */
      readonly score: number;
    })
  | Unscored;

export interface Trial {
  /** Counted from 1, in the order of proposing. */
  readonly number: number;
  readonly proposal: Proposal;
  readonly outcome: Outcome;
  readonly cost: RecordedCost;
}

/** A trial whose score counts: scored, and not the made-up start of a search. */
export type ScoredTrial = Trial & { readonly outcome: Extract<Outcome, { kind: "scored" }> };

export function isScored(trial: Trial): trial is ScoredTrial {
  return trial.outcome.kind === "scored" && trial.proposal.nominalScore === undefined;
}

/**
 * The scored trial of the highest score, but for what is only compared with; among equals the earliest. A design that was
 * measured again counts with the mean of its measurements, by its first. Where trainings go by the clock, of those that
 * were trained longest. Undefined when there is none.
 */
export function bestOf(trials: readonly Trial[]): ScoredTrial | undefined {
  const scoreOf = scoresWithRepeats(trials);
  let best: ScoredTrial | undefined;
  for (const trial of trials) {
    const mayBe = isScored(trial) && trial.proposal.comparedOnly === undefined;
    if (mayBe && (best === undefined || isBetter(trial, best, scoreOf))) best = trial;
  }
  return best;
}

function isBetter(trial: ScoredTrial, than: ScoredTrial, scoreOf: (trial: ScoredTrial) => number): boolean {
  const longer = (trial.proposal.fidelity.seconds ?? 0) - (than.proposal.fidelity.seconds ?? 0);
  return longer > 0 || (longer === 0 && scoreOf(trial) > scoreOf(than));
}

/**
 * A trial's score, or the mean over the measurements of its design at its fidelity where it was measured again. Networks
 * from outside the space, such as the twins of a race, count each by itself.
 */
function scoresWithRepeats(trials: readonly Trial[]): (trial: ScoredTrial) => number {
  const isAgain = ({ network, repeat = 0 }: Proposal) => network === undefined && repeat > 0;
  if (!trials.some(({ proposal }) => isAgain(proposal))) return ({ outcome }) => outcome.score;
  const keyOf = ({ choices, fidelity }: Proposal) => JSON.stringify([choices, fidelity]);
  const designs = trials.filter(isScored).filter(({ proposal }) => proposal.network === undefined);
  const groups = Map.groupBy(designs, ({ proposal }) => keyOf(proposal));
  return ({ proposal, outcome }) => {
    const own = proposal.network === undefined ? groups.get(keyOf(proposal)) : undefined;
    if (own === undefined) return outcome.score;
    return own.reduce((sum, { outcome }) => sum + outcome.score, 0) / own.length;
  };
}

/** Whether it is another measurement of a design, of which what was expected is no forecast any more. */
export const isRepeat = ({ proposal: { repeat = 0 } }: Trial): boolean => repeat > 0;

/** Whether a trial cost an evaluation: it was scored, its training failed, or its measured latency broke a limit. */
export function isEvaluated({ outcome, proposal }: Trial): boolean {
  if (proposal.nominalScore !== undefined) return false;
  if (outcome.kind === "infeasible")
    return outcome.violations.some(({ quantity }) => quantity === "latencyMs");
  return (
    outcome.kind === "scored" ||
    !["unreadable", "duplicate", "unmeasured", "cancelled"].includes(outcome.reason)
  );
}

/** The trials that raised the best score so far, in their order, each with the number of evaluations by then. */
export function improvementsOf(
  trials: readonly Trial[],
): readonly { readonly evaluation: number; readonly trial: ScoredTrial }[] {
  return bestSoFar(trials).flatMap(({ evaluation, trial, rises }) =>
    rises && isScored(trial) ? [{ evaluation, trial }] : [],
  );
}

/** Every evaluation in order, with the best score by then: undefined before the first that was scored. */
export function bestSoFar(trials: readonly Trial[]): readonly {
  readonly evaluation: number;
  readonly trial: Trial;
  readonly best: number | undefined;
  readonly rises: boolean;
}[] {
  let best: number | undefined;
  return trials.filter(isEvaluated).map((trial, index) => {
    const rises = isScored(trial) && (best === undefined || trial.outcome.score > best);
    if (rises) best = trial.outcome.score;
    return { evaluation: index + 1, trial, best, rises };
  });
}
