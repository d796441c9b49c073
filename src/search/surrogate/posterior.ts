// What a Gaussian process believes of a fixed list of candidates. Each observation adds one row of the Cholesky
// factor and one row of solved covariances, so that it costs time in proportion to candidates × observations, and
// taking back the last ones (beliefs about designs that are still being evaluated) costs nothing.
import { createFactor } from "../../math/cholesky.ts";
import {
  createKernel,
  type Hyperparameters,
  inverseScale,
  type PointShape,
  type Points,
  priorMeans,
} from "./gaussian-process.ts";

export interface Beliefs {
  readonly means: Float64Array;
  readonly deviations: Float64Array;
  /** Of the error of an observation, in the same unit. */
  readonly noiseDeviation: number;
}

/** A state to come back to, exactly. */
export interface Mark {
  readonly size: number;
  readonly variances: Float64Array;
}

export interface Posterior {
  /** Adds an observation at row `row` of `points`. */
  add(points: Points, row: number): void;
  mark(): Mark;
  /** Takes back what was added since the mark. */
  restore(mark: Mark): void;
  readonly size: number;
  /** Believed values of all candidates, given the values observed so far in the order of adding. */
  beliefs(values: Float64Array): Beliefs;
}

export function createPosterior(
  shape: PointShape,
  hyperparameters: Hyperparameters,
  candidates: Points,
): Posterior {
  const kernel = createKernel(shape, hyperparameters);
  const factor = createFactor();
  const candidateMeans = priorMeans(shape, candidates);
  const variances = kernel.variances(candidates);
  const solved: Float32Array[] = [];
  const observed: Points[] = [];
  const ownMeans: number[] = [];
  const column = new Float64Array(candidates.count);
  const single = new Float64Array(1);
  const rowOf = ({ choices, features }: Points, row: number): Points => ({
    count: 1,
    choices: choices.subarray(row * shape.decisions.length, (row + 1) * shape.decisions.length),
    features: features.subarray(row * shape.weights.length, (row + 1) * shape.weights.length),
  });
  return {
    get size() {
      return factor.size;
    },
    add(points, row) {
      const point = rowOf(points, row);
      const covariances = Float64Array.from(observed, (other) => {
        kernel.column(point, 0, other, single);
        return single[0] as number;
      });
      factor.grow(covariances, (kernel.variances(point)[0] as number) + hyperparameters.noise);
      observed.push(point);
      ownMeans.push(priorMeans(shape, point)[0] as number);
      kernel.column(point, 0, candidates, column);
      const last = factor.row(factor.size - 1);
      for (let k = 0; k < solved.length; k += 1) {
        const weight = last[k] as number;
        const other = solved[k] as Float32Array;
        for (let c = 0; c < column.length; c += 1)
          column[c] = (column[c] as number) - weight * (other[c] as number);
      }
      const inverse = 1 / (last[solved.length] as number);
      const row32 = new Float32Array(candidates.count);
      for (let c = 0; c < column.length; c += 1) {
        const value = (column[c] as number) * inverse;
        row32[c] = value;
        variances[c] = (variances[c] as number) - value * value;
      }
      solved.push(row32);
    },
    mark: () => ({ size: factor.size, variances: variances.slice() }),
    restore(mark) {
      while (factor.size > mark.size) factor.shrink();
      for (const rows of [solved, observed, ownMeans]) rows.length = mark.size;
      variances.set(mark.variances);
    },
    beliefs(values) {
      const solvedValues = factor.solve(values);
      const solvedMeans = factor.solve(Float64Array.from(ownMeans));
      const inverse = inverseScale(solvedValues, solvedMeans);
      const means = candidateMeans.slice();
      for (let k = 0; k < solved.length; k += 1) {
        const weight = inverse * (solvedValues[k] as number) - (solvedMeans[k] as number);
        const row = solved[k] as Float32Array;
        for (let c = 0; c < means.length; c += 1)
          means[c] = (means[c] as number) + weight * (row[c] as number);
      }
      const deviations = new Float64Array(means.length);
      for (let c = 0; c < means.length; c += 1) {
        means[c] = (means[c] as number) / inverse;
        deviations[c] = Math.sqrt(Math.max(variances[c] as number, 1e-9)) / inverse;
      }
      return { means, deviations, noiseDeviation: Math.sqrt(hyperparameters.noise) / inverse };
    },
  };
}
