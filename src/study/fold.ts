// The one reading of a journal: its lines folded, one after the other, into what is known of the study. A finished file is
// folded whole and a growing one bit by bit, by the same function, so that no two surfaces can disagree about a run.
// Pure: it reads no file, and the state before is never changed.
import type { JsonObject } from "../base/json.ts";
import type { JsonLine } from "../base/json-lines.ts";
import { bestOf, isEvaluated, isScored, type ScoredTrial, type Trial } from "../search/trial.ts";
import {
  type BaselineRun,
  type BaselineSearch,
  checkJournalLine,
  failureWords,
  type JournalHeader,
  type JournalLine,
  type KeptSpace,
  type LineFault,
  type NoteLine,
  type ReferenceRun,
  type ResultLine,
  type TrialLine,
} from "./journal-lines.ts";
import type { BegunFinal } from "./time-budget.ts";

/** A trial as its line has it. */
export type KeptTrial = Pick<TrialLine, "trial" | "key" | "time">;

export interface JournalState {
  /** Undefined until its line is there. */
  readonly header: JournalHeader | undefined;
  /** In order of number. */
  readonly trials: readonly Trial[];
  /** The same trials in the order of finishing: only ever appended to. */
  readonly rows: readonly KeptTrial[];
  readonly rowOf: ReadonlyMap<number, KeptTrial>;
  readonly notes: readonly NoteLine[];
  /** The space that was written before the search, where one was. */
  readonly writtenSpace: KeptSpace | undefined;
  /** How the study ended. A resume takes it back until a newer one follows. */
  readonly result: ResultLine | undefined;
  /** The last result of all, taken back or not: it names the trial that `best/` in the run's folder belongs to. */
  readonly lastResult: ResultLine | undefined;
  /** Runs of other strategies with the same evaluations, from the result or run after it. */
  readonly baselines: readonly BaselineRun[];
  /** The hand-designed network that was trained alone for as long, where one was. */
  readonly reference: ReferenceRun | undefined;
  /** Searches by other strategies that were as long, in the order they were asked for. */
  readonly searches: readonly BaselineSearch[];
  /** The trial that the result names, else the best so far. */
  readonly selected: ScoredTrial | undefined;
  /** How it stands when no process is running it. */
  readonly standing: "finished" | "stopped" | "failed";
  /** The final training, where it was begun and the run goes by the clock. */
  readonly final: BegunFinal | undefined;
  /** Of final trainings that ended, with the test and the files. */
  readonly finalMs: number;
  /** Since the last trial or result. */
  readonly sinceTrialMs: number;
  /** Time until the search began, in a run by the clock: its data was opened, and perhaps its space written. */
  readonly openingMs: number;
  /** The error that stopped it, for `failed`. */
  readonly failure: string | undefined;
  readonly spent: StudySpending;
  /** The hash of the data that trials are measured on, as of the last line; undefined where none was kept. */
  readonly dataHash: string | undefined;
  /** The time of the last line; empty without one. */
  readonly changedAt: string;
  /** The first line that cannot be read. Nothing after it is. */
  readonly damage: Damage | undefined;
}

/** What the trials took. */
export interface StudySpending {
  readonly evaluations: number;
  /** Made-up starts are none. */
  readonly proposals: number;
  /** Sum over the evaluations. */
  readonly evaluationMs: number;
  readonly epochs: number;
  /** From the beginning to the last line, without the pauses between a stop and a resume. */
  readonly elapsedMs: number;
}

export interface Damage {
  readonly lineNumber: number;
  /** What is wrong, as the end of a sentence that begins with the file and the line. */
  readonly what: string;
  /** Whether the file is no journal of this release, so that there is nothing to repair. */
  readonly isForeign: boolean;
}

export const emptyJournal: JournalState = {
  header: undefined,
  trials: [],
  rows: [],
  rowOf: new Map(),
  notes: [],
  writtenSpace: undefined,
  result: undefined,
  lastResult: undefined,
  baselines: [],
  reference: undefined,
  searches: [],
  selected: undefined,
  standing: "stopped",
  failure: undefined,
  final: undefined,
  finalMs: 0,
  sinceTrialMs: 0,
  openingMs: 0,
  spent: { evaluations: 0, proposals: 0, evaluationMs: 0, epochs: 0, elapsedMs: 0 },
  dataHash: undefined,
  changedAt: "",
  damage: undefined,
};

