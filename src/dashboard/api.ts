// The contract between the dashboard's server and its page: every route with what it takes and gives, and every live
// event. Plain JSON and types only, so that the page can import it by a type-only import; what a run shows is in
// api-views.ts.
//
// All routes are below /api. A run's id is what `RunSummary.id` gives; put it through encodeURIComponent. An error is
// any status of 400 and more with an `ApiError` as its body. Scores are those of the run's metric, times are ISO texts or
// milliseconds (`…Ms`), money is US dollars (`usd`). Texts of journals, files and models are untrusted: show them as
// text, never as markup.
//
// The token: `genius dashboard` prints http://127.0.0.1:PORT/#token=…; the page takes it from the fragment, keeps it in
// sessionStorage, removes it from the address, and sends it as the header `x-genius-token` with every request. POST
// needs it always (403 `bad-token` without). GET needs it only where the server is open to the network; EventSource
// and download links, which cannot send headers, put it into the query as `token=…`. Without a token the page is
// read-only and should say so.

import type { Metric } from "../metrics/metric.ts";
import type { Apart, Guess, InForce, LiveState, NewGuess, Turn } from "./api-live.ts";
import type {
  AskedBefore,
  DataSurvey,
  FolderView,
  OptionGroup,
  PriceEstimate,
  Started,
  StartForm,
  StartRequest,
} from "./api-start.ts";
import type { TextCheck, TextOrder } from "./api-text.ts";
import type {
  Attribution,
  CallDetail,
  CallSummary,
  Comparison,
  Curve,
  EarlyLateAnswer,
  ExportFormat,
  NetworkView,
  TrialColumns,
  TrialDetail,
  Trouble,
  Worth,
} from "./api-views.ts";

export type * from "./api-live.ts";
export type * from "./api-start.ts";
export type * from "./api-text.ts";
export type * from "./api-views.ts";
export type { Metric };

/** The body of every answer that is not 2xx. `message` is written for the person. */
export interface ApiError {
  readonly error: { readonly code: string; readonly message: string };
}

