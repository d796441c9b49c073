// A trial as lines of text, for tooltips and tables.
import type { RunDetail } from "../../../../src/dashboard/api.ts";
import { choicesAt, type TrialTable } from "../api/trial-table.ts";
import { formatBytes, formatCount, formatScore, metricWords, together } from "../format.ts";
import { outcomeWords } from "../words.ts";

/** The design's key: a string of digits, or the options with commas where one takes two digits. */
export function designName(detail: RunDetail, choices: readonly number[]): string {
  if (choices.length === 0) return "no design";
  const digits = choices.map((choice) => choice + detail.firstDigit);
  // Without the space, the digits themselves have to say.
  const isShort =
    detail.decisions === undefined
      ? digits.every((digit) => digit < 10)
      : detail.decisions.every(({ options }) => options.length + detail.firstDigit <= 10);
  return digits.join(isShort ? "" : ",");
}

/** The name of a row's design, or of its network where that is from outside the space. */
export function nameAt(detail: RunDetail, trials: TrialTable, row: number): string {
  return trials.columns.network[row] ?? designName(detail, choicesAt(trials, row));
}

export function trialInLines(detail: RunDetail, trials: TrialTable, number: number): string[] {
  const row = trials.columns.rowOf.get(number);
  if (row === undefined) return [`trial ${number}`];
  const { columns } = trials;
  const { metric } = detail;
  const score = columns.score[row] ?? null;
  const predicted01 = columns.predicted01[row] ?? null;
  const latencyMs = columns.latencyMs[row] ?? null;
  const [ram, flash] = [columns.ramBytes[row] ?? null, columns.flashBytes[row] ?? null];
  return [
    `trial ${number}: ${nameAt(detail, trials, row)}`,
    score === null
      ? outcomeWords[columns.outcome[row]!]
      : `${metricWords(metric)} on ${detail.selectedOn} data ${formatScore(metric, score)}`,
    ...(predicted01 === null ? [] : [`expected ${formatScore(metric, predicted01)}`]),
    `${formatCount(columns.paramCount[row]!)} parameters, ${formatCount(columns.macCount[row]!)} MACs`,
    ...(ram === null || flash === null ? [] : [`${formatBytes(ram)} of RAM, ${formatBytes(flash)} of flash`]),
    ...(latencyMs === null ? [] : [together(`latency ${Number(latencyMs.toPrecision(3))} ms`)]),
    `proposed by ${columns.by[row]!}`,
  ];
}

/** In the place of what is drawn of scored designs. */
export const nothingScored = ({ state }: Pick<RunDetail, "state">): string =>
  state === "running" ? "No design has been scored yet." : "No design was scored.";

/** Of a note, as a sentence begins. */
export const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