/** The state after further lines of the same journal. */
export function foldJournal(before: JournalState, lines: readonly JsonLine[]): JournalState {
  if (lines.length === 0 || before.damage !== undefined) return before;
  const open = {
    ...before,
    rows: [...before.rows],
    rowOf: new Map(before.rowOf),
    notes: [...before.notes],
  };
  for (const { value, lineNumber, problem } of lines) {
    const line = problem === undefined ? checkJournalLine(value, open.header) : { fault: ` ${problem}` };
    const fault = "fault" in line ? line : misplaced(open, line);
    if (fault !== undefined) {
      open.damage = { lineNumber, what: fault.fault, isForeign: fault.isForeign === true };
      break;
    }
    take(open, line as JournalLine);
  }
  return { ...open, ...derived(before, open) };
}

type Open = { -readonly [Field in keyof JournalState]: JournalState[Field] } & {
  rows: KeptTrial[];
  rowOf: Map<number, KeptTrial>;
  notes: NoteLine[];
};

/** What is wrong with a line that is right in itself. */
function misplaced(state: JournalState, line: JournalLine): LineFault | undefined {
  if (line.kind === "header")
    return state.header === undefined ? undefined : { fault: " is a second header" };
  if (state.header === undefined) return { fault: `: a ${line.kind}, and a journal begins with its header` };
  if (line.kind === "trial" && state.rowOf.has(line.trial.number))
    return { fault: `: trial ${line.trial.number} is there already` };
  return undefined;
}

function take(open: Open, line: JournalLine): void {
  const begun = line.kind === "header" ? (line.startedAt ?? line.time) : line.time;
  const last = Date.parse(open.changedAt || begun);
  // Until a search is resumed, and while something is run beside it, it does not work.
  const pauses = line.kind === "note" && (line.about === "resumed" || isBeside(line));
  const passed = pauses ? 0 : Date.parse(line.time) - last;
  const passedMs = Number.isNaN(passed) ? 0 : Math.max(0, passed);
  const elapsedMs = open.spent.elapsedMs + passedMs;
  open.sinceTrialMs += passedMs;
  open.spent = { ...open.spent, elapsedMs };
  if (!(Date.parse(line.time) < last)) open.changedAt = line.time;
  switch (line.kind) {
    case "header":
      open.header = line;
      open.dataHash = dataHashOf(line.provenance);
      open.openingMs = elapsedMs;
      break;
    case "trial": {
      const row = { trial: line.trial, key: line.key, time: line.time };
      open.rows.push(row);
      open.rowOf.set(line.trial.number, row);
      open.spent = spentWith(open.spent, line.trial);
      open.sinceTrialMs = 0;
      break;
    }
    case "note":
      open.notes.push(line);
      if (line.about === "resumed") [open.result, open.baselines, open.searches] = [undefined, [], []];
      open.baselines = line.baselines ?? open.baselines;
      open.reference = line.reference ?? open.reference;
      open.searches = withSearch(open.searches, line.search);
      // What was written before the search belongs to what was used before it.
      if (line.space !== undefined) [open.openingMs, open.writtenSpace] = [elapsedMs, line.space];
      if (line.about === "final" && line.seconds !== undefined)
        open.final = { seconds: line.seconds, usedSeconds: elapsedMs / 1000 };
      open.dataHash = line.dataHash ?? open.dataHash;
      open.header = open.header && withChanges(open.header, line);
      break;
    case "result":
      open.result = line;
      open.lastResult = line;
      open.baselines = line.baselines ?? [];
      open.finalMs += open.sinceTrialMs;
      open.sinceTrialMs = 0;
      break;
    default:
      line satisfies never;
  }
}

/** One search a strategy: a later one takes the place of an earlier. */
function withSearch(
  searches: readonly BaselineSearch[],
  search: BaselineSearch | undefined,
): readonly BaselineSearch[] {
  if (search === undefined) return searches;
  return [...searches.filter(({ strategy }) => strategy !== search.strategy), search];
}