// ── Routes ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What each route takes (`query`, `body`) and gives (`reply`). `:id` is a run, `:number` a trial, `:index` a call. */
export interface Routes {
  readonly "GET /api/about": { readonly reply: About };
  /** All runs, newest first. */
  readonly "GET /api/runs": { readonly reply: { readonly runs: readonly RunSummary[] } };
  /** The sooner this is asked the better: it has all that the first paint needs but the trials. */
  readonly "GET /api/runs/:id": { readonly reply: RunDetail };
  /**
   * Rows `from` … of the trials, in the order in which they finished: rows are only ever appended. Sort by `number` where
   * evaluations are counted ("best so far over evaluations"). `limit` is at most 20,000 (the default).
   */
  readonly "GET /api/runs/:id/trials": {
    readonly query: { readonly from?: number; readonly limit?: number };
    readonly reply: TrialColumns;
  };
  readonly "GET /api/runs/:id/trials/:number": { readonly reply: TrialDetail };
  /** What a surrogate that saw the trials before this one makes of it. Takes up to seconds. */
  readonly "GET /api/runs/:id/trials/:number/why": { readonly reply: Attribution };
  /** Proposals that were not scored as proposed, newest first, a page at a time. `limit` is at most 500 (200). */
  readonly "GET /api/runs/:id/troubles": {
    readonly query: { readonly from?: number; readonly limit?: number };
    readonly reply: Page<Trouble>;
  };
  /** Learning curves of finished trainings, best first; `most` is at most 500 (60). Those under way: `LiveState`. */
  readonly "GET /api/runs/:id/curves": {
    readonly query: { readonly most?: number };
    /** `final`: of the finished training of the selected network to its end. */
    readonly reply: { readonly curves: readonly Curve[]; readonly total: number; readonly final?: Curve };
  };
  /** What each decision was worth; `null` with too few trials. Takes up to seconds. */
  readonly "GET /api/runs/:id/worth": { readonly reply: Worth | null };
  /** Simple operations early, complex ones late? Takes up to seconds. */
  readonly "GET /api/runs/:id/early-late": { readonly reply: EarlyLateAnswer };
  /**
   * The network of a trial, or of a design whose `choices` are given as digits (02012100 or 0,2,0); with `against` (digits)
   * or `againstTrial`, its difference from that one.
   */
  readonly "GET /api/runs/:id/network": {
    readonly query: {
      readonly trial?: number;
      readonly choices?: string;
      readonly against?: string;
      readonly againstTrial?: number;
    };
    readonly reply: NetworkView;
  };
  /** A download: the network of a trial. ONNX and safetensors have trained weights where the trial's are available. */
  readonly "GET /api/runs/:id/export": {
    readonly query: { readonly trial: number; readonly format: ExportFormat };
    readonly reply: Download;
  };
  /** A download: a file of `best/`, one of `RunDetail.trained`. */
  readonly "GET /api/runs/:id/trained/:name": { readonly reply: Download };
  /** A picture that a model was shown: `MessageImage.hash`. */
  readonly "GET /api/runs/:id/pictures/:hash": { readonly reply: Download };
  /** A download of the whole run in one form. */
  readonly "GET /api/runs/:id/download": {
    readonly query: {
      readonly what: "report.html" | "report.md" | "trials.csv" | "journal.jsonl" | "conversation.jsonl";
    };
    readonly reply: Download;
  };
  /** The calls in the order of asking, without their texts. `limit` is at most 5,000 (1,000). */
  readonly "GET /api/runs/:id/calls": {
    readonly query: { readonly from?: number; readonly limit?: number };
    readonly reply: Page<CallSummary>;
  };
  /** Rows of the calls whose prompt or reply has all words of `text`, in any case. */
  readonly "GET /api/runs/:id/search": {
    readonly query: { readonly text: string };
    readonly reply: { readonly calls: readonly number[] };
  };
  /** One call, whole; `:index` counts from 0. */
  readonly "GET /api/runs/:id/calls/:index": { readonly reply: CallDetail };
  /** Several runs, for comparing: their best so far over evaluations. `runs`: up to 20 ids, as `joinIds` writes them. */
  readonly "GET /api/compare": { readonly query: { readonly runs: string }; readonly reply: Comparison };
  /** Server-sent events of the list of runs: `ListEvent`s. */
  readonly "GET /api/events": { readonly reply: EventStream<ListEvent> };
  /** Server-sent events of a run, from row `from` of its trials and row `calls` of its calls on: `RunEvent`s. */
  readonly "GET /api/runs/:id/events": {
    readonly query: { readonly from: number; readonly calls?: number };
    readonly reply: EventStream<RunEvent>;
  };
  /** What can be searched for and with what; members' own options come from `GET /api/form/options`. */
  readonly "GET /api/form": { readonly reply: StartForm };
  /**
   * The options of the members that were chosen, to be shown as further groups of the form. Names of the catalog only: the
   * options of a file of the person's own are checked when the search starts.
   */
  readonly "GET /api/form/options": {
    readonly query: { readonly space?: string; readonly strategy?: string; readonly evaluator?: string };
    readonly reply: { readonly groups: readonly OptionGroup[] };
  };
  /** Reads the images at a path or of a name, as a search would. Takes as long as that. */
  readonly "POST /api/form/data": { readonly body: { readonly dataset: string }; readonly reply: DataSurvey };
  /** Needs the token, since it shows what is on the machine; without a path the folder that the server was started in. */
  readonly "POST /api/form/folders": {
    readonly body: { readonly path?: string };
    readonly reply: FolderView;
  };
  readonly "GET /api/form/price": {
    readonly query: { readonly model: string; readonly calls: number };
    readonly reply: PriceEstimate;
  };
  /** Reads a text of the language while it is written: mistakes with their places, or costs and a drawing. Nothing is kept. */
  readonly "POST /api/text": { readonly body: TextOrder; readonly reply: TextCheck };
  readonly "POST /api/runs": { readonly body: StartRequest; readonly reply: Started };
  /** What the run was asked, as values of the form: to start another like it. */
  readonly "GET /api/runs/:id/asked": { readonly reply: AskedBefore };
  /** Replaces the person's note. */
  readonly "POST /api/runs/:id/note": { readonly body: RunNote; readonly reply: RunNote };
  /** Moves a run that is not running into the trash: 409 `locked` while it runs. */
  readonly "POST /api/runs/:id/delete": { readonly body: Record<string, never>; readonly reply: Done };
  /** Takes a deleted run back. */
  readonly "POST /api/trash/restore": { readonly body: { readonly id: string }; readonly reply: Done };
  readonly "POST /api/runs/:id/stop": { readonly body: Record<string, never>; readonly reply: Done };
  /** `trials`: total number of evaluations, to continue beyond the plan. */
  readonly "POST /api/runs/:id/resume": { readonly body: { readonly trials?: number }; readonly reply: Done };
  /** Runs what the run is compared with (`RunDetail.offer`): 409 `locked` while it runs. Stopped by `stop`. */
  readonly "POST /api/runs/:id/baselines": { readonly body: Record<string, never>; readonly reply: Done };
  /** Trains a trial's network to its end, as `genius finish --trial` does: 409 `locked` while the run runs. Stopped by `stop`. */
  readonly "POST /api/runs/:id/trials/:number/finish": {
    readonly body: Record<string, never>;
    readonly reply: Done;
  };
  /** Trials that were trained to their end apart from the search, in the order of their numbers. */
  readonly "GET /api/runs/:id/apart": { readonly reply: { readonly trials: readonly Apart[] } };
  /** A download: a file that such a training left, one of `Apart.files`. */
  readonly "GET /api/runs/:id/trials/:number/trained/:name": { readonly reply: Download };
  /** Allows `RunDetail.programs` to be run, until the server ends: looking at a run runs nothing that its journal names. */
  readonly "POST /api/runs/:id/programs": { readonly body: Record<string, never>; readonly reply: Done };
  /** A person's turn in a running search (409 `not-running` otherwise). It is carried out at the next proposal. */
  readonly "POST /api/runs/:id/turns": { readonly body: Turn; readonly reply: { readonly id: string } };
  /** Records the person's own prediction. Finished runs too; a second guess for a trial is refused (409). */
  readonly "POST /api/runs/:id/guesses": { readonly body: NewGuess; readonly reply: Guess };
  readonly "GET /api/runs/:id/guesses": { readonly reply: { readonly guesses: readonly Guess[] } };
}

