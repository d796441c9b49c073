// How far the searches by other strategies are, in the live file of the run that they belong to: their own runs have live files
// of their own.
import { counted, formatDuration } from "../base/units.ts";
import { isEvaluated } from "../search/trial.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import type { LiveWriter } from "../study/live-file.ts";
import type { SearchEvent } from "./search-events.ts";

/** Shows in a run's live file what is run beside it, and how far it is. */
export function showProgress(live: LiveWriter): (words: string, share01: number) => void {
  const since = new Date().toISOString();
  return (words, share01) => {
    const changed = new Date().toISOString();
    const beside = { words, share01: Math.min(1, Math.max(0, share01)), since, changed };
    live.update((before) => ({ ...before, beside }));
  };
}

interface SearchOf {
  readonly config: Pick<StudyConfig, "strategy" | "minutes" | "trials">;
  /** From 1. */
  readonly number: number;
  readonly count: number;
}

/** The share of a search by evaluations that its trials are, where a final training follows. */
const trialsShare01 = 0.8;

/** Follows one of them by its events. */
export function followSearch(
  show: (words: string, share01: number) => void,
  { config: { strategy, minutes, trials }, number, count }: SearchOf,
): (event: SearchEvent) => void {
  let done = 0;
  const say = (what: string, share01: number) =>
    show(
      `a search with ${strategy}, ${number} of ${count}: ${what}`,
      (number - 1 + Math.min(1, share01)) / count,
    );
  return (event) => {
    if (event.kind === "clock" && minutes !== undefined) {
      const { usedSeconds, leftSeconds } = event;
      say(`${formatDuration(1000 * Math.max(0, leftSeconds))} left`, usedSeconds / (60 * minutes));
    } else if (event.kind === "plan") done = event.plan.recorded.filter(isEvaluated).length;
    else if (event.kind === "trial" && minutes === undefined) {
      done += isEvaluated(event.trial) ? 1 : 0;
      say(counted(done, "evaluation"), (trialsShare01 * done) / trials);
    }
  };
}
