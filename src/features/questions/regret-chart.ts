// How far searches ended from the best design of their table, as a strip for each kind of search. Shared by the questions.
import { type Chart, stripChart } from "../../report/index.ts";
import { estimate } from "./estimates.ts";

export interface RegretRow {
  readonly name: string;
  /** Regrets in [0, 1], one a search. */
  readonly regrets: readonly number[];
}

/** @param words.title what the rows have in common, and in what they differ */
export function regretChart(
  words: { readonly name: string; readonly title: string },
  rows: readonly RegretRow[],
): Chart {
  return stripChart({
    name: words.name.replaceAll(/[^a-z0-9]+/g, "-"),
    title: words.title,
    caption:
      "Distance from the best design of the table, in points: a dot is a search, the tick is the mean with its 95 % interval. Less is better.",
    x: {
      label: "regret (points)",
      min: 0,
      max: Math.max(0.5, ...rows.flatMap(({ regrets }) => regrets.map((value) => 105 * value))),
      scale: "linear",
      format: (value) => String(Number(value.toFixed(2))),
      precise: (value) => value.toFixed(3),
    },
    rows: rows.map(({ name, regrets }) => {
      const { mean, ci95 } = estimate(regrets);
      return {
        name,
        values: regrets.map((value) => 100 * value),
        center: 100 * mean,
        interval: [100 * ci95[0], 100 * ci95[1]] as const,
      };
    }),
  });
}
