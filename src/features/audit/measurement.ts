// What a contamination audit measured: how good the designs were that a model proposed under each variant of a space, and
// which of two designs it took for the better one. Plain data, written by `study/` and read by `report/`.
import type { VariantKind } from "../../search/space-variant.ts";

/** One search under one variant. */
export interface AuditSearch {
  readonly variant: VariantKind;
  readonly seed: number;
  /**
   * The place of each evaluated design among all of the table, in the order of proposing: 100 for the best, 0 for the
   * worst, by the published accuracy – whatever was fed back.
   */
  readonly percentiles: readonly number[];
  /** Proposals that could not be read, though asked for twice. */
  readonly unreadable: number;
}

export type PairSide = "A" | "B";

/** Two designs of different published accuracy and different MACs. */
export interface AuditPair {
  readonly better: PairSide;
  readonly moreMacs: PairSide;
  /** The design whose digits, as published, have the larger sum; null when they are equal. */
  readonly largerDigits: PairSide | null;
}

/** What the model said of the pairs under one variant: null where its reply could not be read, or where it was not asked. */
export interface AuditRanking {
  readonly variant: VariantKind;
  readonly answers: readonly (PairSide | null)[];
  readonly unreadable: number;
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
  /** Designs that need no knowledge of the table, with their place in it as above. */
  readonly trivialGuesses: readonly { readonly name: string; readonly percentile: number }[];
  readonly searches: readonly AuditSearch[];
  readonly pairs: readonly AuditPair[];
  readonly rankings: readonly AuditRanking[];
  /** Why the audit ended before everything was asked; null when it is whole. */
  readonly stoppedBy: string | null;
}
