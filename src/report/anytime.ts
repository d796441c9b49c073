// Performance over time: for every strategy, what it would hand over after each evaluation, over all seeds.
import { createRandom } from "../base/random.ts";
import { meanInterval } from "../math/bootstrap.ts";
import { mean, quantile } from "../math/statistics.ts";
import { type Bench, type BenchPoint, handedOver01, pointAt } from "./bench.ts";

/** A quantity over evaluations; the three arrays are as long as the curve's `evaluations`. */
export interface Band {
  readonly center: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export interface AnytimeCurve {
  readonly strategy: string;
  readonly evaluations: readonly number[];
  /** What selection saw: mean and 95 % interval. */
  readonly score: Band;
  /** The selected design on test data: mean and 95 % interval. Null where no such figure exists. */
  readonly testScore: Band | null;
  /** To the known optimum: mean and 95 % interval. */
  readonly regret01: Band | null;
  /** Among all designs: median and quartiles. */
  readonly rank: Band | null;
}

const most = 60;

/** One curve a strategy, at all evaluations or at about 60 of them, evenly on a logarithmic scale. */
export function anytimeCurves(bench: Bench, strategies: readonly string[]): AnytimeCurve[] {
  const last = Math.max(0, ...bench.evaluations);
  return strategies.map((strategy) => {
    const traces = bench.traces.filter((trace) => trace.strategy === strategy);
    const columns = gridTo(last, bench.evaluations).flatMap((evaluation) => {
      const points = traces.flatMap((trace) => pointAt(trace, evaluation) ?? []);
      return points.length === 0 ? [] : [{ evaluation, points }];
    });
    const band = (name: string, read: (point: BenchPoint) => number | undefined, summarise: Summarise) => {
      const bands = columns.map(({ evaluation, points }) => {
        const values = points.flatMap((point) => read(point) ?? []);
        return values.length < points.length
          ? undefined
          : summarise(values, `${strategy}/${name}/${evaluation}`);
      });
      return bands.every((entry) => entry !== undefined) ? transpose(bands) : null;
    };
    return {
      strategy,
      evaluations: columns.map(({ evaluation }) => evaluation),
      score: band("accuracy", (point) => point.score, meanBand)!,
      testScore: bench.validationOnly ? null : band("test", (point) => handedOver01(bench, point), meanBand),
      regret01: band("regret", (point) => point.regret01, meanBand),
      rank: band("rank", (point) => point.rank, quartiles),
    };
  });
}

type Triple = readonly [center: number, low: number, high: number];
type Summarise = (values: readonly number[], stream: string) => Triple;

const meanBand: Summarise = (values, stream) => [
  mean(values),
  ...meanInterval(values, createRandom("anytime", stream), 400),
];
const quartiles: Summarise = (values) => [
  quantile(values, 0.5),
  quantile(values, 0.25),
  quantile(values, 0.75),
];

function transpose(bands: readonly Triple[]): Band {
  const column = (index: 0 | 1 | 2) => bands.map((band) => band[index]);
  return { center: column(0), low: column(1), high: column(2) };
}

/** 1 to `last`, thinned to about `most` values; the reported budgets are always among them. */
function gridTo(last: number, budgets: readonly number[]): number[] {
  const steps = Math.min(most, last);
  const grid =
    last <= most
      ? Array.from({ length: last }, (_, index) => index + 1)
      : Array.from({ length: steps }, (_, index) => Math.round(last ** (index / (steps - 1))));
  return [...new Set([...grid, ...budgets])].sort((a, b) => a - b);
}