/** A file, with `content-disposition: attachment`. */
export interface Download {
  readonly kind: "download";
}

/** `text/event-stream`: each message's data is one JSON value of `Event`. The field `event:` is not used. */
export interface EventStream<Event> {
  readonly kind: "events";
  readonly event?: Event;
}

export interface Done {
  readonly done: true;
}

/** Rows `from` … of `total`. */
export interface Page<Row> {
  readonly from: number;
  readonly total: number;
  readonly rows: readonly Row[];
}

export interface About {
  readonly version: string;
  /** The folders that are looked through for runs. */
  readonly folders: readonly string[];
  /** Whether this request had a token that allows changes. */
  readonly mayChange: boolean;
}

// ── Runs ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * `running`: a live process holds the folder's lock. `stopped`: resumable, and no one is at it. `finished`: the journal
 * has its result. `failed`: stopped by an error (`RunSummary.problem` says which). `unreadable`: damaged, see `problem`.
 */
export type RunState = "running" | "stopped" | "finished" | "failed" | "unreadable";

export interface RunSummary {
  readonly id: string;
  /** The folder, for people. */
  readonly folder: string;
  readonly state: RunState;
  readonly problem?: string;
  readonly dataset: string;
  readonly space: string;
  readonly strategy: string;
  readonly evaluator: string;
  readonly model?: string;
  readonly seed: number;
  readonly startedAt: string;
  /** Of the last line of the journal. */
  readonly changedAt: string;
  /** Evaluations asked for, and spent so far. */
  readonly budget: number;
  readonly evaluations: number;
  readonly proposals: number;
  readonly limits: Limits;
  readonly selectedOn: "validation" | "test";
  /** What designs are selected on; every score is of it, such that higher is better. */
  readonly metric: Metric;
  readonly best?: BestDesign;
  readonly testScore?: number;
  /** How good the best is: the trained network's test figure first, then in which training it was, and what the search saw. */
  readonly headline?: { readonly main: string; readonly details: readonly string[] };
  /** What to say where the best is at chance level. */
  readonly chance?: string;
  /** Of a finished run by the clock: whether its network is better than the best hand-designed one. */
  readonly beside?: readonly string[];
  /** Whether the search found anything, in a sentence; `none`: there is nothing to compare with. */
  readonly verdict?: Verdict;
  /** When a running search will end, as of its last trial; the run itself knows more (`LiveState.time`). */
  readonly endsAt?: string;
  /** When the search ended with a result; something may still be run beside it. */
  readonly endedAt?: string;
  /** A running search goes no further before a person has answered or released a proposal. */
  readonly waits?: true;
  /** Minutes asked for, of a run by the clock. */
  readonly minutes?: number;
  /** What a person wrote about it. */
  readonly note?: RunNote;
  readonly spent: Spending;
}

export interface RunNote {
  readonly label?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly text?: string | undefined;
  /** Out of the way: not listed unless asked for. */
  readonly isArchived?: boolean | undefined;
}

export interface Verdict {
  readonly kind: "better" | "unclear" | "worse" | "none";
  readonly words: string;
  /** For a row of a list: "better than random search". */
  readonly short: string;
}

export interface Limits {
  readonly minParamCount?: number;
  readonly maxParamCount?: number;
  readonly minMacCount?: number;
  readonly maxMacCount?: number;
  readonly maxRamBytes?: number;
  readonly maxFlashBytes?: number;
  /** What RAM and flash are counted for. */
  readonly precision?: "int8" | "float";
}

export interface BestDesign {
  readonly trial: number;
  /** The design's published key, such as 22212220. */
  readonly key: string;
  /** What it is, in words: "9-layer depthwise, 18.4k parameters". Absent until it is known, and where the space is not known here. */
  readonly name?: string;
  readonly score: number;
  readonly paramCount: number;
  readonly macCount: number;
  readonly ramBytes?: number;
  readonly flashBytes?: number;
}

