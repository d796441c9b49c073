// When further evaluations no longer pay: the designs proposed last were expected to add next to nothing to the best
// score. A function of the trials alone – strategies write down what they expect of each proposal – so a resumed
// search is advised the same, and any reader of a journal can check it.
import { formatDuration } from "../base/units.ts";
import { accuracy, type Metric, metricWords } from "../metrics/index.ts";
import { isEvaluated, isScored, type Trial } from "../search/trial.ts";

/** Proposals in a row without expected gain before it advises to stop: one may be an accident of the surrogate. */
const patience = 5;
/** A gain below a hundredth of a point is none … */
const minGain01 = 1e-4;
/** … and of a metric in another unit, which may be of any size, one below this share of what the scores so far span. */
const minGainOfSpan01 = 1e-3;
/** Neither is one that drowns in the noise of a measurement: the share of its deviation that counts. */
const noiseShare01 = 0.1;

export interface StopAdvice {
  /** Whether further evaluations are expected to add too little. */
  readonly isDone: boolean;
  /** What the last proposals were expected to add to the best score, at most. */
  readonly gain: number;
  /** What an addition must reach to count. */
  readonly threshold: number;
}

/** Undefined while too few proposals say what is expected of them, as with strategies without a surrogate. */
export function adviseStop(trials: readonly Trial[], metric: Metric = accuracy): StopAdvice | undefined {
  // From the end: a search asks at each of its trials.
  const known = lastEvaluated(trials, patience).flatMap(({ proposal }) => proposal.outlook ?? []);
  if (known.length < patience) return undefined;
  if (!trials.some((trial) => isEvaluated(trial) && isScored(trial))) return undefined;
  const gain = Math.max(...known.map((outlook) => outlook.gain));
  const noise = Math.max(...known.map((outlook) => outlook.noise));
  const threshold = Math.max(minGainOf(metric, trials), noiseShare01 * noise);
  return { isDone: gain < threshold, gain, threshold };
}

function minGainOf({ unit }: Metric, trials: readonly Trial[]): number {
  if (unit === "share") return minGain01;
  if (unit === "%") return 100 * minGain01;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { outcome } of trials.filter(isScored)) {
    low = Math.min(low, outcome.score);
    high = Math.max(high, outcome.score);
  }
  return minGainOfSpan01 * (high - low);
}

function lastEvaluated(trials: readonly Trial[], count: number): readonly Trial[] {
  const found: Trial[] = [];
  for (let index = trials.length - 1; index >= 0 && found.length < count; index -= 1) {
    const trial = trials[index] as Trial;
    if (isEvaluated(trial)) found.push(trial);
  }
  return found;
}

/** The advice in plain words, with the figures and what an evaluation has cost so far. */
export function stopWords(
  { gain, threshold }: StopAdvice,
  trials: readonly Trial[],
  metric: Metric = accuracy,
): string {
  const times = trials.filter(isEvaluated).map(({ outcome }) => outcome.spent.milliseconds);
  const time = times.reduce((sum, each) => sum + each, 0) / Math.max(1, times.length);
  const cost = time >= 1000 ? ` Each took ${formatDuration(time)} on average.` : "";
  const amount = (value: number) => amountOf(metric, value);
  return `Further evaluations no longer pay: the last ${patience} designs were each expected to add at most ${amount(gain)} to the best ${metricWords(metric)}, and what counts begins at ${amount(threshold)}.${cost}`;
}

const amountOf = ({ unit }: Metric, value: number) =>
  unit === "share"
    ? `${(100 * value).toFixed(3)} points`
    : `${Number(value.toPrecision(2))} ${unit}`.trimEnd();
