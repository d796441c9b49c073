// What each call to the model was worth: how far the designs that it led to raised the best score so far. Pure.
import type { CallSummary } from "../../../../src/dashboard/api.ts";
import { isScored, rowsByNumber, type TrialTable } from "../api/trial-table.ts";

export interface CallWorth {
  /** What its designs added to the best so far; undefined where none of them was scored. The first design of all adds nothing. */
  readonly gain: number | undefined;
  /** The best score after its designs and all before them; undefined before any was scored. */
  readonly best: number | undefined;
}

/** Nobody answered, so nothing was read or written: not a call of no tokens. */
export const isUnanswered = ({
  failed,
  inputTokens,
  outputTokens,
}: Pick<CallSummary, "failed" | "inputTokens" | "outputTokens">): boolean =>
  failed && inputTokens + outputTokens === 0;

/** One entry a call, in the order of the calls. */
export function worthOfCalls(
  calls: readonly Pick<CallSummary, "trials">[],
  trials: TrialTable,
): readonly CallWorth[] {
  const gains = new Map<number, { readonly gain: number; readonly best: number }>();
  let best: number | undefined;
  for (const row of rowsByNumber(trials)) {
    const score = trials.columns.score[row] ?? null;
    if (!isScored(trials, row) || score === null) continue;
    const gain = best === undefined ? 0 : Math.max(0, score - best);
    best = Math.max(best ?? score, score);
    gains.set(trials.columns.number[row]!, { gain, best });
  }
  let reached: number | undefined;
  return calls.map(({ trials: led }) => {
    const own = led.flatMap((number) => gains.get(number) ?? []);
    for (const each of own) reached = Math.max(reached ?? each.best, each.best);
    return {
      gain: own.length === 0 ? undefined : own.reduce((sum, { gain }) => sum + gain, 0),
      best: reached,
    };
  });
}
