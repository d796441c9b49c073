// The verdict of a run by the clock in words, for every surface: whether the search found a better network than the best
// hand-designed one, after equal time of training, and how sure that is.
import { formatDuration } from "../base/units.ts";
import { formatDifference, type Metric } from "../metrics/index.ts";
import { differenceNoise, noiseWidth, type RaceVerdict } from "../search/race/verdict.ts";
import { isEvaluated, type Trial } from "../search/trial.ts";
import type { JournalState } from "./fold.ts";

/** The verdict of a finished run by the clock; undefined for any other. */
export function raceOfRun({
  header,
  trials,
  result,
}: Pick<JournalState, "header" | "trials" | "result">): readonly string[] | undefined {
  if (header === undefined || result?.verdict === undefined) return undefined;
  return raceWords(result.verdict, { trials, metric: header.config.metric });
}

export function raceWords(
  verdict: RaceVerdict,
  { trials, metric }: { readonly trials: readonly Trial[]; readonly metric: Metric },
): readonly string[] {
  const { isWithinNoise, seconds } = verdict;
  const first = Math.min(...trials.flatMap(({ proposal }) => proposal.fidelity.seconds ?? []));
  const count = trials.filter(
    (trial) => isEvaluated(trial) && trial.proposal.fidelity.seconds === first,
  ).length;
  return [
    besideReference(verdict, { trials, metric, time: formatDuration(seconds * 1000) }),
    ...(isWithinNoise
      ? [
          `All ${count} trainings are within the noise of each other after ${formatDuration(first * 1000)}: which network is better is not known. More time, or more validation images, would tell.`,
        ]
      : []),
  ];
}

function besideReference(
  { reference, design, difference, noise }: RaceVerdict,
  { trials, metric, time }: { trials: readonly Trial[]; metric: Metric; time: string },
): string {
  const name = trials.find(({ number }) => number === reference)?.proposal.network?.name;
  if (design === undefined) return "No design of the space was scored: the best network is hand-designed.";
  if (reference === undefined || difference === undefined) {
    const had = trials.some(({ proposal }) => proposal.network !== undefined);
    return `Nothing to compare with: no hand-designed network ${had ? "was scored" : "is inside the limits"}.`;
  }
  const beside = `the best hand-designed network (${name}, trial ${reference})`;
  const band = noise === undefined ? undefined : differenceNoise(noise);
  const noiseText =
    band === undefined ? "" : ` of ±${formatDifference(metric, band).slice(1)} (${noiseWidth}σ)`;
  const figure = formatDifference(metric, Math.abs(difference)).slice(1);
  const after = `after equal time of training (${time}, on validation)`;
  if (difference <= 0) {
    const gap = difference === 0 ? "is level with it" : `is ${figure} below it`;
    return `The search found nothing better than ${beside}: its best design (trial ${design}) ${gap} ${after}; noise${noiseText || " unknown"}.`;
  }
  if (band === undefined)
    return `Better than ${beside} by ${figure} ${after}; how much is noise is not known.`;
  return difference > band
    ? `Better than ${beside} by ${figure} ${after}, beyond the noise${noiseText}.`
    : `Above ${beside} by ${figure} ${after}, but within the noise${noiseText}: not shown to be better.`;
}
