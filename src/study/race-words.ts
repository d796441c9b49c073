// The verdict of a run by the clock in words, for every surface: whether the search found a better network than the best
// hand-designed one, or than the one that it started from, after equal training, and how sure that is.
import type { JsonObject } from "../base/json.ts";
import { counted, formatDuration } from "../base/units.ts";
import { median } from "../math/statistics.ts";
import { formatDifference, formatScore, type Metric } from "../metrics/index.ts";
import { isFromExperience, isReference } from "../search/proposed-network.ts";
import { isTwin, networkKey } from "../search/race/standings.ts";
import { differenceNoise, noiseWidth, type RaceVerdict } from "../search/race/verdict.ts";
import { nameInWords } from "../search/references/reference.ts";
import { isEvaluated, isScored, type ScoredTrial, type Trial } from "../search/trial.ts";
import { isAtChance } from "./chance.ts";
import type { JournalState } from "./fold.ts";
import { experienceWords, type KeptExperience } from "./kept-experience.ts";

/** Epochs below which a network has hardly begun to learn. */
const fewEpochs = 0.1;

/** Epochs that both finalists must have had before one is called better: each image was seen once. */
const decidingEpochs = 1;

interface Beside {
  readonly trials: readonly Trial[];
  readonly metric: Metric;
  /** As in the journal's header: it says what chance gives. */
  readonly provenance: JsonObject;
  /** Whether the search started from a person's own network, which is then the only one to compare with. */
  readonly isOwn?: boolean;
  /** What the run was offered of networks that won before. */
  readonly experience?: KeptExperience | undefined;
}

/** The verdict of a finished run by the clock; undefined for any other. */
export function raceOfRun({
  header,
  trials,
  result,
}: Pick<JournalState, "header" | "trials" | "result">): readonly string[] | undefined {
  if (header === undefined || result?.verdict === undefined) return undefined;
  return raceWords(result.verdict, {
    ...{ trials, metric: header.config.metric, provenance: header.provenance },
    isOwn: header.config.start !== undefined,
    experience: header.config.experience,
  });
}

/** Whether most networks of a finished run by the clock saw too little for any comparison. */
export function isTooEarly({
  header,
  trials,
  result,
}: Pick<JournalState, "header" | "trials" | "result">): boolean {
  if (header === undefined || result?.verdict === undefined) return false;
  const beside = { trials, metric: header.config.metric, provenance: header.provenance };
  return hardlyBegun(beside, firstRung(result.verdict, trials)) !== undefined;
}

/** Whether the finalists of a finished run by the clock met before each had seen all images once. */
export function isBeforeDeciding({ trials, result }: Pick<JournalState, "trials" | "result">): boolean {
  const epochs = result?.verdict && epochsOfFinalists(result.verdict, trials);
  return epochs !== undefined && epochs < decidingEpochs;
}

/** Epochs that the finalist with fewer had by their meeting, all its shorter trainings counted; undefined where that is not known. */
function epochsOfFinalists(
  { reference, design, seconds }: RaceVerdict,
  trials: readonly Trial[],
): number | undefined {
  if (seconds === 0) return undefined;
  const had = [reference, design].map((number) => {
    const finalist = trials.find((trial) => trial.number === number);
    if (finalist === undefined) return undefined;
    const slices = trials.filter(
      ({ proposal }) =>
        !isTwin(proposal) &&
        networkKey(proposal) === networkKey(finalist.proposal) &&
        (proposal.fidelity.seconds ?? 0) <= seconds,
    );
    const epochs = slices.flatMap((trial) => (isScored(trial) ? (trial.outcome.spent.epochs ?? []) : []));
    return epochs.length === 0 ? undefined : epochs.reduce((sum, each) => sum + each, 0);
  });
  return had.every((each) => each !== undefined) ? Math.min(...had) : undefined;
}

/** Seconds of the shortest trainings; 0 where they go by epochs. */
const firstRung = ({ seconds }: RaceVerdict, trials: readonly Trial[]): number =>
  seconds === 0 ? 0 : Math.min(...trials.flatMap(({ proposal }) => proposal.fidelity.seconds ?? []));

export function raceWords(verdict: RaceVerdict, beside: Beside): readonly string[] {
  const { trials } = beside;
  const { isWithinNoise } = verdict;
  const secondsOf = ({ proposal }: Trial) => proposal.fidelity.seconds ?? 0;
  const first = firstRung(verdict, trials);
  const count = trials.filter((trial) => isEvaluated(trial) && secondsOf(trial) === first).length;
  const hardly = hardlyBegun(beside, first);
  if (hardly !== undefined) return [hardly];
  const size = beside.isOwn ? sizeWords(verdict, trials) : undefined;
  const design = trials.find(({ number }) => number === verdict.design);
  const proven = design && experienceWords(beside.experience, design.proposal);
  return [
    besideReference(verdict, beside),
    ...ownDesignsWords(first, beside),
    ...(proven === undefined ? [] : [`The best design (trial ${verdict.design}) is ${proven}.`]),
    ...(size === undefined ? [] : [size]),
    ...(isWithinNoise
      ? [
          `All ${count} trainings are within the noise of each other${first === 0 ? "" : ` after ${formatDuration(first * 1000)}`}: which network is better is not known. More time, or more validation images, would tell.`,
        ]
      : []),
  ];
}

