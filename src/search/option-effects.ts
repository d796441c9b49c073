// Which alternatives of a space mattered: the mean score of the designs with each option beside the mean of all, with the noise of
// that difference. Simple on purpose: a person and a model can check it against the trials. Told to both in the same words.
import { counted } from "../base/units.ts";
import { formatDifference, type Metric } from "../metrics/index.ts";
import type { Choices, Space } from "./space.ts";

export interface ScoredChoices {
  readonly choices: Choices;
  readonly score: number;
}

export interface OptionEffect {
  readonly label: string;
  readonly count: number;
  /** Mean score of its designs minus the mean of the others'; undefined where all designs have it, or none. */
  readonly difference?: number;
  /** Two standard errors of that difference; undefined with fewer than two designs on a side. */
  readonly noise?: number;
}

export interface DecisionEffect {
  readonly name: string;
  readonly options: readonly OptionEffect[];
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const varianceOf = (values: readonly number[]) => {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
};

/** The effects of every decision, in the order of the space. */
export function effectsOf(
  { decisions }: Pick<Space, "decisions">,
  scored: readonly ScoredChoices[],
): readonly DecisionEffect[] {
  return decisions.map(({ name, options }, index) => ({
    name,
    options: options.map(({ label }, option): OptionEffect => {
      const [own, others] = [true, false].map((isOwn) =>
        scored.filter(({ choices }) => (choices[index] === option) === isOwn).map(({ score }) => score),
      ) as [number[], number[]];
      if (own.length === 0 || others.length === 0) return { label, count: own.length };
      const difference = meanOf(own) - meanOf(others);
      if (own.length < 2 || others.length < 2) return { label, count: own.length, difference };
      const noise = 2 * Math.sqrt(varianceOf(own) / own.length + varianceOf(others) / others.length);
      return { label, count: own.length, difference, noise };
    }),
  }));
}

/** A line for each decision: "conv1.k: 3 +1.20 points ±0.80 points (4 designs); 5 −1.20 points ±0.80 points (3 designs)". */
export function effectWords(
  space: Pick<Space, "decisions">,
  scored: readonly ScoredChoices[],
  metric: Metric,
): readonly string[] {
  return effectsOf(space, scored).map(({ name, options }) => {
    const words = options.map(({ label, count, difference, noise }) => {
      if (difference === undefined) return `${label} (${counted(count, "design")})`;
      const band = noise === undefined ? "noise unknown" : `±${formatDifference(metric, noise).slice(1)}`;
      return `${label} ${formatDifference(metric, difference)} ${band} (${counted(count, "design")})`;
    });
    return `${name}: ${words.join("; ")}`;
  });
}
