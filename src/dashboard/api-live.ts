// What a running search does right now, and what a person may do in it: a part of the contract in api.ts, which tells the
// rules. Plain JSON and types only.
import type { EpochPoint } from "./api-views.ts";

/**
 * What a person does in a running search. Each is carried out at the next proposal, noted in the journal, and carried
 * out again by a resume. `choices` are options from 0, one a decision.
 */
export type Turn =
  /** The answer to `LiveState.question` of a run with the model `manual`. */
  | { readonly kind: "answer"; readonly question: string; readonly text: string }
  /** A remark that stands in every prompt from the next proposal on. */
  | { readonly kind: "insight"; readonly text: string }
  /** The model's lessons as the person would have them, in max 500 characters; empty strikes them out. */
  | { readonly kind: "lessons"; readonly text: string }
  /** A design to evaluate; it costs an evaluation as any other. */
  | {
      readonly kind: "trial";
      readonly choices: readonly number[];
      readonly reason?: string;
      readonly predicted01?: number;
    }
  /** The options that a decision may still have: one pins it, all frees it. Refused if no design is left. */
  | { readonly kind: "allow"; readonly decision: string; readonly options: readonly number[] }
  /** From the next proposal on, each waits (`LiveState.held`) until the person releases it, or no longer. */
  | { readonly kind: "hold"; readonly on: boolean }
  /** Lets a held proposal go, changed where `choices` differ from it. */
  | {
      readonly kind: "release";
      readonly trial: number;
      readonly choices?: readonly number[];
      readonly predicted01?: number;
    }
  /** Ends the search: what is being trained is dropped, and the best network so far is trained to its end. */
  | { readonly kind: "finish" };

export interface InForce {
  readonly hold: boolean;
  readonly insights: readonly string[];
  /** What the model says it has learned; absent where it has written none. */
  readonly lessons?: { readonly text: string; readonly isEdited: boolean };
  readonly allowed: readonly { readonly decision: string; readonly options: readonly number[] }[];
  /** Turns that were put in and not yet taken up. */
  readonly waiting: readonly { readonly id: string; readonly kind: Turn["kind"] }[];
}

/** `share01` of the work was done at `at`, and the rest takes until `endsAt`, where that is known. */
export interface LiveTime {
  readonly phase: "search" | "final" | "beside";
  readonly share01: number;
  readonly at: string;
  readonly endsAt?: string;
}

/** A trial that was trained to its end apart from the search, by `genius finish DIR --trial N`. */
export interface Apart {
  readonly trial: number;
  /** On test data; absent where the metric was not measured. */
  readonly score?: number;
  /** Names that `GET /api/runs/:id/trials/:number/trained/:name` gives. */
  readonly files: readonly string[];
}

/** What a running search is doing right now. */
export interface LiveState {
  /** The trial that is being thought of. */
  readonly proposing?: { readonly trial: number; readonly since: string };
  readonly evaluating: readonly {
    readonly trial: number;
    readonly key: string;
    readonly choices: readonly number[];
    readonly by: string;
    readonly rationale?: string;
    readonly paramCount: number;
    readonly macCount: number;
    readonly since: string;
    /** The learning curve as it grows. */
    readonly curve: readonly EpochPoint[];
  }[];
  /** What is run beside a search that has ended, and how far it is. */
  readonly beside?: { readonly words: string };
  /** How far the whole run is, the final training included; of what is run beside it how far that is. */
  readonly time?: LiveTime;
  /** The final training of the selected network; `epochs` in all, where it goes by epochs. */
  readonly finalTraining?: {
    readonly trial: number;
    readonly key: string;
    readonly epochs?: number;
    readonly curve: readonly EpochPoint[];
  };
  /** What a run with the model `manual` asks the person. */
  readonly question?: {
    readonly id: string;
    readonly purpose: string;
    readonly prompt: string;
    readonly since: string;
  };
  /** A proposal that waits for the person. */
  readonly held?: {
    readonly trial: number;
    readonly key: string;
    readonly choices: readonly number[];
    readonly by: string;
    readonly rationale?: string;
    readonly predicted?: { readonly score: number; readonly sd01?: number };
    readonly paramCount: number;
    readonly macCount: number;
  };
}

/** For a trial not yet shown ("guess first"): recorded before the page reveals it. */
export interface NewGuess {
  readonly trial: number;
  readonly score: number;
}

/** The person's prediction beside the proposer's, the surrogate's and what was measured; absent what is not known. */
export interface Guess {
  readonly trial: number;
  readonly person01: number;
  readonly time: string;
  readonly model01?: number;
  readonly surrogate01?: number;
  readonly measured01?: number;
}
