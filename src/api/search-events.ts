// What happens in a search, as data: a discriminated union that a terminal, a page or a script follows. It says
// nothing of how any of it is shown.
import type { PlannedEpochs } from "../runs/run-time.ts";
import type { Space } from "../search/space.ts";
import type { EpochPoint, Trial } from "../search/trial.ts";
import type { BaselineRun, StudyConfig } from "../study/journal-lines.ts";
import type { StudyEvent } from "../study/run-study.ts";
import type { Layout } from "../tasks/image-classification/index.ts";
import type { ModelSpent, SearchResult } from "./search-result.ts";

/** What a search is about to do. */
export interface SearchPlan {
  readonly folder: string;
  /** All that was asked, with every default filled in. */
  readonly config: StudyConfig;
  readonly space: Space;
  /** What the accuracies are measured on; a table without validation figures says `test`. */
  readonly selectedOn: "validation" | "test";
  /** Trials of earlier sittings, of a resumed run. */
  readonly recorded: readonly Trial[];
  /** Of a run by the clock. */
  readonly clock?: ClockPlan;
  /** Searches by other strategies that follow this one. */
  readonly baselines?: BaselinePlan;
  /** Of a run by trials whose best is trained to its end. */
  readonly epochs?: PlannedEpochs;
  /** What the model will cost, of a new search with one; `usd` is undefined when its price is not known. */
  readonly estimate?: {
    readonly model: string;
    readonly calls: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly usd: number | undefined;
  };
}

export interface BaselinePlan {
  readonly strategies: readonly string[];
  /** Of all searches together, and of each of them; absent where they go by evaluations. */
  readonly totalMinutes?: number;
  readonly minutesEach?: number;
  /** In one line. */
  readonly words: string;
}

export interface ClockPlan {
  readonly minutes: number;
  /** Seconds of the whole run that were used before this sitting's search began. */
  readonly usedSeconds: number;
  /** Seconds until the final training. */
  readonly searchSeconds: number;
  /** Seconds of the final training, the test and the files. */
  readonly finalSeconds: number;
  /** Seconds of training that networks are compared at, shortest first. */
  readonly rungs: readonly number[];
  /** Names of the hand-designed networks that there is time for, in their order. */
  readonly references: readonly string[];
  /** About how many designs of the space there is time for. */
  readonly designs: number;
  /** In one line. */
  readonly words: string;
}

/** The time of a run by the clock. Told at its beginning, after each trial and when a phase begins. */
export interface ClockEvent {
  readonly kind: "clock";
  readonly phase: "search" | "final";
  /** Wall seconds of the run so far, without pauses. */
  readonly usedSeconds: number;
  /** Until the whole run has to end. */
  readonly leftSeconds: number;
  /** Until the phase has to end. */
  readonly phaseLeftSeconds: number;
}

/** What happens in a search by another strategy, which is compared with a search that has ended. */
export interface BaselineSearchEvent {
  readonly kind: "baseline-search";
  readonly strategy: string;
  /** From 1. */
  readonly number: number;
  readonly count: number;
  readonly event: SearchEvent;
}

/**
 * In order: `preparing`…, perhaps `data`, `plan`, then notes and trials (and `clock`) as they happen, `final-epoch`…, `baseline`…,
 * `baseline-search`…, `end`. Of a trial: `proposing`, `evaluating`, `epoch`…, `trial`; those of parallel trials are interleaved.
 */
export type SearchEvent =
  /** Something slow before the search begins, such as a download or the opening of images. */
  | { readonly kind: "preparing"; readonly text: string }
  /** What was understood of a folder that could be read in more than one way, before anything is trained. */
  | { readonly kind: "data"; readonly lines: readonly string[]; readonly layout: Layout }
  | { readonly kind: "plan"; readonly plan: SearchPlan }
  | StudyEvent
  | ClockEvent
  /** After a call of the model. */
  | { readonly kind: "spent"; readonly spent: ModelSpent }
  /** Once, when further evaluations no longer pay. */
  | { readonly kind: "advice"; readonly text: string }
  /** `stopped`: an error ends the search, and is thrown next. `finished`: the resumed run had ended before. */
  | {
      readonly kind: "note";
      readonly about: "data" | "model" | "warning" | "stopped" | "finished";
      readonly text: string;
    }
  /** An epoch of the final training of the selected trial. */
  | { readonly kind: "final-epoch"; readonly number: number; readonly point: EpochPoint }
  /** A baseline at the same number of evaluations. */
  | { readonly kind: "baseline"; readonly run: BaselineRun }
  | BaselineSearchEvent
  | { readonly kind: "end"; readonly result: SearchResult };
