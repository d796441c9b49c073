// What a race has shown: the best design beside the best reference, after equal time of training and on the same
// validation images, and whether the difference is beyond the noise. Read from its trials alone.
import { deviationOfShare } from "../../math/binomial.ts";
import { isReference } from "../proposed-network.ts";
import { isScored, type ScoredTrial, type Trial } from "../trial.ts";
import { isTwin, networkKey } from "./standings.ts";

export interface RaceVerdict {
  /** The trial of the best reference; absent where none was scored. */
  readonly reference?: number;
  /** The trial of the best design. */
  readonly design?: number;
  /** Seconds of training that both had; 0 where trainings go by epochs, and both had as many. */
  readonly seconds: number;
  /** The design's score minus the reference's. */
  readonly difference?: number;
  /** Standard deviation of one measurement of a score, where it is known. */
  readonly noise?: number;
  /** Whether even the best and the worst network of the first rung are not told apart by it. */
  readonly isWithinNoise: boolean;
}

/** The standard deviations beyond which a difference counts. */
export const noiseWidth = 2;

/** Two measurements vary, so their difference varies by √2 of one. */
export const differenceNoise = (noise: number): number => noiseWidth * Math.SQRT2 * noise;

/** Undefined where nothing was scored by the clock, nor beside a person's own network. */
export function judgeRace(
  trials: readonly Trial[],
  validationImages: number | undefined,
): RaceVerdict | undefined {
  const scored = comparable(trials.filter(isScored));
  const rungs = [...new Set(scored.map(secondsOf))].sort((a, b) => a - b);
  const [first] = rungs;
  if (first === undefined) return undefined;
  const bestAt = (seconds: number, ofReferences: boolean) =>
    best(
      scored.filter(
        (trial) =>
          secondsOf(trial) === seconds &&
          !isTwin(trial.proposal) &&
          isReference(trial.proposal) === ofReferences,
      ),
    );
  const meetings = rungs.map((seconds) => ({
    seconds,
    reference: bestAt(seconds, true),
    design: bestAt(seconds, false),
  }));
  const last = meetings.findLast(({ reference, design }) => reference && design) ?? meetings.at(-1)!;
  const { seconds, reference, design } = last;
  const noise = noiseOf(scored, (design ?? reference)?.outcome.score, validationImages);
  const scores = scored.filter((trial) => secondsOf(trial) === first).map(({ outcome }) => outcome.score);
  const range = Math.max(...scores) - Math.min(...scores);
  return {
    ...(reference !== undefined && { reference: reference.number }),
    ...(design !== undefined && { design: design.number }),
    seconds,
    ...(reference !== undefined &&
      design !== undefined && { difference: design.outcome.score - reference.outcome.score }),
    ...(noise !== undefined && { noise }),
    isWithinNoise: noise !== undefined && scores.length > 2 && range <= differenceNoise(noise),
  };
}

/** Trials by the clock; else those that were trained for as many epochs as the reference. */
function comparable(trials: readonly ScoredTrial[]): readonly ScoredTrial[] {
  const byClock = trials.filter(({ proposal }) => proposal.fidelity.seconds !== undefined);
  const reference = trials.find(({ proposal }) => isReference(proposal));
  if (byClock.length > 0 || reference === undefined) return byClock;
  const { epochs } = reference.proposal.fidelity;
  return trials.filter(({ proposal }) => proposal.fidelity.epochs === epochs);
}

const secondsOf = ({ proposal }: ScoredTrial) => proposal.fidelity.seconds ?? 0;

const best = (trials: readonly ScoredTrial[]) =>
  trials.reduce<ScoredTrial | undefined>(
    (found, trial) => (found === undefined || trial.outcome.score > found.outcome.score ? trial : found),
    undefined,
  );

/** What the twins differ by, and the sampling noise of a share of that many images: the larger of the two. */
function noiseOf(
  scored: readonly ScoredTrial[],
  score: number | undefined,
  validationImages: number | undefined,
): number | undefined {
  const twin = scored.find(({ proposal }) => isTwin(proposal));
  const sibling =
    twin &&
    scored.find(
      (trial) =>
        !isTwin(trial.proposal) &&
        secondsOf(trial) === secondsOf(twin) &&
        networkKey(trial.proposal) === networkKey(twin.proposal),
    );
  const between =
    twin && sibling ? Math.abs(twin.outcome.score - sibling.outcome.score) / Math.SQRT2 : undefined;
  const isShare = score !== undefined && score >= 0 && score <= 1;
  const sampling =
    isShare && validationImages !== undefined && validationImages > 0
      ? deviationOfShare(score, validationImages)
      : undefined;
  const known = [between, sampling].filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
