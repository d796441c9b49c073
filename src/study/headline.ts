// How good a run's best network is, in the words that every surface uses: first the trained network's figure on test
// data, then its validation in the same training, and last what the search saw, which is of a shorter training. At chance
// level it says so.
import type { JsonObject } from "../base/json.ts";
import { wilsonInterval } from "../math/binomial.ts";
import {
  formatFrom,
  formatMetric,
  formatScore,
  type Metric,
  type Metrics,
  metricWords,
} from "../metrics/index.ts";
import type { ScoredTrial } from "../search/trial.ts";
import { chanceOfRun } from "./chance.ts";
import { evaluatorFacts, type JournalState } from "./fold.ts";
import type { StudyConfig } from "./journal-lines.ts";

export interface Headline {
  /** "93.35 % accuracy on test data" */
  readonly main: string;
  /** "on validation data, after the same training: 93.80 %", "in the search, after 1 epoch: 24.38 %" */
  readonly details: readonly string[];
}

export interface HeadlineFacts {
  readonly metric: Metric;
  readonly selectedOn: "validation" | "test";
  readonly best: ScoredTrial;
  /** What was measured on test data, and what else the evaluator says of it. */
  readonly testMetrics?: Metrics | undefined;
  readonly test?: JsonObject | undefined;
  readonly isAtChance: boolean;
  /** The network is to run on a device: what it does in 8 bits comes first, where that was measured. */
  readonly isForDevice?: boolean;
}

export function headlineOf(facts: HeadlineFacts): Headline {
  const { metric, selectedOn, best, testMetrics, test, isAtChance, isForDevice = false } = facts;
  const isAccuracy = metric.name === "accuracy";
  const named = (figure: string) => (isAccuracy ? `${figure} accuracy` : `${metricWords(metric)} ${figure}`);
  const chance = isAtChance ? ", at chance level" : "";
  const seen = named(formatScore(metric, best.outcome.score));
  const length = lengthWords(best);
  if (selectedOn === "test")
    return {
      main: `${seen} on test data${chance}`,
      details: ["selected on these test data, so it is optimistic"],
    };
  if (testMetrics?.[metric.name] === undefined) {
    const details = length === undefined ? [] : [`${length} in the search, not trained to its end`];
    return { main: `${seen} on validation data${chance}`, details };
  }
  const validation = (test?.validation ?? {}) as Metrics;
  const isTrained = validation[metric.name] !== undefined;
  const integers = ((test?.integer as JsonObject | undefined)?.test ?? {}) as Metrics;
  const rounded = integers[metric.name] === undefined ? undefined : formatFrom(metric, integers);
  const exact = formatFrom(metric, testMetrics);
  const isRoundedFirst = isForDevice && rounded !== undefined;
  const other = isRoundedFirst ? `${exact} in floats` : rounded && `${rounded} in 8 bits`;
  return {
    main: `${named(isRoundedFirst ? rounded : exact)}${isRoundedFirst ? " in 8 bits" : ""} on test data${chance}`,
    details: isTrained
      ? [
          ...intervalWords(metric, isRoundedFirst ? integers : testMetrics, test),
          ...(other === undefined ? [] : [other]),
          `on validation data, after the same training: ${formatFrom(metric, validation)}`,
          `in the search${length === undefined ? "" : `, ${length}`}: ${formatScore(metric, best.outcome.score)}`,
        ]
      : [`on validation data, by which the search selected it: ${formatScore(metric, best.outcome.score)}`],
  };
}

/** What a share of right answers on so many images may stand for; no other metric has a known interval. */
function intervalWords(metric: Metric, metrics: Metrics, test: JsonObject | undefined): string[] {
  const [share, images] = [metrics[metric.name], test?.testImages];
  if (metric.name !== "accuracy" || share === undefined || typeof images !== "number" || images === 0)
    return [];
  const ends = wilsonInterval(share * images, images).map((end) => formatMetric(metric, end));
  return [`95 % interval ${ends.join(" to ")}, of ${images.toLocaleString("en")} test images`];
}

/** Of a run as its journal has it; undefined while nothing was scored. */
export function headlineOfRun(journal: JournalState): Headline | undefined {
  const { header, selected, result } = journal;
  if (header === undefined || selected === undefined) return undefined;
  return headlineOf({
    metric: header.config.metric,
    selectedOn: evaluatorFacts(journal).selectedOn,
    best: selected,
    ...{ testMetrics: result?.testMetrics, test: result?.test },
    isAtChance: chanceOfRun(journal) !== undefined,
    isForDevice: isForDevice(header.config),
  });
}

/** Whether its limits are memory in 8 bits, which only a device has. */
export const isForDevice = ({ limits }: Pick<StudyConfig, "limits">): boolean => limits.precision === "int8";

/** Of the training that the search compared; undefined where nothing was trained here. */
function lengthWords({ proposal, outcome }: ScoredTrial): string | undefined {
  const { seconds } = proposal.fidelity;
  if (seconds !== undefined) return `after ${Number(seconds.toPrecision(3))} s of training`;
  const { epochs } = outcome.spent;
  return epochs === undefined || epochs === 0
    ? undefined
    : `after ${epochs} ${epochs === 1 ? "epoch" : "epochs"}`;
}
