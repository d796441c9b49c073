// Hyperparameters of the Gaussian process, from what was observed: the most likely ones, held near the defaults by a
// prior while observations are few. A search along one hyperparameter after another; the same data, the same result.
import {
  defaultHyperparameters,
  type Hyperparameters,
  logLikelihood,
  type PointShape,
  type Points,
} from "./gaussian-process.ts";

/** Observations from which each decision has its own rate; before, all decisions share a factor. */
const observationsForRates = 16;
const steps = [1.2, 0.5];
/** Observations at the first fit of the hyperparameters, and the growth until each next one. */
const firstFit = 4;
const fitGrowth = 1.25;
/** No fit after this many: they are settled, and to restart the posterior would take longer than all else. */
const lastFitAt = 128;

/**
 * The number of observations at the last fit that is due. A fit depends only on the observations before it, so a
 * resumed search fits the same.
 */
export function fitDueAt(observations: number): number {
  let due = 0;
  for (let next = firstFit; next <= Math.min(observations, lastFitAt); next = Math.ceil(next * fitGrowth))
    due = next;
  return due;
}

/** One hyperparameter on an unbounded axis: the prior's centre is 0 and its standard deviation 1. */
interface Axis {
  readonly apply: (from: Hyperparameters, offset: number) => Hyperparameters;
}

function axesOf(shape: PointShape, observations: number): readonly Axis[] {
  const shared: Axis = {
    apply: (from, offset) => ({ ...from, rates: from.rates.map((rate) => rate * Math.exp(offset)) }),
  };
  const noise: Axis = {
    apply: (from, offset) => ({ ...from, noise: from.noise * Math.exp(1.5 * offset) }),
  };
  const additive: Axis = {
    apply: (from, offset) => {
      const odds = Math.log(from.additive01 / (1 - from.additive01)) + offset;
      return { ...from, additive01: 1 / (1 + Math.exp(-odds)) };
    },
  };
  const freedom: Axis = {
    apply: (from, offset) => ({ ...from, freedom: from.freedom * Math.exp(offset) }),
  };
  const always = [shared, noise, additive, ...(shape.weights.length > 0 ? [freedom] : [])];
  if (observations < observationsForRates) return always;
  const own = shape.decisions.map(
    (_, index): Axis => ({
      apply: (from, offset) => ({
        ...from,
        rates: from.rates.with(index, (from.rates[index] as number) * Math.exp(offset)),
      }),
    }),
  );
  return [...always, ...own];
}

/** The most probable hyperparameters given `values` observed at `points`. */
export function fitHyperparameters(
  shape: PointShape,
  observed: { readonly points: Points; readonly values: Float64Array },
): Hyperparameters {
  const axes = axesOf(shape, observed.values.length);
  const offsets = axes.map(() => 0);
  const at = (tried: readonly number[]) =>
    axes.reduce(
      (hyperparameters, { apply }, index) => apply(hyperparameters, tried[index] as number),
      defaultHyperparameters(shape),
    );
  const score = (tried: readonly number[]) =>
    logLikelihood(shape, at(tried), observed) - 0.5 * tried.reduce((sum, offset) => sum + offset * offset, 0);
  let best = score(offsets);
  for (const step of steps) {
    for (let index = 0; index < axes.length; index += 1) {
      const start = offsets[index] as number;
      for (const direction of [-1, 1]) {
        for (let offset = start + direction * step; Math.abs(offset) <= 3; offset += direction * step) {
          const found = score(offsets.with(index, offset));
          if (found <= best) break;
          best = found;
          offsets[index] = offset;
        }
        if (offsets[index] !== start) break;
      }
    }
  }
  return at(offsets);
}
