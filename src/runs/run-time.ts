// How far a run is, and how long it still takes: of all its work, the final training included. Terminal and dashboard ask
// here, so that both show the same. Pure: the caller says what time it is.
import type { JsonObject } from "../base/json.ts";
import type { JournalState } from "../study/fold.ts";

/** Epochs of a training in the search, and of the final one. */
export interface PlannedEpochs {
  readonly search: number;
  readonly final: number;
}

/** The work of a run by trials. */
export interface TrialWork {
  /** Evaluations asked for, and spent so far. */
  readonly budget: number;
  readonly evaluated: number;
  /** Evaluations at once. */
  readonly parallel: number;
  /** Wall time from one finished evaluation to the next, in ms; undefined while nothing tells it. */
  readonly paceMs: number | undefined;
  /** Absent where nothing is trained at the end. */
  readonly epochs?: PlannedEpochs | undefined;
  /** The final training, once it has begun. */
  readonly final?: FinalWork | undefined;
}

export interface FinalWork {
  /** Epochs done, of all sittings. */
  readonly epoch: number;
  /** Wall time of one, in ms. */
  readonly paceMs: number | undefined;
}

export interface WorkTime {
  /** Of the whole run, from 0 to 1. */
  readonly share01: number;
  /** Until its end, in ms; undefined while nothing tells it. */
  readonly leftMs: number | undefined;
}

/** An epoch of the final training counts as one of the search. */
export function timeOfTrials({ budget, evaluated, parallel, paceMs, epochs, final }: TrialWork): WorkTime {
  const finalUnits = epochs === undefined ? 0 : (parallel * epochs.final) / Math.max(1, epochs.search);
  const whole = Math.max(1, budget) + finalUnits;
  if (final !== undefined) {
    const left = epochs === undefined ? undefined : Math.max(0, epochs.final - final.epoch);
    const done01 = left === undefined || epochs === undefined ? 0 : 1 - left / Math.max(1, epochs.final);
    const asInSearch =
      paceMs === undefined || epochs === undefined ? undefined : (paceMs * finalUnits) / epochs.final;
    const pace = final.paceMs ?? asInSearch;
    return {
      share01: (whole - finalUnits * (1 - done01)) / whole,
      leftMs: left === undefined || pace === undefined ? undefined : left * pace,
    };
  }
  const left = Math.max(0, budget - evaluated);
  return {
    share01: Math.min(1, (Math.max(1, budget) - left) / whole),
    leftMs: paceMs === undefined ? undefined : (left + finalUnits) * paceMs,
  };
}

/** How far a running search is, by its journal alone: as of the journal's last line. Undefined without a header. */
export function timeOfJournal({
  header,
  spent,
}: Pick<JournalState, "header" | "spent">): WorkTime | undefined {
  if (header === undefined) return undefined;
  const { config, provenance } = header;
  if (config.minutes !== undefined) {
    const wholeMs = 60_000 * config.minutes;
    return {
      share01: Math.min(1, spent.elapsedMs / wholeMs),
      leftMs: Math.max(0, wholeMs - spent.elapsedMs),
    };
  }
  return timeOfTrials({
    ...{ budget: config.trials, evaluated: spent.evaluations, parallel: config.parallel },
    paceMs: spent.evaluations === 0 ? undefined : spent.elapsedMs / spent.evaluations,
    epochs: plannedEpochs(provenance.evaluator as JsonObject | undefined),
  });
}

/** What an evaluator planned, by its provenance. */
export function plannedEpochs(evaluator: JsonObject | undefined): PlannedEpochs | undefined {
  const epochs = evaluator?.epochs;
  if (typeof epochs !== "object" || epochs === null || Array.isArray(epochs)) return undefined;
  const { search, final } = epochs as JsonObject;
  return typeof search === "number" && typeof final === "number" ? { search, final } : undefined;
}

/**
 * A time left that counts down between estimates, and takes a later end only where it is later by a tenth of what is
 * left and more: small changes of pace are no reason for it to rise.
 */
export function createCountdown(clock: () => number): {
  estimate(leftMs: number | undefined): void;
  leftMs(): number | undefined;
} {
  let end: number | undefined;
  return {
    estimate(leftMs) {
      if (leftMs === undefined) return;
      const next = clock() + leftMs;
      const isLater = end === undefined || next > end + Math.max(2000, 0.1 * (end - clock()));
      if (end === undefined || next < end || isLater) end = next;
    },
    leftMs: () => (end === undefined ? undefined : Math.max(0, end - clock())),
  };
}