/** Of what was run after the search, which it is no part of. */
const isBeside = ({ about }: Pick<NoteLine, "about">) => about === "baselines" || about === "trained";

/** A resume may find its files elsewhere, and may be asked for more evaluations; a space may be written before the search. */
function withChanges(header: JournalHeader, { places, trials, space }: NoteLine): JournalHeader {
  if (places === undefined && trials === undefined && space === undefined) return header;
  const changes = {
    ...(places !== undefined && { places }),
    ...(trials !== undefined && { trials }),
    ...(space !== undefined && { space: space.file, spaceOptions: space.options }),
  };
  return { ...header, config: { ...header.config, ...changes } };
}

function spentWith(spent: StudySpending, trial: Trial): StudySpending {
  return {
    ...spent,
    evaluations: spent.evaluations + (isEvaluated(trial) ? 1 : 0),
    proposals: spent.proposals + (trial.proposal.nominalScore === undefined ? 1 : 0),
    evaluationMs: spent.evaluationMs + trial.outcome.spent.milliseconds,
    epochs: spent.epochs + (trial.outcome.spent.epochs ?? 0),
  };
}

function derived(
  before: JournalState,
  { rows, notes, result, rowOf }: Open,
): Pick<JournalState, "trials" | "selected" | "standing" | "failure"> {
  const trials =
    rows.length === before.rows.length
      ? before.trials
      : rows.map(({ trial }) => trial).sort((a, b) => a.number - b.number);
  const named = result?.best == null ? undefined : rowOf.get(result.best)?.trial;
  const last = notes.findLast((note) => !isBeside(note));
  const failure =
    result === undefined && last?.about === "stopped" && last.text.startsWith(failureWords)
      ? last.text.slice(failureWords.length)
      : undefined;
  return {
    trials,
    selected: named !== undefined && isScored(named) ? named : bestOf(trials),
    standing: result !== undefined ? "finished" : failure === undefined ? "stopped" : "failed",
    failure,
  };
}

/** The best trial before the one of that number: what it is compared with. */
export function parentOf({ trials }: Pick<JournalState, "trials">, number: number): ScoredTrial | undefined {
  return bestOf(trials.filter((trial) => trial.number < number));
}

/** Whether the files in `best/` belong to a trial: to the one that the last result named, else to the selected one. */
export function isHandedOver(
  { lastResult, selected }: Pick<JournalState, "lastResult" | "selected">,
  number: number,
): boolean {
  return number === (lastResult === undefined ? selected?.number : lastResult.best);
}

/** What the space of a run is called: until it is written, by who writes it. Empty without a header. */
export function spaceNameOf({ header, writtenSpace }: Pick<JournalState, "header" | "writtenSpace">): string {
  const { space = "", spaceWriter } = header?.config ?? {};
  return writtenSpace === undefined ? (spaceWriter ?? space) : space;
}

/** The hash of the images or of the table that a study stands on, in its provenance. */
export function dataHashOf(provenance: JsonObject): string | undefined {
  const { datasetHash, sha256 } = detailsOf(provenance);
  const hash = datasetHash ?? sha256;
  return typeof hash === "string" ? hash : undefined;
}

/** What the evaluator said of itself in a provenance. */
function detailsOf({ evaluator }: JsonObject): JsonObject {
  return typeof evaluator === "object" && evaluator !== null && !Array.isArray(evaluator)
    ? (evaluator as JsonObject)
    : {};
}

/** What the evaluator said of itself when the study began. */
export function evaluatorFacts({ header }: Pick<JournalState, "header">): {
  readonly selectedOn: "validation" | "test";
  readonly optimum: number | undefined;
} {
  const details = detailsOf(header?.provenance ?? {});
  const { optimum } = details;
  return {
    selectedOn: details.selectedOn === "test" ? "test" : "validation",
    optimum: typeof optimum === "number" ? optimum : undefined,
  };
}

/** A journal with its header and without damage. */
export type RunRecord = JournalState & {
  readonly header: JournalHeader;
  readonly damage: undefined;
  /** What was wrong with the file and could be left out safely, such as a torn last line. */
  readonly warnings: readonly string[];
};
