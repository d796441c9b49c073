// How much of a space a bench has seen, in words: designs without a figure, and budgets that reach every design.
import type { Bench, BenchTrace } from "./bench.ts";

export function coverageNotes({
  source,
  designCount,
  spaceDesignCount,
  evaluations,
  traces,
}: Bench): string[] {
  const notes: string[] = [];
  if (spaceDesignCount === undefined) return notes;
  const missing = source === "own table" && designCount !== undefined ? spaceDesignCount - designCount : 0;
  const count = (value: number) => value.toLocaleString("en");
  if (missing > 0 && designCount !== undefined) {
    notes.push(
      `The table has ${count(designCount)} of the ${count(spaceDesignCount)} designs of the space that are allowed. Each of the other ${count(missing)} that a strategy asks for costs it an evaluation and fails; ranks and regret count among the ${count(designCount)}.`,
    );
  }
  const budget = Math.max(...evaluations);
  if (budget >= spaceDesignCount) {
    const all = traces.every((trace) => evaluatedOf(trace) >= spaceDesignCount);
    notes.push(
      `${all ? `Every run evaluated all ${count(spaceDesignCount)} designs` : `There are only ${count(spaceDesignCount)} designs`}, so a budget of ${count(budget)} evaluations says nothing of a strategy: compare at fewer.`,
    );
  }
  return notes;
}

const evaluatedOf = ({ proposals: { made, infeasible, duplicate, unreadable } }: BenchTrace): number =>
  made - infeasible - duplicate - unreadable;
