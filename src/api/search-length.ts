// How long a search is: minutes of wall time, or a number of evaluations. One of the two is asked for, or follows from
// what evaluates the designs.
import { GeniusError } from "../base/errors.ts";
import type { EvaluatorDefinition } from "../evaluators/evaluator.ts";
import { planRace } from "../search/race/race-plan.ts";
import { shareOf } from "../study/equal-shares.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { defaultMinutes, defaultTrials, type SearchSettings } from "../study/settings.ts";
import type { MemberOptions } from "./search-options.ts";

type Asked = Pick<SearchSettings, "minutes" | "hours" | "trials" | "stopWhenDone">;

/** Options of a training that mean epochs, which a training by the clock does not count. */
const epochOptions = ["epochs", "finalEpochs", "minEpochs"] as const;

/** @throws GeniusError `wrong-use` for two lengths at once, and for a clock where it means nothing. */
export function lengthOf(
  { minutes: given, hours, trials, stopWhenDone }: Asked,
  {
    evaluator,
    evaluatorOptions,
    parallel,
    searches = 1,
  }: {
    readonly evaluator: EvaluatorDefinition;
    readonly evaluatorOptions: MemberOptions;
    readonly parallel: number;
    /** How many searches share the time: this one and its baselines. */
    readonly searches?: number;
  },
): Pick<StudyConfig, "trials" | "minutes"> {
  if (given !== undefined && hours !== undefined)
    throw refusal("--minutes and --hours are the same: give one");
  const minutes = given ?? (hours === undefined ? undefined : hours * 60);
  const flag = hours === undefined ? "--minutes" : "--hours";
  const epochs = epochOptions.find((option) => evaluatorOptions[option] !== undefined);
  if (minutes !== undefined) {
    if (trials !== undefined) throw refusal(`${flag} and --trials exclude each other: give one`);
    if (evaluator.tabular)
      throw refusal(
        `a published table answers at once, so ${flag} means nothing for it: give --trials, the number of evaluations`,
      );
    if (!evaluator.trainsByTheClock)
      throw refusal(`the evaluator ${evaluator.name} cannot train by the clock: give --trials`);
    if (epochs !== undefined)
      throw refusal(`by the clock a training has no number of epochs: leave out ${epochs}, or give --trials`);
    if (stopWhenDone) throw refusal(`a search by the clock uses its time: leave out stopWhenDone`);
  }
  const isByTheClock =
    minutes !== undefined ||
    (trials === undefined && evaluator.trainsByTheClock === true && epochs === undefined && !stopWhenDone);
  if (!isByTheClock) return { trials: trials ?? defaultTrials };
  const each = shareOf(minutes ?? defaultMinutes, searches);
  return { minutes: each, trials: planRace({ minutes: each, slots: parallel }).places };
}

const refusal = (words: string) =>
  new GeniusError("wrong-use", `${words[0]?.toUpperCase()}${words.slice(1)}.`);
