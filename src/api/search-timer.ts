// Tells who follows a search by the clock how its time stands: the plan before it begins, what is left after each trial, and
// when a phase has to end. Undefined where the search goes by trials.

import { formatDuration } from "../base/units.ts";
import { outlookOf, outlookWords } from "../search/race/outlook.ts";
import type { RaceSetting } from "../search/race/race.ts";
import type { LiveWriter } from "../study/live-file.ts";
import type { StudyResult } from "../study/run-study.ts";
import { type BegunFinal, createTimeBudget, type TimeBudget } from "../study/time-budget.ts";
import type { ClockPlan, SearchEvent } from "./search-events.ts";

/** What of a run's time was used before this sitting's search. */
export interface SearchTime {
  readonly usedMs: number;
  /** Of it, until the search first began. */
  readonly openingMs: number;
  /** The final training, where an earlier sitting began it. */
  readonly begun?: BegunFinal | undefined;
}

export interface SearchTimer extends TimeBudget {
  readonly plan: ClockPlan;
  /** Whether a training runs on so far beyond the time of the search that it has to be dropped. */
  isOverdue(): boolean;
  /** Tells how the search stands. */
  tellSearch(): void;
  /** Tells that the final training begins. @returns the wall seconds that it has. */
  beginFinal(reason: StudyResult["reason"]): number;
}

/** The share of the final training's time that a training of the search may take beyond its own. */
const overdueShare01 = 0.15;

export function createSearchTimer(
  race: RaceSetting | undefined,
  setting: {
    readonly time: SearchTime;
    readonly space: string;
    readonly tell: (event: SearchEvent) => void;
    readonly liveFile: LiveWriter;
  },
): SearchTimer | undefined {
  if (race === undefined) return undefined;
  const { time, space, tell, liveFile } = setting;
  const usedSeconds = time.usedMs / 1000;
  const clock = createTimeBudget({
    ...{ plan: race.plan, usedSeconds, openingSeconds: time.openingMs / 1000, begun: time.begun },
  });
  const searchSeconds = Math.max(0, clock.searchSecondsLeft());
  const { plannedFinalSeconds: finalSeconds } = clock;
  const tellPhase = (phase: "search" | "final", phaseLeftSeconds: number, leftSeconds: number) => {
    const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
    const shown = { phase, phaseEnds: at(phaseLeftSeconds), deadline: at(leftSeconds) };
    liveFile.update((live) => ({ ...live, clock: shown }));
    tell({ kind: "clock", phase, usedSeconds: clock.usedSeconds(), leftSeconds, phaseLeftSeconds });
  };
  return {
    ...clock,
    plan: {
      minutes: race.plan.totalSeconds / 60,
      ...{ usedSeconds, searchSeconds, finalSeconds, rungs: race.plan.rungs },
      ...outlookOf(race),
      words:
        time.begun === undefined
          ? outlookWords(race, { space, searchSeconds, finalSeconds })
          : `the search is over; final training ${formatDuration(clock.finalSeconds("time-spent") * 1000)} left`,
    },
    isOverdue: () => clock.searchSecondsLeft() < -overdueShare01 * finalSeconds,
    tellSearch: () => tellPhase("search", clock.searchSecondsLeft(), clock.secondsLeft()),
    beginFinal(reason) {
      const seconds = clock.finalSeconds(reason);
      tellPhase("final", seconds, seconds);
      return seconds;
    },
  };
}