export interface Spending {
  /** Sum over the evaluations. */
  readonly evaluationMs: number;
  /** From the start to the last line. */
  readonly elapsedMs: number;
  readonly epochs: number;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Absent where the price of a call is not known. */
  readonly usd?: number;
  /** Recorded figures of a replayed conversation: nothing was paid now. */
  readonly replayed: boolean;
}

export interface RunDetail extends RunSummary {
  readonly task: string;
  /** The resolved configuration and what the figures stand on, for a table. */
  readonly settings: readonly { readonly name: string; readonly value: string }[];
  /** One command that repeats the run. */
  readonly command: string;
  /** Whether results were looked up instead of trained. */
  readonly tabular: boolean;
  /** Absent when the space cannot be loaded here: then designs are shown by their numbers and no network is drawn. */
  readonly decisions?: readonly DecisionInfo[];
  /** It is being written, so that there are no decisions yet. */
  readonly isSpaceUnwritten?: true;
  readonly spaceSummary?: string;
  /** The digit of option 0 in keys and in `choices` texts: 0 or 1. */
  readonly firstDigit: 0 | 1;
  /** The highest score that any design has, where a table knows it. */
  readonly optimum01?: number;
  readonly baselines: readonly BaselineBand[];
  /** The hand-designed network that was trained alone for as long, where one was. */
  readonly reference?: {
    readonly name: string;
    readonly paramCount: number;
    readonly macCount: number;
    /** On test data; absent where the metric was not measured. */
    readonly score?: number;
  };
  /** Searches by other strategies that were as long. */
  readonly searches: readonly {
    readonly strategy: string;
    readonly evaluations: number;
    /** Of the network that it handed over; absent where none was scored. */
    readonly paramCount?: number;
    readonly macCount?: number;
    /** On test data; absent where the metric was not measured. */
    readonly testScore?: number;
  }[];
  /** What could be run beside it now to know what it is worth: `lookUp` takes seconds, `train` as long as a training. */
  readonly offer?: { readonly kind: "lookUp" | "train"; readonly words: string };
  /** Files that its space and evaluator are, and that are not run before a person allows it. */
  readonly programs: readonly string[];
  /** What the final training left in `best/`: the trial, and the files that can be downloaded. */
  readonly trained?: {
    readonly trial: number;
    readonly files: readonly string[];
    /** Of one image on the machine that trained it. */
    readonly latencyMs?: number;
    readonly modelBytes?: number;
  };
  readonly notes: readonly Note[];
  readonly result?: { readonly reason: string; readonly best: number | null; readonly time: string };
  readonly warnings: readonly string[];
  /** Rows that `trials` has now. */
  readonly trialCount: number;
  readonly callCount: number;
  readonly live?: LiveState;
  /** Whether turns can be taken now, and which kinds: the paper's prompt, for instance, takes no insight. */
  readonly turns: readonly Turn["kind"][];
  /** What is in force: decisions that are pinned or have forbidden options, insights, and holding. */
  readonly inForce: InForce;
}

export interface DecisionInfo {
  readonly name: string;
  readonly meaning: string;
  readonly kind: "categorical" | "ordinal";
  readonly about: "architecture" | "training";
  readonly options: readonly string[];
}

/** Runs of another strategy at the same evaluations: the random band, largest-first. */
export interface BaselineBand {
  readonly strategy: string;
  readonly runs: number;
  /** Points of the curve; the same length for all four. `low01`/`high01`: 5 and 95 % of the runs, equal to the median for one run. */
  readonly evaluation: readonly number[];
  readonly median01: readonly number[];
  readonly low01: readonly number[];
  readonly high01: readonly number[];
}

export interface Note {
  readonly about:
    | "resumed"
    | "stopped"
    | "space"
    | "final"
    | "data"
    | "person"
    | "advice"
    | "warning"
    | "baselines"
    | "trained";
  readonly text: string;
  readonly trialNumber?: number;
  readonly time: string;
}

// ── Live events ───────────────────────────────────────────────────────────────────────────────────────────────────

export type ListEvent =
  /** A run that is new or has changed. */
  { readonly kind: "run"; readonly run: RunSummary } | { readonly kind: "gone"; readonly id: string };

export type RunEvent =
  /** New rows. Append them where `from` says. */
  | { readonly kind: "trials"; readonly trials: TrialColumns }
  | { readonly kind: "summary"; readonly run: RunSummary }
  /** null: nothing is under way. */
  | { readonly kind: "live"; readonly live: LiveState | null }
  | { readonly kind: "calls"; readonly calls: Page<CallSummary> }
  | { readonly kind: "notes"; readonly notes: readonly Note[]; readonly inForce: InForce };
