// What the dashboard's server shows of a run: its trials, what they teach, its networks, its conversation. A part of the
// contract in api.ts, which tells the rules; plain JSON and types only.
import type { Metric } from "../metrics/metric.ts";

// ── Trials ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The words of `TrialColumns.outcome`, by number. */
export type OutcomeWord =
  | "scored"
  | "made-up"
  | "infeasible"
  | "diverged"
  | "timeout"
  | "crashed"
  | "cancelled"
  | "unreadable"
  | "duplicate"
  | "unmeasured";

/** Trials as columns: entry k of each belongs to row `from + k`. */
export interface TrialColumns {
  readonly from: number;
  /** Rows there are in all now. */
  readonly total: number;
  /** The trial's number, from 1. Trials that ran at once may be out of order. */
  readonly number: readonly number[];
  /** Row-major: D values a row, options from 0; a row of -1 where a reply held no design. */
  readonly choices: readonly number[];
  readonly decisionCount: number;
  /** 0, or the place in `networks`, counted from 1, of the name of a network from outside the space: it has no choices. */
  readonly network: readonly number[];
  readonly networks: readonly string[];
  /** Places in `outcomeWords`. */
  readonly outcome: readonly number[];
  readonly outcomeWords: readonly OutcomeWord[];
  /** Whether it cost an evaluation: the x axis of "best so far over evaluations" counts these. */
  readonly evaluated: readonly (0 | 1)[];
  readonly score: readonly (number | null)[];
  readonly predicted01: readonly (number | null)[];
  readonly predictedSd01: readonly (number | null)[];
  readonly paramCount: readonly number[];
  readonly macCount: readonly number[];
  /** In bytes; null where neither RAM nor flash is limited. */
  readonly ramBytes: readonly (number | null)[];
  readonly flashBytes: readonly (number | null)[];
  readonly latencyMs: readonly (number | null)[];
  /** When it finished, since the start of the run. */
  readonly finishedMs: readonly number[];
  readonly spentMs: readonly number[];
  /** What the model had cost when it finished; null where no price is known or no model is asked. */
  readonly usd: readonly (number | null)[];
  /** Places in `proposers`. */
  readonly by: readonly number[];
  readonly proposers: readonly string[];
  /** 1: repaired to keep the limits; 2: changed by the person; 0: as proposed. */
  readonly changed: readonly (0 | 1 | 2)[];
  /** `CallSummary.reply` of the call that led to it; 0: none. */
  readonly call: readonly number[];
}

export interface TrialDetail {
  readonly number: number;
  readonly key: string;
  /** Empty for a network from outside the space. */
  readonly choices: readonly number[];
  /** The name of a network from outside the space. */
  readonly network?: string;
  readonly by: string;
  readonly outcome: OutcomeWord;
  /** Why it was not scored, or a remark about the score, in words. */
  readonly why?: string;
  readonly score?: number;
  readonly latencyMs?: number;
  readonly paramCount: number;
  readonly macCount: number;
  readonly ramBytes?: number;
  readonly flashBytes?: number;
  readonly spentMs: number;
  readonly finishedAt?: string;
  /** The proposer's own claim, never a finding. */
  readonly rationale?: string;
  /** Of a network from experience: its name, and where it won. */
  readonly wonBefore?: string;
  readonly predicted?: { readonly score: number; readonly sd01?: number };
  /** As first proposed, where it was repaired (limits) or edited (a person). */
  readonly repairedFrom?: readonly number[];
  readonly editedFrom?: readonly number[];
  readonly call?: number;
  readonly curve?: readonly EpochPoint[];
  /** What it is compared with: the best trial before it. */
  readonly parent?: {
    readonly trial: number;
    readonly key: string;
    readonly choices: readonly number[];
    readonly score: number;
  };
  /** Decisions in which it differs from its parent. */
  readonly changes: readonly Change[];
}

export interface Change {
  readonly decision: string;
  readonly from: string;
  readonly to: string;
}

