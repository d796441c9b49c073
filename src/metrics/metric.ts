// The contract of a metric: a figure of a trained network on a part of the data. A metric is one file here with a
// `defineMetric` default export. What compares designs sees one oriented score instead (higher is better), and so
// knows no metric; what speaks to people says every figure through `formatMetric`.
import { formatPercent } from "../base/units.ts";

/** What a figure means. Plain JSON: a journal's header carries it. */
export interface Metric {
  readonly name: string;
  /** As it is said in a sentence; the name where it is absent. */
  readonly label?: string;
  /** `share` is said in per cent; any other unit is said after the figure, and an empty one is not. */
  readonly unit: string;
  readonly goal: "maximise" | "minimise";
  /** Lowest and highest possible value; absent where there is none. */
  readonly range?: readonly [number, number];
  /** The file that defines it, for a metric of the user's own. */
  readonly file?: string;
}

/** Figures by the name of their metric, each in the metric's own unit. */
export type Metrics = Readonly<Record<string, number>>;

/** A network's output for labelled examples. */
export interface Scored {
  /** [N, classes], before any softmax. */
  readonly logits: Float32Array;
  /** [N], indices of classes. */
  readonly labels: ArrayLike<number>;
  readonly classCount: number;
}

/** What is reached without looking at the images, on a set of them. Plain JSON: a journal's header carries it. */
export interface ChanceLevel {
  /** Of always predicting the classes by their frequency, the most frequent one first. */
  readonly value: number;
  /** Standard deviation of such a measurement. */
  readonly sd: number;
  readonly images: number;
}

export interface MetricDefinition extends Metric {
  readonly label: string;
  readonly summary: string;
  readonly source: string;
  /** The chance level for these numbers of examples per class; absent where there is no useful one. */
  chance?(classSizes: readonly number[]): ChanceLevel;
  /** The metric of at least one example. Deterministic; ties between classes go to the lower index. */
  measure(scored: Scored): number;
}

export function defineMetric(definition: MetricDefinition): MetricDefinition {
  return definition;
}

/** The part of a definition that is data. */
export function metricOf({ name, label, unit, goal, range, file }: Metric): Metric {
  return {
    ...{ name, ...(label !== undefined && { label }), unit, goal },
    ...(range !== undefined && { range }),
    ...(file !== undefined && { file }),
  };
}

/** Whether it is a share of what is right, as accuracy is: larger networks tend to have more of it. */
export const isLikeAccuracy = ({ name, unit, goal, range }: Metric): boolean =>
  goal === "maximise" &&
  (name === "accuracy" || unit === "share" || unit === "%" || (range?.[0] === 0 && range[1] === 1));

/** A value as designs are compared by it: higher is better. */
export const scoreOf = ({ goal }: Metric, value: number): number => (goal === "maximise" ? value : 0 - value);

/** The value that a score stands for. */
export const valueOfScore = ({ goal }: Metric, score: number): number =>
  goal === "maximise" ? score : 0 - score;

/** As it is said in a sentence: "accuracy", "macro-F1". */
export const metricWords = ({ label, name }: Metric): string => label ?? name;

/** A figure for people: "93.13 %", "0.412 nats", "0.871". */
export function formatMetric({ unit }: Metric, value: number): string {
  if (unit === "share") return formatPercent(value);
  if (unit === "%") return `${value.toFixed(2)} %`;
  const fixed = value.toFixed(3);
  // A small unit, such as an energy in joules, is no zero.
  const said = Number(fixed) === 0 && value !== 0 ? String(Number(value.toPrecision(3))) : fixed;
  return `${said}${unit === "" ? "" : ` ${unit}`}`;
}

/** The metric's name with its unit, for an axis or a column of bare figures: "accuracy (%)", "macro-F1". */
export function withUnit({ unit }: Metric, words: string): string {
  const said = unit === "share" ? "%" : unit;
  return said === "" ? words : `${words} (${said})`;
}

/** A figure without its unit, for an axis or a column that names it: "93.13", "0.871". */
export function formatBare({ unit }: Metric, value: number, decimals = 2): string {
  return unit === "share"
    ? (100 * value).toFixed(decimals)
    : value.toFixed(decimals + (unit === "%" ? 0 : 2));
}

/** A score as the metric's value, without its unit. */
export const formatBareScore = (metric: Metric, score: number, decimals?: number): string =>
  formatBare(metric, valueOfScore(metric, score), decimals);

/** A standard deviation beside a figure, without its unit: "± 0.12"; one that is rounded away is no certainty. */
export function formatSpread(metric: Metric, sd: number): string {
  const said = formatBare(metric, sd);
  return Number(said) === 0 ? `± less than ${said.replace(/0$/, "1")}` : `± ${said}`;
}

/** A difference of two values: "+1.25 points", "−0.013". */
export function formatDifference(metric: Metric, difference: number): string {
  const sign = difference < 0 ? "−" : "+";
  const { unit } = metric;
  if (unit === "share") return `${sign}${formatBare(metric, Math.abs(difference))} points`;
  return `${sign}${formatMetric(metric, Math.abs(difference))}`;
}

/** How far the metric's value moves where a score rises by `rise`: "+1.25 points", and "−0.013" of a loss. */
export const formatChange = (metric: Metric, rise: number): string =>
  formatDifference(metric, valueOfScore(metric, rise));

/** What differences are counted in: "points of accuracy", "macro-F1". */
export const differenceWords = (metric: Metric): string =>
  metric.unit === "share" ? `points of ${metricWords(metric)}` : metricWords(metric);

/** With a capital, for a title. */
export const metricTitle = (metric: Metric): string => {
  const words = metricWords(metric);
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** A score for people, as the metric's value. */
export const formatScore = (metric: Metric, score: number): string =>
  formatMetric(metric, valueOfScore(metric, score));

/** The score of `metric` among these figures; NaN where it is not among them. */
export const scoreIn = (metric: Metric, metrics: Metrics): number =>
  scoreOf(metric, metrics[metric.name] ?? Number.NaN);

/** Every given metric of the same examples. */
export function measureAll(definitions: readonly MetricDefinition[], scored: Scored): Metrics {
  return Object.fromEntries(definitions.map((metric) => [metric.name, metric.measure(scored)]));
}

/** For `--json`: the accuracy among these figures under the name that programs know, where it is among them. */
export function accuracyBeside<Field extends string>(field: Field, metrics: Metrics | undefined) {
  const accuracy = metrics?.accuracy;
  return (accuracy === undefined ? {} : { [field]: accuracy }) as Partial<Record<Field, number>>;
}

/** A figure among others for people; "none" where it is not among them. */
export function formatFrom(metric: Metric, metrics: Metrics): string {
  const value = metrics[metric.name];
  return value === undefined ? "none" : formatMetric(metric, value);
}
