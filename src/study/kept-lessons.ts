// The lessons that a model kept in a run, read from its journal: those in force, and how they came about. For every surface.
import { type EditedLessons, type Lessons, lessonsNow } from "../search/prompt/lessons.ts";
import type { JournalState } from "./fold.ts";

export interface KeptLessons {
  readonly now: Lessons;
  /** In order; `trial` is the one with which a text was written, or from which on an edit holds. */
  readonly history: readonly { readonly trial: number; readonly text: string; readonly byPerson: boolean }[];
}

/** Undefined where no lessons were kept. */
export function keptLessons({
  trials,
  notes,
}: Pick<JournalState, "trials" | "notes">): KeptLessons | undefined {
  const edits = notes.flatMap(({ turn }): EditedLessons[] =>
    turn?.turn.kind === "lessons" ? [{ text: turn.turn.text, trialNumber: turn.trialNumber }] : [],
  );
  const written = trials.flatMap(({ number, proposal: { lessons } }) =>
    lessons === undefined ? [] : [{ trial: number, text: lessons, byPerson: false }],
  );
  const history = [
    ...written,
    ...edits.map(({ text, trialNumber }) => ({ trial: trialNumber, text, byPerson: true })),
  ].sort((a, b) => a.trial - b.trial || Number(b.byPerson) - Number(a.byPerson));
  if (history.length === 0) return undefined;
  return { now: lessonsNow({ trials, pending: [], edited: edits.at(-1) }), history };
}