/** A Gaussian process that saw the scored trials before this one, asked about the design and about its changes. */
export interface Attribution {
  readonly trial: number;
  /** Absent with fewer than two scored trials before it, or for a design that could not be read. */
  readonly predicted?: { readonly score: number; readonly sd01: number };
  readonly measured01?: number;
  readonly parent?: { readonly trial: number; readonly predicted01: number };
  /** How much of the predicted difference from the parent each change brings: taken back alone, it would lose this. */
  readonly changes: readonly (Change & { readonly gain01: number; readonly sd01: number })[];
  /** How it was made, in a sentence to show beside it. */
  readonly method: string;
}

export interface Trouble {
  readonly trial: number;
  readonly key: string;
  readonly by: string;
  readonly what: "infeasible" | "repaired" | "edited" | "duplicate" | "unreadable" | "failed" | "unmeasured";
  readonly why: string;
}

export interface EpochPoint {
  readonly epoch: number;
  /** Wall time of training so far, where it goes by the clock. */
  readonly seconds?: number;
  readonly trainLoss: number;
  /** The figure of the run's metric on validation data. */
  readonly validation: number;
  readonly validationLoss?: number;
}

export interface Curve {
  readonly trial: number;
  readonly key: string;
  readonly points: readonly EpochPoint[];
}

// ── What a run teaches ────────────────────────────────────────────────────────────────────────────────────────────

export interface Worth {
  /** Trials that were used, of all that were scored: the last ones. */
  readonly used: number;
  readonly scored: number;
  readonly decisions: readonly {
    readonly decision: string;
    /** Fitted difference between the best and the worst option that was tried, as a score. */
    readonly worth01: number;
    readonly ci95: readonly [low: number, high: number];
  }[];
  /** What it is and is not, to show beside it. */
  readonly caption: string;
}

/** "Simple operations early, complex ones late?": see src/report/early-late.ts for the definition. */
export type EarlyLateAnswer =
  | { readonly kind: "unknown"; readonly why: string }
  | {
      readonly kind: "answer";
      /** Mean over the best designs of the correlation of place in the network and complexity of the option, in [-1, 1]. */
      readonly best: number;
      /** The same over feasible designs drawn at random: what the limits alone make of it. */
      readonly feasible: number;
      readonly difference: number;
      readonly ci95: readonly [low: number, high: number];
      readonly bestDesigns: number;
      readonly feasibleDesigns: number;
      readonly verdict: "yes" | "no" | "the other way" | "not clear";
      /** The verdict in a sentence, and how to read it. */
      readonly words: string;
      /** One a decision that has a place, in the order of places: its place in [0, 1] and mean complexities in [0, 1]. */
      readonly profile: readonly {
        readonly decision: string;
        readonly place01: number;
        readonly best01: number;
        readonly feasible01: number;
      }[];
    };

export interface Comparison {
  readonly runs: readonly ComparedRun[];
  /** What the runs differ in, where they were not asked the same: then they answer different questions. */
  readonly differences: readonly string[];
  /** Runs that were asked the same, and may be compared. */
  readonly questions: readonly ComparedQuestion[];
}

export interface ComparedRun {
  readonly id: string;
  readonly name: string;
  readonly metric: Metric;
  readonly selectedOn: "validation" | "test";
  readonly headline?: string;
  readonly paramCount?: number;
  readonly macCount?: number;
  readonly evaluations: number;
  readonly elapsedMs: number;
  /** Where the best so far rose, in the order of the trials: evaluation and score. */
  readonly risen: readonly { readonly evaluation: number; readonly score: number }[];
  /** The same in the order in which trainings ended, which with parallel ones is another: time, score and money then. */
  readonly ended: readonly { readonly ms: number; readonly score: number; readonly usd: number | null }[];
}

export interface ComparedQuestion {
  readonly name: string;
  /** The same in short: "mobile on digits". */
  readonly about: string;
  readonly metric: Metric;
  readonly selectedOn: "validation" | "test";
  /** Ids of its runs. */
  readonly runs: readonly string[];
  /** By method; none while not every run has scored a design. */
  readonly groups: readonly {
    readonly method: string;
    readonly runs: number;
    /** Evaluations after which they are compared; absent by the clock: at their end. */
    readonly evaluations?: number;
    readonly mean01: number;
    /** Absent where it would have no width. */
    readonly ci95?: readonly [low: number, high: number];
    /** The interval, or why there is none. */
    readonly interval: string;
  }[];
  /** Of methods with two runs and more: how often one ended above the other, in words. */
  readonly pairs: readonly { readonly a: string; readonly b: string; readonly words: string }[];
}

