// What is said before a search that others are to be compared with: who searches, and that all have the same.
import { counted, formatDuration } from "../base/units.ts";
import { togetherOf } from "../study/equal-shares.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import type { BaselinePlan } from "./search-events.ts";

/** Undefined where no baseline was asked for. */
export function baselinePlanOf({
  baselines: strategies = [],
  minutes,
  trials,
  strategy,
}: Pick<StudyConfig, "baselines" | "minutes" | "trials" | "strategy">): BaselinePlan | undefined {
  if (strategies.length === 0) return undefined;
  const searches = 1 + strategies.length;
  const order = `this one (${strategy}), then ${strategies.join(", then ")}`;
  if (minutes === undefined) {
    return { strategies, words: `${searches} searches of ${counted(trials, "evaluation")} each: ${order}` };
  }
  const totalMinutes = togetherOf(minutes, searches);
  const [total, each] = [totalMinutes, minutes].map((value) => formatDuration(60_000 * value));
  return {
    ...{ strategies, totalMinutes, minutesEach: minutes },
    words: `${total} in ${searches} equal parts of ${each}, each a search of its own: ${order}`,
  };
}
