// What a contamination audit measured: how good the designs were that a model proposed under each variant of a space, and
// which of two designs it took for the better one. Plain data; what it means is decided in `audit-evidence.ts`.
import type { VariantKind } from "../../search/space-variant.ts";

/** One search under one variant. */
export interface AuditSearch {
  readonly variant: VariantKind;
  readonly seed: number;
  /** The key of the first design that was proposed, in the published space; null when there is none. */
  readonly firstDesign: string | null;
  /**
   * The place of each evaluated design among all of the table, in the order of proposing: 100 for the best, 0 for the
   * worst, by the published accuracy – whatever was fed back.
   */
  readonly percentiles: readonly number[];
  /** Proposals that could not be read, though asked for twice. */
  readonly unreadable: number;
}

export type PairSide = "A" | "B";

/** Two designs of different published accuracy that knowledge of networks expects to be equal. */
export interface AuditPair {
  readonly better: PairSide;
  /** Null when both have as many. */
  readonly moreMacs: PairSide | null;
  /** The design whose digits, as published, have the larger sum; null when they are equal. */
  readonly largerDigits: PairSide | null;
}

/** What the model said of one variant's pairs: null where its reply could not be read, or where it was not asked. */
export interface AuditRanking {
  readonly variant: VariantKind;
  readonly pairs: readonly AuditPair[];
  readonly answers: readonly (PairSide | null)[];
  readonly unreadable: number;
}

/** Designs that need no knowledge of the table. */
export interface TrivialGuess {
  readonly name: string;
  /** Their keys in the published space. */
  readonly designs: readonly string[];
  /** Their place in the table, as above; the mean of several. */
  readonly percentile: number;
}

export interface AuditMeasurement {
  readonly space: string;
  readonly dataset: string;
  readonly selectedOn: "validation" | "test";
  readonly model: string;
  readonly designCount: number;
  /** Evaluations of each search. */
  readonly trials: number;
  readonly seeds: number;
  readonly trivialGuesses: readonly TrivialGuess[];
  readonly searches: readonly AuditSearch[];
  readonly rankings: readonly AuditRanking[];
  /** Why the audit ended before everything was asked; null when it is whole. */
  readonly stoppedBy: string | null;
}
