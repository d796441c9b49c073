// What became of a model's answers in a study: how many led to a design, how many did not, and why. Read from the
// proposals alone, so that a terminal, a report and a page say the same, and a resumed search knows it again.
import type { Proposal } from "./trial.ts";

export interface ModelAnswers {
  readonly asked: number;
  readonly used: number;
  /** Reasons with how often, most frequent first. */
  readonly unusable: readonly (readonly [why: string, times: number])[];
  readonly overruled: readonly (readonly [why: string, times: number])[];
  /** Why the model was not asked any more. */
  readonly ended: string | undefined;
}

/** This many unusable answers in a row end the model's part: every one is paid for. */
const patience = 3;

/** @param proposals in order of number */
export function modelAnswers(proposals: readonly Proposal[]): ModelAnswers {
  const unusable = new Map<string, number>();
  const overruled = new Map<string, number>();
  let used = 0;
  let ended: string | undefined;
  for (const proposal of proposals) {
    for (const { kind, why } of unusedOf(proposal)) {
      const counts = kind === "unusable" ? unusable : overruled;
      counts.set(why, (counts.get(why) ?? 0) + 1);
    }
    if (isUsed(proposal)) used += 1;
    ended ??= proposal.modelEnded;
  }
  const inOrder = (counts: ReadonlyMap<string, number>) => [...counts].sort(([, a], [, b]) => b - a);
  const total = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((sum, n) => sum + n, 0);
  return {
    asked: used + total(unusable) + total(overruled),
    used,
    unusable: inOrder(unusable),
    overruled: inOrder(overruled),
    ended,
  };
}

/** Unusable answers at the end of a search so far, with no usable one between. */
export function unusableInARow(proposals: readonly Proposal[]): number {
  let inARow = 0;
  for (const proposal of proposals) {
    for (const { kind } of unusedOf(proposal)) inARow = kind === "unusable" ? inARow + 1 : 0;
    if (isUsed(proposal)) inARow = 0;
  }
  return inARow;
}

export const isPatienceSpent = (inARow: number): boolean => inARow >= patience;

/** "Of 6 answers of the model 2 were used. 3 could not be used: …", undefined when it was never asked. */
export function answersInWords(proposals: readonly Proposal[]): string | undefined {
  const { asked, used, unusable, overruled, ended } = modelAnswers(proposals);
  const end = ended === undefined ? "" : ` The model was not asked any more: ${ended}.`;
  if (asked === 0) return ended === undefined ? undefined : end.trim();
  const parts = [
    `Of ${count(asked, "answer")} of the model ${used === 0 ? "none" : used} ${used > 1 ? "were" : "was"} used.`,
    ...reasons(unusable, "could not be used"),
    ...reasons(overruled, "gave way"),
  ];
  return `${parts.join(" ")}${end}`;
}

function reasons(counts: ModelAnswers["unusable"], what: string): readonly string[] {
  if (counts.length === 0) return [];
  const total = counts.reduce((sum, [, times]) => sum + times, 0);
  const shown = counts.slice(0, 3).map(([why, times]) => (counts.length === 1 ? why : `${why} (${times} ×)`));
  const more = counts.length > 3 ? "; …" : "";
  return [`${total} ${what}: ${shown.join("; ")}${more}.`];
}

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** A proposal of an older journal says only that its one reply could not be read. */
function unusedOf({ unusedAnswers, unreadable, call }: Proposal) {
  if (unusedAnswers !== undefined) return unusedAnswers;
  return unreadable === undefined ? [] : [{ call: call ?? 0, kind: "unusable" as const, why: unreadable }];
}

const isUsed = (proposal: Proposal) =>
  proposal.call !== undefined && !unusedOf(proposal).some(({ call }) => call === proposal.call);
