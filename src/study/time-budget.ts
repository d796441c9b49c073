// The time budget of a run: how long it has, what of it is used – over all sittings, without the pauses between them –
// and when the search has to end so that the final training has its share.
import type { RacePlan } from "../search/race/race-plan.ts";
import type { EndedEarly, StudyClock, StudyResult } from "./run-study.ts";

export interface TimeBudget extends StudyClock {
  /** Wall seconds of the run so far. */
  usedSeconds(): number;
  /** Wall seconds until the whole run has to end; negative after that. */
  secondsLeft(): number;
  /** Wall seconds that the plan leaves for the final training, the test and the files. */
  readonly plannedFinalSeconds: number;
  /** The same, if they begin now. */
  finalSeconds(reason: StudyResult["reason"]): number;
}

export interface TimeBudgetSetting {
  readonly plan: Pick<RacePlan, "totalSeconds" | "searchSeconds">;
  /** Of the run by now, over all sittings. */
  readonly usedSeconds: number;
  /** Used when the search first began: the opening of the data, which is shared out between search and final training. */
  readonly openingSeconds: number;
  /** The final training, where it was begun in an earlier sitting. */
  readonly begun?: BegunFinal | undefined;
  /** Milliseconds; only differences count. */
  readonly now?: () => number;
}

export interface BegunFinal {
  /** What it was given. */
  readonly seconds: number;
  /** Of the run when it began. */
  readonly usedSeconds: number;
}

/** The min of a final training, to write its files. */
const minFinalSeconds = 5;

export function createTimeBudget(setting: TimeBudgetSetting): TimeBudget {
  const { plan, openingSeconds, begun, now = () => performance.now() } = setting;
  const started = now();
  const { totalSeconds, searchSeconds } = plan;
  const opening = Math.min(openingSeconds, totalSeconds / 2);
  const searchEnd = opening + (searchSeconds / totalSeconds) * (totalSeconds - opening);
  const plannedFinal = totalSeconds - searchEnd;
  const usedSeconds = () => setting.usedSeconds + (now() - started) / 1000;
  const secondsLeft = () => totalSeconds - usedSeconds();
  return {
    usedSeconds,
    plannedFinalSeconds: plannedFinal,
    secondsLeft,
    // Once the final training was begun, the search is over.
    searchSecondsLeft: () => (begun === undefined ? searchEnd - usedSeconds() : -totalSeconds),
    finalSeconds(reason) {
      if (begun !== undefined)
        return Math.max(minFinalSeconds, begun.seconds - (usedSeconds() - begun.usedSeconds));
      if (reason === ("ended-by-person" satisfies EndedEarly)) return plannedFinal;
      // A search that was held up beyond its time does not cost the network more than half of its training, and the person
      // no more than that half.
      return Math.max(secondsLeft(), plannedFinal / 2);
    },
  };
}