/** Where the time was over before the search tried a design of its own. */
function ownDesignsWords(first: number, { trials, isOwn }: Beside): readonly string[] {
  const evaluated = trials.filter(isEvaluated).map(({ proposal }) => proposal);
  const isKnown = (proposal: Trial["proposal"]) => isReference(proposal) || isFromExperience(proposal);
  if (first === 0 || isOwn || !evaluated.every(isKnown)) return [];
  const count = new Set(evaluated.map(networkKey)).size;
  return [
    `The search tried no design of its own: the time was enough for ${counted(count, "known network")} only. More minutes would try some.`,
  ];
}

/** How large the best design is, seen from the network that the search started from. */
function sizeWords({ reference, design }: RaceVerdict, trials: readonly Trial[]): string | undefined {
  const [own, best] = [reference, design].map(
    (number) => trials.find((trial) => trial.number === number)?.cost,
  );
  if (own === undefined || best === undefined) return undefined;
  const share = (of: "paramCount" | "macCount") => `${Math.round((100 * best[of]) / Math.max(1, own[of]))} %`;
  return `The best design has ${share("paramCount")} of its parameters and ${share("macCount")} of its MACs.`;
}

function besideReference(verdict: RaceVerdict, { trials, metric, provenance, isOwn }: Beside): string {
  const { reference, design, difference, noise, seconds } = verdict;
  const [best, own] = [reference, design].map((number) => trials.find((trial) => trial.number === number));
  const name = nameInWords(best?.proposal.network?.name ?? "");
  if (design === undefined && isOwn) return "No design around your network was scored.";
  if (design === undefined) return "No design of the space was scored: the best network is hand-designed.";
  if ((reference === undefined || difference === undefined) && isOwn)
    return "Nothing to compare with: your network was not scored.";
  if (reference === undefined || difference === undefined) {
    const had = trials.some(({ proposal }) => isReference(proposal));
    return `Nothing to compare with: no hand-designed network ${had ? "was scored" : "fits the limits and the size of the designs"}.`;
  }
  const beside = isOwn
    ? `your network (${name}, trial ${reference})`
    : `the best hand-designed network (${name}, trial ${reference})`;
  const band = noise === undefined ? undefined : differenceNoise(noise);
  const noiseText =
    band === undefined ? "" : ` of ±${formatDifference(metric, band).slice(1)} (${noiseWidth}σ)`;
  const figure = formatDifference(metric, Math.abs(difference)).slice(1);
  const after =
    seconds === 0
      ? "after equal training (on validation)"
      : `after equal time of training (${formatDuration(seconds * 1000)}, on validation)`;
  if (best !== undefined && isScored(best) && isAtChance(provenance, { metric, score: best.outcome.score })) {
    const gap = difference > 0 ? `is ${figure} above it` : "is no better";
    return `No fair comparison: ${beside} is at chance level ${after}. The best design (trial ${design}) ${gap}; more minutes would tell more.`;
  }
  const epochs = epochsOfFinalists(verdict, trials);
  const isEarly = epochs !== undefined && epochs < decidingEpochs;
  const early = isEarly
    ? ` That is after ${Number(epochs.toPrecision(2))} passes through the images: too early to say which is better in the end.`
    : "";
  if (difference <= 0) {
    const had = (trial: Trial | undefined) =>
      trial !== undefined && isScored(trial) ? formatScore(metric, trial.outcome.score) : "not scored";
    const gap = difference === 0 ? "was level with it" : `was ${figure} below it`;
    return `The search found nothing better than ${beside}, which is the result. A${after.slice(1)} the search's own best design (trial ${design}, ${had(own)}) ${gap} (${had(best)}); noise${noiseText || " unknown"}.${early}`;
  }
  if (isEarly) {
    const within =
      band === undefined ? "" : `, ${difference > band ? "beyond" : "within"} the noise${noiseText}`;
    return `Ahead of ${beside} by ${figure} ${after}${within}.${early} \`genius baselines DIR\` tells.`;
  }
  if (band === undefined)
    return `Better than ${beside} by ${figure} ${after}; how much is noise is not known.`;
  return difference > band
    ? `Better than ${beside} by ${figure} ${after}, beyond the noise${noiseText}.`
    : `Above ${beside} by ${figure} ${after}, but within the noise${noiseText}: not shown to be better.`;
}

/** What to say where most networks of the first rung were at chance level or saw few images; undefined elsewhere. */
function hardlyBegun({ trials, metric, provenance }: Beside, first: number): string | undefined {
  const scored = trials.filter(isScored).filter(({ proposal }) => (proposal.fidelity.seconds ?? 0) === first);
  const hasHardlyBegun = ({ outcome }: ScoredTrial) =>
    isAtChance(provenance, { metric, score: outcome.score }) ||
    (outcome.spent.epochs !== undefined && outcome.spent.epochs < fewEpochs);
  if (2 * scored.filter(hasHardlyBegun).length <= scored.length) return undefined;
  const epochs = scored.flatMap(({ outcome }) => outcome.spent.epochs ?? []);
  const seen =
    epochs.length === 0 ? "" : ` (median ${Number(median(epochs).toPrecision(2))} epochs of training)`;
  return `Most networks had hardly begun to learn${seen}: the comparison says little; give it more minutes.`;
}