// ── A network ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type ExportFormat = "onnx" | "pytorch" | "mermaid" | "text" | "safetensors";

export interface NetworkView {
  readonly key: string;
  readonly choices: readonly number[];
  /** The trial that evaluated it, if one did. */
  readonly trial?: number;
  readonly score?: number;
  readonly paramCount: number;
  readonly macCount: number;
  /** Limits that it breaks, in words. */
  readonly violations: readonly string[];
  readonly inputShape: Shape;
  readonly stages: readonly StageView[];
  /** In the language; absent for what no text can say. */
  readonly text?: string;
  /** The space that a model wrote, of which it is a design, with the model's reasons. */
  readonly authored?: { readonly text: string; readonly reasons: string };
  /** Present with `against`. */
  readonly against?: {
    readonly key: string;
    readonly choices: readonly number[];
    readonly trial?: number;
    readonly score?: number;
    readonly paramCount: number;
    readonly macCount: number;
    readonly inputShape: Shape;
    readonly stages: readonly StageView[];
    readonly text?: string;
    readonly authored?: { readonly text: string; readonly reasons: string };
    /** From the other to this one. */
    readonly changes: readonly Change[];
  };
}

export type Shape = readonly [channels: number, height: number, width: number];

export interface StageView {
  /** `stage2`, or the resolution: `16×16`. */
  readonly name: string;
  readonly blocks: readonly BlockView[];
}

export interface BlockView {
  /** `layer3`, or of alike blocks in a row the first and the last: `stage2.cell1–cell5`. */
  readonly name: string;
  readonly count: number;
  /** Such as `1×1→96, depthwise 5×5, 1×1→64, squeeze-excite, skip`. */
  readonly description: string;
  readonly outputShape: Shape;
  readonly paramCount: number;
  readonly macCount: number;
  readonly residual: boolean;
  /** With `against`: whether the other network has the same block, another in its place, or none. */
  readonly difference?: "same" | "changed" | "only-here";
}

// ── The conversation ──────────────────────────────────────────────────────────────────────────────────────────────

export interface CallSummary {
  /** Its row, from 0: for `GET …/calls/:index`. */
  readonly index: number;
  /** The reply's number, as `TrialColumns.call` names it; 0 for a call that failed. */
  readonly reply: number;
  readonly purpose: string;
  readonly failed: boolean;
  readonly modelId: string;
  readonly from: "model" | "cache" | "replay" | "manual" | "none";
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  /** Counted from the length of the text, not by the provider. */
  readonly estimated: boolean;
  readonly usd?: number;
  readonly milliseconds: number;
  readonly time: string;
  readonly toolCalls: number;
  /** Whether tries failed before this one succeeded. */
  readonly retried: boolean;
  /** Whether a design of it was repaired to keep the limits, or could not be read. */
  readonly repaired: boolean;
  /** Trials that it led to. */
  readonly trials: readonly number[];
}

/** A picture beside the text of a message: `GET …/pictures/:hash` gives it. */
export interface MessageImage {
  readonly hash: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

export interface CallDetail extends CallSummary {
  readonly messages: readonly {
    readonly role: string;
    readonly content: string;
    readonly images?: readonly MessageImage[];
  }[];
  /** As the model wrote it. */
  readonly text: string;
  readonly finishReason: string;
  /** As JSON text, indented. */
  readonly toolUses: readonly { readonly name: string; readonly input: string; readonly output: string }[];
  /** Tries that failed before, and the error of a call that failed, in words. */
  readonly failures: readonly string[];
  /** What the structured answer held, as JSON text; absent for a reply in prose. */
  readonly parsed?: string;
  /** What was made of it, one a trial: parsed, repaired, predicted against measured. */
  readonly outcomes: readonly TrialDetail[];
}
